export const appsMigration = `
create schema apps;

create table apps.installation (
  single boolean primary key default true check (single),
  tenant_id uuid not null
);
insert into apps.installation (tenant_id) values (gen_random_uuid());

create table apps.app (
  id uuid primary key,
  application_object_id uuid not null unique,
  app_id uuid not null unique,
  template_id text not null,
  display_name text not null,
  permission_scope_id uuid not null,
  created_at timestamptz not null
);
create index on apps.app (lower(display_name));

create table apps.app_role (
  app_id uuid not null references apps.app on delete cascade,
  id uuid not null,
  position int not null,
  display_name text not null,
  description text not null,
  value text,
  is_enabled boolean not null,
  allowed_member_types text[] not null,
  primary key (app_id, id)
);

create table apps.owner (
  app_id uuid not null references apps.app on delete cascade,
  owner_id uuid not null,
  created_at timestamptz not null,
  primary key (app_id, owner_id)
);

-- The all-zero role is Default Access, which no app defines.
create table apps.assignment (
  id text primary key,
  position bigserial,
  app_id uuid not null references apps.app on delete cascade,
  principal_id uuid not null,
  principal_type text not null check (principal_type in ('User', 'Group')),
  role_id uuid not null,
  expand_nested boolean not null default false,
  created_at timestamptz not null,
  unique (app_id, principal_id, role_id)
);
create index on apps.assignment (app_id, position);
create index on apps.assignment (principal_id);
create index on apps.assignment (app_id, principal_id) where principal_type = 'Group';

create table apps.job (
  id text primary key,
  app_id uuid not null unique references apps.app on delete cascade,
  template_id text not null,
  state text not null check (state in ('Active', 'Paused', 'Disabled')),
  schema jsonb not null,
  schema_version int not null default 0,
  settings jsonb not null default '{}',
  created_at timestamptz not null
);

-- Confidential values are sealed, all others are plain.
create table apps.secret (
  app_id uuid not null references apps.app on delete cascade,
  key text not null,
  position int not null,
  value text,
  sealed text,
  primary key (app_id, key),
  check ((value is null) <> (sealed is null))
);

-- Readers go by (xid, seq) and only below the oldest transaction that is still running.
create table apps.change (
  xid xid8 not null default pg_current_xact_id(),
  seq bigserial,
  kind text not null check (kind in ('assignment', 'schema', 'settings', 'app')),
  object_id uuid not null,
  related_id uuid not null,
  action text not null,
  at timestamptz not null,
  primary key (xid, seq)
);
`;
