import { readFileSync } from "node:fs";
import type { AttributeDefinition, AttributeMapping, SynchronizationSchema } from "#core";
import { readSchemaDocument } from "#core";

/** One attribute mapping, in short. */
export interface MappingRow {
  /** Path of the target attribute. */
  readonly to: string;
  /** `[attribute]`, an expression, `"constant"`, or null for a mapping of type None. */
  readonly from: string | null;
  /** Members of the mapping that are not as usual. */
  readonly members?: Partial<AttributeMapping>;
  /** Members of the target attribute's definition that are not as usual; null leaves the attribute out of the list. */
  readonly target?: Partial<AttributeDefinition> | null;
}

const fixture = new URL("./fixtures/graph/synchronization-schema.json", import.meta.url);

/** The source of a mapping as a document writes it, from its short form. */
export const sourceOf = (from: string | null): unknown => {
  if (from === null) return null;
  const type = /^\[[^\]]*\]$/.test(from) ? "Attribute" : /^".*"$/s.test(from) ? "Constant" : "Function";
  return { type, name: type === "Function" ? "" : from.slice(1, -1), expression: from, parameters: [] };
};

const definition = (name: string, members: Partial<AttributeDefinition> = {}): AttributeDefinition => ({
  anchor: false,
  apiExpressions: [],
  caseExact: false,
  defaultValue: null,
  flowNullValues: false,
  metadata: [],
  multivalued: false,
  mutability: "ReadWrite",
  name,
  referencedObjects: [],
  required: false,
  type: "String",
  ...members,
});

const moreSources: readonly AttributeDefinition[] = [
  ...["jobTitle", "city", "country", "streetAddress", "employeeId", "mobile"].map((name) => definition(name)),
  definition("proxyAddresses", { multivalued: true }),
  definition("appRoleAssignments", { multivalued: true, mutability: "ReadOnly" }),
  definition("hiredAt", { type: "DateTime" }),
  definition("floor", { type: "Integer" }),
];

/** A document with one mapping of users, made of the rows and nothing else; the target's list has the rows' attributes and the account's id. */
export const documentOf = (
  rows: readonly MappingRow[],
  // biome-ignore lint/suspicious/noExplicitAny: tests bend documents into every shape
  bend: (rule: any, document: any) => void = () => undefined,
): SynchronizationSchema => {
  const json = JSON.parse(readFileSync(fixture, "utf8"));
  const [rule] = json.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const [usual] = mapping.attributeMappings;
  mapping.attributeMappings = rows.map(({ to, from, members }) => ({
    ...usual,
    targetAttributeName: to,
    matchingPriority: 0,
    source: sourceOf(from),
    ...members,
  }));
  json.directories[0].objects[0].attributes.push(...moreSources);
  json.directories[1].objects[0].attributes = [
    definition("id", { anchor: true, mutability: "ReadOnly", required: true, caseExact: true }),
    ...rows.flatMap(({ to, target }) => (target === null ? [] : [definition(to, target)])),
  ];
  bend(rule, json);
  const reading = readSchemaDocument(json);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.document;
};
