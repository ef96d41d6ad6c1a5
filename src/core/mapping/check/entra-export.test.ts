import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  checkSchema,
  compileSchema,
  diffSchemas,
  mapObject,
  readSchemaDocument,
  type SchemaFacts,
  scopeObject,
} from "#core";
import { attributeNames } from "#directory";

const facts: SchemaFacts = {
  filterable: { User: null, Group: null },
  held: { User: attributeNames("user"), Group: attributeNames("group") },
};

// biome-ignore lint/suspicious/noExplicitAny: tests bend documents into every shape
const pasted = (bend: (document: any) => void = () => undefined) => {
  const file = new URL("../../../../test/fixtures/graph/entra-export.json", import.meta.url);
  const document = JSON.parse(readFileSync(file, "utf8"));
  bend(document);
  return document;
};

const readPasted = (bend?: Parameters<typeof pasted>[0]) => {
  const reading = readSchemaDocument(pasted(bend));
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.document;
};

const users = "$.synchronizationRules[0].objectMappings[0]";

test("an export loads as it is, and says what it cannot do", () => {
  expect(checkSchema(readPasted(), facts)).toEqual({
    problems: [],
    warnings: [
      { path: `${users}.metadata[0]`, message: "EscrowBehavior is kept but has no effect here." },
      {
        path: `${users}.attributeMappings[21].source.expression`,
        message:
          "This directory never has a value of [employeeOrgData.costCenter], so it counts as empty. Map another attribute.",
      },
      {
        path: `${users}.attributeMappings[22].exportMissingReferences`,
        message: "A reference to an object without an account is left out until there is one; this has no effect.",
      },
    ],
  });
});

/** Where the second value lacks something of the first; null and absent are the same, and OData's annotations do not count. */
const lost = (given: unknown, kept: unknown, at = "$"): string[] => {
  if (given === null || given === undefined) return [];
  if (typeof given !== "object") return given === kept ? [] : [at];
  if (typeof kept !== "object" || kept === null) return [at];
  return Object.entries(given)
    .filter(([name]) => !name.includes("@odata."))
    .flatMap(([name, value]) => lost(value, (kept as Record<string, unknown>)[name], `${at}.${name}`));
};

test("nothing of an export is lost but the empty shell of a source of type None", () => {
  const document = readPasted();
  expect(lost(pasted(), document)).toEqual(["$.synchronizationRules.0.objectMappings.0.attributeMappings.17.source"]);
  expect(document.synchronizationRules[0]?.objectMappings[0]?.attributeMappings[17]).toMatchObject({
    source: null,
    defaultValue: "+47 00 00 00 00",
  });
  expect(document).toHaveProperty("provisioningTaskIdentifier");
  expect(document.synchronizationRules[0]?.objectMappings[0]).toHaveProperty("lastSavedBy");
  expect(JSON.stringify(document)).not.toContain("@odata");
  const again = readSchemaDocument(JSON.parse(JSON.stringify(document)));
  expect(again).toEqual({ ok: true, document });
  expect(again.ok && diffSchemas(document, again.document)).toEqual([]);
});

