const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Waits of an object after failures that may pass by themselves (architecture section 7, "Object retries"). */
const ladder = [minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour, 12 * hour] as const;

export type RetryVerdict =
  | { readonly kind: "wait"; readonly until: Date }
  /** Tried for 28 days: on a list that a person must clear. */
  | { readonly kind: "givenUp" };

/**
 * When to try an object again.
 * @param attempts failures so far, this one included
 * @param transient false for a refusal that only a change of the object, the mapping or the target can mend: then once a day
 * @param removal an owed removal never expires
 * @param notBefore what the target asked for, or null
 */
export const nextTry = (failure: {
  readonly attempts: number;
  readonly transient: boolean;
  readonly removal: boolean;
  readonly firstFailedAt: Date;
  readonly now: Date;
  readonly notBefore: Date | null;
}): RetryVerdict => {
  if (!failure.removal && failure.now.getTime() - failure.firstFailedAt.getTime() > 28 * day) return { kind: "givenUp" };
  const wait = failure.transient ? (ladder[failure.attempts - 1] ?? day) : day;
  const until = new Date(failure.now.getTime() + wait);
  return { kind: "wait", until: failure.notBefore !== null && failure.notBefore > until ? failure.notBefore : until };
};
