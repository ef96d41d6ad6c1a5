import type { SchemaProblem, SynchronizationSchema } from "#core";
import type { Queryable, Sealer, Tx } from "#store";
import type {
  App,
  Assignment,
  AssignmentPage,
  Job,
  JobSettings,
  JobState,
  OwnJobSettings,
  PrincipalType,
  SchemaIds,
  SecretPair,
  Template,
} from "./types.ts";

export { AppsError } from "./errors.ts";
export * from "./types.ts";

export declare function listTemplates(search?: string): readonly Template[];
/** Short name or GUID. */
export declare function getTemplate(id: string): Template | null;
export declare function defaultSchema(template: Template, ids: SchemaIds): SynchronizationSchema;

export declare function tenantId(q: Queryable): Promise<string>;
export declare function addApp(tx: Tx, templateId: string, options: { displayName?: string; now: Date }): Promise<App>;
/** By servicePrincipal id, application object id, appId or display name. Throws AmbiguousApp. */
export declare function getApp(q: Queryable, idOrName: string): Promise<App | null>;
export declare function listApps(q: Queryable): Promise<readonly App[]>;
export declare function renameApp(tx: Tx, appId: string, displayName: string, now: Date): Promise<App>;
export declare function deleteApp(tx: Tx, appId: string, now: Date): Promise<void>;
export declare function addOwner(tx: Tx, appId: string, ownerId: string, now: Date): Promise<void>;
export declare function removeOwner(tx: Tx, appId: string, ownerId: string): Promise<boolean>;
export declare function listOwners(q: Queryable, appId: string): Promise<readonly string[]>;

export declare function assign(
  tx: Tx,
  appId: string,
  principal: { id: string; type: PrincipalType },
  role: string,
  options: { now: Date; expandNested?: boolean },
): Promise<Assignment>;
export declare function unassign(tx: Tx, assignmentId: string, now: Date): Promise<Assignment>;
/** appId null: everywhere (a purged user or group). Returns what was removed. */
export declare function unassignPrincipals(
  tx: Tx,
  appId: string | null,
  principalIds: readonly string[],
  now: Date,
): Promise<readonly Assignment[]>;
export declare function setExpandNested(
  tx: Tx,
  assignmentId: string,
  expandNested: boolean,
  now: Date,
): Promise<Assignment>;
export declare function getAssignment(q: Queryable, assignmentId: string): Promise<Assignment | null>;
export declare function listAssignments(
  q: Queryable,
  filter: { appId?: string; principalId?: string; principalType?: PrincipalType },
  options?: { after?: string; limit?: number },
): Promise<AssignmentPage>;
export declare function assignmentsOf(
  q: Queryable,
  appId: string,
  principalIds: readonly string[],
): Promise<readonly Assignment[]>;
export declare function assignedGroupIds(q: Queryable, appId: string): Promise<readonly string[]>;
export declare function appsAssignedTo(
  q: Queryable,
  principalIds: readonly string[],
): Promise<readonly { appId: string; principalId: string }[]>;
export declare function jobsForPrincipals(
  q: Queryable,
  principalIds: readonly string[],
): Promise<readonly { jobId: string; appId: string; principalId: string }[]>;

export declare function createJob(tx: Tx, appId: string, now: Date): Promise<Job>;
export declare function getJob(q: Queryable, jobId: string): Promise<Job | null>;
export declare function jobsOf(q: Queryable, appId: string): Promise<readonly Job[]>;
export declare function listJobs(q: Queryable, filter?: { state?: JobState }): Promise<readonly Job[]>;
export declare function setJobState(tx: Tx, jobId: string, state: JobState, now: Date): Promise<Job>;
export declare function deleteJob(tx: Tx, jobId: string, now: Date): Promise<void>;
export declare function readSchema(q: Queryable, jobId: string): Promise<SynchronizationSchema>;
export declare function saveSchema(
  tx: Tx,
  jobId: string,
  document: SynchronizationSchema,
  now: Date,
): Promise<SynchronizationSchema>;
export declare function resetSchema(tx: Tx, jobId: string, now: Date): Promise<SynchronizationSchema>;
export declare function jobSettings(q: Queryable, jobId: string): Promise<JobSettings>;
export declare function saveJobSettings(
  tx: Tx,
  jobId: string,
  changes: Partial<OwnJobSettings>,
  now: Date,
): Promise<JobSettings>;
/** Replaces the whole set. */
export declare function saveSecrets(
  tx: Tx,
  sealer: Sealer,
  appId: string,
  pairs: readonly SecretPair[],
  now: Date,
): Promise<{ readonly changed: readonly string[] }>;
/** In plain text, by key. */
export declare function readSecrets(q: Queryable, sealer: Sealer, appId: string): Promise<ReadonlyMap<string, string>>;
/** Confidential values as "*", in the order in which they were saved. */
export declare function listSecretsMasked(q: Queryable, appId: string): Promise<readonly SecretPair[]>;
export type { SchemaProblem };
