import type {
  Action,
  AttributeDifference,
  AttributeValue,
  GuardLimits,
  ObjectType,
  ProfileChanges,
  Quarantine,
  Reason,
  SynchronizationSchema,
  TargetProfile,
} from "#core";
import type { ProvisioningEntry } from "#journal";
import type {
  Examination,
  ExaminationProgress,
  ExaminationWishes,
  Exchange,
  Leftovers,
  TargetCredentials,
} from "#targets";

export type { Examination, ExaminationProgress, ExaminationWishes, Leftovers, TargetCredentials } from "#targets";

/** True counts of a job, taken from its tables; `pending` = due and neither held nor failed. */
export interface JobCounts {
  /** Objects with a managed account, or owed one. */
  readonly inScope: number;
  readonly inStep: number;
  readonly pending: number;
  readonly failed: number;
  readonly held: number;
  /** Failed for 28 days and waiting for a person. */
  readonly givenUp: number;
  /** With an account of which the target ignores a change, whatever it answers; they are settled all the same. */
  readonly ignored: number;
}

/** What a cycle has done so far. */
export interface CycleCounts {
  readonly total: number;
  readonly done: number;
  readonly created: number;
  readonly updated: number;
  readonly enabled: number;
  readonly disabled: number;
  readonly deleted: number;
  readonly skipped: number;
  /** Evaluated and found equal without a write. */
  readonly unchanged: number;
  readonly failed: number;
  readonly held: number;
  readonly requests: number;
}

export interface CycleReport {
  readonly id: string;
  readonly jobId: string;
  readonly kind: "initial" | "incremental";
  readonly state: "running" | "succeeded" | "entryErrors" | "failed" | "interrupted";
  readonly beganAt: string;
  readonly endedAt: string | null;
  readonly counts: CycleCounts;
  readonly error: { readonly code: string; readonly message: string; readonly exchange: Exchange | null } | null;
}

/** A running cycle as a progress bar wants it. */
export interface Progress {
  readonly jobId: string;
  readonly cycle: CycleReport;
  /** connecting, intake, deciding, listing (reading the target), writing, done */
  readonly phase: "connecting" | "intake" | "deciding" | "listing" | "writing" | "done";
  /** Objects a second over the last seconds. */
  readonly rate: number;
  /** Null while nobody can tell. */
  readonly secondsLeft: number | null;
  /** When the target may be asked again, where its rate limit lets nothing through now; null where it does. */
  readonly waitingUntil?: string | null;
}

export interface JobStatus {
  readonly jobId: string;
  readonly appId: string;
  readonly state: "notConfigured" | "notRun" | "active" | "paused" | "disabled" | "quarantine";
  readonly counts: JobCounts;
  readonly running: Progress | null;
  readonly lastCycle: CycleReport | null;
  readonly quarantine: Quarantine | null;
  /** Sentences that an administrator should read: guard, quarantine, stalled feed, UPN that differs from mail … */
  readonly notices: readonly string[];
  readonly nextRun: string | null;
}

export interface HeldObject {
  readonly objectId: string;
  readonly objectType: "User" | "Group";
  readonly displayName: string;
  readonly targetId: string;
  readonly action: Action;
  readonly reason: Reason;
  /** Sentence that says why it is leaving. */
  readonly explanation: string;
  /** What the guard says of all that it holds with this one: how many they are, and what the limit is. */
  readonly heldBecause?: string;
  readonly heldAt: string;
}

export interface FailedObject {
  readonly objectId: string;
  readonly objectType: "User" | "Group";
  readonly displayName: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  /** Null once given up. */
  readonly nextTry: string | null;
}

export interface OnDemandResult {
  /** The very entry that the provisioning log holds (or, when dry, would hold): its steps are the five of the panel. */
  readonly entry: ProvisioningEntry;
  readonly action: Action | "hold" | "fail";
  readonly changes: readonly AttributeDifference[];
  /** True when nothing was written on request. */
  readonly dry: boolean;
  readonly exchanges: readonly Exchange[];
}

