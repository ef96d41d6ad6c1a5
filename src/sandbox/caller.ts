import type { DefaultGrant } from "./organization.ts";
import type { Permission } from "./permissions.ts";

/** One role that somebody holds; `accountGroupId` null means in all account groups. */
export interface HeldRole {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly accountGroupId: string | null;
}

/** Whom a token acts as. */
export interface Caller {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly HeldRole[];
  /** Address that the request came from, for the activity log. */
  readonly address: string | null;
}

/** True when the caller holds the permission in any account group. */
export const may = (caller: Caller, permission: Permission): boolean =>
  caller.roles.some((role) => role.permissions.includes(permission));

/** True when the caller may edit accounts that belong to these account groups (null: to all of them). */
export const mayEditIn = (caller: Caller, accountGroupIds: readonly string[] | null): boolean => {
  if (!may(caller, "Edit users")) return false;
  if (may(caller, "Edit users in all account groups")) return true;
  if (accountGroupIds === null) return false;
  return accountGroupIds.every((id) =>
    caller.roles.some((role) => role.accountGroupId === id && role.permissions.includes("Edit users")),
  );
};

/** Null when the caller may hand out the default access; else the sentence that says what is missing. */
export const whyNotGrant = (caller: Caller, grant: DefaultGrant): string | null => {
  if (!mayEditIn(caller, grant.accountGroupIds)) {
    return grant.accountGroupIds === null
      ? `New users get ${grant.roleName} in all account groups, and the token's owner lacks "Edit users in all account groups". Give the owner that permission or name account groups in the SCIM settings.`
      : `The token's owner may not edit users in every account group that the SCIM settings name.`;
  }
  if (grant.isManagement && !may(caller, "Assign management permissions")) {
    return `The default role ${grant.roleName} has management permissions, and the token's owner lacks "Assign management permissions".`;
  }
  return null;
};
