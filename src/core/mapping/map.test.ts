import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { AttributeValue, DesiredAttribute, ScopedObject } from "../objects.ts";
import { scopeObject } from "../scope/scope.ts";
import { type CompiledObjectMapping, compileSchema } from "./compile.ts";
import { mapObject } from "./map.ts";
import { readSchemaDocument } from "./read-schema-document.ts";

const fixture = new URL("../../../test/fixtures/graph/synchronization-schema.json", import.meta.url);
const bytes = Uint8Array.from({ length: 1024 }, (_, index) => (index * 37 + (index >> 3)) % 256);
const drawn = { now: "2026-01-02T03:04:05Z", random: bytes };

/** The default mapping of ThousandEyes. */
const standard = ((): CompiledObjectMapping => {
  const reading = readSchemaDocument(JSON.parse(readFileSync(fixture, "utf8")));
  const compiled = reading.ok ? compileSchema(reading.document) : reading;
  if (!compiled.ok || !("schema" in compiled) || compiled.schema.users === null)
    throw new Error("the fixture is broken");
  return compiled.schema.users;
})();

interface Row {
  readonly to: string;
  /** `[attribute]`, an expression, or null for a mapping of type None. */
  readonly from: string | null;
  readonly constant?: boolean;
  readonly members?: object;
  readonly target?: object;
}

/** A mapping of the rows alone. */
const mappingOf = (...rows: Row[]): CompiledObjectMapping => {
  const document = JSON.parse(readFileSync(fixture, "utf8"));
  const [rule] = document.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const [template] = mapping.attributeMappings;
  const { objects } = document.directories.find(({ name }: { name: string }) => name === rule.targetDirectoryName);
  const [definition] = objects[0].attributes;
  mapping.attributeMappings = rows.map(({ to, from, constant, members }) => ({
    ...template,
    targetAttributeName: to,
    matchingPriority: 0,
    source:
      from === null
        ? null
        : constant
          ? { expression: `"${from}"`, name: from, type: "Constant", parameters: [] }
          : /^\[\w+\]$/.test(from)
            ? { expression: from, name: from.slice(1, -1), type: "Attribute", parameters: [] }
            : { expression: from, name: "", type: "Function", parameters: [] },
    ...members,
  }));
  objects[0].attributes = rows.map(({ to, target }) => ({
    ...definition,
    name: to,
    anchor: false,
    required: false,
    caseExact: false,
    mutability: "ReadWrite",
    ...target,
  }));
  const compiled = compileSchema(document);
  if (!compiled.ok || compiled.schema.users === null) throw new Error(JSON.stringify(compiled));
  return compiled.schema.users;
};

const mia = {
  userPrincipalName: "mia.berg@example.org",
  mail: "mia@example.org",
  mailNickname: "mia",
  displayName: "Mia Berg",
  givenName: "Mia",
  surname: "Berg",
  accountEnabled: true,
};

const person = (
  attributes: Readonly<Record<string, AttributeValue>> = mia,
  assigned = true,
  manager: string | null = null,
): ScopedObject =>
  scopeObject({ type: "User", id: "u1", attributes, manager, presence: "present" }, [], {
    syncAll: assigned,
    filters: [],
  });

const objectOf = (scoped: ScopedObject, mapping: CompiledObjectMapping, given = drawn) => {
  const mapped = mapObject(scoped, mapping, given);
  if (!mapped.ok) throw new Error(mapped.error.message);
  return mapped.object;
};

const values = (attributes: readonly DesiredAttribute[]) =>
  attributes.map(({ path, value, when }) => [path, value, when]);

/** What one mapping gives: value and time. */
const one = (row: Omit<Row, "to">, attributes: Readonly<Record<string, AttributeValue>> = {}) =>
  objectOf(person(attributes), mappingOf({ to: "x", ...row })).attributes.map(({ value, when }) => [value, when]);

const errorOf = (row: Omit<Row, "to">, attributes: Readonly<Record<string, AttributeValue>> = {}) => {
  const mapped = mapObject(person(attributes), mappingOf({ to: "x", ...row }), drawn);
  return mapped.ok ? null : mapped.error;
};

