import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileSchema } from "./compile.ts";
import { readSchemaDocument } from "./read-schema-document.ts";

const fixture = new URL("../../../test/fixtures/graph/synchronization-schema.json", import.meta.url);

// biome-ignore lint/suspicious/noExplicitAny: tests bend documents into every shape
const compile = (bend: (rule: any, document: any) => void = () => undefined) => {
  const json = JSON.parse(readFileSync(fixture, "utf8"));
  bend(json.synchronizationRules[0], json);
  const reading = readSchemaDocument(json);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return compileSchema(reading.document);
};

const users = (bend?: Parameters<typeof compile>[0]) => {
  const compiled = compile(bend);
  if (!compiled.ok || compiled.schema.users === null) throw new Error(JSON.stringify(compiled));
  return compiled.schema.users;
};

const userMapping = (rule: { objectMappings: { attributeMappings: object[] }[] }) => rule.objectMappings[0]!;

const expression = (text: string) => ({ expression: text, name: "", type: "Function", parameters: [] });

test("the default mapping of ThousandEyes is compiled", () => {
  const { mappings, filters, ...rest } = users();
  expect(rest).toEqual({
    type: "User",
    ruleId: "a93e05c7-6b1d-48f2-8c74-1fe2d09b75a6",
    ruleName: "USER_OUTBOUND_USER",
    targetObjectName: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    targetDirectoryName: "ThousandEyes",
    enabled: true,
    actions: { create: true, update: true, delete: true },
    unmapped: [],
    canDisable: true,
  });
  expect(filters).toEqual([]);
  expect(
    mappings.map(({ path, origin, matchingPriority, readsSoftDeleted, target }) => [
      path,
      origin,
      matchingPriority,
      readsSoftDeleted,
      `${target.type}${target.caseExact ? " exact" : ""}${target.required ? " required" : ""}`,
    ]),
  ).toEqual([
    ["userName", "[userPrincipalName]", 1, false, "String required"],
    ["active", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")', 0, true, "Boolean"],
    ["displayName", "[displayName]", 0, false, "String"],
    ['emails[type eq "work"].value', "[mail]", 0, false, "String"],
    ["externalId", "[mailNickname]", 0, false, "String exact"],
    ["name.formatted", 'Join(" ", [givenName], [surname])', 0, false, "String"],
  ]);
  expect([...mappings.at(-1)!.reads]).toEqual(["givenName", "surname"]);
});

test("flow types say what may be done", () => {
  const actions = (flowTypes: string) =>
    users((rule) => {
      rule.objectMappings[0].flowTypes = flowTypes;
    }).actions;
  expect(actions("Update")).toEqual({ create: false, update: true, delete: false });
  expect(actions("Add, Delete")).toEqual({ create: true, update: false, delete: true });
});

test("a mapping that is switched off and an object without one are null", () => {
  const compiled = compile((rule) => {
    rule.objectMappings[0].enabled = false;
  });
  expect(compiled).toMatchObject({ ok: true, schema: { users: null, groups: null } });
});

test("of several rules the one with the lowest priority number is used", () => {
  const compiled = compile((rule, document) => {
    const other = structuredClone(rule);
    other.id = "first";
    other.priority = 0;
    document.synchronizationRules.push(other);
  });
  expect(compiled).toMatchObject({ ok: true, schema: { users: { ruleId: "first" } } });
});

test.each<[why: string, source: object, flowType: string, canDisable: boolean]>([
  ["reads IsSoftDeleted", expression("Not([IsSoftDeleted])"), "Always", true],
  [
    "takes it directly",
    { expression: "[IsSoftDeleted]", name: "IsSoftDeleted", type: "Attribute", parameters: [] },
    "Always",
    true,
  ],
  ["reads something else", expression('IIF(IsPresent([mail]), "True", "False")'), "Always", false],
  ["flows at creation only", expression("Not([IsSoftDeleted])"), "ObjectAddOnly", false],
  ["draws by chance", expression('IIF([IsSoftDeleted]="True", Guid(), "kept")'), "Always", false],
])(
  "an account can be disabled where a mapping reads IsSoftDeleted and flows on updates: %s",
  (_, source, flowType, canDisable) => {
    const compiled = users((rule) => {
      Object.assign(userMapping(rule).attributeMappings[1]!, { source, flowType });
    });
    expect(compiled.canDisable).toBe(canDisable);
  },
);

test.each([
  ["Guid()", true],
  ['RandomString(12, 2, 2, 2, 2, "")', true],
  ['Append("x", ToLower(Guid()))', true],
  ["[displayName]", false],
  ["Now()", false],
])("%s is drawn by chance: %s", (text, drawn) => {
  const compiled = users((rule) => {
    Object.assign(userMapping(rule).attributeMappings[2]!, { source: expression(text) });
  });
  expect(compiled.mappings[2]!.drawn).toBe(drawn);
});

test("null does what the mapping says; without a word a default means default", () => {
  const nullOf = (members: object) =>
    users((rule) => {
      Object.assign(userMapping(rule).attributeMappings[2]!, members);
    }).mappings[2]!;
  expect(nullOf({})).toMatchObject({ whenNull: "leave", defaultOnUpdate: false });
  expect(nullOf({ defaultValue: "x" })).toMatchObject({
    whenNull: "default",
    defaultValue: "x",
    defaultOnUpdate: false,
  });
  expect(nullOf({ nullBehaviour: "clear" })).toMatchObject({ whenNull: "clear" });
  expect(nullOf({ defaultValue: "x", defaultOnUpdate: true })).toMatchObject({ defaultOnUpdate: true });
});

test("an attribute that the target's list lacks is a text in any letter case", () => {
  const compiled = users((rule) => {
    Object.assign(userMapping(rule).attributeMappings[2]!, { targetAttributeName: "nickName" });
  });
  expect(compiled.mappings[2]!.target).toEqual({
    type: "String",
    multivalued: false,
    caseExact: false,
    required: false,
    defaultValue: null,
    holdsValues: false,
    writeOnly: false,
  });
});

test("filters are taken over with their titles", () => {
  const compiled = users((rule) => {
    rule.objectMappings[0].scope = {
      groups: [
        {
          name: "sales",
          clauses: [{ sourceOperandName: "department", operatorName: "EQUALS", targetOperand: { values: ["Sales"] } }],
        },
      ],
      inputFilterGroups: [],
      categoryFilterGroups: [],
    };
  });
  expect(compiled.filters).toEqual([
    { title: "sales", clauses: [{ attribute: "department", operator: "EQUALS", operands: ["Sales"] }] },
  ]);
});

test("users and groups have filters of their own", () => {
  const scope = (name: string, attribute: string) => ({
    groups: [
      { name, clauses: [{ sourceOperandName: attribute, operatorName: "IS NOT NULL", targetOperand: { values: [] } }] },
    ],
    inputFilterGroups: [],
    categoryFilterGroups: [],
  });
  const compiled = compile((rule, document) => {
    const [mapping] = rule.objectMappings;
    mapping.scope = scope("people", "department");
    rule.objectMappings.push({
      ...structuredClone(mapping),
      name: "Groups",
      sourceObjectName: "Group",
      scope: scope("teams", "mail"),
    });
    document.directories[0].objects.push({ ...structuredClone(document.directories[0].objects[0]), name: "Group" });
  });
  const titles = compiled.ok
    ? [compiled.schema.users, compiled.schema.groups].map((one) =>
        one?.filters.map(({ title, clauses }) => [title, clauses[0]?.attribute]),
      )
    : compiled.problems;
  expect(titles).toEqual([[["people", "department"]], [["teams", "mail"]]]);
});

test("what is switched off is not looked at", () => {
  const compiled = compile((rule, document) => {
    rule.objectMappings.push({
      ...structuredClone(rule.objectMappings[0]),
      sourceObjectName: "Device",
      enabled: false,
    });
    document.directories[0].objects.push({ ...structuredClone(document.directories[0].objects[0]), name: "Device" });
  });
  expect(compiled).toMatchObject({ ok: true, schema: { groups: null } });
});

test("a path that SCIM cannot write stops the job, instead of being left out of requests", () => {
  const compiled = compile((rule) => {
    Object.assign(userMapping(rule).attributeMappings[2]!, { targetAttributeName: "emails[type].value" });
  });
  expect(compiled).toMatchObject({
    ok: false,
    problems: [{ path: "$.synchronizationRules[0].objectMappings[0].attributeMappings[2].targetAttributeName" }],
  });
});

test("every problem is told with its place, also of a document that no reader has seen", () => {
  const document = JSON.parse(readFileSync(fixture, "utf8"));
  const [rule] = document.synchronizationRules;
  const mapping = rule.objectMappings[0];
  mapping.attributeMappings[2].source = expression('Nonsense("x")');
  mapping.attributeMappings[5].source = expression('Join(" ", [givenName]');
  mapping.scope = {
    groups: [
      {
        name: "broken",
        clauses: [{ sourceOperandName: "department", operatorName: "LIKE", targetOperand: { values: ["x"] } }],
      },
    ],
    inputFilterGroups: [],
    categoryFilterGroups: [],
  };
  rule.objectMappings.push({
    ...structuredClone(mapping),
    name: "Devices",
    sourceObjectName: "Device",
    attributeMappings: [],
    scope: null,
  });
  const compiled = compileSchema(document);
  expect(compiled.ok).toBe(false);
  const at = "$.synchronizationRules[0].objectMappings";
  expect(compiled.ok ? [] : compiled.problems.map(({ path }) => path).sort()).toEqual([
    `${at}[0].attributeMappings[2].source.expression`,
    `${at}[0].attributeMappings[5].source.expression`,
    `${at}[0].scope.groups[0].clauses[0]`,
    `${at}[1].sourceObjectName`,
  ]);
  for (const { message } of compiled.ok ? [] : compiled.problems) expect(message).toMatch(/\.$/);
});
