/**
 * Keeps a limit of so many requests in so much time by when ours went out, whatever way the target counts them: in windows that begin at fixed
 * times, in a window that moves along, or by tokens that come back. No span of the limit's length ever holds more requests than it allows.
 * Milliseconds everywhere.
 */
export interface SendingLog {
  /** Null: none. What has gone out under a limit counts toward another that follows it. */
  readonly limit: number | null;
  setLimit(limit: number | null): void;
  /** How long a request has to wait; 0 when it may go. */
  waitFor(isFirstLane: boolean, now: number): number;
  /** A request goes. @returns what takes it back, should it never have left */
  send(now: number): () => void;
  /** An answer to a request of then says how many are left: where that is fewer than by our own requests, others use the same limit. */
  others(left: number, sentAt: number, now: number): void;
  /** A request was refused that should have been in time: they have to lie further apart. */
  refused(): void;
  /** Null without a limit. */
  left(now: number): number | null;
}

/** Part of the limit that is kept for the first lanes while the next request of the limit is a whole length away; it shrinks to nothing with the wait. */
const keptShare = 0.1;
/** Part of the length by which requests lie further apart than they must: not each takes equally long to arrive. */
const firstMargin = 0.02;
const mostMargin = 0.05;
/** Limits of a length up to this are used evenly, as nobody is kept waiting by that and some targets bear no bursts. */
const longestEven = 10_000;
/** Part of such a limit that may go at once. */
const burstShare = 0.1;

/** Of those that do not count any more so many are kept: the target's answers may still be about them. */
const kept = 1024;

const nothing = (): void => undefined;

/** @param length of the time in which as many requests as the limit are allowed */
export const openSendingLog = (length: number, first: number | null = null): SendingLog => {
  let limit = first;
  // Moments of sending, oldest first; `head` is the first that still counts.
  let moments: number[] = [];
  let head = 0;
  let margin = firstMargin;
  // Even use: the moment at which the next request would go out if nothing had been saved up.
  let next = Number.NEGATIVE_INFINITY;
  const isEven = length <= longestEven;

  const span = (): number => length * (1 + margin);

  const prune = (now: number): void => {
    while (head < moments.length && moments[head]! + span() <= now) head += 1;
    if (head > 2048 && head * 2 > moments.length) {
      moments = moments.slice(head - kept);
      head = kept;
    }
  };

  const used = (): number => moments.length - head;

  const waitForLimit = (limit: number, isFirstLane: boolean, now: number): number => {
    const free = limit - used();
    const untilNext = used() === 0 ? length : moments[head]! + span() - now;
    if (free < 1) return untilNext;
    if (isFirstLane) return 0;
    const kept = limit * keptShare;
    if (Math.floor(kept * Math.min(1, untilNext / length)) < free) return 0;
    return Math.max(1, untilNext - (free * length) / kept + 1);
  };

  const waitForEven = (limit: number, isFirstLane: boolean, now: number): number => {
    if (!isEven || isFirstLane) return 0;
    const saved = Math.max(1, limit * burstShare) - 1;
    return Math.max(0, next - (saved * span()) / limit - now);
  };

  return {
    get limit() {
      return limit;
    },
    setLimit: (wanted) => {
      limit = wanted;
    },
    waitFor: (isFirstLane, now) => {
      if (limit === null) return 0;
      prune(now);
      return Math.ceil(Math.max(waitForLimit(limit, isFirstLane, now), waitForEven(limit, isFirstLane, now)));
    },
    send: (now) => {
      if (limit === null) return nothing;
      moments.push(now);
      next = Math.max(next, now) + span() / limit;
      return () => {
        const at = moments.lastIndexOf(now);
        if (at >= head) moments.splice(at, 1);
      };
    },
    others: (left, sentAt, now) => {
      if (limit === null) return;
      prune(now);
      // The target counted at some time since, and what went out before then took as long to arrive.
      const oldest = sentAt - (now - sentAt) - span();
      let ours = used();
      while (ours < moments.length && moments[moments.length - ours - 1]! > oldest) ours += 1;
      for (let more = limit - ours - Math.max(0, left); more > 0; more -= 1) moments.push(now);
    },
    refused: () => {
      margin = Math.min(mostMargin, margin + 0.01);
    },
    left: (now) => {
      if (limit === null) return null;
      prune(now);
      return limit - used();
    },
  };
};
