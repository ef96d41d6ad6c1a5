/** How a target counts requests. */
export type LimitKind = "fixed" | "sliding" | "bucket";

export interface RateLimiterOptions {
  readonly kind: LimitKind;
  readonly limit: number;
  /** Length of the window, or the time in which an empty bucket fills. */
  readonly milliseconds: number;
  /** Requests that may come at once from a full bucket; the limit unless told. */
  readonly burst?: number;
}

export interface RateLimiter {
  /** Counts a request that arrives now (milliseconds); `resetAt` is when the target would say that more may come. */
  take(now: number): { readonly accepted: boolean; readonly remaining: number; readonly resetAt: number };
}

/** The three ways in which targets limit requests. A refused request is not counted. */
export const openRateLimiter = ({ kind, limit, milliseconds, burst = limit }: RateLimiterOptions): RateLimiter => {
  switch (kind) {
    case "fixed": {
      let endsAt = Number.NEGATIVE_INFINITY;
      let used = 0;
      return {
        take: (now) => {
          if (now >= endsAt) {
            // Windows of a fixed clock, not of the first request.
            endsAt = (Math.floor(now / milliseconds) + 1) * milliseconds;
            used = 0;
          }
          const accepted = used < limit;
          if (accepted) used += 1;
          return { accepted, remaining: limit - used, resetAt: endsAt };
        },
      };
    }
    case "sliding": {
      let taken: number[] = [];
      return {
        take: (now) => {
          taken = taken.filter((moment) => moment > now - milliseconds);
          const accepted = taken.length < limit;
          if (accepted) taken.push(now);
          return { accepted, remaining: limit - taken.length, resetAt: (taken[0] ?? now) + milliseconds };
        },
      };
    }
    case "bucket": {
      let tokens = burst;
      let filledAt = Number.NEGATIVE_INFINITY;
      const perMillisecond = limit / milliseconds;
      return {
        take: (now) => {
          if (filledAt > Number.NEGATIVE_INFINITY) tokens = Math.min(burst, tokens + (now - filledAt) * perMillisecond);
          filledAt = now;
          const accepted = tokens >= 1;
          if (accepted) tokens -= 1;
          return { accepted, remaining: Math.floor(tokens), resetAt: now + Math.max(0, (1 - tokens) / perMillisecond) };
        },
      };
    }
  }
};
