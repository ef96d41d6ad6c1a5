import type { ObjectType, ProfileChanges, TargetProfile } from "#core";

/** How urgent a request is. Budgets keep room for the first lanes, so that a leaver never waits behind ten thousand joiners. */
export type Lane = "onDemand" | "removal" | "change" | "bulk";

/** One request and its answer, masked, for logs and support. Bodies are cut at a few thousand characters. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly requestBody: string | null;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly responseBody: string | null;
  readonly milliseconds: number;
  readonly at: string;
}

/**
 * What a failed request means for the caller.
 * - `transient`: not done, may be repeated later (429, a read's 5xx, no connection)
 * - `uncertain`: a write whose fate nobody knows (time-out, dropped connection, 5xx, unreadable 2xx): look before repeating
 * - `gone`: the object with this id does not exist (404 on an id)
 * - `duplicate`: the target says that the object exists already (409)
 * - `permanent`: refused, and will be refused again until something changes (400, 403, 413, 422, 501 …)
 * - `credentials`: the token was refused (401)
 * - `incompatible`: the answer is not SCIM (HTML, truncated or wrong JSON on a read, 404 where a list was due)
 */
export type FailureKind =
  | "transient"
  | "uncertain"
  | "gone"
  | "duplicate"
  | "permanent"
  | "credentials"
  | "incompatible";

/**
 * Error codes of the provisioning log with which a request may end (entra-provisioning 3.5). Three are ours: the caller gave up
 * (`Cancelled`), there is no target yet (`NotConfigured`), or it cannot be asked which value is free (`SelectUniqueValueFailed`).
 */
export type FailureCode =
  | "Cancelled"
  | "Conflict"
  | "InsufficientRights"
  | "InternalServerError"
  | "InvalidAnchor"
  | "InvalidDomain"
  | "LicenseLimitExceeded"
  | "MandatoryFieldsMissing"
  | "MethodNotAllowed"
  | "MissingValues"
  | "NotConfigured"
  | "NotImplemented"
  | "NotPermitted"
  | "SchemaAttributeNotFound"
  | "SchemaPropertyCanOnlyAcceptValue"
  | "SelectUniqueValueFailed"
  | "SystemForCrossDomainIdentityManagementInvalidCredentials"
  | "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse"
  | "SystemForCrossDomainIdentityManagementServiceIncompatible"
  | "Timeout"
  | "TooManyRequests"
  | "UnprocessableEntity"
  | "WebExceptionProtocolError";

export interface TargetFailure {
  readonly kind: FailureKind;
  readonly code: FailureCode;
  readonly status: number | null;
  /** What kind of error the target calls it (RFC 7644 section 3.12), null where it does not. */
  readonly scimType: string | null;
  /** One sentence for the administrator, with the target's own words where it gave any. */
  readonly message: string;
  /** Earliest moment at which a repetition makes sense, where the target said so. */
  readonly retryAt: Date | null;
  readonly exchange: Exchange;
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value; readonly exchange: Exchange }
  | { readonly ok: false; readonly failure: TargetFailure };

export interface TargetObject {
  readonly id: string;
  readonly resource: { readonly [name: string]: unknown };
}

/** Where a page begins: an index from 1, or a cursor of the target's. A listing begins with 1 whatever the target pages by. */
export type PageMark = number | string;

export interface TargetPage {
  readonly objects: readonly TargetObject[];
  /** As the target claims; not to be relied on. */
  readonly totalResults: number;
  /** What to ask for next, or null at the end. */
  readonly next: PageMark | null;
}

/** What a target says of itself (RFC 7644 section 4). */
export interface Discovery {
  /** Members of the profile that follow from it. */
  readonly profile: ProfileChanges;
  /** What does not fit the profile or should be known; each is one sentence. */
  readonly advice: readonly string[];
  /** As they came; null or empty where the target does not have them. */
  readonly serviceProviderConfig: TargetObject["resource"] | null;
  readonly resourceTypes: readonly TargetObject["resource"][];
  readonly schemas: readonly TargetObject["resource"][];
}

