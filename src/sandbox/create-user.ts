import { newId } from "#runtime";
import { type Projection, userResourceType, validateResource } from "#scim";
import { findAccount, findHolder, grantAccess, insertAccount, takenAttribute, updateAccount } from "./accounts.ts";
import { type Answer, answer, refusal, refuse, refuseAs } from "./answer.ts";
import { type Caller, whyNotGrant } from "./caller.ts";
import type { Tenant } from "./tenant.ts";
import { activityOf, locationOf, show, taken } from "./user-answers.ts";
import { stateOf, type UserState } from "./user-state.ts";

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
  tenant.callers.forget(linked.id);
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
