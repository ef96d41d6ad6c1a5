/** What a role may allow. Labels as the tenant's administrators read them. */
const permissions = [
  "API access",
  "View all users",
  "Edit users",
  "Edit users in all account groups",
  "Edit user email addresses",
  "Assign management permissions",
  "View roles",
  "Edit roles",
  "View all account groups settings",
  "Edit all account groups",
  "View security & authentication settings",
  "Edit security & authentication settings",
  "Login via Single Sign-On",
  "Login via ThousandEyes login page",
  "View user activity in all account groups",
  "View activity log for all users in account group",
  "View own activity log",
] as const;

export type Permission = (typeof permissions)[number];

/** Permissions that only somebody with "Assign management permissions" may hand on. */
const management: ReadonlySet<string> = new Set<Permission>([
  "Edit users",
  "Edit users in all account groups",
  "Assign management permissions",
  "Edit roles",
  "Edit all account groups",
  "Edit security & authentication settings",
]);

/** One permission as pages and the REST API name it; its id is its place in the list, which only grows at its end. */
export interface PermissionInfo {
  readonly permissionId: string;
  readonly label: Permission;
  readonly permission: string;
  readonly isManagementPermission: boolean;
}

export const permissionInfos: readonly PermissionInfo[] = permissions.map((label, index) => ({
  permissionId: String(index + 1),
  label,
  permission: label
    .toUpperCase()
    .replaceAll("&", "AND")
    .replaceAll(/[^A-Z]+/g, "_"),
  isManagementPermission: management.has(label),
}));

export const hasManagementPermissions = (held: readonly string[]): boolean =>
  held.some((permission) => management.has(permission));

/** The three roles every tenant has and nobody can change. */
export const builtInRoles: readonly { readonly name: string; readonly permissions: readonly Permission[] }[] = [
  {
    name: "Organization Admin",
    permissions: permissions.filter(
      (permission) =>
        permission !== "View activity log for all users in account group" && permission !== "View own activity log",
    ),
  },
  {
    name: "Account Admin",
    permissions: [
      "API access",
      "View all users",
      "Edit users",
      "Edit user email addresses",
      "Login via Single Sign-On",
      "Login via ThousandEyes login page",
      "View activity log for all users in account group",
    ],
  },
  {
    name: "Regular User",
    permissions: [
      "API access",
      "Login via Single Sign-On",
      "Login via ThousandEyes login page",
      "View own activity log",
    ],
  },
];
