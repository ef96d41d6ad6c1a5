import { sql } from "kysely";
import { codeOf, newId } from "#runtime";
import type { Result } from "#scim";
import type { Queryable, Tx } from "#store";
import { recordActivity } from "../activity.ts";
import { type Caller, isIn, may } from "../caller.ts";
import { type ActivityEvent, events } from "../events.ts";
import { lockOrganization, saveSettings } from "../organization.ts";
import { allOrNothing, done, lacks, no } from "../outcome.ts";
import type { SandboxSettings } from "../settings.ts";
import type { Tenant } from "../tenant.ts";

export interface AccountGroup {
  readonly id: string;
  readonly name: string;
}

/** Account groups that an organisation may have. */
const most = 500;

export const listAccountGroups = async (db: Queryable, organizationId: string): Promise<readonly AccountGroup[]> => {
  const { rows } = await sql<AccountGroup>`select id, name from sandbox.account_group
    where organization_id = ${organizationId} order by name, id`.execute(db);
  return rows;
};

/** The account groups that a caller may know of: the caller's own, or all. */
export const viewAccountGroups = async (tenant: Tenant, caller: Caller): Promise<readonly AccountGroup[]> => {
  const groups = await listAccountGroups(tenant.store.db, caller.organizationId);
  return may(caller, "View all account groups settings") ? groups : groups.filter(({ id }) => isIn(caller, id));
};

const absent = no(404, "The organization has no account group with this id.");

const tell = (tx: Tx, tenant: Tenant, caller: Caller, event: ActivityEvent, names: readonly string[]) =>
  recordActivity(tx, {
    event,
    at: tenant.clock.now(),
    caller,
    resources: names.map((name) => ({ type: "accountGroupName", name })),
  });

/** Changes account groups while nothing else of the organisation's set-up changes. */
const changing = async <Value>(
  tenant: Tenant,
  caller: Caller,
  work: (tx: Tx, groups: readonly AccountGroup[], settings: SandboxSettings) => Promise<Result<Value>>,
): Promise<Result<Value>> => {
  if (!may(caller, "Edit all account groups")) return lacks("Edit all account groups");
  try {
    const result = await allOrNothing(tenant.store, async (tx) => {
      const { settings } = await lockOrganization(tx, caller.organizationId);
      return work(tx, await listAccountGroups(tx, caller.organizationId), settings);
    });
    tenant.callers.forgetAll();
    tenant.forgetOrganizations();
    return result;
  } catch (error) {
    if (codeOf(error) !== "23505") throw error;
    return no(409, "The organization has an account group with this name already.");
  }
};

/** Who is in all account groups is in the new one as well. */
export const createAccountGroup = (tenant: Tenant, caller: Caller, name: string): Promise<Result<AccountGroup>> =>
  changing(tenant, caller, async (tx, groups): Promise<Result<AccountGroup>> => {
    if (groups.length >= most) return no(409, `An organization has at most ${most} account groups.`);
    const id = newId();
    await sql`insert into sandbox.account_group (id, organization_id, name) values (${id}, ${caller.organizationId}, ${name})`.execute(
      tx,
    );
    await tell(tx, tenant, caller, events.accountGroupCreated, [name]);
    return done({ id, name });
  });

export const renameAccountGroup = (
  tenant: Tenant,
  caller: Caller,
  id: string,
  name: string,
): Promise<Result<AccountGroup>> =>
  changing(tenant, caller, async (tx, groups, { defaultAccountGroups }): Promise<Result<AccountGroup>> => {
    const group = groups.find((candidate) => candidate.id === id);
    if (group === undefined) return absent;
    await sql`update sandbox.account_group set name = ${name} where id = ${id}`.execute(tx);
    // The SCIM settings name account groups.
    if (defaultAccountGroups?.includes(group.name)) {
      const named = defaultAccountGroups.map((each) => (each === group.name ? name : each));
      await saveSettings(tx, caller.organizationId, { defaultAccountGroups: named });
    }
    await tell(tx, tenant, caller, events.accountGroupUpdated, [group.name, name]);
    return done({ id, name });
  });

/** Who had a role in it, and in no other, is left without one. */
export const deleteAccountGroup = (tenant: Tenant, caller: Caller, id: string): Promise<Result<AccountGroup>> =>
  changing(tenant, caller, async (tx, groups, { defaultAccountGroups }): Promise<Result<AccountGroup>> => {
    if (!may(caller, "Assign management permissions")) return lacks("Assign management permissions");
    const group = groups.find((candidate) => candidate.id === id);
    if (group === undefined) return absent;
    if (groups.length === 1) return no(409, "An organization needs an account group, and this is its last one.");
    if (defaultAccountGroups?.includes(group.name)) {
      return no(409, `The SCIM settings put new users into ${group.name}. Take it out there first.`);
    }
    await sql`delete from sandbox.account_group where id = ${id}`.execute(tx);
    await tell(tx, tenant, caller, events.accountGroupDeleted, [group.name]);
    return done(group);
  });