test("the default mapping of ThousandEyes for a complete person", () => {
  const object = objectOf(person(), standard);
  expect(values(object.attributes)).toEqual([
    ["userName", "mia.berg@example.org", "always"],
    ["active", true, "always"],
    ["displayName", "Mia Berg", "always"],
    ['emails[type eq "work"].value', "mia@example.org", "always"],
    ["externalId", "mia", "always"],
    ["name.formatted", "Mia Berg", "always"],
  ]);
  expect(object.matching).toEqual([{ path: "userName", value: "mia.berg@example.org" }]);
  expect(object.missing).toEqual([]);
  expect(object.attributes[0]).toEqual({
    path: "userName",
    value: "mia.berg@example.org",
    origin: "[userPrincipalName]",
    when: "always",
    caseExact: false,
    multivalued: false,
  });
});

test.each<[who: string, attributes: Readonly<Record<string, AttributeValue>>, flows: unknown[], missing: string[]]>([
  ["without mail", { ...mia, mail: null }, ["userName", "active", "displayName", "externalId", "name.formatted"], []],
  ["with a login alone", { userPrincipalName: "a@example.org" }, ["userName", "active", "name.formatted"], []],
  ["without a login", { displayName: "Nobody" }, ["active", "displayName", "name.formatted"], ["userName"]],
])("the default mapping of ThousandEyes for a person %s", (_, attributes, flows, missing) => {
  const object = objectOf(person(attributes), standard);
  expect(object.attributes.map(({ path }) => path)).toEqual(flows);
  expect(object.missing).toEqual(missing);
  expect(object.matching).toHaveLength(missing.length === 0 ? 1 : 0);
});

test("who leaves gets nothing but what reads IsSoftDeleted", () => {
  const object = objectOf(person(mia, false), standard);
  expect(values(object.attributes)).toEqual([["active", false, "always"]]);
  expect(object.matching).toEqual([]);
  expect(objectOf(person(mia, false), mappingOf({ to: "displayName", from: "[displayName]" })).attributes).toEqual([]);
});

const switched = {
  to: "active",
  from: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
  target: { type: "Boolean" },
};
const broken = { to: "title", from: 'FormatDateTime([displayName], , "yyyy", "MM")' };
const brokenLeaving = {
  to: "title",
  from: 'IIF([IsSoftDeleted]="True", FormatDateTime([displayName], , "yyyy", "MM"), "x")',
};

test("a leaver is not held up by a broken mapping", () => {
  expect(mapObject(person(), mappingOf(broken, switched), drawn).ok).toBe(false);
  for (const mapping of [
    mappingOf(broken, switched),
    mappingOf(brokenLeaving, switched),
    mappingOf(switched, brokenLeaving),
  ]) {
    expect(values(objectOf(person(mia, false), mapping).attributes)).toEqual([["active", false, "always"]]);
  }
});

test("where nothing switches the account off, a leaver's broken mapping is an error", () => {
  expect(mapObject(person(mia, false), mappingOf(brokenLeaving), drawn)).toMatchObject({
    ok: false,
    error: { code: "MappingFailed", path: "title" },
  });
});

test("an error names the mapping, its source and what is wrong", () => {
  const error = errorOf({ from: 'FormatDateTime([displayName], , "yyyy", "MM")' }, mia);
  expect(error).toMatchObject({
    code: "MappingFailed",
    path: "x",
    origin: 'FormatDateTime([displayName], , "yyyy", "MM")',
  });
  expect(error?.message).toMatch(/^The mapping of x \(FormatDateTime\(.*\)\) has no value for this object: .*\.?$/);
});

