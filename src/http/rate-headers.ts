import { type HttpHeaders, headerOf } from "./http-failure.ts";
import { readHttpDate, readRetryAfter } from "./retry-after.ts";

/** What an answer says about the target's rate limit. */
export interface RateSample {
  /** Requests per window; null when not told. */
  readonly limit: number | null;
  readonly remaining: number;
  /** End of the window by our clock; null when not told. */
  readonly resetAt: Date | null;
  /** Whole seconds until then as the target counts them; null when not told. */
  readonly secondsLeft: number | null;
  /** Length of the window in seconds; null when not told. */
  readonly windowSeconds: number | null;
}

const families = ["x-organization-rate-limit", "x-rate-limit", "x-ratelimit", "ratelimit"].map((family) => ({
  limit: `${family}-limit`,
  remaining: `${family}-remaining`,
  reset: `${family}-reset`,
}));

/** Above this a reset is a moment (seconds since 1970), below it a number of seconds. */
const firstEpochSecond = 1_000_000_000;
const firstEpochMillisecond = 1_000_000_000_000;

const wholeNumber = (text: string | undefined): number | null => {
  const digits = text === undefined ? undefined : /^\s*(\d{1,15})(?:\.\d+)?\s*(?:[,;].*)?$/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** The server's own time from the `Date` header, else null. */
const serverTime = (headers: HttpHeaders): Date | null => readHttpDate(headerOf(headers, "date") ?? "");

/** A reset as seconds from now: moments are measured against the server's own time, which is cut to whole seconds as they are. */
const secondsUntil = (reset: number | null, now: Date, server: Date | null): number | null => {
  if (reset === null || reset < firstEpochSecond) return reset;
  const moment = reset >= firstEpochMillisecond ? reset : reset * 1000;
  return (moment - (server ?? now).getTime()) / 1000;
};

/**
 * Both stamps are cut to whole seconds, so their difference may be almost a second short.
 * One second more keeps the first request of the next window out of the old one.
 */
const resetMoment = (reset: number | null, now: Date, server: Date | null): Date | null => {
  const seconds = secondsUntil(reset, now, server);
  if (reset === null || seconds === null) return null;
  return new Date(now.getTime() + seconds * 1000 + (reset < firstEpochSecond ? 0 : 1000));
};

/** A parameter of a structured field, such as the window's length in `"default";q=100;w=60`. */
const parameterOf = (text: string | undefined, name: string): number | null => {
  if (text === undefined) return null;
  const digits = new RegExp(`;\\s*${name}=(\\d{1,10})(?!\\d)`).exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** Limit, remaining and reset as texts, from the header of one name that holds them all, else from the three headers of a family. */
const partsOf = (
  headers: HttpHeaders,
): readonly [limit: number | null, remaining: number, reset: number | null] | null => {
  const one = headerOf(headers, "ratelimit");
  const left = parameterOf(one, "r");
  if (left !== null) return [parameterOf(headerOf(headers, "ratelimit-policy"), "q"), left, parameterOf(one, "t")];
  for (const family of families) {
    const remaining = wholeNumber(headerOf(headers, family.remaining));
    if (remaining === null) continue;
    const limit = wholeNumber(headerOf(headers, family.limit));
    return [limit, remaining, wholeNumber(headerOf(headers, family.reset))];
  }
  return null;
};

/**
 * Reads the rate limit of an answer: `X-Organization-Rate-Limit-*` as ThousandEyes sends it, the usual `X-RateLimit-*` and `RateLimit-*`,
 * and the newer `RateLimit` with `RateLimit-Policy`. A reset may be seconds or a moment; moments are measured against the answer's own `Date`.
 * Null when the answer tells nothing.
 */
export const readRateSample = (headers: HttpHeaders, now: Date): RateSample | null => {
  const parts = partsOf(headers);
  if (parts === null) return null;
  const [limit, remaining, reset] = parts;
  const server = serverTime(headers);
  return {
    limit,
    remaining,
    resetAt: resetMoment(reset, now, server),
    secondsLeft: secondsUntil(reset, now, server),
    windowSeconds:
      parameterOf(headerOf(headers, "ratelimit-policy"), "w") ?? parameterOf(headerOf(headers, "ratelimit-limit"), "w"),
  };
};

/** When a refused request may be repeated: `Retry-After` first, else the reset of the rate limit; null when neither is told. */
export const readRetryAt = (headers: HttpHeaders, now: Date): Date | null =>
  readRetryAfter(headerOf(headers, "retry-after"), now, serverTime(headers)) ??
  readRateSample(headers, now)?.resetAt ??
  null;
