import {
  applyPatch,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type PatchOperation,
  type Projection,
  parsePatchOp,
  parsePath,
  type Result,
  resolvePath,
  schemaUrns,
  scimError,
  userResourceType,
  validateResource,
  valueOfName,
} from "#scim";
import type { Tx } from "#store";
import { mayEditAccount } from "./access/member-roles.ts";
import {
  type Account,
  deleteAccount,
  findAccount,
  replaceRoles,
  rolesOfGrant,
  takenAttribute,
  updateAccount,
} from "./accounts.ts";
import { type Answer, answer, refusal, refuse } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { whyNotGrant } from "./default-grant.ts";
import { events } from "./events.ts";
import { askEmailChange, cancelEmailChange, followLogin, isLoginTaken, mustConfirm } from "./mail/email-change.ts";
import { settled } from "./outcome.ts";
import type { Tenant } from "./tenant.ts";
import { activityOf, isId, locationOf, missing, notEditable, show, taken } from "./user-answers.ts";
import { changedNames, resourceOf, stateOf, type UserState } from "./user-state.ts";
import { bodyRules } from "./user-type.ts";

const eventOf = (before: UserState, after: UserState) => {
  if (before.active === after.active) return events.userUpdated;
  return after.active ? events.userActivated : events.userDeactivated;
};

/** Writes what has changed. */
const store = async (
  tenant: Tenant,
  tx: Tx,
  caller: Caller,
  { before, after }: { before: Account; after: UserState },
): Promise<Account> => {
  const { settings } = tenant.organization;
  const changes = changedNames(before, after);
  if (before.active && !after.active && settings.disableAction === "remove") {
    const removed = activityOf(tenant, caller, events.userDeleted, before, changes);
    await deleteAccount(tx, before, removed);
    return { ...before, ...after, modifiedAt: removed.at };
  }
  let modifiedAt = before.modifiedAt;
  if (changes.length > 0) {
    const activity = activityOf(tenant, caller, eventOf(before, after), after, changes);
    await updateAccount(tx, { before, state: after, activity });
    if (before.email !== after.email) await followLogin(tx, before, after.email, activity.at);
    modifiedAt = activity.at;
  }
  if (after.pendingEmail !== before.pendingEmail) {
    if (after.pendingEmail === null) await cancelEmailChange(tx, tenant, caller, before);
    else await askEmailChange(tx, tenant, caller, { ...before, email: after.email }, after.pendingEmail);
  }
  return { ...before, ...after, modifiedAt };
};

/** Reads, changes and writes one account in one transaction. */
const changeUser = async (
  tenant: Tenant,
  caller: Caller,
  { id, projection }: { id: string; projection: Projection },
  change: (resource: JsonObject) => Result<JsonObject>,
): Promise<Answer> => {
  if (!isId(id)) return missing(id);
  const { id: organizationId, settings, grant } = tenant.organization;
  let wanted: UserState | undefined;
  try {
    const given = await settled(tenant.store, async (tx) => {
      const before = await findAccount(tx, organizationId, id, { lock: true });
      if (before === null) return missing(id);
      if (!mayEditAccount(caller, before)) return notEditable;
      const changed = change(resourceOf(id, before));
      if (!changed.ok) return refusal(changed.error);
      const confirmEmailChanges = await mustConfirm(tx, tenant.organization, before.personId);
      const state = stateOf(changed.value, before, { ...settings, confirmEmailChanges });
      if (!state.ok) return refusal(state.error);
      const after = state.value;
      const asked = after.pendingEmail === before.pendingEmail ? null : after.pendingEmail;
      if (asked !== null && (await isLoginTaken(tx, asked, before.personId))) {
        return taken("email", { ...after, email: asked });
      }
      if (settings.updatesResetRoles) {
        const reason = whyNotGrant(caller, grant);
        if (reason !== null) return refuse(403, reason);
        await replaceRoles(tx, id, rolesOfGrant(grant));
      }
      wanted = after;
      const account = await store(tenant, tx, caller, { before, after });
      const roles = settings.updatesResetRoles ? [{ name: grant.roleName }] : account.roles;
      return answer(200, show(tenant, { ...account, roles }, projection), {
        "content-location": locationOf(tenant, id),
      });
    });
    tenant.callers.forget(id);
    return given;
  } catch (error) {
    const attribute = takenAttribute(error);
    if (attribute === null || wanted === undefined) throw error;
    return taken(attribute, wanted);
  }
};

/** `PUT /Users/{id}` (RFC 7644 section 3.5.1). */
export const replaceUser = (
  tenant: Tenant,
  caller: Caller,
  target: { id: string; projection: Projection },
  body: unknown,
): Promise<Answer> =>
  changeUser(tenant, caller, target, (current) => {
    const { type, ...rules } = bodyRules(tenant.organization.settings);
    return validateResource(type, body, { ...rules, current });
  });

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

/** The first operation whose `op` is not spelled as the RFC spells it, counted from 1; null when all are. */
const misspelled = (body: unknown): number | null => {
  const operations = isJsonObject(body) ? valueOfName(body, "Operations") : undefined;
  if (!isJsonArray(operations)) return null;
  const index = operations.findIndex((operation) => {
    const op = isJsonObject(operation) ? valueOfName(operation, "op") : undefined;
    return typeof op === "string" && op !== op.toLowerCase();
  });
  return index < 0 ? null : index + 1;
};

/** `PATCH /Users/{id}` (RFC 7644 section 3.5.2): all operations or none. */
export const patchUser = async (
  tenant: Tenant,
  caller: Caller,
  target: { id: string; projection: Projection },
  body: unknown,
): Promise<Answer> => {
  const { type, mode, unknown } = bodyRules(tenant.organization.settings);
  const odd = mode === "strict" ? misspelled(body) : null;
  if (odd !== null) {
    return refusal(scimError("invalidSyntax", `Operation ${odd} must spell its "op" in small letters.`));
  }
  const read = parsePatchOp(body, mode);
  if (!read.ok) return refusal(read.error);
  const drops = mode === "compat" && unknown === "ignore";
  const operations = drops ? read.value.filter((operation) => !isForeign(operation)) : read.value;
  return changeUser(tenant, caller, target, (current) => {
    const patched = applyPatch(type, current, operations, { mode, unknown });
    return patched.ok ? { ok: true, value: patched.value.resource } : patched;
  });
};

/** `DELETE /Users/{id}` (RFC 7644 section 3.6). */
export const deleteUser = async (tenant: Tenant, caller: Caller, id: string): Promise<Answer> => {
  if (!isId(id)) return missing(id);
  const { id: organizationId } = tenant.organization;
  const given = await settled(tenant.store, async (tx) => {
    const account = await findAccount(tx, organizationId, id, { lock: true });
    if (account === null) return missing(id);
    if (!mayEditAccount(caller, account)) return notEditable;
    await deleteAccount(tx, account, activityOf(tenant, caller, events.userDeleted, account));
    return answer(204, null);
  });
  tenant.callers.forget(id);
  return given;
};