const clear = { kind: "clear" };
test.each<[what: string, row: Omit<Row, "to">, withoutValue: unknown[], withValue: unknown[]]>([
  ["leave alone", { from: "[mail]" }, [], [["m", "always"]]],
  ["default at creation", { from: "[mail]", members: { defaultValue: "d" } }, [["d", "creation"]], [["m", "always"]]],
  [
    "default on updates too",
    { from: "[mail]", members: { defaultValue: "d", defaultOnUpdate: true } },
    [["d", "always"]],
    [["m", "always"]],
  ],
  ["clear", { from: "[mail]", members: { nullBehaviour: "clear" } }, [[clear, "update"]], [["m", "always"]]],
  [
    "default at creation, clear afterwards",
    { from: "[mail]", members: { nullBehaviour: "clear", defaultValue: "d", defaultOnUpdate: true } },
    [
      ["d", "creation"],
      [clear, "update"],
    ],
    [["m", "always"]],
  ],
  [
    "leave alone, said so, beats a default on updates",
    { from: "[mail]", members: { nullBehaviour: "leave", defaultValue: "d", defaultOnUpdate: true } },
    [["d", "creation"]],
    [["m", "always"]],
  ],
  ["creation only", { from: "[mail]", members: { flowType: "ObjectAddOnly" } }, [], [["m", "creation"]]],
  [
    "creation only never clears",
    {
      from: "[mail]",
      members: { flowType: "ObjectAddOnly", nullBehaviour: "clear", defaultValue: "d", defaultOnUpdate: true },
    },
    [["d", "creation"]],
    [["m", "creation"]],
  ],
  [
    "the target's own default",
    { from: "[mail]", target: { defaultValue: "t" } },
    [["t", "creation"]],
    [["m", "always"]],
  ],
  [
    "the mapping's default before the target's",
    { from: "[mail]", members: { defaultValue: "d" }, target: { defaultValue: "t" } },
    [["d", "creation"]],
    [["m", "always"]],
  ],
  ["none, with a default", { from: null, members: { defaultValue: "d" } }, [["d", "whenEmpty"]], [["d", "whenEmpty"]]],
  ["none", { from: null }, [], []],
  ["a constant", { from: "c", constant: true }, [["c", "always"]], [["c", "always"]]],
  [
    "a default of the target's type",
    { from: 'Replace([mail], "m", , , "false", , )', members: { defaultValue: "True" }, target: { type: "Boolean" } },
    [[true, "creation"]],
    [[false, "always"]],
  ],
  [
    "left out when empty",
    { from: "IgnoreFlowIfNullOrEmpty([mail])", members: { defaultValue: "d" } },
    [],
    [["m", "always"]],
  ],
])("an empty source: %s", (_, row, withoutValue, withValue) => {
  expect(one(row, {})).toEqual(withoutValue);
  expect(one(row, { mail: null })).toEqual(withoutValue);
  expect(one(row, { mail: "m" })).toEqual(withValue);
});

test("an empty text is a value, as Join gives it for nothing", () => {
  expect(one({ from: 'Join(" ", [givenName], [surname])' })).toEqual([["", "always"]]);
  expect(one({ from: "[mail]", members: { defaultValue: "d" } }, { mail: "" })).toEqual([["", "always"]]);
});

test.each<[type: string, value: AttributeValue, converted: unknown]>([
  ["Boolean", "True", true],
  ["Boolean", "false", false],
  ["Boolean", " FALSE ", false],
  ["Boolean", true, true],
  ["Integer", "42", 42],
  ["Integer", "+42", 42],
  ["Integer", "-7", -7],
  ["Integer", "007", 7],
  ["Integer", 42, 42],
  ["Integer", "9007199254740991", 9007199254740991],
  ["String", true, "True"],
  ["String", false, "False"],
  ["String", 42, "42"],
  ["String", "True", "True"],
  ["String", " as it is ", " as it is "],
  ["DateTime", "2026-03-01T08:00:00+02:00", "2026-03-01T08:00:00+02:00"],
  ["DateTime", "3/16/2020 7:00:00 AM", "2020-03-16T07:00:00Z"],
  ["DateTime", "12/31/2020 11:59:59 PM", "2020-12-31T23:59:59Z"],
  ["DateTime", "2026-03-01", "2026-03-01T00:00:00Z"],
  ["DateTime", "2020-03-16-07:00", "2020-03-16T07:00:00Z"],
  ["DateTime", "2026-03-01 08:00:00.250", "2026-03-01T08:00:00.25Z"],
  ["Binary", "TG9ja3N0ZXA=", "TG9ja3N0ZXA="],
])("into %s: %j becomes %j", (type, value, converted) => {
  expect(one({ from: "[a]", target: { type } }, { a: value })).toEqual([[converted, "always"]]);
});

