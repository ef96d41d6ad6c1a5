/** Graph's names of credentials and settings (synchronizationSecret). */
const keys = [
  "UserName",
  "Password",
  "SecretToken",
  "AppKey",
  "BaseAddress",
  "ClientIdentifier",
  "ClientSecret",
  "SingleSignOnType",
  "Sandbox",
  "Url",
  "Domain",
  "ConsumerKey",
  "ConsumerSecret",
  "TokenKey",
  "TokenExpiration",
  "Oauth2AccessToken",
  "Oauth2AccessTokenCreationTime",
  "Oauth2RefreshToken",
  "SyncAll",
  "InstanceName",
  "Oauth2ClientId",
  "Oauth2ClientSecret",
  "CompanyId",
  "UpdateKeyOnSoftDelete",
  "SynchronizationSchedule",
  "SystemOfRecord",
  "SandboxName",
  "EnforceDomain",
  "SyncNotificationSettings",
  "SkipOutOfScopeDeletions",
  "Oauth2AuthorizationCode",
  "Oauth2RedirectUri",
  "ApplicationTemplateIdentifier",
  "Oauth2TokenExchangeUri",
  "Oauth2AuthorizationUri",
  "AuthenticationType",
  "Server",
  "PerformInboundEntitlementGrants",
  "HardDeletesEnabled",
  "SyncAgentCompatibilityKey",
  "SyncAgentADContainer",
  "ValidateDomain",
  "TestReferences",
  "ConnectionString",
  "CredentialLocationInRequest",
  // Graph has no name for what a client asks access to.
  "Oauth2Scope",
] as const;

const byLowerCase: ReadonlyMap<string, string> = new Map(keys.map((key) => [key.toLowerCase(), key]));

/** The key in Graph's spelling, or null when there is none like it. */
export const canonicalKey = (key: string): string | null => byLowerCase.get(key.trim().toLowerCase()) ?? null;

const confidential: ReadonlySet<string> = new Set([
  "Password",
  "SecretToken",
  "AppKey",
  "ClientSecret",
  "ConsumerKey",
  "ConsumerSecret",
  "TokenKey",
  "Oauth2AccessToken",
  "Oauth2RefreshToken",
  "Oauth2ClientSecret",
  "Oauth2AuthorizationCode",
  "SyncAgentCompatibilityKey",
  "ConnectionString",
]);

/** Confidential values are sealed at rest and shown as `*`. */
export const isConfidential = (key: string): boolean => confidential.has(key);

/** Keys that say where confidential values are sent: when one of them moves, the values must be given anew. */
export const addressKeys: readonly string[] = [
  "BaseAddress",
  "Url",
  "Domain",
  "Server",
  "InstanceName",
  "SandboxName",
  "Oauth2TokenExchangeUri",
  "Oauth2AuthorizationUri",
  "Oauth2RedirectUri",
];

/** Keys that decide who is in scope, or what becomes of those who are not. */
export const scopeKeys: ReadonlySet<string> = new Set(["SyncAll", "SkipOutOfScopeDeletions"]);

/** Settings that concern neither the scope nor the connection. */
export const plainKeys: ReadonlySet<string> = new Set(["SyncNotificationSettings"]);
