/** What travels between the server and those who use it under /lockstep/v1. Graph's own paths carry Graph's own shapes. */
import type { ObjectType, SchemaChange, SchemaProblem, SynchronizationSchema } from "#core";
import type { DescribedFunction, ExpressionTrial } from "#core/expressions";
import type {
  CycleReport,
  Examination,
  ExaminationProgress,
  ExaminationWishes,
  HeldObject,
  JobStatus,
  Leftovers,
  Progress,
  ScopePreview,
  TargetCredentials,
} from "#engine";
import type { ProvisioningEntry } from "#journal";
import type { ImportSummary, RowProblem } from "#sources";

export type {
  AttributeDefinition,
  AttributeMapping,
  ObjectDefinition,
  ObjectMapping,
  ObjectType,
  SchemaChange,
  SchemaProblem,
  SynchronizationSchema,
} from "#core";
export type {
  AppProfile,
  ConnectionTest,
  CycleCounts,
  CycleReport,
  Examination,
  ExaminationProgress,
  ExaminationWishes,
  FailedObject,
  HeldObject,
  JobCounts,
  JobStatus,
  Leftovers,
  MappingTest,
  OnDemandResult,
  Progress,
  RestartScope,
  ScopeMove,
  ScopeMoves,
  ScopePreview,
  TargetCredentials,
  TestedMapping,
} from "#engine";
export type { ModifiedProperty, ProvisioningEntry, ProvisioningStep } from "#journal";
export type { ColumnGuess, Counts as ImportCounts, ImportSummary, Removal, RowProblem, SampleChange } from "#sources";

/** Body of every answer that is not a success; also a line of a stream that breaks off. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details?: readonly { readonly code?: string; readonly target?: string; readonly message: string }[];
    readonly innerError?: Readonly<Record<string, unknown>>;
    /** Of code `CredentialsTestFailed`: the test that did not pass. */
    readonly test?: unknown;
  };
}

/** The file `server.json` in the data folder of a running server. */
export interface ServerFile {
  readonly url: string;
  readonly pid: number;
  readonly tokenFile: string;
}

export interface AppStatus {
  /** Id of the servicePrincipal. */
  readonly id: string;
  readonly displayName: string;
  /** Short name of the template. */
  readonly templateId: string;
  readonly jobs: readonly JobStatus[];
}

/** GET /status */
export interface ServerStatus {
  readonly version: string;
  readonly url: string;
  readonly startedAt: string;
  /** What holds the data, for people: `PGlite in …` or `PostgreSQL 17 at …`. */
  readonly database: string;
  readonly sandbox: { readonly baseUrl: string; readonly web: string } | null;
  readonly users: number;
  readonly groups: number;
  readonly apps: readonly AppStatus[];
}

/** One line of POST /jobs/{job}/run; a report or an error is the last one. */
export type RunLine = { readonly progress: Progress } | { readonly report: CycleReport } | ErrorBody;

/** POST /apps/{app}/doctor: what is not given is taken from what is saved. `cleanUp` removes what earlier examinations left, and does nothing else. */
export interface DoctorRequest extends ExaminationWishes {
  readonly baseAddress?: string;
  readonly credentials?: TargetCredentials;
  readonly cleanUp?: boolean;
}

/** One line of its answer; a report, leftovers or an error is the last one. Whoever hangs up stops it, and what was made is removed. */
export type DoctorLine =
  | { readonly progress: ExaminationProgress }
  | { readonly report: Examination }
  | { readonly leftovers: Leftovers };

/** PUT /apps/{app}/profile; answers, as GET does, with an AppProfile. `found` null forgets what was found. */
export interface ProfileRequest {
  readonly found?: { readonly baseUrl: string; readonly at: string; readonly profile: object } | null;
  /** Takes the place of what the administrator said before. */
  readonly own?: object;
}

export interface ImportProgress {
  /** Work done and to do, in bytes over all passes through the file. */
  readonly bytes: number;
  readonly totalBytes: number;
  readonly rows: number;
}

/**
 * One line of POST /imports. Every problem comes as a line of its own, also those beyond the ones that the summary keeps. The last line is a
 * summary, or an error, or `needsConfirmation`: with `complete` and without a `confirmRemovals` that names this number nobody was removed; its
 * summary tells what else was done. Sending the file again with `confirmRemovals` removes them.
 */
export type ImportLine =
  | { readonly progress: ImportProgress }
  | { readonly problem: RowProblem }
  | { readonly summary: ImportSummary }
  | { readonly needsConfirmation: { readonly remove: number }; readonly summary?: ImportSummary }
  | ErrorBody;

/** A page; `next` goes into `after` for the following one and is null at the end. */
export interface Page<Item> {
  readonly value: readonly Item[];
  readonly next: string | null;
}

/** GET /logs, newest first */
export type LogPage = Page<ProvisioningEntry>;
/** GET /jobs/{job}/held */
export type HeldPage = Page<HeldObject>;

/** POST /jobs/{job}/retry, /held/allow, /held/reject */
export interface ObjectsRequest {
  readonly ids: readonly string[] | "all";
}
export interface CountAnswer {
  readonly count: number;
}

/** POST /jobs/{job}/provision */
export type ProvisionRequest = ({ readonly user: string } | { readonly group: string }) & { readonly dry: boolean };

