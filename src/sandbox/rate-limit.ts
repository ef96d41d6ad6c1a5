import type { Clock } from "#runtime";

/** Requests a minute, or no limit. */
export type RateLimit = number | "off";

export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  /** UTC epoch seconds at which the next window may begin. */
  readonly reset: number;
  /** Seconds until then, at least 1. */
  readonly retryAfter: number;
}

/** One budget for the whole organisation; a window of a minute begins with the first request after the last window ended. */
export interface RateLimiter {
  set(limit: RateLimit): void;
  /** Counts one request. False when the budget of the window is used up. */
  take(): boolean;
  /** Null while there is no limit. */
  state(): RateState | null;
}

const windowLength = 60_000;

const rateLimiter = (clock: Clock, initial: RateLimit): RateLimiter => {
  let limit = initial;
  let begin = Number.NEGATIVE_INFINITY;
  let used = 0;
  const turn = (): number => {
    const now = clock.now().getTime();
    if (now >= begin + windowLength || now < begin) {
      begin = now;
      used = 0;
    }
    return now;
  };
  return {
    set: (next) => {
      limit = next;
      used = 0;
      begin = Number.NEGATIVE_INFINITY;
    },
    take: () => {
      if (limit === "off") return true;
      turn();
      if (used >= limit) return false;
      used += 1;
      return true;
    },
    state: () => {
      if (limit === "off") return null;
      const now = clock.now().getTime();
      const isOpen = now >= begin && now < begin + windowLength;
      const end = isOpen ? begin + windowLength : now + windowLength;
      return {
        limit,
        remaining: isOpen ? Math.max(0, limit - used) : limit,
        reset: Math.ceil(end / 1000),
        retryAfter: Math.max(1, Math.ceil((end - now) / 1000)),
      };
    },
  };
};

/** A budget for each organisation. */
export interface RateLimiters {
  of(organizationId: string): RateLimiter;
  /** The limit of one organisation, or of all, those to come included. */
  set(limit: RateLimit, organizationId?: string): void;
}

export const rateLimiters = (clock: Clock, initial: RateLimit): RateLimiters => {
  const limiters = new Map<string, RateLimiter>();
  let usual = initial;
  const of = (organizationId: string): RateLimiter => {
    const known = limiters.get(organizationId);
    if (known !== undefined) return known;
    const made = rateLimiter(clock, usual);
    limiters.set(organizationId, made);
    return made;
  };
  return {
    of,
    set: (limit, organizationId) => {
      if (organizationId !== undefined) return of(organizationId).set(limit);
      usual = limit;
      for (const limiter of limiters.values()) limiter.set(limit);
    },
  };
};
