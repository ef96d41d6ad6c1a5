import { isGuid, newId } from "#runtime";
import {
  applyPatch,
  type JsonObject,
  listResponse,
  type PageRequest,
  type PatchOperation,
  type Projection,
  parsePatchOp,
  parsePath,
  type Result,
  representation,
  resolvePath,
  schemaUrns,
  userResourceType,
  validateResource,
} from "#scim";
import type { Tx } from "#store";
import {
  type Account,
  deleteAccount,
  findAccount,
  findHolder,
  grantAccess,
  insertAccount,
  listAccounts,
  takenAttribute,
  updateAccount,
} from "./accounts.ts";
import type { Activity } from "./activity.ts";
import { type Answer, answer, refusal, refuse, refuseAs } from "./answer.ts";
import { type Caller, mayEditIn, whyNotGrant } from "./caller.ts";
import type { Tenant } from "./tenant.ts";
import { userCondition } from "./user-filter.ts";
import { changedNames, resourceOf, stateOf, type UserState } from "./user-state.ts";
import { tenantUserType } from "./user-type.ts";

const show = (tenant: Tenant, account: Account, projection: Projection): JsonObject => {
  const roles = [...new Set(account.roles.map((role) => role.name))];
  const resource: JsonObject = {
    ...resourceOf(account.id, account),
    ...(roles.length === 0 ? {} : { roles: roles.map((value, index) => ({ value, primary: index === 0 })) }),
    meta: {
      resourceType: "User",
      created: account.createdAt.toISOString(),
      lastModified: account.modifiedAt.toISOString(),
      location: locationOf(tenant, account.id),
    },
  };
  return representation(tenantUserType, resource, projection, tenant.organization.settings.mode);
};

const locationOf = (tenant: Tenant, id: string): string => `${tenant.baseUrl}/Users/${id}`;

const missing = (id: string): Answer => refuse(404, `There is no user with the id ${JSON.stringify(id.slice(0, 80))}.`);

const notEditable = refuse(
  403,
  "The token's owner may not edit this user: the permission is missing in an account group of the user.",
);

const taken = (attribute: "userName" | "email", state: UserState): Answer =>
  refuseAs(
    "uniqueness",
    `Another user of the organization already has the ${attribute} ${JSON.stringify(state[attribute])}.`,
  );

const activityOf = (
  tenant: Tenant,
  caller: Caller,
  event: string,
  state: Pick<UserState, "email" | "displayName" | "formattedName">,
  attributes: readonly string[] = [],
): Activity => ({
  event,
  at: tenant.clock.now(),
  caller,
  source: "SCIM",
  resources: [
    { type: "userEmail", name: state.email },
    { type: "userDisplayName", name: state.displayName ?? state.formattedName ?? "" },
    ...attributes.map((name) => ({ type: "attribute", name })),
  ],
});

/** Ids are compared as they were given out; what has no id's form names nobody. */
const isId = (id: string): boolean => isGuid(id) && id === id.toLowerCase();

/** `GET /Users` (RFC 7644 section 3.4.2). */
export const listUsers = async (
  tenant: Tenant,
  { filter, page, projection }: { filter: string | undefined; page: PageRequest; projection: Projection },
): Promise<Answer> => {
  const { id, settings } = tenant.organization;
  const where = userCondition(filter, settings.mode);
  if (!where.ok) return refusal(where.error);
  const limit = Math.min(page.count ?? settings.pageSize, settings.largestPage);
  const { accounts, total } = await listAccounts(tenant.store.db, id, {
    where: where.value,
    offset: page.startIndex - 1,
    limit,
  });
  const resources = accounts.map((account) => show(tenant, account, projection));
  return answer(200, listResponse({ resources, totalResults: total, startIndex: page.startIndex }));
};

/** `GET /Users/{id}`. */
export const readUser = async (tenant: Tenant, id: string, projection: Projection): Promise<Answer> => {
  const account = isId(id) ? await findAccount(tenant.store.db, tenant.organization.id, id, { lock: false }) : null;
  return account === null ? missing(id) : answer(200, show(tenant, account, projection));
};

/** An account with this login is known already: the person gets the default access and keeps the rest. */
const linkUser = async (tenant: Tenant, caller: Caller, state: UserState, projection: Projection): Promise<Answer> => {
  const { id: organizationId, grant } = tenant.organization;
  const linked = await tenant.store.transaction(async (tx) => {
    const holder = await findHolder(tx, organizationId, state);
    if (holder === null) return null;
    await grantAccess(tx, holder.id, grant);
    const next = { ...holder, externalId: holder.externalId ?? state.externalId, active: true };
    const activity = activityOf(tenant, caller, "User linked", next);
    await updateAccount(tx, organizationId, { id: holder.id, state: next, activity });
    return findAccount(tx, organizationId, holder.id, { lock: false });
  });
  if (linked === null) return taken("email", state);
  return answer(200, show(tenant, linked, projection), { location: locationOf(tenant, linked.id) });
};

