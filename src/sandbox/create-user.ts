import { newId } from "#runtime";
import { type Projection, validateResource } from "#scim";
import { sendNotice } from "./access/invitations.ts";
import {
  addRoles,
  findAccount,
  findHolder,
  insertAccount,
  rolesOfGrant,
  takenAttribute,
  updateAccount,
} from "./accounts.ts";
import { type Answer, answer, refusal, refuse, refuseAs } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { whyNotGrant } from "./default-grant.ts";
import { events } from "./events.ts";
import type { Tenant } from "./tenant.ts";
import { activityOf, locationOf, show, taken } from "./user-answers.ts";
import { stateOf, type UserState } from "./user-state.ts";
import { bodyRules } from "./user-type.ts";

/** An account with this login is known already: the person gets the default access and keeps the rest. */
const linkUser = async (tenant: Tenant, caller: Caller, state: UserState, projection: Projection): Promise<Answer> => {
  const { id: organizationId, grant } = tenant.organization;
  const linked = await tenant.store.transaction(async (tx) => {
    const holder = await findHolder(tx, organizationId, state);
    if (holder === null) return null;
    await addRoles(tx, holder.id, rolesOfGrant(grant));
    const next = { ...holder, externalId: holder.externalId ?? state.externalId, active: true };
    await updateAccount(tx, {
      before: holder,
      state: next,
      activity: activityOf(tenant, caller, events.userLinked, next),
    });
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
  const { type, ...rules } = bodyRules(settings);
  const read = validateResource(type, body, rules);
  if (!read.ok) return refusal(read.error);
  const wanted = stateOf(read.value, null, settings);
  if (!wanted.ok) return refusal(wanted.error);
  const state = wanted.value;
  if (!state.active && settings.disableAction === "remove") {
    return refuseAs("invalidValue", "This organization keeps no inactive users, so none can be created.");
  }
  const activity = activityOf(tenant, caller, events.userCreated, state);
  const id = newId();
  const known = async (attribute: "userName" | "email"): Promise<Answer> =>
    settings.duplicateAnswer === "link" ? linkUser(tenant, caller, state, projection) : taken(attribute, state);
  try {
    const made = await insertAccount(tenant.store.db, organizationId, {
      id,
      state,
      roles: rolesOfGrant(grant),
      // Nobody invites whom a directory sends.
      registeredAt: activity.at,
      mayLink: settings.knownPersonAnswer === "link",
      activity,
    });
    if (made === null) {
      const isHere = (await findHolder(tenant.store.db, organizationId, state)) !== null;
      return isHere ? known("email") : refuseAs("uniqueness", `${state.email} is known in another organization.`);
    }
    if (made === "linked" && settings.linkNotice) {
      await tenant.store.transaction((tx) => sendNotice(tx, tenant, state.email));
    }
    const account = {
      ...state,
      id,
      roles: [{ name: grant.roleName }],
      createdAt: activity.at,
      modifiedAt: activity.at,
    };
    return answer(201, show(tenant, account, projection), { location: locationOf(tenant, id) });
  } catch (error) {
    const attribute = takenAttribute(error);
    if (attribute === null) throw error;
    return known(attribute);
  }
};
