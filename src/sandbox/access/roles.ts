import { sql } from "kysely";
import { codeOf, newId } from "#runtime";
import type { Result } from "#scim";
import type { Queryable, Tx } from "#store";
import { recordActivity } from "../activity.ts";
import { type Caller, may } from "../caller.ts";
import { type ActivityEvent, events } from "../events.ts";
import { lockOrganization, saveSettings } from "../organization.ts";
import { allOrNothing, done, lacks, no } from "../outcome.ts";
import { hasManagementPermissions, type Permission } from "../permissions.ts";
import type { SandboxSettings } from "../settings.ts";
import type { Tenant } from "../tenant.ts";

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly isBuiltIn: boolean;
  readonly permissions: readonly Permission[];
}

/** What somebody wants a role to be, checked for its form. */
export interface RoleWish {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** Roles that an organisation may have. */
const most = 200;

/** The built-in ones first, then by name. */
export const listRoles = async (db: Queryable, organizationId: string): Promise<readonly Role[]> => {
  const { rows } = await sql<Role>`select id, name, built_in as "isBuiltIn", permissions from sandbox.role
    where organization_id = ${organizationId} order by built_in desc, name`.execute(db);
  return rows;
};

export const viewRoles = async (tenant: Tenant, caller: Caller): Promise<Result<readonly Role[]>> =>
  may(caller, "View roles") ? done(await listRoles(tenant.store.db, caller.organizationId)) : lacks("View roles");

const absent = no(404, "The organization has no role with this id.");

const tell = (tx: Tx, tenant: Tenant, caller: Caller, event: ActivityEvent, { name, permissions }: RoleWish) =>
  recordActivity(tx, {
    event,
    at: tenant.clock.now(),
    caller,
    resources: [
      { type: "roleName", name },
      ...permissions.map((permission) => ({ type: "permission", name: permission })),
    ],
  });

/** Null when the caller may bring such permissions into being, or take them away. */
const whyNot = (caller: Caller, ...held: readonly (readonly string[])[]): Result<never> | null => {
  if (!may(caller, "Edit roles")) return lacks("Edit roles");
  const isManagement = held.some(hasManagementPermissions);
  return isManagement && !may(caller, "Assign management permissions") ? lacks("Assign management permissions") : null;
};

/** Changes roles while nothing else of the organisation's set-up changes, and lets everybody's permissions be read anew. */
const changing = async <Value>(
  tenant: Tenant,
  caller: Caller,
  work: (tx: Tx, roles: readonly Role[], settings: SandboxSettings) => Promise<Result<Value>>,
): Promise<Result<Value>> => {
  try {
    const result = await allOrNothing(tenant.store, async (tx) => {
      const { settings } = await lockOrganization(tx, caller.organizationId);
      return work(tx, await listRoles(tx, caller.organizationId), settings);
    });
    tenant.callers.forgetAll();
    tenant.forgetOrganizations();
    return result;
  } catch (error) {
    if (codeOf(error) !== "23505") throw error;
    return no(409, "The organization has a role with this name already.");
  }
};

export const createRole = (tenant: Tenant, caller: Caller, wish: RoleWish): Promise<Result<Role>> =>
  changing(tenant, caller, async (tx, roles): Promise<Result<Role>> => {
    const refused = whyNot(caller, wish.permissions);
    if (refused !== null) return refused;
    if (roles.length >= most) return no(409, `An organization has at most ${most} roles.`);
    const id = newId();
    await sql`insert into sandbox.role (id, organization_id, name, built_in, permissions)
      values (${id}, ${caller.organizationId}, ${wish.name}, false, ${wish.permissions}::text[])`.execute(tx);
    await tell(tx, tenant, caller, events.roleCreated, wish);
    return done({ id, isBuiltIn: false, ...wish });
  });

/** Gives a role another name and these permissions in place of those that it had. */
export const updateRole = (tenant: Tenant, caller: Caller, id: string, wish: RoleWish): Promise<Result<Role>> =>
  changing(tenant, caller, async (tx, roles, { defaultRole }): Promise<Result<Role>> => {
    const role = roles.find((candidate) => candidate.id === id);
    const refused = whyNot(caller, wish.permissions, role?.permissions ?? []);
    if (refused !== null) return refused;
    if (role === undefined) return absent;
    if (role.isBuiltIn) return no(403, `${role.name} is built in and cannot be changed. Make a role of your own.`);
    await sql`update sandbox.role set name = ${wish.name}, permissions = ${wish.permissions}::text[] where id = ${id}`.execute(
      tx,
    );
    // The SCIM settings name roles.
    if (defaultRole === role.name) {
      await saveSettings(tx, caller.organizationId, { defaultRole: wish.name });
    }
    await tell(tx, tenant, caller, events.roleUpdated, wish);
    return done({ ...role, ...wish });
  });

export const deleteRole = (tenant: Tenant, caller: Caller, id: string): Promise<Result<Role>> =>
  changing(tenant, caller, async (tx, roles, { defaultRole }): Promise<Result<Role>> => {
    const role = roles.find((candidate) => candidate.id === id);
    const refused = whyNot(caller, role?.permissions ?? []);
    if (refused !== null) return refused;
    if (role === undefined) return absent;
    if (role.isBuiltIn) return no(403, `${role.name} is built in and cannot be deleted.`);
    if (defaultRole === role.name) {
      return no(409, `The SCIM settings give new users the role ${role.name}. Name another one there first.`);
    }
    const { rows } = await sql<{ holders: number }>`
      select count(distinct account_id) as holders from sandbox.account_role where role_id = ${id}`.execute(tx);
    const holders = rows[0]?.holders ?? 0;
    if (holders > 0) return no(409, `${holders} users hold the role ${role.name}. Give them another one first.`);
    await sql`delete from sandbox.role where id = ${id}`.execute(tx);
    await tell(tx, tenant, caller, events.roleDeleted, role);
    return done(role);
  });
