import { expect, test } from "vitest";
import { systemClock } from "#runtime";
import { signInLimit } from "./sign-in-limit.ts";

const minute = 60_000;
const open = () => {
  let now = Date.UTC(2030, 0, 1);
  const limit = signInLimit({ ...systemClock, now: () => new Date(now) });
  return {
    limit,
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
  };
};

test("ten tries for one login, in any letter case and from anywhere, then a quarter of an hour", () => {
  const { limit, wait } = open();
  for (let n = 0; n < 10; n++) {
    expect(limit.attempt(n % 2 === 0 ? "a@x.example" : "A@x.example", `10.0.0.${n}`)).toBe(0);
  }
  wait(5 * minute);
  expect(limit.attempt("a@x.example", "10.0.1.1")).toBe(600);
  expect(limit.attempt("b@x.example", "10.0.1.1")).toBe(0);
  wait(10 * minute);
  expect(limit.attempt("a@x.example", "10.0.1.1")).toBe(0);
});

test("fifty tries from one address, whatever the login", () => {
  const { limit } = open();
  for (let n = 0; n < 50; n++) expect(limit.attempt(`u${n}@x.example`, "10.0.0.1")).toBe(0);
  expect(limit.attempt("new@x.example", "10.0.0.1")).toBe(900);
  expect(limit.attempt("new@x.example", "10.0.0.2")).toBe(0);
});

test("who succeeds begins anew, and does not use up the address of others", () => {
  const { limit } = open();
  for (let n = 0; n < 500; n++) {
    expect(limit.attempt("a@x.example", "10.0.0.1")).toBe(0);
    limit.succeeded("a@x.example", "10.0.0.1");
  }
});
