import type { AccountGroup } from "../access/account-groups.ts";
import type { Role } from "../access/roles.ts";
import type { Account } from "../accounts.ts";
import type { Caller } from "../caller.ts";
import { hasManagementPermissions, type PermissionInfo, permissionInfos } from "../permissions.ts";
import type { Tenant } from "../tenant.ts";

/** The roles and account groups of an organisation, for what names them by id. */
export interface Names {
  readonly roles: readonly Role[];
  readonly groups: readonly AccountGroup[];
}

/** Address of a resource. */
export const hrefOf = (tenant: Tenant, path: string): string => new URL(`v7/${path}`, tenant.web).href;

export const self = (tenant: Tenant, path: string) => ({ self: { href: hrefOf(tenant, path) } });

export const roleShape = ({ id, name, isBuiltIn, permissions }: Role) => ({
  roleId: id,
  name,
  isBuiltin: isBuiltIn,
  hasManagementPermissions: hasManagementPermissions(permissions),
});

export const roleDetail = (tenant: Tenant, { id, name, isBuiltIn, permissions }: Role) => ({
  roleId: id,
  name,
  isBuiltin: isBuiltIn,
  permissions: permissionInfos.filter(({ label }) => permissions.includes(label)),
  _links: self(tenant, `roles/${id}`),
});

/** The permissions with these ids; the first id that is none's. */
export const permissionsOfIds = (ids: readonly string[]): readonly PermissionInfo["label"][] | { unknown: string } => {
  const found = ids.map((id) => permissionInfos.find(({ permissionId }) => permissionId === id));
  const missing = found.indexOf(undefined);
  if (missing >= 0) return { unknown: ids[missing] ?? "" };
  return permissionInfos.filter((info) => found.includes(info)).map(({ label }) => label);
};

const shortGroup = ({ id, name }: AccountGroup) => ({ aid: id, accountGroupName: name });

export const accountGroupShape = (tenant: Tenant, caller: Caller, own: string | null, group: AccountGroup) => ({
  ...shortGroup(group),
  isCurrentAccountGroup: group.id === caller.accountGroup?.id,
  isDefaultAccountGroup: group.id === own,
  organizationName: tenant.organization.name,
  orgId: tenant.organization.id,
});

/** A user as a list shows one. */
export const userShape = (account: Account, { groups }: Names) => {
  const login = groups.find(({ id }) => id === account.loginAccountGroupId);
  return {
    uid: account.id,
    name: account.displayName ?? account.formattedName ?? "",
    email: account.email,
    ...(account.registeredAt === null ? {} : { dateRegistered: account.registeredAt.toISOString() }),
    ...(account.lastLoginAt === null ? {} : { lastLogin: account.lastLoginAt.toISOString() }),
    ...(login === undefined ? {} : { loginAccountGroup: shortGroup(login) }),
  };
};

/** A user with roles. */
export const userDetail = (tenant: Tenant, account: Account, names: Names) => {
  const rolesIn = (accountGroupId: string | null) =>
    account.roles
      .filter((held) => held.accountGroupId === accountGroupId)
      .flatMap((held) => names.roles.filter(({ id }) => id === held.roleId).map(roleShape));
  return {
    ...userShape(account, names),
    accountGroupRoles: names.groups
      .map((group) => ({ accountGroup: shortGroup(group), roles: rolesIn(group.id) }))
      .filter(({ roles }) => roles.length > 0),
    allAccountGroupRoles: rolesIn(null),
    _links: self(tenant, `users/${account.id}`),
  };
};
