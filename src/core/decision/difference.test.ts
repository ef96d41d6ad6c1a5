import { expect, test } from "vitest";
import { clearValue, type DesiredAttribute } from "../objects.ts";
import { companionsOf, differenceOf, wholeOf } from "./difference.ts";

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
  // Dates are moments, where the attribute is one.
  ["2026-03-01T08:00:00.000Z", "2026-03-01T09:00:00+01:00", { dateTime: true }, false],
  ["2026-03-01T08:00:00Z", "2026-03-01T08:00:01Z", { dateTime: true }, true],
  ["2026-03-01T08:00:00.000Z", "2026-03-01T08:00:00Z", {}, true],
  ["soon", "2026-03-01T08:00:00Z", { dateTime: true }, true],
  // What the target does not show of a value it does not keep; what is its own does not matter.
  [[{ value: "a" }], [{ value: "a", primary: false, type: "r" }], {}, false],
  [[{ value: "a", $ref: "/r/a", display: "A" }], [{ value: "a" }], {}, false],
  [[{ value: "a", display: "B" }], [{ value: "a", display: "A" }], {}, true],
  [[{ display: "A" }], [{ value: "a", display: "A" }], {}, true],
  [[{ value: "a" }, { value: "b" }], [{ value: "a" }], {}, true],
  [[{ Value: "a" }], [{ value: "a" }], {}, false],
  [[{ display: "A" }], [{ type: "A" }], {}, true],
  // A list may be kept as objects, one value as a list.
  [[{ value: "a" }, { value: "b" }], ["b", "a"], {}, false],
  [["a"], [{ value: "a" }], {}, false],
  [["a"], "a", {}, false],
  [[{ value: "a" }], "a", {}, false],
  [["a", "b"], "a", {}, true],
  // Values that only join.
  [["a"], ["a", "b"], { adds: true }, true],
  [["a", "b"], ["a"], { adds: true }, false],
  [[{ value: "a", type: "x" }], [{ value: "a" }], { adds: true }, false],
  [undefined, ["a"], { adds: true }, true],
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

test("what only joins is told as the new values and the whole that they make", () => {
  const current = { id: "t1", resource: { x: [{ value: "A" }], y: "single", z: [] } };
  const adds = { adds: true, multivalued: true } as const;
  const desired = [
    want([{ value: "a" }, { value: "b" }, { value: "c" }], adds),
    want(["more"], { ...adds, path: "y" }),
    want(["first"], { ...adds, path: "z" }),
  ];
  expect(differenceOf(desired, current).map(({ path, after, adds: added }) => [path, after, added])).toEqual([
    ["x", [{ value: "A" }, { value: "b" }, { value: "c" }], [{ value: "b" }, { value: "c" }]],
    ["y", ["single", "more"], ["more"]],
    ["z", ["first"], undefined],
  ]);
  expect(wholeOf([want(["a"], adds)]).map(({ after }) => after)).toEqual([["a"]]);
});

test("what goes along with every update goes with none that is not, and says whether it is repeated", () => {
  const current = { id: "t1", resource: { a: "1", b: "same" } };
  const changed = want("2", { path: "a" });
  const along = want("same", { path: "b", accompanies: true });
  const secret = want("s", { path: "password", when: "creation", accompanies: true });
  const desired = [
    changed,
    along,
    secret,
    want("c", { path: "c", when: "creation" }),
    { ...changed, accompanies: true },
  ];
  const changes = differenceOf([changed, along, secret], current);
  expect(changes.map(({ path }) => path)).toEqual(["a"]);
  expect(companionsOf(desired, current, changes).map(({ path, after, repeated }) => [path, after, repeated])).toEqual([
    ["b", "same", true],
    ["password", "s", undefined],
  ]);
  expect(companionsOf(desired, current, [])).toEqual([]);
  expect(companionsOf([want(clearValue, { accompanies: true })], current, changes)).toEqual([]);
});
