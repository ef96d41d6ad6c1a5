/**
 * The named stages of an object on its way from the directory to the target. Every file of the spine uses these words:
 *
 * source object → scoped object → desired object → current object → decision → outcome
 */

/** The types of object that are provisioned, in the order in which a cycle handles them. */
export type ObjectType = "User" | "Group";

/** A value of a source attribute; null and absent mean the same. References are objects' ids. */
export type AttributeValue = string | number | boolean | null | readonly string[] | readonly RoleValue[];

/** An app role as the mapping language sees it in `[appRoleAssignments]`. */
export interface RoleValue {
  readonly id: string;
  readonly value: string;
  readonly displayName: string;
}

/** A user or group as the directory holds it now, or as it was when it was purged. */
export interface SourceObject {
  readonly type: ObjectType;
  readonly id: string;
  /** By the names of the mapping language (`userPrincipalName`, `mail`, …), `accountEnabled` among them; `IsSoftDeleted` and `appRoleAssignments` are added by scoping. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Id of the manager, null without one. */
  readonly manager: string | null;
  readonly presence: Presence;
}

/** present: in the directory; softDeleted: may still be restored; purged: gone for good, only its id is known. */
export type Presence = "present" | "softDeleted" | "purged";

/** One way in which a principal reaches an app. */
export interface AssignmentPath {
  readonly assignmentId: string;
  readonly roleId: string;
  readonly roleName: string;
  /** False for Default Access where the template does not provision it. */
  readonly provisionable: boolean;
  /** The assigned group, or null for a direct assignment. */
  readonly group: { readonly id: string; readonly displayName: string } | null;
  /** Display names of the groups that lead from the assigned one to the principal's own, where it is nested in it. */
  readonly through?: readonly string[];
}

/** Where a path comes from, as people read it: `direct`, or the groups from the assigned one inwards. */
export const wayOf = ({ group, through = [] }: AssignmentPath): string =>
  group === null ? "direct" : `via ${[group.displayName, ...through].join(" › ")}`;

/** What one clause of a scoping filter saw. */
export interface ClauseResult {
  readonly filter: string;
  readonly attribute: string;
  readonly operator: string;
  readonly operands: readonly string[];
  readonly seen: AttributeValue;
  readonly passed: boolean;
  /** Why a pattern could not be judged on this value, so that the clause failed; absent where it could. */
  readonly unjudged?: string;
}

/** Why an object is not in scope; each means a different treatment of an account that it already has. */
export type OutOfScopeReason =
  | "NotAssigned"
  | "NotEffectivelyEntitled"
  | "FilteredOut"
  | "SignInBlocked"
  | "SoftDeleted"
  | "Purged";

export interface ScopedObject {
  readonly source: SourceObject;
  readonly inScope: boolean;
  /** Null when in scope. */
  readonly reason: OutOfScopeReason | null;
  readonly active: boolean;
  readonly assigned: boolean;
  readonly hasRequiredRole: boolean;
  readonly passedFilters: boolean;
  readonly paths: readonly AssignmentPath[];
  readonly clauses: readonly ClauseResult[];
}

/** A value on the target's side: JSON, without null (absence is absence). */
export type TargetValue = string | number | boolean | readonly TargetValue[] | { readonly [name: string]: TargetValue };

/** One attribute that the target should have, and where it came from. */
export interface DesiredAttribute {
  /** Path of the target attribute, for example `emails[type eq "work"].value`. */
  readonly path: string;
  /** `clear` asks for the attribute to be removed. */
  readonly value: TargetValue | { readonly kind: "reference"; readonly ids: readonly string[] } | ClearValue;
  /** The mapping's source as an administrator reads it: `[mail]`, `"constant"`, or the expression. */
  readonly origin: string;
  /** `whenEmpty`: only where the target has no value of its own. */
  readonly when: "always" | "creation" | "update" | "whenEmpty";
  /** What logs show instead of the value (Redact), else undefined. */
  readonly shown?: string | undefined;
  /** Where no other object of the target may have the value (SelectUniqueValue): what may be given, best first; `value` is the first of them. */
  readonly candidates?: readonly UniqueCandidate[];
  /** False: a difference in case alone is no difference. */
  readonly caseExact: boolean;
  readonly multivalued: boolean;
  /** True: texts are dates, and those of one moment are equal however they are written. */
  readonly dateTime?: boolean;
  /** True: values join those that the target has, and none of them is taken away. */
  readonly adds?: boolean;
  /** True: the target never shows the value, and nobody keeps it. */
  readonly unseen?: boolean;
  /** True: goes along with every update that other attributes bring about, whatever the target has. */
  readonly accompanies?: boolean;
}

/** A value that may be given if nobody has it, or why the rule that comes next has none. */
export type UniqueCandidate = { readonly value: TargetValue } | { readonly error: MappingError };

export const clearValue = { kind: "clear" } as const;
export type ClearValue = typeof clearValue;

/** Path of the attribute by which SCIM accounts are switched on and off (RFC 7643 section 4.1.1). */
export const activePath = "active";

/** What the target's account should be. */
export interface DesiredObject {
  readonly attributes: readonly DesiredAttribute[];
  /** The questions that find the account, best first. */
  readonly matching: readonly MatchingValue[];
  /** Required target attributes without a value: nothing can be created, an account that exists can be updated. */
  readonly missing: readonly string[];
}

export interface MatchingValue {
  readonly path: string;
  readonly value: string;
}

export interface MappingError {
  readonly code: "MandatoryFieldsMissing" | "MappingFailed" | "SchemaPropertyCanOnlyAcceptValue";
  /** Path of the target attribute whose mapping failed. */
  readonly path: string;
  readonly origin: string;
  readonly message: string;
}

/** An account as the target last showed it. */
export interface CurrentObject {
  readonly id: string;
  readonly resource: { readonly [name: string]: unknown };
}

/** What Lockstep remembers of the pair source object ↔ account. */
export interface Link {
  readonly sourceId: string;
  readonly targetId: string;
  readonly objectType: ObjectType;
  /** False once an object has left scope and was disabled: no further writes. */
  readonly managed: boolean;
  /** How the link came to be; only such accounts may be disabled or deleted. */
  readonly origin: "created" | "adopted";
  /** True where the account is inactive because we made it so. */
  readonly disabledByUs: boolean;
  /** The account as last seen or written. */
  readonly lastKnown: { readonly [name: string]: unknown } | null;
  /** Hash of the desired state last written in full; null forces a look at the target. */
  readonly desiredHash: string | null;
  readonly displayName: string;
  /** What the target answered with success and did not do. Not believed while `desiredHash` is null. */
  readonly ignored: readonly Ignored[];
}

/** A change that the target answered with success and did not make. It is not sent again while the same is wanted by the same mapping and the target has the same. */
export interface Ignored {
  /** Of the attribute; `wholeAccount` for an account that was to be deleted. */
  readonly path: string;
  readonly wanted: unknown;
  /** What the target has all the same; null: nothing that it shows. */
  readonly has: unknown;
  readonly origin: string;
  /** When it was first found, as ISO text. */
  readonly since: string;
  /** True where it was to take somebody's account away. */
  readonly endsAccess: boolean;
}

/** Path that stands for an account as a whole. */
export const wholeAccount = "";
/** Path of a group's members. */
export const membersPath = "members";
