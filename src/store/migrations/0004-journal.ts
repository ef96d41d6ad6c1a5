export const journalMigration = `
create schema journal;

create table journal.provisioning (
  seq bigserial,
  at timestamptz not null,
  id uuid not null,
  app_id text not null,
  job_id text not null,
  cycle_id text not null,
  change_id text not null,
  source_id text not null,
  target_id text not null,
  action text not null,
  status text not null,
  -- Display and user names of both sides, in lower case.
  names text not null,
  entry jsonb not null,
  primary key (at, seq)
) partition by range (at);
-- Compressing what is written once and seldom read would cost more than everything else about an entry.
alter table journal.provisioning alter column entry set storage external;
create index on journal.provisioning (id);
create index on journal.provisioning (app_id, at, seq);
create index on journal.provisioning (cycle_id);
create index on journal.provisioning (change_id);
create index on journal.provisioning (source_id);
create index on journal.provisioning (target_id);

create table journal.audit (
  seq bigserial,
  at timestamptz not null,
  id text not null unique,
  activity text not null,
  category text not null,
  correlation_id text not null,
  result text not null,
  target_ids text[] not null,
  entry jsonb not null,
  primary key (at, seq)
);
create index on journal.audit using gin (target_ids);
`;
