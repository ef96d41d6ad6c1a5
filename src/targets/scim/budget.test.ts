import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { usualProfile } from "#core";
import { type HttpHeaders, readRateSample, readRetryAt } from "#http";
import { type ManualClock, openManualClock } from "#test/wire/manual-clock.ts";
import { type LimitKind, openRateLimiter, type RateLimiterOptions } from "#test/wire/rate-limiter.ts";
import type { Lane } from "../target.ts";
import { type KnownLimits, openBudget, openBudgetRegistry, type PaceReport, type RateBudget } from "./budget.ts";

const half = (): number => 0.5;
const answered: PaceReport = { result: "answered", sample: null, retryAt: null };

const perMinute = (requestsPerMinute: number | null): KnownLimits => ({ ...usualProfile, requestsPerMinute });
const perSecond = (requestsPerSecond: number): KnownLimits => ({ ...usualProfile, requestsPerSecond });

const answeredWith = (limit: number, remaining: number, resetAt: Date): PaceReport => ({
  result: "answered",
  sample: { limit, remaining, resetAt, secondsLeft: 60, windowSeconds: null },
  retryAt: null,
});

/** What a target says of its limit beside its answers: nothing, as ThousandEyes does, as most do, or as the newer drafts have it. */
type Tells = "nothing" | "organisation" | "seconds" | "policy" | "retryAfter";

interface SimulatedTarget {
  readonly limiter: RateLimiterOptions;
  readonly tells: Tells;
  /** Milliseconds each way. */
  readonly latency: number;
  /** Milliseconds by which a request may take longer to arrive, drawn for each. */
  readonly jitter?: number;
  /** Now and then (milliseconds between) it stands still for so long; what has arrived meanwhile is counted at once. */
  readonly stalls?: { readonly every: number; readonly milliseconds: number };
  readonly seed?: number;
}

const headersOf = (tells: Tells, limiter: RateLimiterOptions, left: number, resetAt: number, now: number) => {
  const date = new Date(now).toUTCString();
  const seconds = String(Math.ceil((resetAt - now) / 1000));
  switch (tells) {
    case "nothing":
    case "retryAfter":
      return { date };
    case "organisation":
      return {
        date,
        "x-organization-rate-limit-limit": String(limiter.limit),
        "x-organization-rate-limit-remaining": String(left),
        "x-organization-rate-limit-reset": String(Math.ceil(resetAt / 1000)),
      };
    case "seconds":
      return {
        date,
        "x-ratelimit-limit": String(limiter.limit),
        "x-ratelimit-remaining": String(left),
        "x-ratelimit-reset": seconds,
      };
    case "policy":
      return {
        date,
        ratelimit: `"default";r=${left};t=${seconds}`,
        "ratelimit-policy": `"default";q=${limiter.limit};w=${limiter.milliseconds / 1000}`,
      };
  }
};

/** A target that is nothing but a limit, and takes its time. */
const openSimulatedTarget = (
  clock: ManualClock,
  { limiter, tells, latency, jitter = 0, stalls, seed = 7 }: SimulatedTarget,
) => {
  const limit = openRateLimiter(limiter);
  const counts = { served: 0, refused: 0 };
  let state = seed;
  const drawn = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * (jitter + 1));
  };
  const began = clock.now().getTime();
  const stalled = (): number => {
    if (stalls === undefined) return 0;
    const into = (clock.now().getTime() - began) % stalls.every;
    return Math.max(0, into + stalls.milliseconds - stalls.every);
  };
  const ask = async (): Promise<PaceReport> => {
    await clock.sleep(latency + drawn());
    if (stalls !== undefined && stalled() > 0) await clock.sleep(stalls.milliseconds - stalled());
    const moment = clock.now().getTime();
    const { accepted, remaining, resetAt } = limit.take(moment);
    counts[accepted ? "served" : "refused"] += 1;
    const headers: HttpHeaders = {
      ...headersOf(tells, limiter, remaining, resetAt, moment),
      ...(accepted || tells === "nothing" ? {} : { "retry-after": String(Math.ceil((resetAt - moment) / 1000)) }),
    };
    await clock.sleep(latency);
    const now = clock.now();
    return {
      result: accepted ? "answered" : "throttled",
      sample: readRateSample(headers, now),
      retryAt: accepted ? null : readRetryAt(headers, now),
    };
  };
  return { ask, counts };
};

