import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readSchemaDocument } from "./read-schema-document.ts";
import { objectFlowsOf } from "./schema-document.ts";

const read = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/fixtures/graph/${path}`, import.meta.url), "utf8"));

// biome-ignore lint/suspicious/noExplicitAny: tests bend documents into every shape
const sample = (bend: (document: any) => void = () => undefined) => {
  const document = read("synchronization-schema.json");
  bend(document);
  return document;
};

const mappingOf = (reading: ReturnType<typeof readSchemaDocument>, index: number) => {
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.document.synchronizationRules[0]?.objectMappings[0]?.attributeMappings[index];
};

test("a document from Graph is read as it is, without OData's annotations", () => {
  const { "@odata.context": _, ...expected } = sample();
  expect(readSchemaDocument(sample())).toEqual({ ok: true, document: expected });
});

test("a scoping filter is read; a filter without groups is none", () => {
  const { scope } = read("synchronization-scope-filter.json");
  const withScope = (value: unknown) =>
    readSchemaDocument(
      sample((document) => {
        document.synchronizationRules[0].objectMappings[0].scope = value;
      }),
    );
  const scopeOf = (reading: ReturnType<typeof readSchemaDocument>) =>
    reading.ok ? reading.document.synchronizationRules[0]?.objectMappings[0]?.scope : reading.problems;
  expect(scopeOf(withScope(scope))).toEqual(scope);
  expect(scopeOf(withScope({ groups: [], inputFilterGroups: [], categoryFilterGroups: [] }))).toBeNull();
  expect(scopeOf(withScope({ groups: [{ name: "empty", clauses: [] }] }))).toEqual([
    {
      path: "$.synchronizationRules[0].objectMappings[0].scope.groups[0].clauses",
      message: "A group of clauses needs at least one clause.",
    },
  ]);
});

test("enumerations are taken in any case and flags in any order", () => {
  const reading = readSchemaDocument(
    sample((document) => {
      const [mapping] = document.synchronizationRules[0].objectMappings;
      mapping.flowTypes = "delete,add";
      mapping.attributeMappings[0].flowType = "objectAddOnly";
      mapping.attributeMappings[0].source.type = "attribute";
      document.directories[0].objects[0].attributes[0].type = "string";
    }),
  );
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const mapping = reading.document.synchronizationRules[0]?.objectMappings[0];
  expect(mapping?.flowTypes).toBe("Add, Delete");
  expect(objectFlowsOf("Add, Delete")).toEqual(["Add", "Delete"]);
  expect(objectFlowsOf("None")).toEqual([]);
  expect(mapping?.attributeMappings[0]?.flowType).toBe("ObjectAddOnly");
  expect(mapping?.attributeMappings[0]?.source?.type).toBe("Attribute");
  expect(reading.document.directories[0]?.objects[0]?.attributes[0]?.type).toBe("String");
});

test("of a source the expression is the truth: name and parameters are built anew", () => {
  const reading = readSchemaDocument(
    sample((document) => {
      document.synchronizationRules[0].objectMappings[0].attributeMappings[5].source.expression = "ToLower([mail], )";
    }),
  );
  expect(mappingOf(reading, 5)?.source).toEqual({
    type: "Function",
    name: "ToLower",
    expression: "ToLower([mail], )",
    parameters: [
      {
        key: "source",
        value: { type: "Attribute", name: "mail", expression: "[mail]", parameters: [] },
      },
    ],
  });
});

test("a mapping without a source, Lockstep's own members and unknown ones survive", () => {
  const reading = readSchemaDocument(
    sample((document) => {
      const rule = document.synchronizationRules[0];
      rule.metadata.push({ key: "somethingNew", value: "kept" });
      rule.somethingElse = { a: [1] };
      Object.assign(rule.objectMappings[0].attributeMappings[2], {
        source: null,
        defaultValue: "nobody",
        nullBehaviour: "Clear",
        defaultOnUpdate: true,
      });
    }),
  );
  expect(mappingOf(reading, 2)).toEqual({
    targetAttributeName: "displayName",
    source: null,
    defaultValue: "nobody",
    matchingPriority: 0,
    flowBehavior: "FlowWhenChanged",
    flowType: "Always",
    exportMissingReferences: false,
    nullBehaviour: "clear",
    defaultOnUpdate: true,
  });
  if (!reading.ok) throw new Error("unreachable");
  expect(reading.document.synchronizationRules[0]).toMatchObject({ somethingElse: { a: [1] } });
  expect(reading.document.synchronizationRules[0]?.metadata.at(-1)).toEqual({ key: "somethingNew", value: "kept" });
});

test("all problems are named at once, each with its path", () => {
  const reading = readSchemaDocument(
    sample((document) => {
      const [rule] = document.synchronizationRules;
      rule.priority = -1;
      rule.objectMappings[0].enabled = "yes";
      rule.objectMappings[0].flowTypes = "Add, Rename";
      rule.objectMappings[0].attributeMappings[0].targetAttributeName = " ";
      rule.objectMappings[0].attributeMappings[1].source.expression = "Switch([IsSoftDeleted]";
      rule.objectMappings[0].attributeMappings[2].nullBehaviour = "forget";
      document.directories[1].objects[0].attributes[0].name = "a\u0000b";
      document.directories[0].objects = {};
    }),
  );
  if (reading.ok) throw new Error("expected problems");
  expect(reading.problems.map((problem) => problem.path)).toEqual([
    "$.synchronizationRules[0].priority",
    "$.synchronizationRules[0].objectMappings[0].enabled",
    "$.synchronizationRules[0].objectMappings[0].flowTypes",
    "$.synchronizationRules[0].objectMappings[0].attributeMappings[0].targetAttributeName",
    "$.synchronizationRules[0].objectMappings[0].attributeMappings[1].source.expression",
    "$.synchronizationRules[0].objectMappings[0].attributeMappings[2].nullBehaviour",
    "$.directories[0].objects",
    "$.directories[1].objects[0].attributes[0].name",
  ]);
});

test("names that lead nowhere or stand twice are problems", () => {
  const reading = readSchemaDocument(
    sample((document) => {
      const [rule] = document.synchronizationRules;
      rule.objectMappings[0].sourceObjectName = "Printer";
      document.synchronizationRules.push({ ...rule, targetDirectoryName: "Elsewhere", objectMappings: [] });
      const { attributes } = document.directories[1].objects[0];
      attributes.push(attributes[1]);
    }),
  );
  expect(reading).toEqual({
    ok: false,
    problems: [
      {
        path: "$.directories[1].objects[0].attributes[7].name",
        message: "The attribute externalId is defined twice.",
      },
      {
        path: "$.synchronizationRules[0].objectMappings[0].sourceObjectName",
        message: "The directory Azure Active Directory has no object Printer; it has User.",
      },
      { path: "$.synchronizationRules[1].id", message: expect.stringContaining("is defined twice.") },
      {
        path: "$.synchronizationRules[1].targetDirectoryName",
        message: "There is no directory Elsewhere in this document's directories.",
      },
    ],
  });
});

test("whatever arrives is read or refused, never thrown; what was read reads the same again", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom("synchronizationRules", "directories"), (value, member) => {
      for (const from of [value, { ...sample(), [member]: [value] }]) {
        const reading = readSchemaDocument(from);
        if (reading.ok) expect(readSchemaDocument(reading.document)).toEqual(reading);
        else expect(reading.problems.length).toBeGreaterThan(0);
      }
    }),
  );
});
