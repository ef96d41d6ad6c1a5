import { type RawBuilder, sql } from "kysely";
import { newId } from "#runtime";
import { foldCase, type JsonValue } from "#scim";
import type { Queryable, Tx } from "#store";
import { type Activity, activityInsert } from "./activity.ts";
import type { DefaultGrant } from "./default-grant.ts";
import type { UserState } from "./user-state.ts";

/** One role of an account, and where it has it (null: in all account groups). */
export interface AccountRole {
  readonly roleId: string;
  readonly name: string;
  readonly accountGroupId: string | null;
}

/** A person's place in an organisation, as it is stored. */
export interface Account extends UserState {
  readonly id: string;
  readonly personId: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** Null: invited, and not registered yet. */
  readonly registeredAt: Date | null;
  readonly lastLoginAt: Date | null;
  /** The account group in which the user lands: the one chosen, else the oldest that the user reaches. Null for a user without one. */
  readonly loginAccountGroupId: string | null;
  readonly roles: readonly AccountRole[];
}

const columns = sql`account.id, account.person_id as "personId", user_name as "userName", p.email, c.email as "pendingEmail",
  external_id as "externalId", display_name as "displayName", formatted_name as "formattedName", emails, active,
  created_at as "createdAt", modified_at as "modifiedAt", p.registered_at as "registeredAt", p.last_login_at as "lastLoginAt",
  (select g.id from sandbox.account_group g where g.organization_id = account.organization_id and exists (select from sandbox.account_role h
    where h.account_id = account.id and (h.account_group_id is null or h.account_group_id = g.id))
    order by (g.id = p.login_account_group_id) desc nulls last, g.seq limit 1) as "loginAccountGroupId",
  coalesce((select jsonb_agg(jsonb_build_object('roleId', r.id, 'name', r.name, 'accountGroupId', h.account_group_id) order by r.name)
    from sandbox.account_role h join sandbox.role r on r.id = h.role_id where h.account_id = account.id), '[]') as roles`;

const tables = sql`sandbox.account join sandbox.person p on p.id = account.person_id
  left join sandbox.email_change c on c.person_id = p.id`;

const json = (value: readonly JsonValue[] | null): string | null => (value === null ? null : JSON.stringify(value));

/** Why a login or userName cannot be had: the attribute that somebody else holds. Null for other errors. */
export const takenAttribute = (error: unknown): "userName" | "email" | null => {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  if (code !== "23505") return null;
  if (constraint === "account_user_name") return "userName";
  return constraint === "account_person" || constraint === "person_email" ? "email" : null;
};

/**
 * Stores a new account with its access and its line in the activity log: one statement, so all or nothing. A person whom no organisation knows is
 * made with it. Null when the person is known and `mayLink` is false.
 * @param registeredAt for a new person; null makes somebody who has yet to register
 */
export const insertAccount = async (
  db: Queryable,
  organizationId: string,
  input: {
    readonly id: string;
    readonly state: UserState;
    readonly roles: readonly Omit<AccountRole, "name">[];
    readonly registeredAt: Date | null;
    readonly mayLink: boolean;
    readonly activity: Activity;
  },
): Promise<"created" | "linked" | null> => {
  const { id, state, roles, activity } = input;
  const personId = newId();
  const { rows } = await sql<{ isNew: boolean }>`
    with known as (
      insert into sandbox.person (id, email, email_key, registered_at)
      values (${personId}, ${state.email}, ${foldCase(state.email)}, ${input.registeredAt})
      on conflict (email_key) do update set email_key = excluded.email_key returning id
    ), created as (
      insert into sandbox.account (id, organization_id, person_id, user_name, user_name_key, external_id, display_name,
        formatted_name, emails, active, created_at, modified_at)
      select ${id}::uuid, ${organizationId}::uuid, known.id, ${state.userName}, ${foldCase(state.userName)}, ${state.externalId},
        ${state.displayName}, ${state.formattedName}, ${json(state.emails)}::jsonb, ${state.active}::boolean, ${activity.at}::timestamptz,
        ${activity.at}::timestamptz
      from known where known.id = ${personId}::uuid or ${input.mayLink}
      returning id, person_id
    ), granted as (
      insert into sandbox.account_role (account_id, role_id, account_group_id)
      select created.id, r, g from created
      cross join unnest(${roles.map(({ roleId }) => roleId)}::uuid[], ${roles.map(({ accountGroupId }) => accountGroupId)}::uuid[]) as held(r, g)
    ), told as (${activityInsert(activity, sql`exists (select from created)`)})
    select person_id = ${personId}::uuid as "isNew" from created`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  return row.isNew ? "created" : "linked";
};

