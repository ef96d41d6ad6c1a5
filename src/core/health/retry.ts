const second = 1000;
const day = 24 * 3600 * second;

/** Waits of an object after failures that may pass by themselves (architecture section 7, "Object retries"). */
export interface RetryLadder {
  /** Waits after the first, second, … failure. */
  readonly delaysSeconds: readonly number[];
  readonly thenSeconds: number;
  readonly giveUpAfterDays: number;
}

export const defaultRetryLadder: RetryLadder = {
  delaysSeconds: [60, 300, 1800, 7200, 21_600, 43_200],
  thenSeconds: 86_400,
  giveUpAfterDays: 28,
};

export type RetryVerdict =
  | { readonly kind: "wait"; readonly until: Date }
  /** Tried for weeks: on a list that a person must clear. */
  | { readonly kind: "givenUp" };

/**
 * When to try an object again.
 * @param failure.attempts failures so far, this one included
 * @param failure.transient false for a refusal that only a change of the object, the mapping or the target can mend: then once a day
 * @param failure.removal an owed removal never expires
 * @param failure.notBefore what the target asked for, or null
 */
export const nextTry = (
  failure: {
    readonly attempts: number;
    readonly transient: boolean;
    readonly removal: boolean;
    readonly firstFailedAt: Date;
    readonly now: Date;
    readonly notBefore: Date | null;
  },
  ladder: RetryLadder,
): RetryVerdict => {
  const age = failure.now.getTime() - failure.firstFailedAt.getTime();
  if (!failure.removal && age > ladder.giveUpAfterDays * day) return { kind: "givenUp" };
  const wait = failure.transient ? (ladder.delaysSeconds[failure.attempts - 1] ?? ladder.thenSeconds) * second : day;
  const until = new Date(failure.now.getTime() + wait);
  return { kind: "wait", until: failure.notBefore !== null && failure.notBefore > until ? failure.notBefore : until };
};
