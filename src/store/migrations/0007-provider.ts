/** Tenants of a generic SCIM service. What is compared without letter case is folded by the program, not by the database's locale. */
export const providerMigration = `
create schema provider;

create table provider.tenant (
  id integer generated always as identity primary key,
  name text not null constraint tenant_name unique,
  -- how clients are taken: to the letter of the RFC, or as Entra's client writes
  mode text not null check (mode in ('strict', 'compat')),
  created_at timestamptz not null
);

create table provider.token (
  id uuid primary key,
  tenant_id integer not null references provider.tenant on delete cascade,
  -- the first characters of the value, to find the row by; the value itself is kept as its digest only
  prefix text not null constraint provider_token_prefix unique,
  digest bytea not null,
  -- only the token that is shown at each start keeps its value, sealed
  sealed text,
  may_write boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index provider_token_tenant on provider.token (tenant_id);

create table provider.resource (
  -- the order of lists
  seq bigint generated always as identity primary key,
  id uuid not null constraint resource_id unique,
  tenant_id integer not null references provider.tenant on delete cascade,
  type text not null,
  version integer not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  -- the name by which members and managers are shown
  display text,
  -- what clients wrote, without members and password; its length in bytes, and how many members there are beside it
  body json not null,
  size integer not null,
  members integer not null default 0,
  -- a salted digest
  password text
);
create index resource_list on provider.resource (tenant_id, type, seq);

-- values that are searched for by equality, or may be there once only
create table provider.key (
  resource_seq bigint not null references provider.resource on delete cascade,
  tenant_id integer not null,
  attribute text not null,
  key text not null,
  is_unique boolean not null
);
create index key_resource on provider.key (resource_seq);
create index key_lookup on provider.key (tenant_id, attribute, key);
create unique index key_unique on provider.key (tenant_id, attribute, key) where is_unique;

create table provider.member (
  -- the order within the group
  position bigint generated always as identity,
  group_seq bigint not null references provider.resource on delete cascade,
  member_seq bigint not null references provider.resource on delete cascade,
  primary key (group_seq, member_seq)
);
create index member_member on provider.member (member_seq, group_seq);
`;
