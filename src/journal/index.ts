import type { Queryable, Tx } from "#store";
import type {
  AuditEntry,
  AuditFilter,
  ListOptions,
  ListPage,
  ProvisioningEntry,
  ProvisioningFilter,
  StatusCounts,
} from "./types.ts";

export * from "./types.ts";

export declare function ensurePartitions(tx: Tx, now: Date): Promise<void>;
export declare function dropOld(tx: Tx, now: Date, retentionDays: number): Promise<number>;
export declare function recordProvisioning(tx: Tx, entries: readonly ProvisioningEntry[]): Promise<void>;
export declare function listProvisioning(
  q: Queryable,
  filter: ProvisioningFilter,
  options?: ListOptions,
): Promise<ListPage<ProvisioningEntry>>;
export declare function getProvisioning(q: Queryable, id: string): Promise<ProvisioningEntry | null>;
export declare function countByStatus(q: Queryable, cycleId: string): Promise<StatusCounts>;
export declare function recordAudit(tx: Tx, entries: readonly AuditEntry[]): Promise<void>;
export declare function listAudit(
  q: Queryable,
  filter: AuditFilter,
  options?: ListOptions,
): Promise<ListPage<AuditEntry>>;