/** Repeats what was refused until everything is served, as the transport does. */
const drive = async (budget: RateBudget, lane: Lane, times: number, ask: () => Promise<PaceReport>): Promise<void> => {
  const one = async (): Promise<void> => {
    for (;;) {
      const permit = await budget.acquire(lane);
      const report = await ask();
      permit?.finish(report);
      if (report.result === "answered") return;
    }
  };
  await Promise.all(Array.from({ length: times }, one));
};

interface Run extends SimulatedTarget {
  readonly declared?: KnownLimits;
  readonly requests: number;
  readonly lanes?: readonly Lane[];
}

/** Sends the requests as fast as the budget lets them. @returns the share of what the target allows that was used, and what it refused */
const run = async ({ declared, requests, lanes = ["bulk"], ...target }: Run) => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  if (declared !== undefined) budget.declare(declared);
  const { ask, counts } = openSimulatedTarget(clock, target);
  const began = clock.now().getTime();
  const share = Math.ceil(requests / lanes.length);
  await clock.runUntil(Promise.all(lanes.map((lane) => drive(budget, lane, share, ask))));
  const { limit, milliseconds } = target.limiter;
  const allowed = (limit * (clock.now().getTime() - began)) / milliseconds;
  return { used: counts.served / allowed, refused: counts.refused, served: counts.served };
};

const kinds: readonly LimitKind[] = ["fixed", "sliding", "bucket"];
const fifty = (kind: LimitKind): RateLimiterOptions => ({ kind, limit: 50, milliseconds: 1000 });

describe.each(kinds)("a target that takes 50 requests a second, %s", (kind) => {
  test.each([
    ["declared", "nothing", 5],
    ["declared", "retryAfter", 120],
    ["declared", "nothing", 400],
    ["told", "organisation", 5],
    ["told", "seconds", 60],
    ["told", "policy", 300],
  ] as const)("%s (%s), %d ms away: used to 95 % with at most one refusal in 10,000", async (how, tells, latency) => {
    const declared = how === "declared" ? { declared: perSecond(50) } : {};
    const found = await run({ ...declared, limiter: fifty(kind), tells, latency, requests: 10_000 });
    expect(found.used).toBeGreaterThan(0.95);
    expect(found.refused).toBeLessThanOrEqual(1);
  });
});

test.each([
  ["declared", "nothing", "sliding", { jitter: 40 }],
  ["declared", "nothing", "fixed", { jitter: 40 }],
  ["told", "policy", "sliding", { jitter: 30 }],
  ["declared", "nothing", "sliding", { jitter: 10, stalls: { every: 7_000, milliseconds: 200 } }],
  ["told", "seconds", "sliding", { jitter: 10, stalls: { every: 7_000, milliseconds: 200 } }],
  ["declared", "retryAfter", "fixed", { jitter: 10, stalls: { every: 9_000, milliseconds: 300 } }],
] as const)(
  "%s (%s, %s), with an uneven way to a target that stands still at times: %o",
  async (how, tells, kind, uneven) => {
    const declared = how === "declared" ? { declared: perSecond(50) } : {};
    const found = await run({ ...declared, limiter: fifty(kind), tells, latency: 20, requests: 10_000, ...uneven });
    expect(found.used).toBeGreaterThan(0.95);
    expect(found.refused).toBeLessThanOrEqual(1);
  },
);

