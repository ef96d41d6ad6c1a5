const minute = 60_000;
const hour = 60 * minute;

export type QuarantineReason =
  | "EncounteredQuarantineException"
  | "EncounteredEscrowProportionThreshold"
  | "TooManyDeletes";

/** A job's unhealthy state: slowed down, explained, left by itself when the cause is gone. Times are ISO 8601. */
export interface Quarantine {
  readonly reason: QuarantineReason;
  readonly code: string;
  readonly message: string;
  readonly began: string;
  readonly nextAttempt: string;
  readonly attempts: number;
}

const ladder = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  6 * hour,
  12 * hour,
  24 * hour,
] as const;

/** After 28 days the job is disabled (entra-provisioning section 0). */
export const quarantineEnds = (quarantine: Quarantine, now: Date): boolean =>
  now.getTime() - Date.parse(quarantine.began) > 28 * 24 * hour;

/** Enters quarantine, or stays in it with a longer interval. */
export const quarantineAgain = (
  previous: Quarantine | null,
  cause: { readonly reason: QuarantineReason; readonly code: string; readonly message: string },
  now: Date,
): Quarantine => {
  const attempts = (previous?.attempts ?? 0) + 1;
  const wait = ladder[Math.min(attempts, ladder.length) - 1] ?? 24 * hour;
  return {
    ...cause,
    began: previous?.began ?? now.toISOString(),
    nextAttempt: new Date(now.getTime() + wait).toISOString(),
    attempts,
  };
};

/**
 * Whether failures of single objects make the whole job unhealthy: more than 40 % of the distinct objects handled, above a floor that grows with the job.
 * @param size objects in scope of the job
 */
export const tooManyFailures = (failed: number, handled: number, size: number): boolean =>
  failed > Math.min(5000, Math.max(10, size / 10)) && failed > handled * 0.4;
