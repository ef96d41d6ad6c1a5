/** How many requests may be under way at a time; grows while the target answers, halves when it struggles. */
export interface Concurrency {
  readonly limit: number;
  /** Requests that were started before this number belong to a time that was already punished. */
  readonly forgivenBefore: number;
}

const fewest = 1;
const most = 32;

export const startingConcurrency: Concurrency = { limit: 4, forgivenBefore: 0 };

/** One more for every round of answers that went well. */
export const afterAnswer = (concurrency: Concurrency): Concurrency => ({
  ...concurrency,
  limit: Math.min(most, concurrency.limit + 1 / concurrency.limit),
});

/**
 * Half of it after a 429, a time-out or a 5xx; all requests that were under way at that moment count as one such event.
 * @param request number of the request that failed
 * @param started number that the next request will get
 */
export const afterTrouble = (concurrency: Concurrency, request: number, started: number): Concurrency =>
  request < concurrency.forgivenBefore
    ? concurrency
    : { limit: Math.max(fewest, concurrency.limit / 2), forgivenBefore: started };