test("whatever the kind of limit, how far away it is, and who asks: it is used to 95 % and next to nothing is refused", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        kind: fc.constantFrom(...kinds),
        limit: fc.integer({ min: 10, max: 120 }),
        tells: fc.constantFrom("nothing" as const, "retryAfter" as const, "seconds" as const, "policy" as const),
        latency: fc.integer({ min: 0, max: 200 }),
        jitter: fc.integer({ min: 0, max: 15 }),
        seed: fc.integer({ min: 1, max: 1_000_000 }),
        lanes: fc.uniqueArray(fc.constantFrom<Lane>("onDemand", "removal", "change", "bulk"), { minLength: 1 }),
      }),
      async ({ kind, limit, tells, latency, jitter, seed, lanes }) => {
        const isTold = tells === "seconds" || tells === "policy";
        const limiter = { kind, limit, milliseconds: 1000 };
        const declared = isTold ? {} : { declared: perSecond(limit) };
        const found = await run({ ...declared, limiter, tells, latency, jitter, seed, lanes, requests: limit * 60 });
        expect(found.refused).toBeLessThanOrEqual(1);
        expect(found.used).toBeGreaterThan(0.95);
      },
    ),
    { numRuns: 12, seed: 20_260_305 },
  );
}, 120_000);

test.each([
  ["fixed", 50, 1000, "nothing", 20],
  ["sliding", 50, 1000, "nothing", 20],
  ["bucket", 50, 1000, "nothing", 20],
  ["sliding", 50, 1000, "retryAfter", 150],
  ["fixed", 240, 60_000, "nothing", 30],
  ["sliding", 600, 60_000, "retryAfter", 30],
] as const)(
  "of a limit that nobody told (%s, %d in %d ms, %s, %d ms away) the pace is learned from what is refused",
  async (kind, limit, milliseconds, tells, latency) => {
    const requests = milliseconds === 1000 ? 10_000 : limit * 20;
    const found = await run({ limiter: { kind, limit, milliseconds }, tells, latency, requests });
    expect(found.used).toBeGreaterThan(0.8);
    expect(found.refused / found.served).toBeLessThan(0.04);
  },
);

test("a single refusal slows nobody down for long", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  const { ask } = openSimulatedTarget(clock, {
    limiter: { kind: "bucket", limit: 1_000_000, milliseconds: 1000 },
    tells: "nothing",
    latency: 10,
  });
  await clock.runUntil(drive(budget, "bulk", 5, ask));
  (await budget.acquire("bulk"))?.finish({ result: "throttled", sample: null, retryAt: null });
  const began = clock.now().getTime();
  await clock.runUntil(drive(budget, "bulk", 10_000, ask));
  expect((clock.now().getTime() - began) / 1000).toBeLessThan(180);
});

/** ThousandEyes counts in windows that begin with their first request; those of the simulated target begin with the minute, as the clock does. */
const thousandEyes: RateLimiterOptions = { kind: "fixed", limit: 240, milliseconds: 60_000 };

test.each([
  ["declared", "nothing", 5],
  ["declared", "nothing", 900],
  ["told", "organisation", 5],
  ["told", "organisation", 900],
] as const)(
  "240 requests a minute, %s (%s), %d ms away: a window is used up at once, the next when it begins",
  async (how, tells, latency) => {
    const declared = how === "declared" ? { declared: perMinute(240) } : {};
    const found = await run({ ...declared, limiter: thousandEyes, tells, latency, requests: 240 * 5 });
    expect(found).toMatchObject({ served: 1200, refused: 0 });
    expect(found.used).toBeGreaterThan(0.97);
  },
);

