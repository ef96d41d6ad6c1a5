import { expect, test } from "vitest";
import { attributesOf, oneOf, timeOrAge, wholeNumber } from "./arguments.ts";

test("numbers and words outside their range are refused", () => {
  expect(wholeNumber(0, 65535)("8400")).toBe(8400);
  for (const text of ["-1", "65536", "1.5", "", "8400x"])
    expect(() => wholeNumber(0, 65535)(text)).toThrow("from 0 to 65535");
  expect(oneOf(["stagedDelete"])("STAGEDDELETE")).toBe("stagedDelete");
  expect(() => oneOf(["a", "b"])("c")).toThrow("one of: a, b");
});

test("a time is ISO 8601 or an age", () => {
  const now = new Date("2025-03-01T12:00:00Z");
  expect(
    ["30m", "2h", "7d", "90s", "2025-02-01", "2025-02-01T01:00:00+01:00"].map((text) => timeOrAge(text, now)),
  ).toEqual([
    "2025-03-01T11:30:00.000Z",
    "2025-03-01T10:00:00.000Z",
    "2025-02-22T12:00:00.000Z",
    "2025-03-01T11:58:30.000Z",
    "2025-02-01T00:00:00.000Z",
    "2025-02-01T00:00:00.000Z",
  ]);
  expect(["yesterday", "5", "1e99d", "2025-13-01", "99999999999999d"].map((text) => timeOrAge(text, now))).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("attributes come from name=value, with Booleans, JSON and clearing", () => {
  const attributes = attributesOf([
    "mail=a@b.example",
    "title=x=y",
    "accountEnabled=false",
    'businessPhones=["1","2"]',
    "city=",
    "__proto__=x",
  ]);
  expect(Object.entries(attributes)).toEqual([
    ["mail", "a@b.example"],
    ["title", "x=y"],
    ["accountEnabled", false],
    ["businessPhones", ["1", "2"]],
    ["city", null],
    ["__proto__", "x"],
  ]);
  expect(() => attributesOf(["mail"])).toThrow('"mail" is not name=value');
  expect(() => attributesOf(["phones=[1"])).toThrow("begins like JSON");
});