/** One mapping as it turns out for one object. */
export interface TestedMapping {
  /** Path of the target attribute. */
  readonly path: string;
  readonly kind: "direct" | "constant" | "expression" | "none" | "unmapped";
  /** The mapping's source as an administrator reads it. */
  readonly origin: string;
  /** The source attributes that it read, with what they held; `[Redact]` where the expression hides them, null where absent. */
  readonly read: readonly { readonly name: string; readonly value: unknown }[];
  /** What the target attribute should have, as logs may show it; null where nothing flows. */
  readonly value: unknown;
  /** Where the value came from: the mapping itself, its default value, or nowhere. */
  readonly from: "mapping" | "default" | "nothing";
  /** When it flows: at each write, at creation only, at updates only, or only where the target has nothing. */
  readonly flows: "always" | "creation" | "update" | "whenEmpty" | "never";
  /** What the account has now, as logs may show it; null where it has nothing, or there is no account, or nobody could be asked. */
  readonly present: unknown;
  /** What a cycle would do to this attribute. */
  readonly outcome: "same" | "add" | "change" | "clear" | "leave" | "failed";
  /** 0 where it does not match. */
  readonly matchingPriority: number;
  /** Why it failed, or what should be known; null without either. */
  readonly message: string | null;
}

/** Every target attribute of one object, before anything is saved or written. */
export interface MappingTest {
  readonly objectId: string;
  readonly objectType: ObjectType;
  readonly displayName: string;
  /** What a cycle would do with the object now. */
  readonly action: Action | "hold" | "fail";
  /** One sentence that says so, and why. */
  readonly explanation: string;
  /** In the order of the schema; required attributes without a mapping come last. */
  readonly mappings: readonly TestedMapping[];
  /** Id of the account that was compared with; null where there is none. */
  readonly targetId: string | null;
  /** Why the target was not asked (no credentials, it does not answer); null where it was. */
  readonly notAsked: string | null;
}

/** An object that a change of schema moves into scope or out of it. */
export interface ScopeMove {
  readonly objectId: string;
  readonly displayName: string;
  /** userPrincipalName of a user, null for a group. */
  readonly userPrincipalName: string | null;
  /** One sentence with the clause that decides and the value that it saw. */
  readonly because: string;
  /** What the next cycle does: makes or adopts an account, switches one on, disables one, or has nothing to do. */
  readonly effect: "create" | "enable" | "disable" | "nothing";
}

export interface ScopeMoves {
  readonly count: number;
  /** The first of them by display name. */
  readonly first: readonly ScopeMove[];
}

/** Who is in scope under the saved schema and who would be under a draft; nothing is saved. */
export interface ScopePreview {
  readonly objectType: ObjectType;
  /** Objects that were judged: every live one where the job syncs all, else those assigned or with an account. */
  readonly considered: number;
  readonly inScopeNow: number;
  readonly inScopeThen: number;
  readonly entering: ScopeMoves;
  readonly leaving: ScopeMoves;
  /** What the guard would say to those who leave, counted with those who are held or have left since the last cycle; null where it would let them go. */
  readonly guard: string | null;
}

/** A schema document that is tried in place of the saved one. It must have been read (`readSchemaDocument`); problems throw EngineError `SchemaInvalid`. */
export type DraftSchema = SynchronizationSchema;

/** What a connection is tested with; what is not given is taken from what is saved. */
export interface ConnectionCredentials {
  readonly baseAddress?: string;
  readonly credentials?: TargetCredentials;
}

export interface ConnectionTest {
  readonly ok: boolean;
  /** Code of the failure, null when it passed. */
  readonly code: string | null;
  readonly message: string;
  readonly advice: readonly string[];
  readonly exchange: Exchange | null;
}

/** How an app's target is spoken to, and who says so. */
export interface AppProfile {
  /** What the app's template says, where it is not the usual. */
  readonly template: ProfileChanges;
  /** What an examination found; null before there was one. It counts only for the address at which it was found. */
  readonly found: { readonly baseUrl: string; readonly at: string; readonly profile: ProfileChanges } | null;
  /** False before there was one, and where it was found at another address than the app has. */
  readonly foundCounts: boolean;
  /** What the administrator says, which wins. */
  readonly own: ProfileChanges;
  /** All of it together, as the next cycle uses it. */
  readonly effective: TargetProfile;
}