/** POST /apps/{app}/credentials and /test-connection */
export interface CredentialsRequest {
  readonly baseAddress?: string;
  /** Short for `credentials` of kind `bearer`. */
  readonly secretToken?: string;
  readonly credentials?: TargetCredentials;
  readonly skipTest?: boolean;
}

/** POST and DELETE /apps/{app}/assignments */
export interface AssignmentRequest {
  /** Id, userPrincipalName, or a group's display name. */
  readonly principal: string;
  readonly principalType?: "User" | "Group";
  /** Display name, value or id of the role; without one, POST takes the usual role, PATCH and DELETE mean all of them. */
  readonly role?: string;
  /** Whether members of nested groups count; POST and PATCH. */
  readonly expandNested?: boolean;
}
export interface AssignmentAnswer {
  readonly id: string;
  readonly principalId: string;
  readonly principalType: "User" | "Group";
  readonly principalDisplayName?: string;
  readonly roleName: string;
  /** False where this role provisions nobody (Default Access). */
  readonly provisionable: boolean;
  /** Members of nested groups count as well. */
  readonly expandNested: boolean;
}

/** What of a schema provisions one type of object. */
export interface ObjectSchema {
  readonly type: ObjectType;
  /** Its mapping in the document is `synchronizationRules[rule].objectMappings[mapping]`. */
  readonly rule: number;
  readonly mapping: number;
  /** In their text form; one of them must hold, and where there is none everybody passes. */
  readonly filters: readonly { readonly title: string; readonly text: string }[];
}

/** GET /jobs/{job}/schema and /schema/versions/{version} */
export interface SchemaAnswer {
  readonly version: string;
  readonly schema: SynchronizationSchema;
  /** Users first; without types that nothing maps. */
  readonly objects: readonly ObjectSchema[];
}

/** Scoping filters in their text form, in place of those of these types; an empty list lets everybody pass. */
export type ScopeFilters = { readonly [Type in ObjectType]?: readonly string[] | undefined };

/**
 * What is tried in place of the saved schema: a document, the saved one with other filters, an earlier version, or what the template
 * proposes. One of them, or none for the saved schema itself.
 */
export interface DraftRequest {
  readonly schema?: unknown;
  readonly filters?: ScopeFilters | undefined;
  readonly version?: string | undefined;
  readonly template?: true | undefined;
}

export interface DraftProblem extends SchemaProblem {
  /** Where in the text of a filter; absent for everything else. */
  readonly position?: { readonly offset: number; readonly line: number; readonly column: number };
}

/** POST /jobs/{job}/schema/check: all of what is wrong, and what would be different from the saved schema. Warnings refuse nothing. */
export interface SchemaCheck {
  readonly problems: readonly DraftProblem[];
  readonly warnings: readonly SchemaProblem[];
  readonly changes: readonly SchemaChange[];
}

/** PUT /jobs/{job}/schema: `schema` or `filters`. */
export interface SaveSchemaRequest extends Pick<DraftRequest, "schema" | "filters"> {
  /** The version that the draft was made from: if another is saved by now, nothing is. */
  readonly expectedVersion?: string;
  /** Kept beside the version. */
  readonly note?: string;
}

/** What PUT /jobs/{job}/schema, /schema/versions/{version}/restore and /schema/reset have done. */
export interface SavedSchema {
  /** The one that is saved now. */
  readonly version: string;
  /** False where nothing was different: then there is no new version. */
  readonly saved: boolean;
  readonly changes: readonly SchemaChange[];
  readonly warnings: readonly SchemaProblem[];
}

export interface SchemaVersion {
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly savedAt: string;
  /** What it was saved for. */
  readonly note: string;
}
/** GET /jobs/{job}/schema/versions, newest first */
export type SchemaVersionPage = Page<SchemaVersion>;

/** POST /jobs/{job}/schema/diff: each is a version, `saved`, `template`, or a document. */
export interface SchemaDiffRequest {
  readonly from: unknown;
  /** `saved` unless given. */
  readonly to?: unknown;
}
export interface SchemaDiff {
  readonly changes: readonly SchemaChange[];
}

/** POST /jobs/{job}/mapping/test: one object by id or name. */
export type MappingTestRequest = ({ readonly user: string } | { readonly group: string }) & DraftRequest;

/** POST /jobs/{job}/scope/preview */
export interface ScopePreviewRequest extends DraftRequest {
  /** How many of those who move are named, 100 unless given. */
  readonly first?: number;
}
export interface ScopeAnswer {
  readonly value: readonly ScopePreview[];
}

/** GET /functions/{name} */
export type FunctionAnswer = DescribedFunction;
/** GET /functions, family by family */
export interface FunctionList {
  readonly value: readonly FunctionAnswer[];
}

/** POST /jobs/{job}/expression/explain: for one object, for attributes by name, or with every attribute empty. */
export interface ExpressionRequest {
  readonly expression: string;
  readonly user?: string;
  readonly group?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** A target attribute whose mapping it is for, as the schema calls it. */
  readonly target?: string;
}

export interface ExpressionAnswer extends ExpressionTrial {
  /** What the target attribute would get, as logs may show it; null where none was named, or the expression has no value. */
  readonly target: { readonly name: string; readonly value: unknown; readonly error: string | null } | null;
}
