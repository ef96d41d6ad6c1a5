/**
 * The pace of a target that tells its limit by refusing only. After each refusal the rate is what the target has really taken since the one
 * before, while somebody wanted it, pauses included; from there it grows, slowly at first, and faster the longer nothing is refused.
 * Milliseconds everywhere.
 */
export interface LearnedRate {
  /** How long a request has to wait; 0 before anything was refused. */
  waitFor(now: number): number;
  send(now: number): void;
  /** @param sentAt what was under way when something else was refused says nothing of what comes after */
  answered(sentAt: number, now: number): void;
  refused(sentAt: number, now: number): void;
  /** Nobody waits, and nothing is under way: this time does not count. */
  rest(now: number): void;
  /** True from a refusal until the next good answer. */
  readonly isRefusing: boolean;
  /** Requests a second; null before anything was refused. */
  readonly perSecond: number | null;
}

/** Part of the rate by which it grows in a second, right after a refusal, and at most. */
const firstGrowth = 0.004;
const mostGrowth = 0.1;
/** The growth doubles in this time without a refusal. */
const doublesIn = 15_000;
/** What was learned is of no use after so long without an answer: limits change. */
const forgottenAfter = 15 * 60_000;
const lowestRate = 1 / 60;
/** What was not used of this time (milliseconds) may be caught up with: no timer rings on time. */
const mostBehind = 30;
/** Shortest time that tells a rate. */
const shortest = 50;

export const openLearnedRate = (): LearnedRate => {
  let rate: number | null = null;
  let began: number | null = null;
  let restingSince: number | null = null;
  let taken = 0;
  let isRefusing = false;
  let refusedAt = 0;
  let answeredAt = 0;
  let next = Number.NEGATIVE_INFINITY;

  const recover = (now: number): void => {
    isRefusing = false;
    // The very first request was refused: that tells no rate.
    if (taken > 0) rate = Math.max(lowestRate, (1000 * taken) / Math.max(shortest, now - (began ?? now)));
    began = now;
    taken = 0;
    next = now;
  };

  return {
    waitFor: (now) => {
      if (rate !== null && now - Math.max(answeredAt, refusedAt) > forgottenAfter) rate = null;
      return rate === null ? 0 : Math.max(0, Math.ceil(next - now));
    },
    send: (now) => {
      began = restingSince === null ? (began ?? now) : (began ?? restingSince) + now - restingSince;
      restingSince = null;
      if (rate !== null) next = Math.max(next, now - mostBehind) + 1000 / rate;
    },
    answered: (sentAt, now) => {
      if (isRefusing && sentAt >= refusedAt) recover(now);
      else if (rate !== null) {
        const share = Math.min(mostGrowth, firstGrowth * 2 ** ((now - refusedAt) / doublesIn));
        rate *= 1 + share * Math.min(1, (now - answeredAt) / 1000);
      }
      taken += 1;
      answeredAt = now;
    },
    refused: (sentAt, now) => {
      if (rate !== null && !isRefusing && sentAt < (began ?? now)) return;
      isRefusing = true;
      refusedAt = now;
    },
    rest: (now) => {
      restingSince ??= now;
    },
    get isRefusing() {
      return isRefusing;
    },
    get perSecond() {
      return rate;
    },
  };
};