test("somebody is mapped by an export as Entra would map them", () => {
  const compiled = compileSchema(readPasted());
  if (!compiled.ok || compiled.schema.users === null) throw new Error(JSON.stringify(compiled));
  const attributes = {
    accountEnabled: true,
    userPrincipalName: "liv@nordhavn.example",
    displayName: "Liv Dahl",
    givenName: "Liv",
    surname: "Dahl",
    department: "Harbour",
    employeeId: "1000417",
    mail: "liv@nordhavn.example",
  };
  const path = { assignmentId: "a", roleId: "r", roleName: "Planner", provisionable: true, group: null };
  const scoped = scopeObject({ type: "User", id: "u1", attributes, manager: null, presence: "present" }, [path], {
    syncAll: false,
    filters: compiled.schema.users.filters,
  });
  expect(scoped.reason).toBeNull();
  const mapped = mapObject(scoped, compiled.schema.users, { now: "2026-03-01T08:00:00Z", random: new Uint8Array() });
  const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  expect(mapped.ok && mapped.object.attributes.map((one) => [one.path, one.value, one.when])).toEqual([
    ["userName", "liv@nordhavn.example", "always"],
    ["active", true, "always"],
    ["displayName", "Liv Dahl", "always"],
    ['emails[type eq "work"].value', "liv@nordhavn.example", "always"],
    ["preferredLanguage", "en-US", "creation"],
    ["name.givenName", "Liv", "always"],
    ["name.familyName", "Dahl", "always"],
    ["name.formatted", "Liv Dahl", "always"],
    ['phoneNumbers[type eq "fax"].value', "+47 00 00 00 00", "whenEmpty"],
    [`${enterprise}:employeeNumber`, "1000417", "always"],
    [`${enterprise}:department`, "Harbour", "always"],
    [`${enterprise}:manager`, { kind: "reference", ids: [] }, "update"],
    ["userType", "Employee", "creation"],
    [
      "roles",
      [{ primary: false, type: "WindowsAzureActiveDirectoryRole", display: "Planner", value: "Planner" }],
      "always",
    ],
  ]);
  expect(mapped.ok && mapped.object.matching).toEqual([
    { path: "userName", value: "liv@nordhavn.example" },
    { path: `${enterprise}:employeeNumber`, value: "1000417" },
  ]);
});

type Bend = Parameters<typeof readPasted>[0];
const mappingsOf = (document: {
  synchronizationRules: { objectMappings: { attributeMappings: Record<string, unknown>[] }[] }[];
}) => document.synchronizationRules[0]!.objectMappings[0]!.attributeMappings;

test.each<[what: string, bend: Bend, problems: readonly string[]]>([
  [
    "names that the source lacks",
    (document) =>
      Object.assign(mappingsOf(document)[3]!, {
        source: { expression: "[jobtitle]", name: "jobtitle", type: "Attribute", parameters: null },
      }),
    [`${users}.attributeMappings[3].source.name`],
  ],
  [
    "a filter by an unsupported attribute",
    (document) =>
      Object.assign(document.synchronizationRules[0].objectMappings[0].scope.groups[0].clauses[0], {
        sourceOperandName: "appRoleAssignments",
      }),
    [`${users}.scope.groups[0].clauses[0].sourceOperandName`],
  ],
  [
    "an operator of an older time",
    (document) =>
      Object.assign(document.synchronizationRules[0].objectMappings[0].scope.groups[0].clauses[0], {
        operatorName: "IsMemberOf",
      }),
    [`${users}.scope.groups[0].clauses[0]`],
  ],
  [
    "containers",
    (document) =>
      Object.assign(document.synchronizationRules[0], { containerFilter: { includedContainers: ["OU=Quay"] } }),
    ["$.synchronizationRules[0].containerFilter"],
  ],
  [
    "experimental filters",
    (document) =>
      Object.assign(document.synchronizationRules[0].objectMappings[0].scope, {
        inputFilterGroups: document.synchronizationRules[0].objectMappings[0].scope.groups,
      }),
    [`${users}.scope.inputFilterGroups`],
  ],
  [
    "a mapping of the account's id",
    (document) => Object.assign(mappingsOf(document)[3]!, { targetAttributeName: "id" }),
    [`${users}.attributeMappings[3].targetAttributeName`],
  ],
  [
    "devices",
    (document) =>
      Object.assign(document.synchronizationRules[1].objectMappings[0], { sourceObjectName: "ServicePrincipal" }),
    ["$.synchronizationRules[1].objectMappings[0].sourceObjectName"],
  ],
])("an export that cannot be kept whole is refused with the place: %s", (_, bend, problems) => {
  expect(checkSchema(readPasted(bend), facts).problems.map(({ path }) => path)).toEqual(problems);
});
