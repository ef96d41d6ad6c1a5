import type { AccountGroup } from "../access/account-groups.ts";
import type { Role } from "../access/roles.ts";
import type { Account } from "../accounts.ts";
import type { ActivityRow } from "../activity.ts";
import { hasManagementPermissions } from "../permissions.ts";
import type { SandboxSettings } from "../settings.ts";
import { waysToSignIn } from "../sign-in/sign-in-rules.ts";

/** A user as the Users page shows one. */
export const userShape = (
  account: Account,
  { roles, groups, singleSignOn }: Names & Pick<SandboxSettings, "singleSignOn">,
) => {
  const held = account.roles.map(({ roleId, name, accountGroupId }) => {
    const permissions = roles.find(({ id }) => id === roleId)?.permissions ?? [];
    const group = groups.find(({ id }) => id === accountGroupId);
    return {
      roleId,
      role: name,
      accountGroupId,
      accountGroup: group?.name ?? null,
      hasManagementPermissions: hasManagementPermissions(permissions),
      permissions,
    };
  });
  const permissions = new Set(held.flatMap((role) => role.permissions));
  return {
    id: account.id,
    email: account.email,
    pendingEmail: account.pendingEmail,
    name: account.displayName ?? account.formattedName,
    userName: account.userName,
    externalId: account.externalId,
    active: account.active,
    isRegistrationPending: account.registeredAt === null,
    createdAt: account.createdAt,
    modifiedAt: account.modifiedAt,
    lastLoginAt: account.lastLoginAt,
    loginAccountGroup: groups.find(({ id }) => id === account.loginAccountGroupId) ?? null,
    roles: held.map(({ permissions: _permissions, ...role }) => role),
    hasManagementPermissions: held.some((role) => role.hasManagementPermissions),
    waysToSignIn: waysToSignIn(permissions, singleSignOn),
  };
};

/** A user as pages see one. */
export type UserView = ReturnType<typeof userShape>;

/** The roles and account groups of an organisation, for what names them by id. */
export interface Names {
  readonly roles: readonly Role[];
  readonly groups: readonly AccountGroup[];
}

export const roleShape = (role: Role) => ({
  ...role,
  hasManagementPermissions: hasManagementPermissions(role.permissions),
});

/** A line as the activity log shows it. */
export const activityShape = ({ seq, ...row }: ActivityRow) => ({ id: String(seq), ...row });
