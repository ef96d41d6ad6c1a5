import { expect, test } from "vitest";
import { clearValue, type DesiredAttribute } from "../objects.ts";
import { differenceOf, wholeOf } from "./difference.ts";

const want = (value: DesiredAttribute["value"], more: Partial<DesiredAttribute> = {}): DesiredAttribute => ({
  path: "x",
  value,
  origin: "[x]",
  when: "always",
  caseExact: false,
  multivalued: false,
  ...more,
});

const differs = (before: unknown, after: DesiredAttribute["value"], more: Partial<DesiredAttribute> = {}) =>
  differenceOf([want(after, more)], { id: "t1", resource: before === undefined ? {} : { x: before } }).length === 1;

test.each<[before: unknown, after: DesiredAttribute["value"], more: Partial<DesiredAttribute>, different: boolean]>([
  ["a", "a", {}, false],
  ["a", "b", {}, true],
  ["a", "A", {}, false],
  ["a", "A", { caseExact: true }, true],
  ["a", "a ", {}, true],
  // Booleans, also as text on either side.
  [true, true, {}, false],
  [true, false, {}, true],
  ["True", true, {}, false],
  ["true", true, { caseExact: true }, false],
  ["False", true, {}, true],
  [false, "False", {}, false],
  [false, "True", {}, true],
  [undefined, false, {}, true],
  [undefined, true, {}, true],
  // Numbers.
  [7, 7, {}, false],
  ["7", 7, {}, false],
  [7, 8, {}, true],
  [0, 0, {}, false],
  [undefined, 0, {}, true],
  // Nothing is nothing, however it is written.
  [undefined, "", {}, false],
  [null, "", {}, false],
  ["", "", {}, false],
  [undefined, "a", {}, true],
  ["a", "", {}, true],
  // Lists are sets.
  [["a", "b"], ["b", "a"], {}, false],
  [["a"], ["a", "b"], {}, true],
  [["a", "b"], ["a"], {}, true],
  [["A"], ["a"], {}, false],
  [["A"], ["a"], { caseExact: true }, true],
  [["a"], ["a", "a"], {}, false],
  [["a", "a"], ["a", "b"], {}, true],
  ["a", ["a"], {}, true],
  [undefined, ["a"], {}, true],
  [undefined, [], {}, false],
  [[], [], {}, false],
  [[{ type: "work", value: "a" }], [{ value: "A", type: "work" }], {}, false],
  [[{ type: "work", value: "a" }], [{ type: "home", value: "a" }], {}, true],
  [[{ value: "a", primary: "True" }], [{ value: "a", primary: true }], {}, false],
  // Removal.
  ["a", clearValue, {}, true],
  [["a"], clearValue, {}, true],
  [false, clearValue, {}, true],
  [undefined, clearValue, {}, false],
  ["", clearValue, {}, false],
  [[], clearValue, {}, false],
  // When it flows.
  ["a", "b", { when: "update" }, true],
  ["a", "b", { when: "creation" }, false],
  [undefined, "b", { when: "creation" }, false],
  ["a", "b", { when: "whenEmpty" }, false],
  [undefined, "b", { when: "whenEmpty" }, true],
  ["", "b", { when: "whenEmpty" }, true],
  [false, true, { when: "whenEmpty" }, false],
  // References are settled elsewhere.
  ["m1", { kind: "reference", ids: ["m2"] }, {}, false],
])("%j → %j (%j) differs: %s", (before, after, more, different) => {
  expect(differs(before, after, more)).toBe(different);
});

test("a difference tells both sides, where it came from, and what logs may show", () => {
  const current = {
    id: "t1",
    resource: {
      emails: [
        { type: "home", value: "h" },
        { type: "work", value: "old" },
      ],
      NickName: "n",
    },
  };
  const desired = [
    want("new", { path: 'emails[type eq "work"].value', origin: "[mail]", shown: "[Redact]" }),
    want(clearValue, { path: "nickName", when: "update" }),
    want("n", { path: "title" }),
  ];
  expect(differenceOf(desired, current)).toEqual([
    { path: 'emails[type eq "work"].value', before: "old", after: "new", origin: "[mail]", shown: "[Redact]" },
    { path: "nickName", before: "n", after: undefined, origin: "[x]", shown: undefined },
    { path: "title", before: undefined, after: "n", origin: "[x]", shown: undefined },
  ]);
});

test("a new account is made of everything but what is for updates, for removal, or a reference", () => {
  const desired = [
    want("a", { path: "a" }),
    want("b", { path: "b", when: "creation", shown: "[Redact]" }),
    want("c", { path: "c", when: "whenEmpty" }),
    want("d", { path: "d", when: "update" }),
    want(clearValue, { path: "e" }),
    want({ kind: "reference", ids: ["m1"] }, { path: "manager" }),
    want(false, { path: "active" }),
  ];
  expect(wholeOf(desired)).toEqual([
    { path: "a", before: undefined, after: "a", origin: "[x]", shown: undefined },
    { path: "b", before: undefined, after: "b", origin: "[x]", shown: "[Redact]" },
    { path: "c", before: undefined, after: "c", origin: "[x]", shown: undefined },
    { path: "active", before: undefined, after: false, origin: "[x]", shown: undefined },
  ]);
});
