import type { ObjectType } from "#core";

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

export interface TargetFailure {
  readonly kind: FailureKind;
  /** Error code of the provisioning log (`TooManyRequests`, `Timeout`, `Conflict`, `InsufficientRights`, …). */
  readonly code: string;
  readonly status: number | null;
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

export interface TargetPage {
  readonly objects: readonly TargetObject[];
  /** As the target claims; not to be relied on. */
  readonly totalResults: number;
  /** 1-based index to ask for next, or null at the end. */
  readonly next: number | null;
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

/** What a target can do and how it wants to be spoken to. From the template; a probe refines it. */
export interface TargetProfile {
  /** Attributes that the target can filter on; null means not known. */
  readonly filterable: readonly string[] | null;
  readonly supportsGroups: boolean;
  /** True when the target can list all its objects page by page. */
  readonly paging: boolean;
  readonly pageSize: number;
  /** True when a create of an existing object is proven to answer 409: absence from a listing then needs no second look. */
  readonly duplicateIsConflict: boolean;
  /** Requests a minute, or null when only the answers tell. */
  readonly requestsPerMinute: number | null;
  readonly patch: boolean;
}

/**
 * An application's account store. Implementations never throw for what a target does; they answer with a failure. They pace themselves, obey `Retry-After`,
 * repeat reads and 429s a few times, and never repeat an uncertain write.
 */
export interface Target {
  /** Names the store that links belong to: the base URL in canonical form, and the organisation where the target tells it. */
  readonly identity: string;
  readonly profile: TargetProfile;
  /** Asks for a user that cannot exist: proves address, credentials and that the answer is SCIM. */
  probe(
    options: RequestOptions & { readonly matchingPath: string },
  ): Promise<Answer<{ readonly advice: readonly string[] }>>;
  list(type: ObjectType, startIndex: number, options: RequestOptions): Promise<Answer<TargetPage>>;
  /** Objects whose attribute at `path` equals `value`, by the target's own rules of comparison. */
  find(
    type: ObjectType,
    path: string,
    value: string,
    options: RequestOptions,
  ): Promise<Answer<readonly TargetObject[]>>;
  get(type: ObjectType, id: string, options: RequestOptions): Promise<Answer<TargetObject>>;
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
  /** Group memberships: one request adds and removes the given members (target ids). */
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
