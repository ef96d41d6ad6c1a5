/**
 * Keeps a limit of so many requests in so much time by when ours arrive, whatever way the target counts them: in windows that begin at fixed
 * times, in a window that moves along, or by tokens that come back. No span of the limit's length ever holds more requests than it allows. One that is
 * under way counts as late as it may arrive, one that is answered as late as its answer leaves possible.
 * Milliseconds everywhere.
 */
export interface SendingLog {
  /** Null: none. What has gone out under a limit counts toward another that follows it. */
  readonly limit: number | null;
  setLimit(limit: number | null): void;
  /** How long a request has to wait; 0 when it may go. */
  waitFor(isFirstLane: boolean, now: number): number;
  send(now: number): Sent;
  /** An answer to a request of then says how many are left: where that is fewer than by our own requests, others use the same limit. */
  others(left: number, sentAt: number, now: number): void;
  /** A request was refused that should have been in time: they have to lie further apart. */
  refused(): void;
  /** Null without a limit. */
  left(now: number): number | null;
}

/** A request that went out under a limit. */
export interface Sent {
  /** It never left. */
  takeBack(): void;
  /** Its answer is here: it arrived at that moment at the latest, not counting the way that each takes. */
  arrivedBy(moment: number): void;
}

/** Part of the limit that is kept for the first lanes while the next request of the limit is a whole length away; it shrinks to nothing with the wait. */
const keptShare = 0.1;
/** Clocks are read in whole milliseconds, here and there. */
const margin = 4;
/**
 * Part of the length by which requests may be late on average: so much of the limit is given up for it. What one does not need, others may: a target that
 * stands still for a moment delays many at once.
 */
const firstLateness = 0.04;
const mostLateness = 0.1;
/** Lateness that can be saved up, in lengths. */
const mostSaved = 10;
/** Limits of a length up to this are used evenly, as nobody is kept waiting by that and some targets bear no bursts. */
const longestEven = 10_000;
/** Part of such a limit that may go at once. */
const burstShare = 0.1;

/** Of those that do not count any more so many are kept: the target's answers may still be about them. */
const kept = 1024;

/** Of a request that no limit counts. */
export const uncounted: Sent = { takeBack: () => undefined, arrivedBy: () => undefined };

interface Entry {
  /** It arrives by then, not counting the way that each takes. */
  by: number;
}

/** @param length of the time in which as many requests as the limit are allowed */
export const openSendingLog = (length: number, first: number | null = null): SendingLog => {
  let limit = first;
  // In the order of sending; `head` is the first that still counts.
  let entries: Entry[] = [];
  let head = 0;
  let lateness = firstLateness;
  let saved = length;
  // Even use: the moment at which the next request would go out if nothing had been saved up.
  let next = Number.NEGATIVE_INFINITY;
  const isEven = length <= longestEven;
  const span = length + margin;

  const prune = (now: number): void => {
    while (head < entries.length && entries[head]!.by + span <= now) head += 1;
    if (head > 2048 && head * 2 > entries.length) {
      entries = entries.slice(head - kept);
      head = kept;
    }
  };

  const used = (): number => entries.length - head;

  const waitForLimit = (limit: number, isFirstLane: boolean, now: number): number => {
    const free = limit - used();
    const untilNext = used() === 0 ? length : entries[head]!.by + span - now;
    if (free < 1) return untilNext;
    if (isFirstLane) return 0;
    const kept = limit * keptShare;
    if (Math.floor(kept * Math.min(1, untilNext / length)) < free) return 0;
    return Math.max(1, untilNext - (free * length) / kept + 1);
  };

  const waitForEven = (limit: number, isFirstLane: boolean, now: number): number => {
    if (!isEven || isFirstLane) return 0;
    const more = Math.max(1, limit * burstShare) - 1;
    return Math.max(0, next - (more * span) / limit - now);
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
      if (limit === null) return uncounted;
      const entry = { by: now + lateness * length };
      entries.push(entry);
      next = Math.max(next, now) + span / limit;
      return {
        takeBack: () => {
          const at = entries.lastIndexOf(entry);
          if (at >= head) entries.splice(at, 1);
        },
        arrivedBy: (moment) => {
          saved = Math.min(mostSaved * length, saved + lateness * length);
          const late = Math.min(saved, Math.max(0, moment - now));
          saved -= late;
          entry.by = now + late;
        },
      };
    },
    others: (left, sentAt, now) => {
      if (limit === null) return;
      prune(now);
      // The target counted at some time since, and what went out before then took as long to arrive.
      const oldest = sentAt - (now - sentAt) - span;
      let ours = used();
      while (ours < entries.length && entries[entries.length - ours - 1]!.by > oldest) ours += 1;
      for (let more = limit - ours - Math.max(0, left); more > 0; more -= 1) entries.push({ by: now });
    },
    refused: () => {
      lateness = Math.min(mostLateness, lateness + 0.01);
    },
    left: (now) => {
      if (limit === null) return null;
      prune(now);
      return limit - used();
    },
  };
};
