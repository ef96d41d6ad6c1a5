import type { RateSample } from "#http";

/**
 * Counts the requests of one fixed window, whose clock starts with its first request. `left` is what the target had left when it
 * last told us (or what we counted ourselves); requests in flight may or may not be in that figure, so they are taken
 * off again. Milliseconds everywhere.
 */
export interface RateWindow {
  readonly limit: number;
  readonly left: number;
  /** End of the window; null until the first answer of the window has come. */
  readonly endsAt: number | null;
}

/** Length of a window whose end the target does not tell. */
const windowLength = 60_000;

/** Part of the limit that is kept for the first lanes at the beginning of a window; it shrinks to nothing at its end. */
const keptShare = 0.1;

/** Two ends of a window that lie nearer than this are the same end, told in whole seconds. */
const sameWindow = 2_500;

const openWindow = (limit: number): RateWindow => ({ limit, left: limit, endsAt: null });

/** The window at `now`: a new one when the old one is over. */
export const windowAt = (window: RateWindow, now: number): RateWindow =>
  window.endsAt !== null && now >= window.endsAt ? openWindow(window.limit) : window;

/** A request came back without a word about the limit: it counts, and if it was the window's first, the window runs from now at the latest. */
export const countAnswer = (window: RateWindow, now: number): RateWindow => ({
  ...window,
  left: window.left - 1,
  endsAt: window.endsAt ?? now + windowLength,
});

/** A request came back with the target's own count. */
export const countSample = (window: RateWindow | null, sample: RateSample, now: number): RateWindow | null => {
  const limit = sample.limit ?? window?.limit ?? null;
  if (limit === null || limit <= 0) return window;
  const endsAt = sample.resetAt?.getTime() ?? window?.endsAt ?? now + windowLength;
  // An answer that took longer than its window lasted tells nothing about the present one.
  if (endsAt <= now) return window === null ? openWindow(limit) : { ...window, limit, left: window.left - 1 };
  const isNewWindow = window === null || window.endsAt === null || endsAt > window.endsAt + sameWindow;
  const left = isNewWindow ? sample.remaining : Math.min(window.left, sample.remaining);
  return { limit, left, endsAt: isNewWindow ? endsAt : Math.max(endsAt, window.endsAt ?? endsAt) };
};

/**
 * How long a request has to wait for this window: 0 when it may go, otherwise milliseconds; null when only the
 * end of a request in flight can tell.
 */
export const waitFor = (window: RateWindow, inFlight: number, isFirstLane: boolean, now: number): number | null => {
  const free = window.left - inFlight;
  const kept = isFirstLane ? 0 : window.limit * keptShare;
  if (window.endsAt === null) return free >= 1 + kept ? 0 : inFlight > 0 ? null : free >= 1 ? 0 : null;
  const rest = window.endsAt - now;
  if (free < 1) return rest;
  const keptNow = kept * Math.min(1, rest / windowLength);
  if (free >= 1 + keptNow) return 0;
  return Math.max(1, Math.ceil(rest - ((free - 1) / kept) * windowLength));
};