/** What of a job's memory a restart forgets (graph-api A.4). Owed removals are never forgotten. */
export interface RestartScope {
  readonly watermark: boolean;
  readonly escrows: boolean;
  readonly quarantineState: boolean;
  readonly connectorDataStore: boolean;
  readonly forceDeletes: boolean;
}

/** The engine's door. Every call names a job by its id; unknown ids throw EngineError `JobNotFound`. */
export interface Engine {
  /** Watches every active job from now on: changes, schedule, retries. */
  start(): Promise<void>;
  /** Looks for work at once, after something changed: of one job, or of all. Cheap; never waits. */
  wake(jobId?: string): void;
  /**
   * Runs one cycle to its end and tells how it went; joins the running one when there is one and then runs another for what came since.
   * @param signal stops between objects; what is not done stays due
   */
  run(jobId: string, options?: { readonly signal?: AbortSignal }): Promise<CycleReport>;
  status(jobId: string): Promise<JobStatus>;
  /** Calls `listener` whenever a running cycle has moved on (a few times a second at most). @returns the function that ends it */
  watch(jobId: string, listener: (progress: Progress) => void): () => void;
  testConnection(appId: string, given?: ConnectionCredentials): Promise<ConnectionTest>;
  /**
   * Examines an app's target with throw-away objects, and keeps what was found for its job unless it was stopped or the target could not be reached.
   * @param options.signal stops it; what it made is removed all the same
   */
  examine(
    appId: string,
    given: ConnectionCredentials,
    wishes: ExaminationWishes,
    options: { readonly signal: AbortSignal; readonly onProgress: (progress: ExaminationProgress) => void },
  ): Promise<Examination>;
  /** Removes what examinations of an app's target have left. */
  removeLeftovers(appId: string, given: ConnectionCredentials, signal: AbortSignal): Promise<Leftovers>;
  /** How an app's target is spoken to. */
  profileOf(appId: string): Promise<AppProfile>;
  /** Evaluates one object now, before everything else. `dry` reads the target and writes nothing. */
  provision(jobId: string, objectId: string, options: { readonly dry: boolean }): Promise<OnDemandResult>;
  /** Every target attribute of one object under the saved schema, or under a draft; reads the target and writes nothing. */
  testMapping(jobId: string, objectId: string, options?: { readonly draft?: DraftSchema }): Promise<MappingTest>;
  /** The attributes of one object as this job's mappings read them: those of the directory, and what scoping computes (`IsSoftDeleted`, `appRoleAssignments`). */
  sourceAttributes(jobId: string, objectId: string): Promise<Readonly<Record<string, AttributeValue>>>;
  /**
   * Who would enter and who would leave if the draft were saved; without a draft, who is in scope now. One for each object type that either schema provisions.
   * @param options.first how many of each list are named, 100 unless told
   */
  previewScope(
    jobId: string,
    options?: { readonly draft?: DraftSchema; readonly first?: number },
  ): Promise<readonly ScopePreview[]>;
  /** Sets the job active and wakes it; leaves quarantine. */
  startJob(jobId: string): Promise<void>;
  /** Stops between objects. */
  pauseJob(jobId: string): Promise<void>;
  restartJob(jobId: string, scope: RestartScope): Promise<void>;
  /** Makes failed objects due now: those named, or all. @returns how many */
  retry(jobId: string, objectIds: readonly string[] | "all"): Promise<number>;
  listFailed(
    jobId: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly FailedObject[]>;
  listHeld(jobId: string, page: { readonly after?: string; readonly limit: number }): Promise<readonly HeldObject[]>;
  /** Lets the named held objects (or all) go ahead. @returns how many */
  allowHeld(jobId: string, objectIds: readonly string[] | "all"): Promise<number>;
  /** Keeps the accounts of the named held objects (or all): they become unmanaged. @returns how many */
  rejectHeld(jobId: string, objectIds: readonly string[] | "all"): Promise<number>;
  guardLimits(jobId: string): Promise<GuardLimits>;
  /** Forgets a job: its links, its due objects. Accounts stay as they are. */
  forgetJob(jobId: string): Promise<void>;
  /** The very same store of accounts has another address: links and everything else go along, nobody is matched anew. */
  moveTarget(appId: string, from: string, to: string): Promise<void>;
  /** Stops promptly between objects, after what is in flight has been recorded. */
  stop(): Promise<void>;
}
