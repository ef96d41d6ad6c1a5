import { expect, test } from "vitest";
import type { RateSample } from "#http";
import { type ManualClock, openManualClock } from "#test/wire/manual-clock.ts";
import { openRequestLimit } from "#test/wire/request-limit.ts";
import type { Lane } from "../target.ts";
import { openBudget, openBudgetRegistry, type PaceReport, type RateBudget } from "./budget.ts";

const half = (): number => 0.5;
const answered: PaceReport = { result: "answered", sample: null, retryAt: null };

const answeredWith = (sample: RateSample): PaceReport => ({ result: "answered", sample, retryAt: null });

/** A target that counts in fixed windows and takes `latency` milliseconds each way. */
const windowed = (clock: ManualClock, requests: number, tells: boolean, latency: number) => {
  const now = (): number => clock.now().getTime();
  const limit = openRequestLimit({ requests, now });
  const counts = { served: 0, refused: 0 };
  const ask = async (): Promise<PaceReport> => {
    await clock.sleep(latency);
    const { refused, headers } = limit.count();
    counts[refused ? "refused" : "served"] += 1;
    const remaining = Number(headers["x-organization-rate-limit-remaining"]);
    const reset = Number(headers["x-organization-rate-limit-reset"]) * 1000;
    await clock.sleep(latency);
    const sample = tells ? { limit: requests, remaining, resetAt: new Date(reset) } : null;
    return { result: refused ? "throttled" : "answered", sample, retryAt: refused ? new Date(reset) : null };
  };
  return { ask, counts };
};

const drive = async (budget: RateBudget, lane: Lane, times: number, ask: () => Promise<PaceReport>): Promise<void> => {
  const one = async (): Promise<void> => {
    const permit = await budget.acquire(lane);
    permit?.finish(await ask());
  };
  await Promise.all(Array.from({ length: times }, one));
};

test.each([
  ["declared", true, false, 5],
  ["declared", true, false, 900],
  ["learned from the answers", false, true, 5],
  ["learned from the answers", false, true, 900],
])("a limit that is %s is kept and used up (declared %s, told %s, %d ms away)", async (_, declares, tells, latency) => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  if (declares) budget.declare(240);
  const target = windowed(clock, 240, tells, latency);
  const started = clock.now().getTime();
  await clock.runUntil(drive(budget, "bulk", 240 * 5, target.ask));
  const minutes = (clock.now().getTime() - started) / 60_000;
  expect(target.counts).toEqual({ served: 1200, refused: 0 });
  expect(1200 / (240 * minutes)).toBeGreaterThan(0.95);
});

test("the first lanes find room while bulk work has used up the rest", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  budget.declare(100);
  const target = windowed(clock, 100, false, 1);
  const bulk = drive(budget, "bulk", 300, target.ask);
  await clock.advance(2_000);
  expect(target.counts.served).toBe(90);
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

test("429s without a time: pauses double, once for each round, and start over after a good answer", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  const pauses: number[] = [];
  const round = async (report: PaceReport): Promise<void> => {
    const held = await clock.runUntil(Promise.all([1, 2, 3].map(() => budget.acquire("onDemand"))));
    for (const permit of held) permit?.finish(report);
    pauses.push((budget.state.stoppedUntil?.getTime() ?? clock.now().getTime()) - clock.now().getTime());
  };
  const refused: PaceReport = { result: "throttled", sample: null, retryAt: null };
  for (let rounds = 0; rounds < 8; rounds += 1) await round(refused);
  await round(answered);
  await round(refused);
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 0, 1_000]);
});

test("concurrency starts at four, grows while answered, and halves once for each round of trouble", async () => {
  const budget = openBudget(openManualClock(), half);
  expect(budget.state.concurrency).toBe(4);
  for (let answers = 0; answers < 150; answers += 1) (await budget.acquire("bulk"))?.finish(answered);
  const grown = budget.state.concurrency;
  expect(grown).toBeGreaterThanOrEqual(16);
  for (let answers = 0; answers < 2_000; answers += 1) (await budget.acquire("bulk"))?.finish(answered);
  expect(budget.state.concurrency).toBe(32);
  const held = await Promise.all(Array.from({ length: 10 }, () => budget.acquire("bulk")));
  for (const permit of held) permit?.finish({ result: "struggling", sample: null, retryAt: null });
  expect(budget.state.concurrency).toBe(16);
  for (let rounds = 0; rounds < 20; rounds += 1) {
    (await budget.acquire("bulk"))?.finish({ result: "struggling", sample: null, retryAt: null });
  }
  expect(budget.state.concurrency).toBe(1);
});

test("a limit that the answers no longer tell is lifted; a declared one stays", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  const resetAt = new Date(clock.now().getTime() + 60_000);
  (await budget.acquire("onDemand"))?.finish(answeredWith({ limit: 240, remaining: 5, resetAt }));
  expect(budget.state.left).toBe(5);
  (await budget.acquire("onDemand"))?.finish(answered);
  expect(budget.state.left).toBeNull();
  budget.declare(10);
  (await budget.acquire("onDemand"))?.finish(answered);
  expect(budget.state.left).toBe(9);
  budget.declare(null);
  expect(budget.state.left).toBeNull();
});

test("other users of the same limit are taken into account", async () => {
  const clock = openManualClock();
  const budget = openBudget(clock, half);
  budget.declare(240);
  const resetAt = new Date(clock.now().getTime() + 20_000);
  (await budget.acquire("onDemand"))?.finish(answeredWith({ limit: 240, remaining: 0, resetAt }));
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
  budget.declare(10);
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
