import { type RawBuilder, sql } from "kysely";
import { foldCase, type JsonValue } from "#scim";
import type { Queryable } from "#store";
import { type Activity, activityInsert } from "./activity.ts";
import type { DefaultGrant } from "./organization.ts";
import type { UserState } from "./user-state.ts";

/** An account as it is stored, with the names of its roles and where it has them (null: in all account groups). */
export interface Account extends UserState {
  readonly id: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly roles: readonly { readonly name: string; readonly accountGroupId: string | null }[];
}

const columns = sql`id, user_name as "userName", email, pending_email as "pendingEmail", external_id as "externalId",
  display_name as "displayName", formatted_name as "formattedName", emails, active, created_at as "createdAt", modified_at as "modifiedAt"`;

const roles = sql`coalesce((select jsonb_agg(jsonb_build_object('name', r.name, 'accountGroupId', h.account_group_id) order by r.name)
  from sandbox.account_role h join sandbox.role r on r.id = h.role_id where h.account_id = account.id), '[]') as roles`;

const json = (value: readonly JsonValue[] | null): string | null => (value === null ? null : JSON.stringify(value));

/** Why a login or userName cannot be had: the attribute that another account holds. Null for other errors. */
export const takenAttribute = (error: unknown): "userName" | "email" | null => {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  if (code !== "23505") return null;
  if (constraint === "account_user_name") return "userName";
  return constraint === "account_email" ? "email" : null;
};

/** Stores a new account with its default access and its line in the activity log: one statement, so all or nothing. */
export const insertAccount = async (
  db: Queryable,
  organizationId: string,
  { id, state, grant, activity }: { id: string; state: UserState; grant: DefaultGrant; activity: Activity },
): Promise<Account> => {
  const groups = grant.accountGroupIds ?? [null];
  await sql`
    with created as (
      insert into sandbox.account (id, organization_id, user_name, user_name_key, email, email_key, external_id, display_name,
        formatted_name, emails, active, created_at, modified_at)
      values (${id}, ${organizationId}, ${state.userName}, ${foldCase(state.userName)}, ${state.email}, ${foldCase(state.email)},
        ${state.externalId}, ${state.displayName}, ${state.formattedName}, ${json(state.emails)}::jsonb, ${state.active}, ${activity.at}, ${activity.at})
      returning id
    ), granted as (
      insert into sandbox.account_role (account_id, role_id, account_group_id)
      select created.id, ${grant.roleId}::uuid, g from created cross join unnest(${groups}::uuid[]) g
    ) ${activityInsert(organizationId, activity, sql`exists (select from created)`)}`.execute(db);
  return {
    ...state,
    id,
    createdAt: activity.at,
    modifiedAt: activity.at,
    roles: groups.map((accountGroupId) => ({ name: grant.roleName, accountGroupId })),
  };
};

/** @param lock true inside a transaction that will change the account */
export const findAccount = async (
  db: Queryable,
  organizationId: string,
  id: string,
  { lock }: { lock: boolean },
): Promise<Account | null> => {
  const { rows } = await sql<Account>`select ${columns}, ${roles} from sandbox.account
    where organization_id = ${organizationId} and id = ${id} ${lock ? sql`for update` : sql``}`.execute(db);
  return rows[0] ?? null;
};

/** The account that already has this userName or login. */
export const findHolder = async (
  db: Queryable,
  organizationId: string,
  state: Pick<UserState, "userName" | "email">,
): Promise<Account | null> => {
  const { rows } = await sql<Account>`select ${columns}, ${roles} from sandbox.account
    where organization_id = ${organizationId} and (email_key = ${foldCase(state.email)} or user_name_key = ${foldCase(state.userName)})
    order by (email_key = ${foldCase(state.email)}) desc limit 1`.execute(db);
  return rows[0] ?? null;
};

/** Writes the state and its line in the activity log in one statement. */
export const updateAccount = async (
  db: Queryable,
  organizationId: string,
  { id, state, activity }: { id: string; state: UserState; activity: Activity },
): Promise<void> => {
  await sql`
    with changed as (
      update sandbox.account set user_name = ${state.userName}, user_name_key = ${foldCase(state.userName)}, email = ${state.email},
        email_key = ${foldCase(state.email)}, pending_email = ${state.pendingEmail}, external_id = ${state.externalId},
        display_name = ${state.displayName}, formatted_name = ${state.formattedName}, emails = ${json(state.emails)}::jsonb,
        active = ${state.active}, modified_at = ${activity.at}
      where organization_id = ${organizationId} and id = ${id} returning id
    ) ${activityInsert(organizationId, activity, sql`exists (select from changed)`)}`.execute(db);
};

/** Adds the default access to an account that lacks it. */
export const grantAccess = async (db: Queryable, accountId: string, grant: DefaultGrant): Promise<void> => {
  await sql`insert into sandbox.account_role (account_id, role_id, account_group_id)
    select ${accountId}::uuid, ${grant.roleId}::uuid, g from unnest(${grant.accountGroupIds ?? [null]}::uuid[]) g
    on conflict do nothing`.execute(db);
};

/** Takes the account out of the organisation, with its roles and tokens. */
export const deleteAccount = async (
  db: Queryable,
  organizationId: string,
  { id, activity }: { id: string; activity: Activity },
): Promise<void> => {
  await sql`
    with gone as (delete from sandbox.account where organization_id = ${organizationId} and id = ${id} returning id)
    ${activityInsert(organizationId, activity, sql`exists (select from gone)`)}`.execute(db);
};

/** One page in the order of creation, and how many accounts match in all. @param offset accounts to pass over @param limit 0 counts only */
export const listAccounts = async (
  db: Queryable,
  organizationId: string,
  { where, offset, limit }: { where: RawBuilder<boolean>; offset: number; limit: number },
): Promise<{ readonly accounts: readonly Account[]; readonly total: number }> => {
  const matching = sql`from sandbox.account where organization_id = ${organizationId} and ${where}`;
  const { rows } =
    limit === 0
      ? { rows: [] }
      : await sql<Account>`select ${columns}, ${roles} ${matching} order by seq offset ${offset} limit ${limit}`.execute(
          db,
        );
  const isLast = limit > 0 && rows.length < limit && (rows.length > 0 || offset === 0);
  if (isLast) return { accounts: rows, total: offset + rows.length };
  const counted = await sql<{ total: number }>`select count(*) as total ${matching}`.execute(db);
  return { accounts: rows, total: counted.rows[0]?.total ?? 0 };
};