/** `POST /Users` (RFC 7644 section 3.3). */
export const createUser = async (
  tenant: Tenant,
  caller: Caller,
  body: unknown,
  projection: Projection,
): Promise<Answer> => {
  const { id: organizationId, settings, grant } = tenant.organization;
  const reason = whyNotGrant(caller, grant);
  if (reason !== null) return refuse(403, reason);
  const read = validateResource(userResourceType, body, { mode: settings.mode, unknown: "ignore" });
  if (!read.ok) return refusal(read.error);
  const state = stateOf(read.value, null, settings);
  if (!state.ok) return refusal(state.error);
  if (!state.value.active && settings.disableAction === "remove") {
    return refuseAs("invalidValue", "This organization keeps no inactive users, so none can be created.");
  }
  const activity = activityOf(tenant, caller, "User created", state.value);
  try {
    const account = await insertAccount(tenant.store.db, organizationId, {
      id: newId(),
      state: state.value,
      grant,
      activity,
    });
    return answer(201, show(tenant, account, projection), { location: locationOf(tenant, account.id) });
  } catch (error) {
    const attribute = takenAttribute(error);
    if (attribute === null) throw error;
    if (settings.duplicateAnswer === "link") return linkUser(tenant, caller, state.value, projection);
    return taken(attribute, state.value);
  }
};

const eventOf = (before: UserState, after: UserState): string => {
  if (before.active === after.active) return "User updated";
  return after.active ? "User activated" : "User deactivated";
};

const store = async (
  tenant: Tenant,
  tx: Tx,
  caller: Caller,
  { before, after }: { before: Account; after: UserState },
): Promise<Account> => {
  const { id: organizationId, settings } = tenant.organization;
  const changes = changedNames(before, after);
  if (changes.length === 0) return before;
  if (before.active && !after.active && settings.disableAction === "remove") {
    const removed = activityOf(tenant, caller, "User deleted", before, changes);
    await deleteAccount(tx, organizationId, { id: before.id, activity: removed });
    return { ...before, ...after, modifiedAt: removed.at };
  }
  const activity = activityOf(tenant, caller, eventOf(before, after), after, changes);
  await updateAccount(tx, organizationId, { id: before.id, state: after, activity });
  return { ...before, ...after, modifiedAt: activity.at };
};

/** Reads, changes and writes one account in one transaction. */
const changeUser = async (
  tenant: Tenant,
  caller: Caller,
  { id, projection }: { id: string; projection: Projection },
  change: (resource: JsonObject) => Result<JsonObject>,
): Promise<Answer> => {
  if (!isId(id)) return missing(id);
  const { id: organizationId, settings } = tenant.organization;
  let wanted: UserState | undefined;
  try {
    return await tenant.store.transaction(async (tx) => {
      const before = await findAccount(tx, organizationId, id, { lock: true });
      if (before === null) return missing(id);
      if (!mayEdit(caller, before)) return notEditable;
      const changed = change(resourceOf(id, before));
      if (!changed.ok) return refusal(changed.error);
      const state = stateOf(changed.value, before, settings);
      if (!state.ok) return refusal(state.error);
      wanted = state.value;
      const account = await store(tenant, tx, caller, { before, after: state.value });
      return answer(200, show(tenant, account, projection), { "content-location": locationOf(tenant, id) });
    });
  } catch (error) {
    const attribute = takenAttribute(error);
    if (attribute === null || wanted === undefined) throw error;
    return taken(attribute, wanted);
  }
};

const mayEdit = (caller: Caller, account: Account): boolean => {
  const groups = account.roles.map((role) => role.accountGroupId).filter((group) => group !== null);
  return mayEditIn(caller, groups.length < account.roles.length ? null : groups);
};

/** `PUT /Users/{id}` (RFC 7644 section 3.5.1). */
export const replaceUser = (
  tenant: Tenant,
  caller: Caller,
  target: { id: string; projection: Projection },
  body: unknown,
): Promise<Answer> =>
  changeUser(tenant, caller, target, (current) =>
    validateResource(userResourceType, body, {
      mode: tenant.organization.settings.mode,
      unknown: "ignore",
      current,
    }),
  );

/** True for attributes of a schema that the tenant has never heard of: they are dropped like all that it does not keep. */
const isForeign = ({ path }: PatchOperation): boolean => {
  const parsed = path === undefined ? undefined : parsePath(path, "compat");
  if (parsed === undefined || !parsed.ok || parsed.value.urn === undefined) return false;
  const known = [schemaUrns.user, schemaUrns.enterpriseUser].map((urn) => urn.toLowerCase());
  return (
    !known.includes(parsed.value.urn.toLowerCase()) &&
    resolvePath(userResourceType, parsed.value, "compat") === undefined
  );
};

/** `PATCH /Users/{id}` (RFC 7644 section 3.5.2): all operations or none. */
export const patchUser = async (
  tenant: Tenant,
  caller: Caller,
  target: { id: string; projection: Projection },
  body: unknown,
): Promise<Answer> => {
  const { mode } = tenant.organization.settings;
  const read = parsePatchOp(body, mode);
  if (!read.ok) return refusal(read.error);
  const operations = mode === "compat" ? read.value.filter((operation) => !isForeign(operation)) : read.value;
  return changeUser(tenant, caller, target, (current) => {
    const patched = applyPatch(userResourceType, current, operations, { mode, unknown: "ignore" });
    return patched.ok ? { ok: true, value: patched.value.resource } : patched;
  });
};

/** `DELETE /Users/{id}` (RFC 7644 section 3.6). */
export const deleteUser = (tenant: Tenant, caller: Caller, id: string): Promise<Answer> | Answer => {
  if (!isId(id)) return missing(id);
  const { id: organizationId } = tenant.organization;
  return tenant.store.transaction(async (tx) => {
    const account = await findAccount(tx, organizationId, id, { lock: true });
    if (account === null) return missing(id);
    if (!mayEdit(caller, account)) return notEditable;
    await deleteAccount(tx, organizationId, { id, activity: activityOf(tenant, caller, "User deleted", account) });
    return answer(204, null);
  });
};
