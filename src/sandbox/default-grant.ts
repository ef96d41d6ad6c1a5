import { type Caller, may, mayEditIn } from "./caller.ts";

/** The access that the SCIM settings give to a new account. */
export interface DefaultGrant {
  readonly roleId: string;
  readonly roleName: string;
  readonly isManagement: boolean;
  /** Null: all account groups. */
  readonly accountGroupIds: readonly string[] | null;
}

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