test.each<[type: string, value: AttributeValue, takes: string]>([
  ["Boolean", "maybe", 'true or false, and its mapping gives "maybe". Map it with Switch or IIF'],
  ["Boolean", "1", "true or false"],
  ["Boolean", 1, "true or false, and its mapping gives 1."],
  ["Integer", "forty", 'a whole number, and its mapping gives "forty". Map digits alone'],
  ["Integer", "6.5", "a whole number"],
  ["Integer", true, "a whole number"],
  ["Integer", "9007199254740993", "a whole number that JSON keeps exactly (up to 9007199254740991)"],
  ["DateTime", "soon", "a date and time such as 2026-03-01T08:00:00Z"],
  ["DateTime", "2026-02-30", "a date and time"],
  ["DateTime", 20260301, "a date and time"],
  ["Binary", "not Base64", 'Base64, and its mapping gives "not Base64". Encode it with ConvertToBase64.'],
  ["Binary", "TG9ja3N0ZXA", "Base64"],
  ["Binary", true, "Base64"],
])("into %s: %j is an error of that mapping", (type, value, takes) => {
  expect(errorOf({ from: "[a]", target: { type } }, { a: value })).toEqual({
    code: "MappingFailed",
    path: "x",
    origin: "[a]",
    message: expect.stringContaining(`x takes ${takes}`),
  });
});

test.each(["Boolean", "Integer", "DateTime", "Binary"])("an empty text has no value of type %s", (type) => {
  expect(one({ from: "[a]", target: { type } }, { a: "" })).toEqual([]);
});

test("a default value that does not fit is an error only for whom it is needed, and a hidden value stays hidden", () => {
  const row = { from: "[a]", target: { type: "Integer" }, members: { defaultValue: "none" } };
  expect(one(row, { a: "7" })).toEqual([[7, "always"]]);
  expect(errorOf(row, {})?.message).toBe(
    'The default value does not fit: x takes a whole number, and its mapping gives "none". Map digits alone, or make the attribute a String.',
  );
  expect(errorOf({ from: "Redact([a])", target: { type: "Integer" } }, { a: "secret" })?.message).not.toContain(
    "secret",
  );
});

test("multi-valued and single-valued attributes", () => {
  const several = { target: { multivalued: true } };
  expect(one({ from: "[a]", ...several }, { a: ["x", "y"] })).toEqual([[["x", "y"], "always"]]);
  expect(one({ from: "[a]", ...several }, { a: "x" })).toEqual([[["x"], "always"]]);
  expect(one({ from: "[a]", ...several }, { a: [] })).toEqual([]);
  expect(one({ from: "[a]", target: { multivalued: true, type: "Integer" } }, { a: ["1", "2"] })).toEqual([
    [[1, 2], "always"],
  ]);
  expect(one({ from: "[a]" }, { a: ["x"] })).toEqual([["x", "always"]]);
  expect(one({ from: "[a]", members: { defaultValue: "d" } }, { a: [] })).toEqual([["d", "creation"]]);
  expect(errorOf({ from: "[a]" }, { a: ["x", "y"] })).toEqual({
    code: "SchemaPropertyCanOnlyAcceptValue",
    path: "x",
    origin: "[a]",
    message: "x takes one value, and its mapping gives 2. Map one of them, for example with Item([attribute], 1).",
  });
});

test("logs show something else instead of a redacted value", () => {
  const [plain] = objectOf(person(), mappingOf({ to: "x", from: "[mail]" })).attributes;
  const [secret] = objectOf(person(), mappingOf({ to: "x", from: "Redact([mail])" })).attributes;
  expect(plain).not.toHaveProperty("shown");
  expect(secret).toMatchObject({ value: "mia@example.org", shown: "[Redact]" });
});

