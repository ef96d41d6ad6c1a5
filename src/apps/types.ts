import type { AttributeDefinition, GuardLimits, ProfileChanges, ReadBackPolicy, TargetProfile } from "#core";

/** What an administrator's action on an app may run into. */
export type AppsErrorCode =
  | "TemplateNotFound"
  | "AppNotFound"
  | "AmbiguousApp"
  | "InvalidName"
  | "InvalidPrincipal"
  | "RoleNotFound"
  | "AlreadyAssigned"
  | "AssignmentNotFound"
  | "JobNotFound"
  | "JobExists"
  | "UnknownSecret"
  | "DuplicateSecret"
  | "InvalidSecret"
  | "SecretMustBeReentered"
  | "InvalidSetting"
  | "SchemaChanged"
  | "SchemaVersionNotFound";

/** Graph's id of the role that every app has without defining it. */
export const defaultAccessRoleId = "00000000-0000-0000-0000-000000000000";

/** Graph's template for an app that is not in the gallery. */
export const nonGalleryTemplateGuid = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

export interface TemplateMapping {
  /** An attribute's name or an expression. */
  readonly source: string;
  readonly target: string;
  /** Present on attributes that find the account. */
  readonly matchingPrecedence?: number;
}

export interface Template {
  /** Short name, for example `thousandeyes`: Graph's synchronizationTemplate id and the beginning of job ids. */
  readonly id: string;
  /** Graph's applicationTemplate id. */
  readonly guid: string;
  readonly displayName: string;
  readonly publisher: string;
  readonly category: string;
  readonly description: string;
  /** Empty where the administrator knows it alone; `{name}` marks a place to be completed. */
  readonly baseUrl: string;
  readonly baseUrlComplete: boolean;
  readonly auth: "bearer-token" | "oauth2-authorization-code";
  /** The target's directory in schemas. */
  readonly targetDirectoryName: string;
  readonly attributes: readonly AttributeDefinition[];
  readonly mappings: readonly TemplateMapping[];
  /** Null where groups are not provisioned. */
  readonly groups: {
    readonly attributes: readonly AttributeDefinition[];
    readonly mappings: readonly TemplateMapping[];
    /** Graph's objectFlowTypes. */
    readonly flowTypes: string;
  } | null;
  /** Whether people who have nothing but Default Access are provisioned. */
  readonly defaultAccessProvisionable: boolean;
  /** How the application wants to be spoken to, as far as is known of it. */
  readonly profile: TargetProfile;
}

/** The ids that a new schema document needs. */
export interface SchemaIds {
  /** Id of the job. */
  readonly schema: string;
  readonly userRule: string;
  readonly groupRule: string;
  readonly sourceDirectory: string;
  readonly targetDirectory: string;
}

export interface AppRole {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly value: string | null;
  readonly isEnabled: boolean;
  readonly allowedMemberTypes: readonly string[];
}

/** An enterprise app: Graph's servicePrincipal and application in one. */
export interface App {
  /** Graph's servicePrincipal id. */
  readonly id: string;
  readonly applicationObjectId: string;
  readonly appId: string;
  /** Short name of the template. */
  readonly templateId: string;
  readonly displayName: string;
  /** Id of the permission `user_impersonation`. */
  readonly permissionScopeId: string;
  readonly createdAt: Date;
  /** Without Default Access, which every app has. */
  readonly roles: readonly AppRole[];
}

export type PrincipalType = "User" | "Group";

export interface Assignment {
  /** URL-safe opaque key. */
  readonly id: string;
  readonly appId: string;
  readonly principalId: string;
  readonly principalType: PrincipalType;
  readonly roleId: string;
  readonly roleName: string;
  readonly roleValue: string | null;
  /** False for Default Access where the template does not provision it, and for disabled roles. */
  readonly provisionable: boolean;
  /** Members of nested groups count as well. */
  readonly expandNested: boolean;
  readonly createdAt: Date;
}

export interface AssignmentPage {
  readonly items: readonly Assignment[];
  /** Cursor for `after`, or null at the end. */
  readonly next: string | null;
}

export type JobState = "Active" | "Paused" | "Disabled";

export interface Job {
  /** `{template}.{tenant id, 32 hex digits}.{guid}` */
  readonly id: string;
  /** The app's servicePrincipal id. */
  readonly appId: string;
  readonly templateId: string;
  readonly state: JobState;
  /** Everyone is in scope, not only who is assigned. */
  readonly syncAll: boolean;
  /** Raised by each save of the schema; `v1.0` is 0. */
  readonly schemaVersion: number;
  readonly createdAt: Date;
}

/** A schema document that was saved. */
export interface SchemaVersion {
  /** As in the document: `v1.0`, `v1.1`, … */
  readonly version: string;
  readonly savedAt: Date;
  /** Who saved it, and what for. */
  readonly note: string;
}

export interface SaveOptions {
  /** The version that the document was made from: when another is saved by now, nothing is. */
  readonly expected?: string;
  /** Who saves it, and what for. Empty unless given. */
  readonly note?: string;
}

export interface SecretPair {
  readonly key: string;
  readonly value: string;
}

/** What a look at a target has found. It counts for the address that was looked at, and for no other. */
export interface FoundProfile {
  readonly baseUrl: string;
  /** As ISO text. */
  readonly at: string;
  readonly profile: ProfileChanges;
}

/** Settings that Graph has no place for. */
export interface OwnJobSettings {
  /** `review`: each cycle waits for approval. */
  readonly mode: "automatic" | "review";
  /** Seconds between cycles that nothing else starts. */
  readonly intervalSeconds: number;
  readonly guard: GuardLimits;
  /** Removals of group members; off unless told. */
  readonly membershipGuard: GuardLimits;
  /** Group members that the directory does not know. */
  readonly extraMembers: "report" | "remove";
  /** Whether the target is looked at after a write: on demand always and else now and then (`sampled`), always, or never. */
  readonly readBack: ReadBackPolicy;
  /** What the administrator says of how the target wants to be spoken to; wins over the template and over what was found. */
  readonly profile: ProfileChanges;
  /** What a look at the target has found of its profile; null before anybody looked. */
  readonly foundProfile: FoundProfile | null;
}

export interface JobSettings extends OwnJobSettings {
  readonly syncAll: boolean;
  readonly skipOutOfScopeDeletions: boolean;
  readonly notifications: { readonly enabled: boolean; readonly recipients: readonly string[] };
}
