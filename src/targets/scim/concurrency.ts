/** How many requests may be under way at a time; grows while the target answers, halves when it struggles. */
export interface Concurrency {
  readonly limit: number;
  /** Until the target struggles for the first time nobody knows what it bears, and the limit grows faster. */
  readonly isKnown: boolean;
  /** Requests that were started before this number belong to a time that was already punished. */
  readonly forgivenBefore: number;
}

const fewest = 1;
const most = 64;

export const startingConcurrency: Concurrency = { limit: 4, isKnown: false, forgivenBefore: 0 };

/** One more for every round of answers that went well; for every such answer before the first trouble. */
export const afterAnswer = (concurrency: Concurrency): Concurrency => ({
  ...concurrency,
  limit: Math.min(most, concurrency.limit + (concurrency.isKnown ? 1 / concurrency.limit : 1)),
});

/**
 * Half of it after a 429, a time-out or a 5xx; all requests that were under way at that moment count as one such event.
 * @param request number of the request that failed
 * @param started number that the next request will get
 */
export const afterTrouble = (concurrency: Concurrency, request: number, started: number): Concurrency =>
  request < concurrency.forgivenBefore
    ? concurrency
    : { limit: Math.max(fewest, concurrency.limit / 2), isKnown: true, forgivenBefore: started };

/** After a 429 that concurrency has no part in: what was under way at that moment is the same event. */
export const forgiven = (concurrency: Concurrency, started: number): Concurrency => ({
  ...concurrency,
  forgivenBefore: started,
});
