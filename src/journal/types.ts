export type ProvisioningAction = "other" | "create" | "delete" | "disable" | "update" | "stagedDelete";
export type ProvisioningStatus = "success" | "failure" | "skipped" | "warning";
export type ProvisioningStepType = "import" | "scoping" | "matching" | "processing" | "referenceResolution" | "export";

export interface ProvisioningSystem {
  readonly id: string;
  readonly displayName: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface ProvisionedIdentity {
  /** Empty for an account that does not exist yet. */
  readonly id: string;
  readonly displayName: string;
  readonly identityType: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface ProvisioningErrorInfo {
  readonly errorCode: string;
  readonly reason: string;
  readonly additionalDetails: string | null;
  readonly errorCategory: "failure" | "nonServiceFailure" | "success";
  readonly recommendedAction: string | null;
}

export interface ProvisioningStep {
  readonly name: string;
  readonly provisioningStepType: ProvisioningStepType;
  readonly status: ProvisioningStatus;
  readonly description: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface ModifiedProperty {
  readonly displayName: string;
  readonly oldValue: string | null;
  readonly newValue: string | null;
}

/** One handled object: Graph's provisioningObjectSummary and what Lockstep adds to it. Values are masked before they come here. */
export interface ProvisioningEntry {
  readonly id: string;
  /** ISO 8601, UTC. Decides the partition. */
  readonly activityDateTime: string;
  readonly tenantId: string;
  readonly jobId: string;
  readonly cycleId: string;
  readonly changeId: string;
  readonly provisioningAction: ProvisioningAction;
  readonly durationInMilliseconds: number;
  readonly initiatedBy: {
    readonly id: string;
    readonly displayName: string;
    readonly initiatorType: "user" | "application" | "system";
  };
  /** The enterprise app; its id is the app id of the filters. */
  readonly servicePrincipal: { readonly id: string; readonly displayName: string };
  readonly sourceSystem: ProvisioningSystem;
  readonly targetSystem: ProvisioningSystem;
  readonly sourceIdentity: ProvisionedIdentity;
  readonly targetIdentity: ProvisionedIdentity;
  readonly provisioningStatusInfo: {
    readonly status: ProvisioningStatus;
    readonly errorInformation: ProvisioningErrorInfo | null;
  };
  readonly provisioningSteps: readonly ProvisioningStep[];
  readonly modifiedProperties: readonly ModifiedProperty[];
  /** Lockstep's own: one sentence for people. */
  readonly explanation: string;
  /** Lockstep's own: requests and answers, masked. */
  readonly exchanges?: readonly unknown[];
}

export interface ProvisioningFilter {
  readonly appId?: string;
  readonly jobId?: string;
  readonly cycleId?: string;
  readonly changeId?: string;
  readonly sourceId?: string;
  readonly targetId?: string;
  /** Part of a display name or user name, in any case, or a whole id. */
  readonly search?: string;
  readonly action?: ProvisioningAction;
  readonly status?: ProvisioningStatus;
  /** Code of what went wrong, or of why nothing was written. */
  readonly code?: string;
  /** Inclusive. */
  readonly since?: Date;
  /** Exclusive. */
  readonly until?: Date;
}

export interface ListPage<Entry> {
  readonly items: readonly Entry[];
  /** Cursor for `before` that goes on with older entries, or null at the end. */
  readonly older: string | null;
  /** Cursor for `after` that goes on with newer entries; null when the page is empty. */
  readonly newer: string | null;
}

export interface ListOptions {
  /** Entries older than this cursor, newest first. */
  readonly before?: string;
  /** Entries newer than this cursor, still newest first; the ones next to the cursor. */
  readonly after?: string;
  /** 1 to 1000; 100 unless told. */
  readonly limit?: number;
}

export interface StatusCounts {
  readonly success: number;
  readonly failure: number;
  readonly skipped: number;
  readonly warning: number;
}

/** Activities of the audit log that concern provisioning. */
export const provisioningActivities = [
  "Add provisioning configuration",
  "Delete provisioning configuration",
  "Disable/pause provisioning configuration",
  "Enable/restart provisioning configuration",
  "Enable/start provisioning configuration",
  "Update attribute mappings or scope",
  "Update provisioning setting or credentials",
  "User Provisioning",
  "Export",
  "Import",
  "Other",
  "Process escrow",
  "Quarantine",
  "Synchronization rule action",
] as const;
export type ProvisioningActivity = (typeof provisioningActivities)[number];

export interface AuditTarget {
  readonly id: string;
  readonly displayName: string | null;
  /** `ServicePrincipal`, `User`, `Group`, … */
  readonly type: string;
  readonly userPrincipalName: string | null;
  readonly groupType: string | null;
  readonly modifiedProperties: readonly ModifiedProperty[];
}

/** Graph's directoryAudit. */
export interface AuditEntry {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly activityDateTime: string;
  /** One of `provisioningActivities` for category `ProvisioningManagement`; free otherwise. */
  readonly activityDisplayName: string;
  readonly category: string;
  readonly correlationId: string;
  readonly loggedByService: string;
  readonly operationType: string;
  readonly result: "success" | "failure" | "timeout";
  readonly resultReason: string;
  readonly initiatedBy: {
    readonly user: {
      readonly id: string;
      readonly displayName: string | null;
      readonly userPrincipalName: string | null;
      readonly ipAddress: string | null;
    } | null;
    readonly app: {
      readonly appId: string | null;
      readonly displayName: string | null;
      readonly servicePrincipalId: string | null;
      readonly servicePrincipalName: string | null;
    } | null;
  };
  readonly targetResources: readonly AuditTarget[];
  readonly additionalDetails: readonly { readonly key: string; readonly value: string }[];
}

export interface AuditFilter {
  /** Id of a target resource. */
  readonly targetId?: string;
  readonly activity?: string;
  readonly category?: string;
  readonly correlationId?: string;
  readonly result?: AuditEntry["result"];
  /** Inclusive. */
  readonly since?: Date;
  /** Exclusive. */
  readonly until?: Date;
}
