export { type AuditActor, listAudit, provisioningAudit, recordAudit } from "./audit.ts";
export { dropOld, ensurePartitions } from "./partitions.ts";
export { countByStatus, getProvisioning, listProvisioning, recordProvisioning } from "./provisioning.ts";
export * from "./types.ts";
