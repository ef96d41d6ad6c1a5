import { codeOf } from "#runtime";
import {
  applyPatch,
  type JsonObject,
  type PatchOperation,
  type Projection,
  parsePatchOp,
  parsePath,
  type Result,
  resolvePath,
  schemaUrns,
  userResourceType,
  validateResource,
} from "#scim";
import type { Tx } from "#store";
import { type Account, deleteAccount, findAccount, takenAttribute, updateAccount } from "./accounts.ts";
import { type Answer, answer, refusal } from "./answer.ts";
import { type Caller, mayEditIn } from "./caller.ts";
import type { Tenant } from "./tenant.ts";
import { activityOf, isId, locationOf, missing, notEditable, show, taken } from "./user-answers.ts";
import { changedNames, resourceOf, stateOf, type UserState } from "./user-state.ts";

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

const attempts = 5;

/** Runs a transaction, and again when two of them stood in each other's way, as when two users swap their names at the same moment. */
const settled = async <T>(tenant: Tenant, work: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tenant.store.transaction(work);
    } catch (error) {
      if (attempt === attempts || codeOf(error) !== deadlock) throw error;
    }
  }
};

/** PostgreSQL's "deadlock_detected". */
const deadlock = "40P01";

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
    const given = await settled(tenant, async (tx) => {
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
    tenant.callers.forget(id);
    return given;
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
export const deleteUser = async (tenant: Tenant, caller: Caller, id: string): Promise<Answer> => {
  if (!isId(id)) return missing(id);
  const { id: organizationId } = tenant.organization;
  const given = await tenant.store.transaction(async (tx) => {
    const account = await findAccount(tx, organizationId, id, { lock: true });
    if (account === null) return missing(id);
    if (!mayEdit(caller, account)) return notEditable;
    await deleteAccount(tx, organizationId, { id, activity: activityOf(tenant, caller, "User deleted", account) });
    return answer(204, null);
  });
  tenant.callers.forget(id);
  return given;
};