/** A change of one attribute; `value` undefined removes it. Paths as in mappings: `emails[type eq "work"].value`. */
export interface AttributeChange {
  readonly path: string;
  /** The whole value as it should be afterwards. */
  readonly value: unknown;
  /** Those of the values that are new, where nothing may be taken away from what the target has by then; else undefined. */
  readonly adds?: readonly unknown[] | undefined;
}

/** What nobody may read in what is kept of a request and its answer, nor in a failure's sentence. */
export interface Hidden {
  /** Paths of attributes, whatever they hold. */
  readonly paths: readonly string[];
  /** Texts, wherever they stand. */
  readonly values: readonly string[];
}

export interface RequestOptions {
  readonly lane: Lane;
  readonly signal?: AbortSignal;
  readonly hidden?: Hidden;
}

/**
 * An application's account store. Implementations never throw for what a target does; they answer with a failure. They pace themselves, obey `Retry-After`,
 * repeat reads and 429s a few times, and never repeat an uncertain write.
 */
export interface Target {
  /** Names the store that links belong to: the base URL in canonical form, and the organisation where the target tells it. */
  readonly identity: string;
  /** How it is spoken to: as it was told at first, and as the target's own refusals have taught since. */
  readonly profile: TargetProfile;
  /** True where one request finds who has a value at the path; else all objects are read for it. */
  canFind(type: ObjectType, path: string): boolean;
  /** Asks for a user that cannot exist: proves address, credentials and that the answer is SCIM. */
  probe(
    options: RequestOptions & { readonly matchingPath: string },
  ): Promise<Answer<{ readonly advice: readonly string[] }>>;
  /** Reads what the target says of itself. Documents that it does not have are no failure. */
  discover(options: RequestOptions): Promise<Answer<Discovery>>;
  list(type: ObjectType, from: PageMark, options: RequestOptions): Promise<Answer<TargetPage>>;
  /** How many objects there are, as the target claims. */
  count(type: ObjectType, options: RequestOptions): Promise<Answer<number>>;
  /** Objects whose attribute at `path` equals `value`, by the target's own rules of comparison. */
  find(
    type: ObjectType,
    path: string,
    value: string,
    options: RequestOptions,
  ): Promise<Answer<readonly TargetObject[]>>;
  /** The object; a group comes without its members. */
  get(type: ObjectType, id: string, options: RequestOptions): Promise<Answer<TargetObject>>;
  /** Ids of a group's members, all of them: for a look at the whole, not for a change. */
  members(groupId: string, options: RequestOptions): Promise<Answer<readonly string[]>>;
  /** Whether the object has the value, as a search tells without reading it: whether somebody is a member (`members`), or has a manager. */
  holds(type: ObjectType, id: string, path: string, value: string, options: RequestOptions): Promise<Answer<boolean>>;
  /** `schemas` of the resource are set as the profile wants them. */
  create(
    type: ObjectType,
    resource: { readonly [name: string]: unknown },
    options: RequestOptions,
  ): Promise<Answer<TargetObject>>;
  /** @returns the object after the change where the target shows it, else null */
  update(
    type: ObjectType,
    id: string,
    changes: readonly AttributeChange[],
    current: TargetObject | null,
    options: RequestOptions,
  ): Promise<Answer<TargetObject | null>>;
  remove(type: ObjectType, id: string, options: RequestOptions): Promise<Answer<null>>;
  /** Group memberships: adds and removes the given members (target ids), in one request where the profile's limits allow it. */
  changeMembers(
    groupId: string,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
    options: RequestOptions,
  ): Promise<Answer<null>>;
  /** Requests sent since opening. */
  readonly requests: number;
  /** When the next request of those that wait may go, where the rate limit lets none through now; null where none waits for it. */
  readonly waitingUntil: Date | null;
  close(): Promise<void>;
}
