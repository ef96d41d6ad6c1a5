/** A tenant of a ThousandEyes-like application. What is compared without letter case is folded by the program, not by the database's locale. */
export const sandboxMigration = `
create schema sandbox;

create table sandbox.organization (
  id uuid primary key,
  name text not null,
  plan text not null,
  -- switches and SCIM settings, by name
  settings jsonb not null,
  created_at timestamptz not null
);

create table sandbox.account_group (
  id uuid primary key,
  organization_id uuid not null references sandbox.organization on delete cascade,
  name text not null,
  constraint account_group_name unique (organization_id, name)
);

create table sandbox.role (
  id uuid primary key,
  organization_id uuid not null references sandbox.organization on delete cascade,
  name text not null,
  built_in boolean not null,
  permissions text[] not null,
  constraint role_name unique (organization_id, name)
);

create table sandbox.account (
  id uuid primary key,
  organization_id uuid not null references sandbox.organization on delete cascade,
  -- the order of lists
  seq bigint generated always as identity,
  user_name text not null,
  user_name_key text not null,
  -- the login
  email text not null,
  email_key text not null,
  -- a login that waits for its confirmation
  pending_email text,
  external_id text,
  display_name text,
  formatted_name text,
  -- as the client sent them
  emails jsonb,
  active boolean not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  constraint account_user_name unique (organization_id, user_name_key),
  constraint account_email unique (organization_id, email_key)
);
create index account_external_id on sandbox.account (organization_id, external_id) where external_id is not null;
create index account_list on sandbox.account (organization_id, seq);

create table sandbox.account_role (
  account_id uuid not null references sandbox.account on delete cascade,
  role_id uuid not null references sandbox.role on delete cascade,
  -- null: in all account groups
  account_group_id uuid references sandbox.account_group on delete cascade,
  constraint account_role_once unique nulls not distinct (account_id, role_id, account_group_id)
);
create index account_role_role on sandbox.account_role (role_id);
create index account_role_group on sandbox.account_role (account_group_id) where account_group_id is not null;

create table sandbox.token (
  id uuid primary key,
  owner_id uuid not null references sandbox.account on delete cascade,
  -- the first characters of the value, to find the row by; the value itself is kept as its digest only
  prefix text not null constraint token_prefix unique,
  digest bytea not null,
  -- only the token that the sandbox shows at each start keeps its value, sealed
  sealed text,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index token_owner on sandbox.token (owner_id);

create table sandbox.activity (
  seq bigint generated always as identity primary key,
  organization_id uuid not null references sandbox.organization on delete cascade,
  at timestamptz not null,
  -- null: the tenant itself
  actor_id uuid,
  actor_email text not null,
  event text not null,
  source text not null,
  address text,
  resources jsonb not null
);
create index activity_list on sandbox.activity (organization_id, seq desc);
`;
