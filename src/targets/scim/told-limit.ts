import type { RateSample } from "#http";
import { countAnswer, countSample, type RateWindow, waitFor, windowAt } from "./rate-window.ts";
import { openSendingLog, type SendingLog, type Sent, uncounted } from "./sending-log.ts";

interface Returned {
  /** The target's own count; null where the answer tells none. */
  readonly sample: RateSample | null;
  readonly isGood: boolean;
  readonly sentAt: number;
  /** Others that are still under way. */
  readonly inFlight: number;
}

/**
 * A limit that the target's answers tell. A long window is used as the target counts it, with what it says is left. The end of a short one cannot be told
 * in whole seconds, so requests of those are spread by when they go out.
 */
export interface ToldLimit {
  /** How long a request has to wait: 0 when it may go, null when only the end of a request in flight can tell. Milliseconds. */
  waitFor(inFlight: number, isFirstLane: boolean, now: number): number | null;
  send(now: number): Sent;
  /** A request came back. */
  count(returned: Returned, now: number): void;
  refused(): void;
  /** Requests left; null without a limit. */
  left(inFlight: number, now: number): number | null;
  /** Null without a limit. Of a window whose length is not told it is taken to be the usual minute. */
  readonly perSecond: number | null;
}

/** Windows of up to this many seconds are short. */
const longestShort = 5;
const usualSeconds = 60;

export const openToldLimit = (): ToldLimit => {
  let window: RateWindow | null = null;
  let log: SendingLog | null = null;
  let logged = 0;
  let windowSeconds = usualSeconds;
  let longest = 0;

  /** Length of the target's windows in seconds; null while it may be long. */
  const shortLength = (sample: RateSample): number | null => {
    longest = Math.max(longest, sample.secondsLeft ?? Number.POSITIVE_INFINITY);
    // Both moments are cut to seconds: one second shows as up to two.
    const seconds = sample.windowSeconds ?? (longest <= 2 ? 1 : longest);
    return seconds >= 1 && seconds <= longestShort ? seconds : null;
  };

  return {
    waitFor: (inFlight, isFirstLane, now) => {
      if (log !== null) return log.waitFor(isFirstLane, now);
      window = window && windowAt(window, now);
      return window === null ? 0 : waitFor(window, inFlight, isFirstLane, now);
    },
    send: (now) => log?.send(now) ?? uncounted,
    count: ({ sample, isGood, sentAt, inFlight }, now) => {
      window = window && windowAt(window, now);
      if (sample === null) {
        // A target whose good answers no longer tell a limit has lifted it.
        if (isGood) {
          window = null;
          log = null;
        } else window = window && countAnswer(window, now);
        return;
      }
      const limit = sample.limit ?? log?.limit ?? window?.limit ?? null;
      const seconds = shortLength(sample);
      if (limit === null || limit <= 0 || seconds === null) {
        log = null;
        window = countSample(window, sample, now);
        windowSeconds = sample.windowSeconds ?? usualSeconds;
        return;
      }
      window = null;
      const isNew = log === null || logged !== seconds;
      if (log === null || isNew) log = openSendingLog(seconds * 1000);
      logged = seconds;
      log.setLimit(limit);
      // A new log knows nothing yet of those under way.
      log.others(sample.remaining - (isNew ? inFlight : 0), sentAt, now);
    },
    refused: () => log?.refused(),
    left: (inFlight, now) => log?.left(now) ?? (window === null ? null : window.left - inFlight),
    get perSecond() {
      if (log?.limit != null) return log.limit / logged;
      return window === null ? null : window.limit / windowSeconds;
    },
  };
};
