/** What travels between the server and those who use it under /lockstep/v1. Graph's own paths carry Graph's own shapes. */
import type { CycleReport, HeldObject, JobStatus, Progress, TargetCredentials } from "#engine";
import type { ProvisioningEntry } from "#journal";
import type { ImportSummary, RowProblem } from "#sources";

export type {
  ConnectionTest,
  CycleCounts,
  CycleReport,
  FailedObject,
  HeldObject,
  JobCounts,
  JobStatus,
  OnDemandResult,
  Progress,
  RestartScope,
  TargetCredentials,
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
  /** Display name, value or id of the role; POST only. */
  readonly role?: string;
}
export interface AssignmentAnswer {
  readonly id: string;
  readonly principalId: string;
  readonly principalType: "User" | "Group";
  readonly principalDisplayName?: string;
  readonly roleName: string;
  /** False where this role provisions nobody (Default Access). */
  readonly provisionable: boolean;
}
