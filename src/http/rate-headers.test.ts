import { expect, test } from "vitest";
import { readRateSample, readRetryAfter, readRetryAt } from "./index.ts";

const now = new Date("2026-03-01T08:00:00.000Z");
const epoch = now.getTime() / 1000;
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

test.each([
  ["120", later(120)],
  [" 0 ", later(0)],
  ["1.5", later(1.5)],
  ["999999999", later(86_400)],
  ["Sun, 01 Mar 2026 08:00:30 GMT", later(30)],
  ["Sunday, 01-Mar-26 08:00:30 GMT", later(30)],
  ["Sun Mar  1 08:00:30 2026", later(30)],
  ["Sun, 01 Mar 2026 07:00:00 GMT", later(0)],
  ["-5", null],
  ["soon", null],
  ["2026-03-01", null],
  ["", null],
  [undefined, null],
])("Retry-After %j", (text, expected) => {
  expect(readRetryAfter(text, now)).toEqual(expected);
});

test("a date is measured against the server's own clock", () => {
  const hourBehind = new Date("2026-03-01T07:00:00Z");
  expect(readRetryAfter("Sun, 01 Mar 2026 07:00:30 GMT", now, hourBehind)).toEqual(later(30));
});

test("the ThousandEyes headers: reset is a moment, one second is added because stamps are cut to seconds", () => {
  const headers = {
    date: "Sun, 01 Mar 2026 08:00:00 GMT",
    "x-organization-rate-limit-limit": "240",
    "x-organization-rate-limit-remaining": "17",
    "x-organization-rate-limit-reset": String(epoch + 40),
  };
  const told = { limit: 240, remaining: 17, resetAt: later(41), secondsLeft: 40, windowSeconds: null };
  expect(readRateSample(headers, now)).toEqual(told);
  const wrongClock = { ...headers, date: "Sun, 01 Mar 2026 07:00:00 GMT" };
  expect(readRateSample({ ...wrongClock, "x-organization-rate-limit-reset": String(epoch - 3560) }, now)).toEqual(told);
});

test("seconds, milliseconds, missing and unreadable parts", () => {
  expect(
    readRateSample({ "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "5", "ratelimit-reset": "9" }, now),
  ).toEqual({ limit: 100, remaining: 5, resetAt: later(9), secondsLeft: 9, windowSeconds: 60 });
  expect(
    readRateSample({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String((epoch + 9) * 1000) }, now),
  ).toEqual({ limit: null, remaining: 0, resetAt: later(10), secondsLeft: 9, windowSeconds: null });
  expect(readRateSample({ ratelimit: '"default";r=7;t=3', "ratelimit-policy": '"default";q=50;w=10' }, now)).toEqual({
    limit: 50,
    remaining: 7,
    resetAt: later(3),
    secondsLeft: 3,
    windowSeconds: 10,
  });
  expect(readRateSample({ "x-ratelimit-remaining": "many" }, now)).toBeNull();
  expect(readRateSample({ "x-ratelimit-limit": "100" }, now)).toBeNull();
  expect(readRateSample({}, now)).toBeNull();
});

test("Retry-After goes before the reset", () => {
  const reset = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60" };
  expect(readRetryAt({ ...reset, "retry-after": "5" }, now)).toEqual(later(5));
  expect(readRetryAt(reset, now)).toEqual(later(60));
  expect(readRetryAt({}, now)).toBeNull();
});