test("the first lanes find room while bulk work has used up the rest", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  budget.declare(perMinute(100));
  const target = openSimulatedTarget(clock, {
    limiter: { kind: "fixed", limit: 100, milliseconds: 60_000 },
    tells: "nothing",
    latency: 1,
  });
  const bulk = drive(budget, "bulk", 300, target.ask);
  await clock.advance(2_000);
  expect(target.counts.served).toBe(91);
  const began = clock.now().getTime();
  const urgent = Promise.all([drive(budget, "onDemand", 5, target.ask), drive(budget, "removal", 4, target.ask)]);
  await clock.advance(200);
  await urgent;
  expect(clock.now().getTime() - began).toBeLessThan(1_000);
  await clock.runUntil(bulk);
  expect(target.counts).toEqual({ served: 309, refused: 0 });
});

test("lanes go by urgency, in order of arrival within one", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  const holding = await Promise.all(Array.from({ length: 6 }, () => budget.acquire("onDemand")));
  const order: string[] = [];
  const lanes: Lane[] = ["bulk", "change", "bulk", "removal", "onDemand", "change"];
  const done = Promise.all(
    lanes.map(async (lane, index) => {
      const permit = await budget.acquire(lane);
      order.push(`${lane} ${index}`);
      permit?.finish(answered);
    }),
  );
  for (const permit of holding) permit?.finish(answered);
  await done;
  expect(order).toEqual(["onDemand 4", "removal 3", "change 1", "change 5", "bulk 0", "bulk 2"]);
});

test("an on-demand request finds a slot while slow bulk requests hold theirs", async () => {
  const budget = openBudget(openManualClock(), half);
  for (let held = 0; held < 4; held += 1) await budget.acquire("bulk");
  let isBulkOn = false;
  void budget.acquire("bulk").then(() => {
    isBulkOn = true;
  });
  expect(await budget.acquire("onDemand")).not.toBeNull();
  expect({ isBulkOn, inFlight: budget.state.inFlight }).toEqual({ isBulkOn: false, inFlight: 5 });
});

test("a 429 stops everybody until the moment that it names", async () => {
  const clock = openManualClock();
  const budget = openBudgetRegistry(clock, half).budget("h");
  const retryAt = new Date(clock.now().getTime() + 30_000);
  (await budget.acquire("bulk"))?.finish({ result: "throttled", sample: null, retryAt });
  let began: Date | null = null;
  const next = budget.acquire("onDemand").then(() => {
    began = clock.now();
  });
  await clock.advance(29_999);
  expect({ began, stoppedUntil: budget.state.stoppedUntil }).toEqual({ began: null, stoppedUntil: retryAt });
  await clock.advance(1);
  await next;
  expect(began).toEqual(retryAt);
});

test("429s without a time: pauses double, once for each round, and start over after a good answer; one request finds out for all", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  const refused: PaceReport = { result: "throttled", sample: null, retryAt: null };
  const pauseOf = (): number => (budget.state.stoppedUntil?.getTime() ?? clock.now().getTime()) - clock.now().getTime();
  const held = await Promise.all([1, 2, 3].map(() => budget.acquire("onDemand")));
  for (const permit of held) permit?.finish(refused);
  const pauses = [pauseOf()];
  const waited: boolean[] = [];
  const round = async (report: PaceReport): Promise<void> => {
    const permit = await clock.runUntil(budget.acquire("onDemand"));
    let isSecondOn = false;
    const second = budget.acquire("onDemand").then((other) => {
      isSecondOn = true;
      return other;
    });
    await clock.advance(0);
    waited.push(!isSecondOn);
    permit?.finish(report);
    pauses.push(pauseOf());
    (await clock.runUntil(second))?.finish(report);
    pauses.push(pauseOf());
  };
  for (let rounds = 0; rounds < 3; rounds += 1) await round(refused);
  await round(answered);
  await round(refused);
  const seconds = [1, 2, 4, 8, 16, 32, 60, 0, 0, 1, 1];
  expect(pauses).toEqual(seconds.map((pause) => pause * 1_000));
  // Only after the good answer two may go side by side.
  expect(waited).toEqual([true, true, true, true, false]);
});

