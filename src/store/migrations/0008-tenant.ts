/**
 * A tenant that people sign in to. A person has one login, whatever the number of organisations; an account is the person's place in one of them.
 * What is compared without letter case is folded by the program, not by the database's locale.
 */
export const tenantMigration = `
create table sandbox.person (
  id uuid primary key,
  -- the login
  email text not null,
  email_key text not null constraint person_email unique,
  -- the scrypt hash with its parameters; null until the person has chosen one
  password text,
  login_account_group_id uuid references sandbox.account_group on delete set null,
  -- null: invited, and not registered yet
  registered_at timestamptz,
  -- when the registration mail was last sent
  invited_at timestamptz,
  last_login_at timestamptz
);

insert into sandbox.person (id, email, email_key, registered_at)
select distinct on (email_key) gen_random_uuid(), email, email_key, created_at from sandbox.account order by email_key, created_at;

alter table sandbox.account add column person_id uuid references sandbox.person;
update sandbox.account a set person_id = p.id from sandbox.person p where p.email_key = a.email_key;
alter table sandbox.account
  alter column person_id set not null,
  drop constraint account_email,
  drop column email,
  drop column email_key,
  drop column pending_email,
  add constraint account_person unique (organization_id, person_id);
create index account_of_person on sandbox.account (person_id);

-- Where nobody has chosen, people work in the oldest account group that they reach.
alter table sandbox.account_group add column seq bigint generated always as identity;

-- A new login that waits until both mailboxes have confirmed it.
create table sandbox.email_change (
  person_id uuid primary key references sandbox.person on delete cascade,
  -- where it was asked for
  account_id uuid not null references sandbox.account on delete cascade,
  email text not null,
  email_key text not null,
  source text not null,
  asked_at timestamptz not null,
  old_confirmed_at timestamptz,
  new_confirmed_at timestamptz
);

-- Addresses that work once: their secret part is kept as its digest only.
create table sandbox.link (
  digest bytea primary key,
  kind text not null,
  account_id uuid not null references sandbox.account on delete cascade,
  expires_at timestamptz not null
);
create index link_account on sandbox.link (account_id);

-- What the tenant would have sent to mailboxes.
create table sandbox.mail (
  id uuid primary key,
  seq bigint generated always as identity,
  organization_id uuid not null references sandbox.organization on delete cascade,
  recipient text not null,
  recipient_key text not null,
  at timestamptz not null,
  subject text not null,
  body text not null,
  -- the address to follow, sealed
  link text
);
create index mail_list on sandbox.mail (organization_id, seq desc);

create table sandbox.session (
  -- of the cookie's value
  digest bytea primary key,
  account_id uuid not null references sandbox.account on delete cascade,
  -- the account group in which the person is working; null: the login account group
  account_group_id uuid references sandbox.account_group on delete set null,
  expires_at timestamptz not null,
  seen_at timestamptz not null
);
create index session_account on sandbox.session (account_id);

alter table sandbox.token
  add column name text not null default 'API token',
  add column kind text not null default 'bearer',
  -- the token that this one took the place of
  add column replaces uuid references sandbox.token on delete set null;
alter table sandbox.token alter column name drop default, alter column kind drop default;

-- Names are kept as they were, for what is gone by now.
alter table sandbox.activity
  add column actor_name text,
  add column account_group_id uuid,
  add column account_group_name text;
`;