/** The default access as roles. */
export const rolesOfGrant = (grant: DefaultGrant): readonly Omit<AccountRole, "name">[] =>
  (grant.accountGroupIds ?? [null]).map((accountGroupId) => ({ roleId: grant.roleId, accountGroupId }));

/** @param lock true inside a transaction that will change the account */
export const findAccount = async (
  db: Queryable,
  organizationId: string,
  id: string,
  { lock }: { lock: boolean },
): Promise<Account | null> => {
  const { rows } = await sql<Account>`select ${columns} from ${tables}
    where organization_id = ${organizationId} and account.id = ${id} ${lock ? sql`for update of account` : sql``}`.execute(
    db,
  );
  return rows[0] ?? null;
};

/** The account that already has this userName or login. */
export const findHolder = async (
  db: Queryable,
  organizationId: string,
  state: Pick<UserState, "userName" | "email">,
): Promise<Account | null> => {
  const { rows } = await sql<Account>`select ${columns} from ${tables}
    where organization_id = ${organizationId} and (p.email_key = ${foldCase(state.email)} or user_name_key = ${foldCase(state.userName)})
    order by (p.email_key = ${foldCase(state.email)}) desc limit 1`.execute(db);
  return rows[0] ?? null;
};

/** Writes the state and its line in the activity log in one statement. A login that changes, changes for the person everywhere. */
export const updateAccount = async (
  tx: Tx,
  { before, state, activity }: { before: Account; state: UserState; activity: Activity },
): Promise<void> => {
  const isRenamed = before.email !== state.email;
  await sql`
    with renamed as (
      update sandbox.person set email = ${state.email}, email_key = ${foldCase(state.email)} where id = ${before.personId} and ${isRenamed}
    ), changed as (
      update sandbox.account set user_name = ${state.userName}, user_name_key = ${foldCase(state.userName)},
        external_id = ${state.externalId}, display_name = ${state.displayName}, formatted_name = ${state.formattedName},
        emails = ${json(state.emails)}::jsonb, active = ${state.active}, modified_at = ${activity.at}
      where id = ${before.id} returning id
    ) ${activityInsert(activity, sql`exists (select from changed)`)}`.execute(tx);
};

/** Adds access to an account that lacks it. */
export const addRoles = async (
  db: Queryable,
  accountId: string,
  roles: readonly Omit<AccountRole, "name">[],
): Promise<void> => {
  await sql`insert into sandbox.account_role (account_id, role_id, account_group_id)
    select ${accountId}::uuid, r, g
    from unnest(${roles.map(({ roleId }) => roleId)}::uuid[], ${roles.map(({ accountGroupId }) => accountGroupId)}::uuid[]) as held(r, g)
    on conflict do nothing`.execute(db);
};

/** Gives an account this access in place of all that it had. */
export const replaceRoles = async (
  tx: Tx,
  accountId: string,
  roles: readonly Omit<AccountRole, "name">[],
): Promise<void> => {
  await sql`delete from sandbox.account_role where account_id = ${accountId}`.execute(tx);
  await addRoles(tx, accountId, roles);
};

/** Takes the account out of the organisation, with its roles and tokens. Who is in no organisation any more is forgotten. */
export const deleteAccount = async (tx: Tx, account: Account, activity: Activity): Promise<void> => {
  // Whoever would add the person to an organisation at this moment waits here, and then makes a new one.
  await sql`select from sandbox.person where id = ${account.personId} for update`.execute(tx);
  await sql`
    with gone as (delete from sandbox.account where id = ${account.id} returning id)
    ${activityInsert(activity, sql`exists (select from gone)`)}`.execute(tx);
  await sql`delete from sandbox.person p where p.id = ${account.personId}
    and not exists (select from sandbox.account a where a.person_id = p.id)`.execute(tx);
};

/** One page in the order of creation, and how many accounts match in all. @param offset accounts to pass over @param limit 0 counts only */
export const listAccounts = async (
  db: Queryable,
  organizationId: string,
  { where, offset, limit }: { where: RawBuilder<unknown>; offset: number; limit: number },
): Promise<{ readonly accounts: readonly Account[]; readonly total: number }> => {
  const matching = sql`from ${tables} where organization_id = ${organizationId} and ${where}`;
  const { rows } =
    limit === 0
      ? { rows: [] }
      : await sql<Account>`select ${columns} ${matching} order by seq offset ${offset} limit ${limit}`.execute(db);
  const isLast = limit > 0 && rows.length < limit && (rows.length > 0 || offset === 0);
  if (isLast) return { accounts: rows, total: offset + rows.length };
  const counted = await sql<{ total: number }>`select count(*) as total ${matching}`.execute(db);
  return { accounts: rows, total: counted.rows[0]?.total ?? 0 };
};
