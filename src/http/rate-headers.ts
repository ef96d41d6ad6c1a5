import { type HttpHeaders, headerOf } from "./http-failure.ts";
import { readHttpDate, readRetryAfter } from "./retry-after.ts";

/** What an answer says about the target's rate limit. */
export interface RateSample {
  /** Requests per window; null when not told. */
  readonly limit: number | null;
  readonly remaining: number;
  /** End of the window by our clock; null when not told. */
  readonly resetAt: Date | null;
}

const families = ["x-organization-rate-limit", "x-rate-limit", "x-ratelimit", "ratelimit"] as const;

/** Above this a reset is a moment (seconds since 1970), below it a number of seconds. */
const firstEpochSecond = 1_000_000_000;
const firstEpochMillisecond = 1_000_000_000_000;

const wholeNumber = (text: string | undefined): number | null => {
  const digits = text === undefined ? undefined : /^\s*(\d{1,15})(?:\.\d+)?\s*(?:[,;].*)?$/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** The server's own time from the `Date` header, else null. */
const serverTime = (headers: HttpHeaders): Date | null => readHttpDate(headerOf(headers, "date") ?? "");

/**
 * Both stamps are cut to whole seconds, so their difference may be almost a second short.
 * One second more keeps the first request of the next window out of the old one.
 */
const resetMoment = (reset: number | null, now: Date, server: Date | null): Date | null => {
  if (reset === null) return null;
  if (reset < firstEpochSecond) return new Date(now.getTime() + reset * 1000);
  const moment = reset >= firstEpochMillisecond ? reset : reset * 1000;
  return new Date(now.getTime() + moment - (server ?? now).getTime() + 1000);
};

/**
 * Reads the rate limit of an answer: `X-Organization-Rate-Limit-*` as ThousandEyes sends it, and the usual `X-RateLimit-*`
 * and `RateLimit-*`. A reset may be seconds or a moment; moments are measured against the answer's own `Date`.
 * Null when the answer tells nothing.
 */
export const readRateSample = (headers: HttpHeaders, now: Date): RateSample | null => {
  for (const family of families) {
    const remaining = wholeNumber(headerOf(headers, `${family}-remaining`));
    if (remaining === null) continue;
    const limit = wholeNumber(headerOf(headers, `${family}-limit`));
    const reset = wholeNumber(headerOf(headers, `${family}-reset`));
    return { limit, remaining, resetAt: resetMoment(reset, now, serverTime(headers)) };
  }
  return null;
};

/** When a refused request may be repeated: `Retry-After` first, else the reset of the rate limit; null when neither is told. */
export const readRetryAt = (headers: HttpHeaders, now: Date): Date | null =>
  readRetryAfter(headerOf(headers, "retry-after"), now, serverTime(headers)) ??
  readRateSample(headers, now)?.resetAt ??
  null;