test("concurrency starts at four, grows while answered, and halves once for each round of trouble", async () => {
  const budget = openBudget(openManualClock(), half);
  expect(budget.state.concurrency).toBe(4);
  for (let answers = 0; answers < 150; answers += 1) (await budget.acquire("bulk"))?.finish(answered);
  const grown = budget.state.concurrency;
  expect(grown).toBeGreaterThanOrEqual(16);
  for (let answers = 0; answers < 2_000; answers += 1) (await budget.acquire("bulk"))?.finish(answered);
  expect(budget.state.concurrency).toBe(64);
  const held = await Promise.all(Array.from({ length: 10 }, () => budget.acquire("bulk")));
  for (const permit of held) permit?.finish({ result: "struggling", sample: null, retryAt: null });
  expect(budget.state.concurrency).toBe(32);
  for (let rounds = 0; rounds < 20; rounds += 1) {
    (await budget.acquire("bulk"))?.finish({ result: "struggling", sample: null, retryAt: null });
  }
  expect(budget.state.concurrency).toBe(1);
});

test("a limit that the answers no longer tell is lifted; a declared one stays", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  const resetAt = new Date(clock.now().getTime() + 60_000);
  (await budget.acquire("onDemand"))?.finish(answeredWith(240, 5, resetAt));
  expect(budget.state.left).toBe(5);
  (await budget.acquire("onDemand"))?.finish(answered);
  expect(budget.state.left).toBeNull();
  const withdraw = budget.declare(perMinute(10));
  (await budget.acquire("onDemand"))?.finish(answered);
  expect(budget.state.left).toBe(9);
  withdraw();
  expect(budget.state.left).toBeNull();
  budget.declare(perMinute(20));
  expect(budget.state.left).toBe(19);
});

/** How many requests go in ten seconds. */
const inTenSeconds = async (clock: ManualClock, budget: RateBudget): Promise<number> => {
  let gone = 0;
  const stop = new AbortController();
  const caller = async (): Promise<void> => {
    for (;;) {
      const permit = await budget.acquire("bulk", stop.signal);
      if (permit === null) return;
      gone += 1;
      await clock.sleep(10);
      permit.finish(answered);
    }
  };
  const all = Promise.all(Array.from({ length: 20 }, caller));
  await clock.advance(10_000);
  stop.abort();
  await clock.advance(10);
  await all;
  return gone;
};

const aPace = (changes: Partial<KnownLimits>): KnownLimits => ({
  requestsPerSecond: null,
  requestsPerMinute: null,
  requestsAtOnce: null,
  ...changes,
});