test.each<[what: string, row: Omit<Row, "to">, attributes: Readonly<Record<string, AttributeValue>>, missing: boolean]>(
  [
    ["with a value", { from: "[mail]" }, { mail: "m" }, false],
    ["without one", { from: "[mail]" }, {}, true],
    ["left out when empty", { from: "IgnoreFlowIfNullOrEmpty([mail])" }, {}, true],
    ["cleared on updates", { from: "[mail]", members: { nullBehaviour: "clear" } }, {}, true],
    ["with a default", { from: "[mail]", members: { defaultValue: "d" } }, {}, false],
    ["at creation only", { from: "[mail]", members: { flowType: "ObjectAddOnly" } }, { mail: "m" }, false],
    ["left alone without a default", { from: null }, {}, true],
    ["left alone with a default", { from: null, members: { defaultValue: "d" } }, {}, false],
  ],
)("a required attribute %s is missing: %s", (_, row, attributes, missing) => {
  const mapping = mappingOf({ to: "x", ...row, target: { required: true } });
  expect(objectOf(person(attributes), mapping).missing).toEqual(missing ? ["x"] : []);
});

test("references are told by the ids of the objects that they point to", () => {
  const reference = { from: "[manager]", target: { type: "Reference" } };
  const manager = (id: string | null) =>
    objectOf(person({}, true, id), mappingOf({ to: "manager", ...reference })).attributes[0];
  expect(manager("m1")).toMatchObject({ value: { kind: "reference", ids: ["m1"] }, when: "always" });
  expect(manager(null)).toMatchObject({ value: { kind: "reference", ids: [] } });
  expect(
    one({ from: "[members]", target: { type: "Reference", multivalued: true } }, { members: ["a", "", "b"] }),
  ).toEqual([[{ kind: "reference", ids: ["a", "b"] }, "always"]]);
});

test("matching attributes are asked by precedence; those without a value are left out", () => {
  const mapping = mappingOf(
    { to: "externalId", from: "[mailNickname]", members: { matchingPriority: 3 } },
    { to: "nickName", from: "[number]", members: { matchingPriority: 2 }, target: { type: "Integer" } },
    { to: "userName", from: "ToUpper([userPrincipalName])", members: { matchingPriority: 1 } },
    { to: "displayName", from: "[displayName]" },
  );
  expect(objectOf(person({ ...mia, number: 7 }), mapping).matching).toEqual([
    { path: "userName", value: "MIA.BERG@EXAMPLE.ORG" },
    { path: "nickName", value: "7" },
    { path: "externalId", value: "mia" },
  ]);
  expect(objectOf(person({ userPrincipalName: "", mailNickname: "mia" }), mapping).matching).toEqual([
    { path: "externalId", value: "mia" },
  ]);
  expect(objectOf(person({}), mapping).matching).toEqual([]);
});

test("a default value finds nobody", () => {
  const mapping = mappingOf({
    to: "userName",
    from: "[mail]",
    members: { matchingPriority: 1, defaultValue: "shared" },
  });
  expect(objectOf(person({}), mapping).matching).toEqual([]);
});

test("what is drawn by chance flows at creation only, the same for the same bytes, and never twice the same", () => {
  const mapping = mappingOf(
    { to: "a", from: "Guid()" },
    { to: "b", from: "Guid()" },
    { to: "c", from: 'RandomString(16, 0, 0, 0, 0, "")' },
  );
  const { attributes } = objectOf(person(), mapping);
  const [a, b, c] = attributes.map(({ value }) => value);
  expect(attributes.map(({ when }) => when)).toEqual(["creation", "creation", "creation"]);
  expect(a).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(b).not.toBe(a);
  expect(c).toHaveLength(16);
  expect(objectOf(person(), mapping).attributes).toEqual(attributes);
  const others = objectOf(person(), mapping, { ...drawn, random: bytes.toReversed() }).attributes;
  expect(others.map(({ value }) => value)).not.toContain(a);
});

test("the time is the one that was drawn", () => {
  expect(one({ from: 'FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")' })).toEqual([
    ["2026-01-02", "always"],
  ]);
});

test.each(["constructor", "toString", "hasOwnProperty", "__proto__"])(
  "[%s] is an absent attribute, unless the object has it",
  (name) => {
    expect(one({ from: `[${name}]`, members: { defaultValue: "d" } })).toEqual([["d", "creation"]]);
    expect(one({ from: `Coalesce([${name}], "d")` })).toEqual([["d", "always"]]);
    expect(one({ from: `[${name}]` }, JSON.parse(`{"${name}": "own"}`))).toEqual([["own", "always"]]);
  },
);
