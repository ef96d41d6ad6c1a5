import { isGuid } from "#runtime";
import { type JsonObject, type Projection, representation } from "#scim";
import type { Account } from "./accounts.ts";
import type { Activity } from "./activity.ts";
import { type Answer, refuse, refuseAs } from "./answer.ts";
import type { Caller } from "./caller.ts";
import type { ActivityEvent } from "./events.ts";
import type { Tenant } from "./tenant.ts";
import { resourceOf, type UserState } from "./user-state.ts";
import { tenantUserType } from "./user-type.ts";

type Shown = UserState &
  Pick<Account, "id" | "createdAt" | "modifiedAt"> & { readonly roles: readonly { readonly name: string }[] };

/** The user as a reply shows it. */
export const show = (tenant: Tenant, account: Shown, projection: Projection): JsonObject => {
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

export const locationOf = (tenant: Tenant, id: string): string => `${tenant.baseUrl}/Users/${id}`;

export const missing = (id: string): Answer =>
  refuse(404, `There is no user with the id ${JSON.stringify(id.slice(0, 80))}.`);

export const notEditable = refuse(
  403,
  "The token's owner may not edit this user: the permission is missing in an account group of the user.",
);

export const taken = (attribute: "userName" | "email", state: UserState): Answer =>
  refuseAs("uniqueness", `Another user already has the ${attribute} ${JSON.stringify(state[attribute])}.`);

/** A line for the activity log about a user. @param attributes the names of those that changed */
export const activityOf = (
  tenant: Tenant,
  caller: Caller,
  event: ActivityEvent,
  state: Pick<UserState, "email" | "displayName" | "formattedName">,
  attributes: readonly string[] = [],
): Activity => ({
  event,
  at: tenant.clock.now(),
  caller,
  resources: [
    { type: "userEmail", name: state.email },
    { type: "userDisplayName", name: state.displayName ?? state.formattedName ?? "" },
    ...attributes.map((name) => ({ type: "attribute", name })),
  ],
});

/** Ids are compared as they were given out; what has no id's form names nobody. */
export const isId = (id: string): boolean => isGuid(id) && id === id.toLowerCase();
