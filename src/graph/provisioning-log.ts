type Status = "success" | "failure" | "skipped" | "warning";

/** An entry of the provisioning log as it is kept: Graph's members, and others that Graph does not know. */
export interface SummaryRecord {
  readonly id: string;
  readonly activityDateTime: string;
  readonly tenantId: string;
  readonly jobId: string;
  readonly cycleId: string;
  readonly changeId: string;
  readonly provisioningAction: string;
  readonly durationInMilliseconds: number;
  readonly initiatedBy: unknown;
  readonly servicePrincipal: { readonly id: string; readonly displayName: string };
  readonly sourceSystem: SystemRecord;
  readonly targetSystem: SystemRecord;
  readonly sourceIdentity: IdentityRecord;
  readonly targetIdentity: IdentityRecord;
  readonly provisioningStatusInfo: { readonly status: Status; readonly errorInformation: ErrorRecord | null };
  readonly provisioningSteps: readonly StepRecord[];
  readonly modifiedProperties: readonly {
    readonly displayName: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
}

interface SystemRecord {
  readonly id: string;
  readonly displayName: string;
  readonly details: Readonly<Record<string, string>>;
}

interface IdentityRecord extends SystemRecord {
  readonly identityType: string;
}

interface ErrorRecord {
  readonly errorCode: string;
  readonly reason: string;
  readonly additionalDetails: string | null;
  readonly errorCategory: string;
  readonly recommendedAction: string | null;
}

interface StepRecord {
  readonly name: string;
  readonly provisioningStepType: string;
  readonly status: Status;
  readonly description: string;
  readonly details: Readonly<Record<string, string>>;
}

type Resource = Readonly<Record<string, unknown>>;

/** Graph's provisioningObjectSummary, without what Lockstep adds to it. */
export const summaryResource = (entry: SummaryRecord): Resource => ({
  id: entry.id,
  activityDateTime: entry.activityDateTime,
  tenantId: entry.tenantId,
  jobId: entry.jobId,
  cycleId: entry.cycleId,
  changeId: entry.changeId,
  provisioningAction: entry.provisioningAction,
  durationInMilliseconds: entry.durationInMilliseconds,
  initiatedBy: entry.initiatedBy,
  servicePrincipal: entry.servicePrincipal,
  sourceSystem: entry.sourceSystem,
  targetSystem: entry.targetSystem,
  sourceIdentity: entry.sourceIdentity,
  targetIdentity: entry.targetIdentity,
  provisioningStatusInfo: entry.provisioningStatusInfo,
  provisioningSteps: entry.provisioningSteps,
  modifiedProperties: entry.modifiedProperties,
});

/** The key that the real service answers on-demand requests under. */
const onDemandKey = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo";

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Graph's stringKeyStringValuePair for what was provisioned on demand: entries inside a text, their values in PascalCase. */
export const onDemandResource = (entries: readonly SummaryRecord[]): Resource => ({
  key: onDemandKey,
  value: JSON.stringify(entries.map(onDemandEntry)),
});

const onDemandEntry = (entry: SummaryRecord): Resource => {
  const end = entry.activityDateTime;
  const start = new Date(Date.parse(end) - entry.durationInMilliseconds).toISOString();
  const { status, errorInformation } = entry.provisioningStatusInfo;
  return {
    action: capital(entry.provisioningAction),
    changeId: entry.changeId,
    startTime: start,
    endTime: end,
    modifiedProperties: entry.modifiedProperties,
    provisioningSteps: entry.provisioningSteps.map((step) => ({
      name: step.name,
      type: capital(step.provisioningStepType),
      status: capital(step.status),
      description: step.description,
      timestamp: end,
      details: step.details,
    })),
    reportableIdentifier: entry.sourceIdentity.details.UserPrincipalName ?? entry.sourceIdentity.displayName,
    statusInfo: {
      status: capital(status),
      errorCode: errorInformation?.errorCode ?? null,
      reason: errorInformation?.reason ?? null,
      additionalDetails: errorInformation?.additionalDetails ?? null,
      errorCategory: errorInformation === null ? null : capital(errorInformation.errorCategory),
      recommendedAction: errorInformation?.recommendedAction ?? null,
    },
    sourceIdentity: onDemandIdentity(entry.sourceIdentity),
    targetIdentity: onDemandIdentity(entry.targetIdentity),
    sourceSystem: onDemandSystem(entry.sourceSystem),
    targetSystem: onDemandSystem(entry.targetSystem),
  };
};

const onDemandIdentity = ({ id, identityType, displayName, details }: IdentityRecord): Resource => ({
  id,
  type: identityType,
  displayName,
  details,
});

const onDemandSystem = ({ id, displayName, details }: SystemRecord): Resource => ({ id, name: displayName, details });
