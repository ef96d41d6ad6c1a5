import { expect, test } from "vitest";
import { type Quarantine, quarantineAgain, quarantineEnds, tooManyFailures } from "./quarantine.ts";

const began = new Date("2026-03-01T00:00:00.000Z");
const minute = 60_000;
const day = 24 * 60 * minute;
const cause = {
  reason: "EncounteredQuarantineException",
  code: "Unauthorized",
  message: "The token was refused.",
} as const;

test("a quarantine waits longer each time, up to a day", () => {
  const waits: number[] = [];
  let quarantine: Quarantine | null = null;
  let now = began;
  for (let attempt = 1; attempt <= 12; attempt++) {
    quarantine = quarantineAgain(quarantine, cause, now);
    expect(quarantine.attempts).toBe(attempt);
    expect(quarantine.began).toBe(began.toISOString());
    waits.push((Date.parse(quarantine.nextAttempt) - now.getTime()) / minute);
    now = new Date(quarantine.nextAttempt);
  }
  expect(waits).toEqual([1, 2, 5, 10, 30, 60, 120, 360, 720, 1440, 1440, 1440]);
});

test("it begins with its cause, and a new cause neither restarts it nor shortens the wait", () => {
  const first = quarantineAgain(null, cause, began);
  expect(first).toEqual({
    ...cause,
    began: "2026-03-01T00:00:00.000Z",
    nextAttempt: "2026-03-01T00:01:00.000Z",
    attempts: 1,
  });
  const other = {
    reason: "EncounteredEscrowProportionThreshold",
    code: "TooManyFailures",
    message: "Too many.",
  } as const;
  expect(quarantineAgain(first, other, new Date("2026-03-01T00:01:00.000Z"))).toEqual({
    ...other,
    began: "2026-03-01T00:00:00.000Z",
    nextAttempt: "2026-03-01T00:03:00.000Z",
    attempts: 2,
  });
});

test("after 28 days the job is given up", () => {
  const quarantine = quarantineAgain(null, cause, began);
  expect(quarantineEnds(quarantine, began)).toBe(false);
  expect(quarantineEnds(quarantine, new Date(began.getTime() + 28 * day))).toBe(false);
  expect(quarantineEnds(quarantine, new Date(began.getTime() + 28 * day + 1))).toBe(true);
});

test.each<[why: string, failed: number, handled: number, size: number, unhealthy: boolean]>([
  // Entra's own examples, in a job of that size: the floor stays at 5,000 there.
  ["4,000 failures stay below the floor", 4_000, 5_000, 100_000, false],
  ["45,000 of 90,000", 45_000, 90_000, 90_000, true],
  ["30,000 failed, 5,000 done", 30_000, 35_000, 35_000, true],
  ["20,000 failed, 100,000 done", 20_000, 120_000, 120_000, false],
  // The floor grows with the job.
  ["a small shop: ten are not enough", 10, 10, 50, false],
  ["a small shop: eleven of eleven", 11, 11, 50, true],
  ["200 people: twenty are not enough", 20, 30, 200, false],
  ["200 people: twenty-one of thirty", 21, 30, 200, true],
  ["2,000 people: a tenth is not enough", 200, 300, 2_000, false],
  ["2,000 people: more than a tenth", 201, 300, 2_000, true],
  ["a large job: the floor ends at 5,000", 5_001, 10_000, 1_000_000, true],
  ["a large job: exactly 5,000", 5_000, 10_000, 1_000_000, false],
  // The share.
  ["exactly 40 %", 40, 100, 100, false],
  ["more than 40 %", 41, 100, 100, true],
  ["nothing failed", 0, 0, 0, false],
])("%s", (_, failed, handled, size, unhealthy) => {
  expect(tooManyFailures(failed, handled, size)).toBe(unhealthy);
});