describe("what an administrator says of the pace", () => {
  test("wins over what was learned from refusals", async () => {
    const clock = openManualClock();
    const budget = openBudget(clock, half);
    const limiter = { kind: "sliding", limit: 4, milliseconds: 1000 } as const;
    const { ask } = openSimulatedTarget(clock, { limiter, tells: "nothing", latency: 20 });
    await clock.runUntil(drive(budget, "bulk", 60, ask));
    expect(await inTenSeconds(clock, budget)).toBeLessThan(50);
    const withdraw = budget.declare(perMinute(null), aPace({ requestsPerSecond: 40 }));
    expect(await inTenSeconds(clock, budget)).toBeGreaterThan(380);
    withdraw();
  });

  test("wins over a published limit, also one of another job, until it is withdrawn", async () => {
    const clock = openManualClock();
    const budget = openBudget(clock, half);
    budget.declare(perMinute(60));
    const withdraw = budget.declare(
      { ...usualProfile, requestsPerMinute: 60, requestsPerSecond: 30 },
      aPace({ requestsPerSecond: 30 }),
    );
    expect(await inTenSeconds(clock, budget)).toBeGreaterThan(280);
    withdraw();
    await clock.advance(60_000);
    expect(await inTenSeconds(clock, budget)).toBeLessThanOrEqual(60);
  });

  test("wins over a lower limit that answers tell; a higher one that others use up is kept as well", async () => {
    const clock = openManualClock();
    const budget = openBudget(clock, half);
    budget.declare(perMinute(null), aPace({ requestsPerMinute: 600 }));
    const resetAt = new Date(clock.now().getTime() + 50_000);
    (await budget.acquire("bulk"))?.finish(answeredWith(100, 0, resetAt));
    expect(await budget.acquire("bulk")).not.toBeNull();
    (await budget.acquire("bulk"))?.finish(answeredWith(1_000, 0, resetAt));
    let began: Date | null = null;
    const next = budget.acquire("bulk").then(() => {
      began = clock.now();
    });
    await clock.advance(49_999);
    expect(began).toBeNull();
    await clock.advance(1);
    await next;
  });

  test("does not send into the time for which a target has asked for nothing", async () => {
    const clock = openManualClock();
    const budget = openBudget(clock, half);
    budget.declare(perMinute(null), aPace({ requestsPerSecond: 1000 }));
    const retryAt = new Date(clock.now().getTime() + 30_000);
    (await budget.acquire("bulk"))?.finish({ result: "throttled", sample: null, retryAt });
    expect(await inTenSeconds(clock, budget)).toBe(0);
  });

  test("of two the lower counts, of requests at a time as well", async () => {
    const clock = openManualClock();
    const budget = openBudget(clock, half);
    budget.declare({ ...usualProfile, requestsAtOnce: 2 });
    budget.declare(perMinute(null), aPace({ requestsPerSecond: 50, requestsAtOnce: 4 }));
    budget.declare(perMinute(null), aPace({ requestsPerSecond: 10, requestsAtOnce: 3 }));
    const held = await clock.runUntil(Promise.all([1, 2, 3].map(() => budget.acquire("bulk"))));
    let isFourthOn = false;
    const fourth = budget.acquire("bulk").then((permit) => {
      isFourthOn = true;
      permit?.finish(answered);
    });
    await clock.advance(1_000);
    expect(isFourthOn).toBe(false);
    for (const permit of held) permit?.finish(answered);
    await clock.runUntil(fourth);
    expect(await inTenSeconds(clock, budget)).toBeLessThanOrEqual(101);
  });
});

test("other users of the same limit are taken into account", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  budget.declare(perMinute(240));
  const resetAt = new Date(clock.now().getTime() + 20_000);
  (await budget.acquire("onDemand"))?.finish(answeredWith(240, 0, resetAt));
  let began: Date | null = null;
  const next = budget.acquire("onDemand").then(() => {
    began = clock.now();
  });
  await clock.advance(19_999);
  expect(began).toBeNull();
  await clock.advance(1);
  await next;
});

test("a request that never left costs nothing of the limit", async () => {
  const budget = openBudget(openManualClock(), half);
  budget.declare(perMinute(10));
  (await budget.acquire("bulk"))?.finish({ result: "unsent", sample: null, retryAt: null });
  expect(budget.state.left).toBe(10);
});

test("whoever waits leaves at once when the signal aborts, and finishing twice counts once", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  const retryAt = new Date(clock.now().getTime() + 30_000);
  const permit = await budget.acquire("bulk");
  permit?.finish({ result: "throttled", sample: null, retryAt });
  permit?.finish({ result: "throttled", sample: null, retryAt });
  expect(budget.state.inFlight).toBe(0);
  const stop = new AbortController();
  const waiting = budget.acquire("bulk", stop.signal);
  expect(clock.sleeping).toEqual([30_000]);
  stop.abort();
  expect(await waiting).toBeNull();
  expect(await budget.acquire("bulk", stop.signal)).toBeNull();
  expect(clock.sleeping).toEqual([]);
});

test("one budget for each key", () => {
  const registry = openBudgetRegistry(openManualClock(), half);
  expect(registry.budget("a")).toBe(registry.budget("a"));
  expect(registry.budget("a")).not.toBe(registry.budget("b"));
});
