/** The tables that carry the engine. Object types are 'User' and 'Group'; lanes are 0 on demand, 1 removals, 2 single changes, 3 bulk. */
export const provisioningMigration = `
create schema provisioning;

create table provisioning.job (
  id text primary key,
  app_id uuid not null,
  -- raised by each claim; a record of a cycle checks it, so that a worker that was only slow can do no harm
  fence bigint not null default 0,
  -- JSON watermarks of the two feeds; null means that everything is due (an initial cycle)
  directory_watermark jsonb,
  apps_watermark jsonb,
  -- the next cycle is an initial one; "everything" also without a lost place in the feed: a saved schema or filter
  everything_due boolean not null default true,
  -- the store that links belong to; null until the first connection
  target_identity text,
  quarantine jsonb,
  probe_failures int not null default 0,
  -- no cycle by itself before this time
  next_attempt timestamptz,
  cycle_id uuid,
  last_cycle_id uuid,
  last_success_id uuid,
  steady_first timestamptz,
  steady_last timestamptz
);

create table provisioning.cycle (
  id uuid primary key,
  job_id text not null references provisioning.job on delete cascade,
  kind text not null check (kind in ('initial', 'incremental')),
  began_at timestamptz not null,
  ended_at timestamptz,
  state text not null default 'running' check (state in ('running', 'succeeded', 'entryErrors', 'failed', 'interrupted')),
  counts jsonb not null default '{}',
  error jsonb
);
create index cycle_of_job on provisioning.cycle (job_id, began_at desc);

create sequence provisioning.due_version;

create table provisioning.due (
  job_id text not null references provisioning.job on delete cascade,
  object_type text not null check (object_type in ('User', 'Group')),
  object_id uuid not null,
  lane smallint not null,
  reason text not null,
  -- from one sequence, so that a row that was deleted and made anew never has an old version
  version bigint not null default nextval('provisioning.due_version'),
  -- version up to which the guard has judged it
  judged bigint not null default 0,
  attempts int not null default 0,
  due_at timestamptz not null,
  first_failed_at timestamptz,
  last_error jsonb,
  given_up boolean not null default false,
  held jsonb,
  approved boolean not null default false,
  removal boolean not null default false,
  -- as last evaluated; null before
  in_scope boolean,
  display_name text not null default '',
  primary key (job_id, object_id)
);
create index due_next on provisioning.due (job_id, lane, object_type desc, version) where held is null and not given_up;
create index due_unjudged on provisioning.due (job_id, object_id) where judged < version;

create table provisioning.link (
  job_id text not null references provisioning.job on delete cascade,
  target_identity text not null,
  object_type text not null,
  source_id uuid not null,
  target_id text not null,
  managed boolean not null,
  -- as last evaluated
  in_scope boolean not null,
  origin text not null check (origin in ('created', 'adopted')),
  disabled_by_us boolean not null default false,
  last_known jsonb,
  desired_hash text,
  display_name text not null default '',
  -- assigned groups that the scope rests on, to find whom a lost path concerns
  path_groups uuid[] not null default '{}',
  linked_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (job_id, target_identity, source_id),
  unique (job_id, target_identity, target_id)
);
create index link_source on provisioning.link (source_id);
create index link_paths on provisioning.link using gin (path_groups);

-- references that wait for an account to exist: who is to be evaluated once "wanted" is linked
create table provisioning.unsettled (
  job_id text not null references provisioning.job on delete cascade,
  wanted_id uuid not null,
  waiting_id uuid not null,
  waiting_type text not null,
  primary key (job_id, wanted_id, waiting_id)
);

create table provisioning.member_link (
  job_id text not null references provisioning.job on delete cascade,
  target_identity text not null,
  group_id uuid not null,
  member_id uuid not null,
  -- the id that was written, so that a membership can be removed after the member's own link is gone
  member_target_id text not null,
  primary key (job_id, target_identity, group_id, member_id)
);
create index member_link_member on provisioning.member_link (member_id);

-- a create that was about to be sent: whoever finds one looks the account up before repeating
create table provisioning.intent (
  job_id text not null references provisioning.job on delete cascade,
  source_id uuid not null,
  began_at timestamptz not null,
  primary key (job_id, source_id)
);

-- removals carried out without approval, for the rolling day of the guard
create table provisioning.removal (
  job_id text not null references provisioning.job on delete cascade,
  object_id uuid not null,
  removed_at timestamptz not null
);
create index removal_at on provisioning.removal (job_id, removed_at);

-- the target as read page by page, for matching in bulk
create table provisioning.listed (
  job_id text not null references provisioning.job on delete cascade,
  cycle_id uuid not null,
  object_type text not null,
  path text not null,
  value text not null,
  target_id text not null,
  resource jsonb not null
);
create index listed_value on provisioning.listed (job_id, object_type, path, value);
`;
