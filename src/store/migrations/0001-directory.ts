export const directoryMigration = `
create table public.lockstep_feed (
  table_name text primary key,
  epoch uuid not null default gen_random_uuid(),
  pruned_xid xid8 not null default '0',
  pruned_seq bigint not null default 0
);
insert into public.lockstep_feed (table_name) values ('directory.change'), ('apps.change');

create schema directory;

create table directory.source (
  name text primary key,
  anchor_field text
);

-- Keys are folded by the program, not by lower(): what counts as the same letter must not depend on the server's locale.
create table directory.object (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('user', 'group')),
  attributes jsonb not null,
  -- userPrincipalName of a live user; null for groups and soft-deleted users, whose name is free for somebody else.
  principal_key text constraint object_principal_key unique deferrable initially immediate,
  mail_key text,
  name_key text not null,
  employee_key text,
  manager_id uuid references directory.object (id),
  source text,
  anchor text,
  locator text,
  created_at timestamptz not null,
  deleted_at timestamptz,
  constraint object_anchor unique (source, kind, anchor),
  check ((source is null) = (anchor is null)),
  check (kind = 'user' or (principal_key is null and manager_id is null))
);
create index object_page on directory.object (kind, id);
create index object_mail on directory.object (mail_key) where mail_key is not null;
create index object_name on directory.object (name_key);
create index object_employee on directory.object (employee_key) where employee_key is not null;
create index object_reports on directory.object (manager_id, id) where manager_id is not null;
create index object_locator on directory.object using hash (locator);
create index object_group_anchor on directory.object (source, lower(anchor)) where kind = 'group';
create index object_deleted on directory.object (kind, deleted_at) where deleted_at is not null;

create table directory.member (
  group_id uuid not null references directory.object (id),
  member_id uuid not null references directory.object (id),
  primary key (group_id, member_id),
  check (group_id <> member_id)
);
create index member_groups on directory.member (member_id, group_id);

create table directory.change (
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  kind text not null check (kind in ('user', 'group', 'membership', 'manager')),
  object_id uuid not null,
  related_id uuid,
  action text not null check (action in ('created', 'updated', 'deleted', 'restored', 'purged', 'added', 'removed')),
  at timestamptz not null,
  primary key (xid, seq)
);
create index change_object on directory.change (object_id);
`;
