import { instant } from "./user.ts";

export interface RoleRecord {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly value: string | null;
  readonly isEnabled: boolean;
  readonly allowedMemberTypes: readonly string[];
}

/** An enterprise app: what Graph splits into a servicePrincipal and an application. */
export interface AppRecord {
  readonly id: string;
  readonly applicationObjectId: string;
  readonly appId: string;
  readonly displayName: string;
  readonly permissionScopeId: string;
  readonly createdAt: Date;
  readonly roles: readonly RoleRecord[];
}

export interface AppContext {
  readonly templateGuid: string;
  readonly tenantId: string;
}

type Resource = Readonly<Record<string, unknown>>;

const rolesOf = (app: AppRecord) => app.roles.map((role) => ({ ...role, origin: "Application" }));

const scopesOf = (app: AppRecord) => [
  {
    adminConsentDescription: `Allow the application to reach ${app.displayName} as the signed-in user.`,
    adminConsentDisplayName: `Access ${app.displayName}`,
    id: app.permissionScopeId,
    isEnabled: true,
    type: "User",
    userConsentDescription: null,
    userConsentDisplayName: null,
    value: "user_impersonation",
  },
];

const info = {
  logoUrl: null,
  marketingUrl: null,
  privacyStatementUrl: null,
  supportUrl: null,
  termsOfServiceUrl: null,
};
const verifiedPublisher = { displayName: null, verifiedPublisherId: null, addedDateTime: null };

export const servicePrincipalResource = (app: AppRecord, { templateGuid, tenantId }: AppContext): Resource => ({
  id: app.id,
  deletedDateTime: null,
  accountEnabled: true,
  alternativeNames: [],
  appDisplayName: app.displayName,
  appDescription: null,
  appId: app.appId,
  applicationTemplateId: templateGuid,
  appOwnerOrganizationId: tenantId,
  appRoleAssignmentRequired: true,
  createdDateTime: instant(app.createdAt),
  description: null,
  disabledByMicrosoftStatus: null,
  displayName: app.displayName,
  homepage: null,
  loginUrl: null,
  logoutUrl: null,
  notes: null,
  notificationEmailAddresses: [],
  preferredSingleSignOnMode: null,
  preferredTokenSigningKeyThumbprint: null,
  replyUrls: [],
  servicePrincipalNames: [app.appId],
  servicePrincipalType: "Application",
  signInAudience: "AzureADMyOrg",
  tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
  tokenEncryptionKeyId: null,
  samlSingleSignOnSettings: null,
  addIns: [],
  appRoles: rolesOf(app),
  info,
  keyCredentials: [],
  oauth2PermissionScopes: scopesOf(app),
  passwordCredentials: [],
  resourceSpecificApplicationPermissions: [],
  verifiedPublisher,
});

export const applicationResource = (app: AppRecord, { templateGuid }: AppContext): Resource => ({
  id: app.applicationObjectId,
  deletedDateTime: null,
  appId: app.appId,
  applicationTemplateId: templateGuid,
  createdDateTime: instant(app.createdAt),
  displayName: app.displayName,
  description: null,
  groupMembershipClaims: null,
  identifierUris: [],
  isFallbackPublicClient: false,
  notes: null,
  publisherDomain: null,
  signInAudience: "AzureADMyOrg",
  tags: [],
  tokenEncryptionKeyId: null,
  addIns: [],
  api: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    requestedAccessTokenVersion: null,
    oauth2PermissionScopes: scopesOf(app),
    preAuthorizedApplications: [],
  },
  appRoles: rolesOf(app),
  info,
  keyCredentials: [],
  optionalClaims: null,
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
  passwordCredentials: [],
  publicClient: { redirectUris: [] },
  requiredResourceAccess: [],
  spa: { redirectUris: [] },
  verifiedPublisher,
  web: {
    homePageUrl: null,
    redirectUris: [],
    logoutUrl: null,
    implicitGrantSettings: { enableIdTokenIssuance: false, enableAccessTokenIssuance: false },
  },
});

export interface TemplateRecord {
  readonly id: string;
  readonly guid: string;
  readonly displayName: string;
  readonly publisher: string;
  readonly category: string;
  readonly description: string;
}

/** An entry of the gallery. */
export const applicationTemplateResource = (template: TemplateRecord): Resource => ({
  id: template.guid,
  displayName: template.displayName,
  homePageUrl: null,
  supportedSingleSignOnModes: ["notSupported"],
  supportedProvisioningTypes: ["sync"],
  logoUrl: null,
  categories: [template.category],
  publisher: template.publisher,
  description: template.description,
  isEntraIntegrated: false,
  deprecationDate: null,
  endpoints: [],
  lastModifiedDateTime: null,
  riskScore: null,
  riskFactors: null,
});

/** The one template of an app's synchronization. */
export const synchronizationTemplateResource = (template: TemplateRecord): Resource => ({
  id: template.id,
  applicationId: template.guid,
  default: true,
  description: `${template.displayName} user provisioning over SCIM 2.0`,
  discoverable: true,
  factoryTag: template.id,
  metadata: [
    { key: "GalleryApplicationIdentifier", value: template.guid },
    { key: "IsOAuthEnabled", value: "False" },
    { key: "IsSynchronizationInPreview", value: "False" },
  ],
});

export interface AssignmentRecord {
  readonly id: string;
  readonly principalId: string;
  readonly principalType: "User" | "Group";
  readonly roleId: string;
  readonly createdAt: Date;
}

/** Graph's appRoleAssignment. `principalName` is null for somebody who is gone. */
export const assignmentResource = (
  assignment: AssignmentRecord,
  app: { readonly id: string; readonly displayName: string },
  principalName: string | null,
): Resource => ({
  id: assignment.id,
  deletedDateTime: null,
  appRoleId: assignment.roleId,
  createdDateTime: instant(assignment.createdAt),
  principalDisplayName: principalName,
  principalId: assignment.principalId,
  principalType: assignment.principalType,
  resourceDisplayName: app.displayName,
  resourceId: app.id,
});
