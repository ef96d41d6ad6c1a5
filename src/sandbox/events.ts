/** Everything that the activity log tells of, in the words it uses. */
export const events = {
  login: "Login successful",
  loginFailed: "Login failed",
  logout: "Logout",
  organizationCreated: "Organization created",
  organizationUpdated: "Organization updated",
  userCreated: "User created",
  userLinked: "User linked",
  userUpdated: "User updated",
  userActivated: "User activated",
  userDeactivated: "User deactivated",
  userDeleted: "User deleted",
  userRegistered: "User registered",
  emailChangeAsked: "Email change requested",
  emailConfirmed: "Email confirmed",
  emailChanged: "Email changed",
  emailChangeCancelled: "Email change cancelled",
  passwordChanged: "Password changed",
  tokenCreated: "API token created",
  tokenRegenerated: "API token regenerated",
  tokenRevoked: "API token revoked",
  roleCreated: "Role created",
  roleUpdated: "Role updated",
  roleDeleted: "Role deleted",
  accountGroupCreated: "Account group created",
  accountGroupUpdated: "Account group updated",
  accountGroupDeleted: "Account group deleted",
  settingsChanged: "Settings changed",
  drillStarted: "Drill started",
  drillStopped: "Drill stopped",
  drillMet: "Drill met",
} as const;

export type ActivityEvent = (typeof events)[keyof typeof events];

/** Events about somebody's own logins. */
export const loginEvents: readonly ActivityEvent[] = [events.login, events.loginFailed, events.logout];
