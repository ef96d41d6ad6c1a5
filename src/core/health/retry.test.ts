import { expect, test } from "vitest";
import { defaultRetryLadder, nextTry } from "./retry.ts";

const minute = 60;
const hour = 3600;
const day = 24 * hour;
const now = new Date("2026-03-01T00:00:00Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const failure = {
  attempts: 1,
  transient: true,
  removal: false,
  firstFailedAt: now,
  now,
  notBefore: null as Date | null,
};

test.each([
  [1, minute],
  [2, 5 * minute],
  [3, 30 * minute],
  [4, 2 * hour],
  [5, 6 * hour],
  [6, 12 * hour],
  [7, day],
  [8, day],
  [1000, day],
])("failure %d that may pass waits %d seconds", (attempts, seconds) => {
  expect(nextTry({ ...failure, attempts }, defaultRetryLadder)).toEqual({ kind: "wait", until: after(seconds) });
});

test.each([1, 2, 50])("refusal %d is tried once a day", (attempts) => {
  expect(nextTry({ ...failure, attempts, transient: false }, defaultRetryLadder)).toEqual({
    kind: "wait",
    until: after(day),
  });
});

test("the target's own word counts where it asks for more patience, not for less", () => {
  expect(nextTry({ ...failure, notBefore: after(600) }, defaultRetryLadder)).toEqual({
    kind: "wait",
    until: after(600),
  });
  expect(nextTry({ ...failure, notBefore: after(5) }, defaultRetryLadder)).toEqual({ kind: "wait", until: after(60) });
  expect(nextTry({ ...failure, transient: false, notBefore: after(2 * day) }, defaultRetryLadder)).toEqual({
    kind: "wait",
    until: after(2 * day),
  });
});

test.each<[ageSeconds: number, removal: boolean, kind: "wait" | "givenUp"]>([
  [27 * day, false, "wait"],
  [28 * day, false, "wait"],
  [28 * day + 1, false, "givenUp"],
  [28 * day + 1, true, "wait"],
  [3650 * day, true, "wait"],
])("after %d seconds of failing (an owed removal: %s): %s", (ageSeconds, removal, kind) => {
  for (const transient of [true, false]) {
    const given = { ...failure, attempts: 40, transient, removal, firstFailedAt: after(-ageSeconds) };
    expect(nextTry(given, defaultRetryLadder).kind).toBe(kind);
  }
});

test("the ladder is a setting", () => {
  const ladder = { delaysSeconds: [1], thenSeconds: 2, giveUpAfterDays: 1 };
  expect(nextTry({ ...failure, attempts: 1 }, ladder)).toEqual({ kind: "wait", until: after(1) });
  expect(nextTry({ ...failure, attempts: 2 }, ladder)).toEqual({ kind: "wait", until: after(2) });
  expect(nextTry({ ...failure, firstFailedAt: after(-day - 1) }, ladder)).toEqual({ kind: "givenUp" });
});
