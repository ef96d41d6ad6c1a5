import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultGuardLimits, type GuardLimits, judgeRemovals } from "./guard.ts";

const judge = (waiting: number, lastDay: number, managed: number, limits: Partial<GuardLimits> = {}) =>
  judgeRemovals({ waiting, lastDay, managed }, { ...defaultGuardLimits, ...limits }).kind;

test("the limits without settings", () => {
  expect(defaultGuardLimits).toEqual({ enabled: true, absolute: 500, percent: 20, floor: 10 });
});

test.each<[waiting: number, lastDay: number, managed: number, verdict: "run" | "hold"]>([
  [0, 0, 0, "run"],
  [0, 900, 100, "run"],
  // Below the floor the share does not count.
  [9, 0, 9, "run"],
  [9, 0, 20, "run"],
  [10, 0, 10, "hold"],
  // The share: 20 % run, more is held.
  [10, 0, 50, "run"],
  [10, 0, 49, "hold"],
  [20, 0, 100, "run"],
  [21, 0, 100, "hold"],
  // The absolute limit: 500 run, more are held, whatever their share.
  [500, 0, 100_000, "run"],
  [501, 0, 100_000, "hold"],
  // The rolling day: what was removed belongs to the count and to the whole.
  [10, 10, 90, "run"],
  [11, 10, 90, "hold"],
  [1, 9, 41, "run"],
  [1, 9, 40, "hold"],
  [1, 8, 1, "run"],
  [1, 499, 99_501, "run"],
  [1, 500, 99_500, "hold"],
])("%d waiting after %d within a day, of %d managed: %s", (waiting, lastDay, managed, verdict) => {
  expect(judge(waiting, lastDay, managed)).toBe(verdict);
});

test("limits are settings, and the guard can be switched off", () => {
  expect(judge(10_000, 0, 10_000, { enabled: false })).toBe("run");
  expect(judge(1, 0, 1000, { absolute: 0 })).toBe("hold");
  expect(judge(1, 0, 3, { floor: 0 })).toBe("hold");
  expect(judge(30, 0, 100, { percent: 30 })).toBe("run");
  expect(judge(10, 0, 10, { percent: 100 })).toBe("run");
  expect(judge(10, 0, 1000, { percent: 0 })).toBe("hold");
});

test("a hold says how many, which limit, and what to do", () => {
  expect(judgeRemovals({ waiting: 21, lastDay: 0, managed: 100 }, defaultGuardLimits)).toEqual({
    kind: "hold",
    count: 21,
    limit: 20,
    why: '21 accounts would be disabled or deleted, more than 20 % of the 100 managed accounts. Nothing was removed. See the list with "held", then allow or reject.',
  });
  expect(judgeRemovals({ waiting: 2, lastDay: 499, managed: 99_501 }, defaultGuardLimits)).toEqual({
    kind: "hold",
    count: 2,
    limit: 500,
    why: '2 accounts would be disabled or deleted (and 499 were within the last day), more than 500. Nothing was removed. See the list with "held", then allow or reject.',
  });
});

const someLimits = fc.record({
  enabled: fc.constant(true),
  absolute: fc.integer({ min: 0, max: 600 }),
  percent: fc.integer({ min: 0, max: 100 }),
  floor: fc.integer({ min: 0, max: 50 }),
});

test("however the waves of a day are cut, no more is removed than the limits allow", () => {
  fc.assert(
    fc.property(
      someLimits,
      fc.integer({ min: 0, max: 3000 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 40 }),
      (limits, whole, waves) => {
        let removed = 0;
        for (const wave of waves) {
          const waiting = Math.min(wave, whole - removed);
          if (judgeRemovals({ waiting, lastDay: removed, managed: whole - removed }, limits).kind === "run")
            removed += waiting;
        }
        expect(removed).toBeLessThanOrEqual(limits.absolute);
        expect(removed).toBeLessThanOrEqual(Math.max(limits.floor - 1, (whole * limits.percent) / 100, 0));
      },
    ),
  );
});

test("more removals never turn a hold into a run", () => {
  fc.assert(
    fc.property(
      someLimits,
      fc.nat(1000),
      fc.nat(1000),
      fc.nat(5000),
      fc.integer({ min: 1, max: 500 }),
      (limits, waiting, lastDay, managed, more) => {
        fc.pre(waiting > 0 && judgeRemovals({ waiting, lastDay, managed }, limits).kind === "hold");
        expect(judgeRemovals({ waiting: waiting + more, lastDay, managed }, limits).kind).toBe("hold");
      },
    ),
  );
});
