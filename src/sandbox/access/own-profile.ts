import { sql } from "kysely";
import type { Result } from "#scim";
import type { Queryable, Tx } from "#store";
import { type Account, findAccount, takenAttribute, updateAccount } from "../accounts.ts";
import type { Caller } from "../caller.ts";
import { events } from "../events.ts";
import { cancelEmailChange } from "../mail/email-change.ts";
import { allOrNothing, done, no } from "../outcome.ts";
import type { Tenant } from "../tenant.ts";
import { changeLogin } from "./change-login.ts";
import { saveLoginAccountGroup } from "./login-account-group.ts";

/** One organisation that a person is in, with what the person has there. */
export interface Membership {
  readonly organizationId: string;
  readonly organizationName: string;
  readonly active: boolean;
  readonly accountGroups: readonly { readonly id: string; readonly name: string }[];
  /** `accountGroup` null: in all of them. */
  readonly roles: readonly { readonly name: string; readonly accountGroup: string | null }[];
}

/** Everywhere that a person is; the Users page shows the present organisation only. */
export const membershipsOf = async (db: Queryable, personId: string): Promise<readonly Membership[]> => {
  const { rows } = await sql<Membership>`
    select o.id as "organizationId", o.name as "organizationName", a.active,
      coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name) order by g.name) from sandbox.account_group g
        where g.organization_id = o.id and exists (select from sandbox.account_role h where h.account_id = a.id
          and (h.account_group_id is null or h.account_group_id = g.id))), '[]') as "accountGroups",
      coalesce((select jsonb_agg(jsonb_build_object('name', r.name, 'accountGroup', g.name) order by r.name, g.name)
        from sandbox.account_role h join sandbox.role r on r.id = h.role_id
        left join sandbox.account_group g on g.id = h.account_group_id where h.account_id = a.id), '[]') as roles
    from sandbox.account a join sandbox.organization o on o.id = a.organization_id
    where a.person_id = ${personId} order by o.name, o.id`.execute(db);
  return rows;
};

export interface ProfileChange {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly loginAccountGroupId?: string | undefined;
}

const withOwn = async (
  tenant: Tenant,
  caller: Caller,
  work: (tx: Tx, account: Account) => Promise<Result<Account>>,
): Promise<Result<Account>> => {
  try {
    const changed = await allOrNothing(tenant.store, async (tx) => {
      const account = await findAccount(tx, caller.organizationId, caller.id, { lock: true });
      return account === null ? no(404, "You are no longer a user of this organization.") : work(tx, account);
    });
    tenant.callers.forgetAll();
    return changed;
  } catch (error) {
    if (takenAttribute(error) === null) throw error;
    return no(409, "Another user already has this e-mail address.");
  }
};

/** Changes what people may change of themselves. */
export const changeOwnProfile = (tenant: Tenant, caller: Caller, change: ProfileChange): Promise<Result<Account>> =>
  withOwn(tenant, caller, async (tx, before): Promise<Result<Account>> => {
    let account = before;
    if (change.loginAccountGroupId !== undefined) {
      const memberships = await membershipsOf(tx, caller.personId);
      const reachable = memberships.flatMap(({ accountGroups }) => accountGroups.map(({ id }) => id));
      if (!reachable.includes(change.loginAccountGroupId)) {
        return no(400, "The login account group is none of those that you have a role in.");
      }
      await saveLoginAccountGroup(tx, caller.personId, change.loginAccountGroupId);
      account = { ...account, loginAccountGroupId: change.loginAccountGroupId };
    }
    if (change.name !== undefined && change.name !== account.displayName) {
      const state = { ...account, displayName: change.name };
      const resources = [
        { type: "userEmail", name: account.email },
        { type: "userDisplayName", name: change.name },
        { type: "attribute", name: "displayName" },
      ];
      const activity = { event: events.userUpdated, at: tenant.clock.now(), caller, resources };
      await updateAccount(tx, { before: account, state, activity });
      account = state;
    }
    return change.email === undefined ? done(account) : changeLogin(tx, tenant, caller, account, change.email);
  });

/** Drops one's own change of the login that waits for its confirmations. */
export const cancelOwnEmailChange = (tenant: Tenant, caller: Caller): Promise<Result<Account>> =>
  withOwn(tenant, caller, async (tx, account): Promise<Result<Account>> => {
    const isCancelled = await cancelEmailChange(tx, tenant, caller, account);
    return isCancelled ? done({ ...account, pendingEmail: null }) : no(409, "No change of your e-mail address waits.");
  });
