export { addApp, addOwner, deleteApp, getApp, listApps, listOwners, removeOwner, renameApp, tenantId } from "./apps.ts";
export {
  appsAssignedTo,
  assign,
  assignedGroupIds,
  assignedIds,
  assignmentsOf,
  defaultAccessName,
  expandedGroupIds,
  getAssignment,
  jobsForPrincipals,
  listAssignments,
  setExpandNested,
  unassign,
  unassignPrincipals,
} from "./assignments.ts";
export { AppsError } from "./errors.ts";
export { defaultSchema } from "./gallery/default-schema.ts";
export { getTemplate, listTemplates } from "./gallery/templates.ts";
export {
  createJob,
  deleteJob,
  getJob,
  jobsOf,
  listJobs,
  setJobState,
} from "./jobs.ts";
export {
  listSchemaVersions,
  readSchema,
  readSchemaVersion,
  resetSchema,
  restoreSchemaVersion,
  saveSchema,
  schemasWith,
  templateSchema,
} from "./schemas.ts";
export { canonicalKey } from "./secret-keys.ts";
export { listSecretsMasked, readSecrets, saveSecrets } from "./secrets.ts";
export { jobSettings, saveJobSettings, usualSettings } from "./settings.ts";
export * from "./types.ts";
