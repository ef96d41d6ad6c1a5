import fc from "fast-check";
import { expect, test } from "vitest";
import {
  applyPatch,
  isJsonArray,
  type JsonObject,
  type JsonValue,
  type PatchOperation,
  schemaUrns,
  groupResourceType as type,
} from "#scim";
import { membersNamed } from "./patch-members.ts";

const everybody = ["a", "b", "c", "d", "e"];
const group = (members: readonly string[]): JsonObject => ({
  schemas: [schemaUrns.group],
  displayName: "G",
  ...(members.length === 0 ? {} : { members: members.map((value) => ({ value, type: "User" })) }),
});
const idsOf = (resource: JsonObject): readonly JsonValue[] =>
  (isJsonArray(resource.members) ? resource.members : []).map((member) => (member as JsonObject).value ?? null);

const person = fc.constantFrom(...everybody);
const item = fc.oneof(
  { weight: 4, arbitrary: person.map((value): JsonValue => ({ value })) },
  person.map((value): JsonValue => ({ VALUE: value, $ref: null })),
  person,
  fc.constant<JsonValue>({ display: "nobody" }),
);
const value = fc.oneof(fc.array(item, { maxLength: 3 }), item, fc.constant(null));
const path = fc.oneof(
  fc.constantFrom(
    "members",
    "MEMBERS",
    `${schemaUrns.group}:members`,
    'members[type eq "User"]',
    "members.value",
    "displayName",
  ),
  person.map((one) => `members[value eq "${one}"]`),
  person.map((one) => `members[value eq "${one}" or value eq "a"]`),
  person.map((one) => `members[value eq "${one}"].type`),
  fc.constant(undefined),
);
const operation = fc.record({
  op: fc.constantFrom("add" as const, "remove" as const, "replace" as const),
  path,
  value: fc.oneof(
    value,
    value.map((members): JsonValue => ({ Members: members })),
    fc.constant<JsonValue>({ displayName: "H" }),
    fc.constant<JsonValue>("text"),
  ),
});

test("what operations do to the members they name is the same whether the others are there or not", () => {
  let partly = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(person),
      fc.array(operation, { minLength: 1, maxLength: 4 }),
      fc.constantFrom("strict" as const, "compat" as const),
      (members, operations, mode) => {
        const named = membersNamed(type, operations as readonly PatchOperation[]);
        if (named === null) return;
        partly += 1;
        const others = members.filter((one) => !named.includes(one));
        const patch = (those: readonly string[]) =>
          applyPatch(type, group(those), operations as readonly PatchOperation[], { mode, unknown: "ignore" });
        const whole = patch(members);
        const part = patch(members.filter((one) => named.includes(one)));
        if (!whole.ok || !part.ok) {
          expect(part).toEqual(whole);
          return;
        }
        expect([...idsOf(part.value.resource), ...others].sort()).toEqual([...idsOf(whole.value.resource)].sort());
        expect(part.value.resource.displayName).toBe(whole.value.resource.displayName);
      },
    ),
    { numRuns: 3000 },
  );
  expect(partly).toBeGreaterThan(500);
});

test.each([
  ["add", "members", [{ value: "a" }, { value: "b" }], ["a", "b"]],
  ["remove", 'members[value eq "a"]', undefined, ["a"]],
  ["remove", "members", [{ value: "a" }], ["a"]],
  ["remove", "members", undefined, null],
  ["replace", "members", [{ value: "a" }], null],
  ["remove", 'members[type eq "User"]', undefined, null],
  ["replace", "displayName", "x", []],
  ["add", undefined, { members: [{ value: "a" }], displayName: "x" }, ["a"]],
  ["replace", undefined, { displayName: "x" }, []],
] as const)("%s %s names its members or not", (op, at, given, named) => {
  expect(membersNamed(type, [{ op, path: at, value: given as JsonValue }])).toEqual(named);
});
