import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scopeObject } from "../scope/scope.ts";
import { type CompiledObjectMapping, compileSchema } from "./compile.ts";
import { mapEach, mapObject } from "./map.ts";

const fixture = new URL("../../../test/fixtures/graph/synchronization-schema.json", import.meta.url);
const drawn = { now: "2026-01-02T03:04:05Z", random: Uint8Array.from({ length: 1024 }, (_, at) => (at * 37) % 256) };

/** ThousandEyes' mapping of users with these expressions in place of its own, by target attribute. */
const mappingOf = (rows: Readonly<Record<string, string>>, members: object = {}): CompiledObjectMapping => {
  const document = JSON.parse(readFileSync(fixture, "utf8"));
  const [mapping] = document.synchronizationRules[0].objectMappings;
  const [template] = mapping.attributeMappings;
  mapping.attributeMappings = Object.entries(rows).map(([path, expression]) => ({
    ...template,
    targetAttributeName: path,
    matchingPriority: 0,
    source: { expression, name: "", type: "Function", parameters: [] },
    ...members,
  }));
  const compiled = compileSchema(document);
  if (!compiled.ok || compiled.schema.users === null) throw new Error(JSON.stringify(compiled));
  return compiled.schema.users;
};

const person = (inScope = true) =>
  scopeObject(
    {
      type: "User",
      id: "u1",
      attributes: { mailNickname: "mia", surname: "Berg", accountEnabled: true },
      manager: null,
      presence: "present",
    },
    [],
    { syncAll: inScope, filters: [] },
  );

test("a broken mapping stops the object, and the others still tell what they give", () => {
  const mapping = mappingOf({
    userName: 'ToLower("MIA")',
    displayName: "CDate([surname])",
    externalId: "StripSpaces([mailNickname])",
    active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
  });
  const mapped = mapObject(person(), mapping, drawn);
  expect(mapped).toMatchObject({ ok: false, error: { code: "MappingFailed", path: "displayName" } });
  expect(
    mapped.outcomes.map(({ mapping: { path }, attributes, from, error }) => [
      path,
      attributes[0]?.value,
      from,
      error?.code,
    ]),
  ).toEqual([
    ["userName", "mia", "mapping", undefined],
    ["displayName", undefined, "nothing", "MappingFailed"],
    ["externalId", "mia", "mapping", undefined],
    ["active", true, "mapping", undefined],
  ]);
  expect(mapObject(person(false), mapping, drawn).outcomes.map((one) => one.mapping.path)).toEqual(["active"]);
  expect(mapEach(person(false), mapping.mappings, drawn).map(({ attributes }) => attributes[0]?.value)).toEqual([
    "mia",
    undefined,
    "mia",
    false,
  ]);
});

test("a default value is told from the mapping's own", () => {
  const mapping = mappingOf(
    { displayName: "StripSpaces([nickname])", externalId: "StripSpaces([mailNickname])" },
    { defaultValue: "d" },
  );
  expect(
    mapObject(person(), mapping, drawn).outcomes.map(({ from, attributes }) => [from, attributes[0]?.value]),
  ).toEqual([
    ["default", "d"],
    ["mapping", "mia"],
  ]);
});

test("SelectUniqueValue gives what may be tried, flows at creation only, and stops where a rule is broken", () => {
  const rules =
    'SelectUniqueValue(StripSpaces([nothing]), [mailNickname], Append([mailNickname], "1"), CDate([surname]), "never")';
  const { outcomes } = mapObject(person(), mappingOf({ externalId: rules }), drawn);
  expect(outcomes[0]?.attributes).toMatchObject([
    {
      value: "mia",
      when: "creation",
      candidates: [
        { value: "mia" },
        { value: "mia1" },
        { error: { code: "MappingFailed", path: "externalId" } },
        { value: "never" },
      ],
    },
  ]);
  expect(mapObject(person(), mappingOf({ externalId: "SelectUniqueValue([a], [b])" }), drawn)).toMatchObject({
    object: { attributes: [] },
  });
  const disabling = mappingOf({ active: 'SelectUniqueValue([IsSoftDeleted], "True")' });
  expect(disabling.canDisable).toBe(false);
});

test("an attribute that finds the account has no other values to try", () => {
  const mapping = mappingOf({ externalId: 'SelectUniqueValue([mailNickname], "x")' }, { matchingPriority: 1 });
  const mapped = mapObject(person(), mapping, drawn);
  expect(mapped).toMatchObject({ object: { matching: [{ path: "externalId", value: "mia" }] } });
  expect(mapped.outcomes[0]?.attributes[0]).not.toHaveProperty("candidates");
});

test("required attributes that no mapping gives are named", () => {
  expect(mappingOf({ displayName: "StripSpaces([displayName])" }).unmapped).toEqual(["userName"]);
  expect(mappingOf({ userName: "StripSpaces([displayName])" }).unmapped).toEqual([]);
});
