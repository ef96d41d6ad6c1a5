/** What Graph's synchronizationJob is made of. Times are ISO 8601. */
export interface JobRecord {
  readonly id: string;
  readonly templateId: string;
  readonly schedule: "Active" | "Disabled" | "Paused";
  readonly intervalSeconds: number;
  readonly deleteThreshold: number;
  readonly credentialsSaved: boolean;
  readonly counts: {
    readonly inScope: number;
    readonly inStep: number;
    readonly pending: number;
    readonly failed: number;
  };
  readonly quarantine: {
    readonly reason: string;
    readonly code: string;
    readonly message: string;
    readonly began: string;
    readonly nextAttempt: string;
    readonly attempts: number;
  } | null;
  readonly lastCycle: CycleRecord | null;
  readonly running: { readonly done: number; readonly total: number } | null;
}

export interface CycleRecord {
  readonly id: string;
  readonly state: "running" | "succeeded" | "entryErrors" | "failed" | "interrupted";
  readonly beganAt: string;
  readonly endedAt: string | null;
  readonly counts: {
    readonly total: number;
    readonly created: number;
    readonly updated: number;
    readonly enabled: number;
    readonly disabled: number;
    readonly deleted: number;
  };
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What Graph writes for a moment that never was. */
const never = "0001-01-01T00:00:00Z";

type Resource = Readonly<Record<string, unknown>>;

/** Graph's synchronizationJob. */
export const jobResource = (job: JobRecord, now: Date): Resource => {
  const ended = job.lastCycle === null || job.lastCycle.state === "running" ? null : job.lastCycle;
  const last = ended === null ? null : executionOf(ended, job);
  const isGood = ended !== null && (ended.state === "succeeded" || ended.state === "entryErrors");
  return {
    id: job.id,
    templateId: job.templateId,
    schedule: { expiration: null, interval: durationOf(job.intervalSeconds), state: job.schedule },
    status: {
      code: codeOf(job, ended !== null),
      countSuccessiveCompleteFailures: job.quarantine?.attempts ?? (ended?.state === "failed" ? 1 : 0),
      escrowsPruned: false,
      lastExecution: last,
      lastSuccessfulExecution: isGood ? last : null,
      lastSuccessfulExecutionWithExports: isGood && writesOf(ended) > 0 ? last : null,
      progress:
        job.running === null
          ? []
          : [
              {
                completedUnits: job.running.done,
                progressObservationDateTime: now.toISOString(),
                totalUnits: job.running.total,
                units: "objects",
              },
            ],
      quarantine: job.quarantine === null ? null : quarantineOf(job.quarantine),
      steadyStateFirstAchievedTime: never,
      steadyStateLastAchievedTime: never,
      synchronizedEntryCountByType: ended === null ? [] : [{ key: "User", value: job.counts.inStep }],
      troubleshootingUrl: ended === null && job.schedule === "Disabled" ? null : "",
    },
    synchronizationJobSettings: [{ name: "QuarantineTooManyDeletesThreshold", value: String(job.deleteThreshold) }],
  };
};

const codeOf = (job: JobRecord, hasRun: boolean): string => {
  if (job.quarantine !== null && job.schedule === "Active") return "Quarantine";
  if (job.schedule === "Paused") return "Paused";
  if (job.schedule === "Disabled") return job.credentialsSaved ? "Paused" : "NotConfigured";
  return hasRun ? "Active" : "NotRun";
};

const writesOf = ({ counts }: CycleRecord): number =>
  counts.created + counts.updated + counts.enabled + counts.disabled + counts.deleted;

const executionOf = (cycle: CycleRecord, job: JobRecord): Resource => ({
  activityIdentifier: cycle.id,
  countEntitled: job.counts.inScope,
  countEntitledForProvisioning: job.counts.inScope,
  countEscrowed: job.counts.failed,
  countEscrowedRaw: job.counts.failed,
  countExported: writesOf(cycle),
  countExports: writesOf(cycle),
  countImported: cycle.counts.total,
  countImportedDeltas: cycle.counts.total,
  countImportedReferenceDeltas: 0,
  error: cycle.error === null ? null : { code: cycle.error.code, message: cycle.error.message, tenantActionable: true },
  state: cycle.state === "succeeded" ? "Succeeded" : cycle.state === "entryErrors" ? "EntryLevelErrors" : "Failed",
  timeBegan: cycle.beganAt,
  timeEnded: cycle.endedAt ?? never,
});

const quarantineOf = (quarantine: NonNullable<JobRecord["quarantine"]>): Resource => ({
  currentBegan: quarantine.began,
  error: { code: quarantine.code, message: quarantine.message, tenantActionable: true },
  nextAttempt: quarantine.nextAttempt,
  reason: quarantine.reason,
  seriesBegan: quarantine.began,
  seriesCount: quarantine.attempts,
});

/** ISO 8601: 2400 is `PT40M`, 90 is `PT1M30S`. */
export const durationOf = (seconds: number): string => {
  const [days, hours, minutes, rest] = [
    Math.floor(seconds / 86_400),
    Math.floor((seconds % 86_400) / 3600),
    Math.floor((seconds % 3600) / 60),
    seconds % 60,
  ];
  const part = (count: number, sign: string) => (count === 0 ? "" : `${count}${sign}`);
  const time = part(hours, "H") + part(minutes, "M") + part(rest, "S");
  if (days === 0 && time === "") return "PT0S";
  return `P${part(days, "D")}${time === "" ? "" : `T${time}`}`;
};

/** What of a job's memory a restart forgets. */
export interface ResetScope {
  readonly watermark: boolean;
  readonly escrows: boolean;
  readonly quarantineState: boolean;
  readonly connectorDataStore: boolean;
  readonly forceDeletes: boolean;
}

const flags = new Map<string, readonly (keyof ResetScope)[]>([
  ["none", []],
  ["watermark", ["watermark"]],
  ["escrows", ["escrows"]],
  ["quarantinestate", ["quarantineState"]],
  ["connectordatastore", ["connectorDataStore"]],
  ["forcedeletes", ["forceDeletes"]],
  ["full", ["watermark", "escrows", "quarantineState", "connectorDataStore"]],
]);

/** Reads `criteria.resetScope`, flags in any order and case; nothing means what the portal's restart does. Null: an unknown flag. */
export const readResetScope = (text: string | null): ResetScope | null => {
  const words = (text ?? "").split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim().toLowerCase()]));
  const chosen = words.length === 0 ? ["watermark", "escrows", "quarantinestate"] : words;
  if (!chosen.every((word) => flags.has(word))) return null;
  const set = new Set(chosen.flatMap((word) => flags.get(word) ?? []));
  return {
    watermark: set.has("watermark"),
    escrows: set.has("escrows"),
    quarantineState: set.has("quarantineState"),
    connectorDataStore: set.has("connectorDataStore"),
    forceDeletes: set.has("forceDeletes"),
  };
};
