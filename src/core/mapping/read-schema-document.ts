import { fromGraphSource, type GraphSource, toGraphSource } from "../expressions/index.ts";
import { DocumentReader, memberOf, otherMembers } from "./document-reader.ts";
import {
  type AttributeDefinition,
  type AttributeMapping,
  attributeFlowBehaviors,
  attributeFlowTypes,
  attributeTypes,
  type DirectoryDefinition,
  type FilterClause,
  type FilterGroup,
  type MetadataEntry,
  mutabilities,
  nullBehaviours,
  type ObjectDefinition,
  type ObjectMapping,
  type SchemaProblem,
  type ScopeFilter,
  type SynchronizationRule,
  type SynchronizationSchema,
} from "./schema-document.ts";

export type SchemaReading =
  | { readonly ok: true; readonly document: SynchronizationSchema }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

/**
 * Reads a schema document from the wire and names everything that is wrong with it. Enumerations are taken in any case; of a mapping's source the
 * expression is the truth and `parameters` are built anew; members that are not known are kept, OData annotations are not, wherever they stand.
 */
export const readSchemaDocument = (value: unknown): SchemaReading => {
  const read = new DocumentReader();
  const from = read.object(value, "$");
  const document: SynchronizationSchema = {
    ...otherMembers(from, ["id", "version", "synchronizationRules", "directories"]),
    id: read.text(from, "id", "$", ""),
    version: read.text(from, "version", "$", ""),
    synchronizationRules: read.list(
      from,
      "synchronizationRules",
      "$",
      (each, path) => rule(read, each, path),
      "required",
    ),
    directories: read.list(from, "directories", "$", (each, path) => directory(read, each, path), "required"),
  };
  if (read.problems.length === 0) checkNames(read, document);
  return read.problems.length === 0 ? { ok: true, document } : { ok: false, problems: read.problems };
};

const rule = (read: DocumentReader, value: unknown, path: string): SynchronizationRule => {
  const from = read.object(value, path);
  return {
    ...from,
    id: read.name(from, "id", path),
    name: read.name(from, "name", path),
    priority: read.count(from, "priority", path),
    editable: read.boolean(from, "editable", path, true),
    sourceDirectoryName: read.name(from, "sourceDirectoryName", path),
    targetDirectoryName: read.name(from, "targetDirectoryName", path),
    containerFilter: container(read, from, "containerFilter", path),
    groupFilter: container(read, from, "groupFilter", path),
    metadata: metadata(read, from, "metadata", path),
    objectMappings: read.list(from, "objectMappings", path, (each, at) => objectMapping(read, each, at), "required"),
  };
};

const container = (read: DocumentReader, from: { readonly [name: string]: unknown }, name: string, path: string) => {
  const value = memberOf(from, name);
  return value === undefined ? null : read.object(value, `${path}.${name}`);
};

const metadata = (
  read: DocumentReader,
  from: { readonly [name: string]: unknown },
  name: string,
  path: string,
): readonly MetadataEntry[] =>
  read.list(from, name, path, (value, at) => {
    const entry = read.object(value, at);
    return { ...entry, key: read.name(entry, "key", at), value: read.textOrNull(entry, "value", at) };
  });

const objectMapping = (read: DocumentReader, value: unknown, path: string): ObjectMapping => {
  const from = read.object(value, path);
  return {
    ...from,
    name: read.name(from, "name", path),
    enabled: read.boolean(from, "enabled", path, true),
    flowTypes: read.flags(from, "flowTypes", path, ["Add", "Update", "Delete"], "Add, Update, Delete"),
    sourceObjectName: read.name(from, "sourceObjectName", path),
    targetObjectName: read.name(from, "targetObjectName", path),
    metadata: metadata(read, from, "metadata", path),
    scope: scope(read, memberOf(from, "scope"), `${path}.scope`),
    attributeMappings: read.list(
      from,
      "attributeMappings",
      path,
      (each, at) => attributeMapping(read, each, at),
      "required",
    ),
  };
};

/** A filter without a single clause means the same as none. */
const scope = (read: DocumentReader, value: unknown, path: string): ScopeFilter | null => {
  if (value === undefined) return null;
  const from = read.object(value, path);
  const groups = (name: string) => read.list(from, name, path, (each, at) => filterGroup(read, each, at));
  const filter: ScopeFilter = {
    ...from,
    groups: groups("groups"),
    inputFilterGroups: groups("inputFilterGroups"),
    categoryFilterGroups: groups("categoryFilterGroups"),
  };
  const all = [...filter.groups, ...filter.inputFilterGroups, ...filter.categoryFilterGroups];
  return all.length === 0 ? null : filter;
};

const filterGroup = (read: DocumentReader, value: unknown, path: string): FilterGroup => {
  const from = read.object(value, path);
  const clauses = read.list(from, "clauses", path, (each, at): FilterClause => {
    const clause = read.object(each, at);
    const operand = read.object(memberOf(clause, "targetOperand") ?? { values: [] }, `${at}.targetOperand`);
    return {
      ...clause,
      sourceOperandName: read.name(clause, "sourceOperandName", at),
      operatorName: read.name(clause, "operatorName", at),
      targetOperand: {
        ...operand,
        values: read.list(operand, "values", `${at}.targetOperand`, (text, place) => read.element(text, place)),
      },
    };
  });
  if (clauses.length === 0) read.refuse(`${path}.clauses`, "A group of clauses needs at least one clause.");
  return { ...from, name: read.text(from, "name", path, ""), clauses };
};

const attributeMapping = (read: DocumentReader, value: unknown, path: string): AttributeMapping => {
  const from = read.object(value, path);
  const own = {
    ...(memberOf(from, "nullBehaviour") === undefined
      ? {}
      : { nullBehaviour: read.word(from, "nullBehaviour", path, nullBehaviours, "leave") }),
    ...(memberOf(from, "defaultOnUpdate") === undefined
      ? {}
      : { defaultOnUpdate: read.boolean(from, "defaultOnUpdate", path, false) }),
  };
  return {
    ...otherMembers(from, ["nullBehaviour", "defaultOnUpdate"]),
    targetAttributeName: read.name(from, "targetAttributeName", path),
    source: source(read, memberOf(from, "source"), `${path}.source`),
    defaultValue: read.textOrNull(from, "defaultValue", path),
    matchingPriority: read.count(from, "matchingPriority", path),
    flowBehavior: read.word(from, "flowBehavior", path, attributeFlowBehaviors, "FlowWhenChanged"),
    flowType: read.word(from, "flowType", path, attributeFlowTypes, "Always"),
    exportMissingReferences: read.boolean(from, "exportMissingReferences", path, false),
    ...own,
  };
};

/** Entra writes a mapping of type None as a source without name and expression. */
const isNone = (from: { readonly [name: string]: unknown }): boolean =>
  [from.name, from.expression].every((text) => text == null || text === "");

const source = (read: DocumentReader, value: unknown, path: string): GraphSource | null => {
  if (value === undefined) return null;
  const from = read.object(value, path);
  const type = read.word(from, "type", path, ["Attribute", "Constant", "Function"], "Attribute");
  if (isNone(from)) return null;
  const parsed = fromGraphSource({ type, name: from.name, expression: from.expression });
  if (parsed.ok)
    return { ...otherMembers(from, ["type", "name", "expression", "parameters"]), ...toGraphSource(parsed.tree) };
  const { message, position } = parsed.error;
  read.refuse(`${path}.expression`, `${message} (line ${position.line}, column ${position.column})`);
  return null;
};

const discoverable = [
  ...["AttributeNames", "AttributeDataTypes", "AttributeReadOnly", "ReferenceAttributes"],
  "UnknownFutureValue",
];

const directory = (read: DocumentReader, value: unknown, path: string): DirectoryDefinition => {
  const from = read.object(value, path);
  return {
    ...from,
    id: read.name(from, "id", path),
    name: read.name(from, "name", path),
    version: read.text(from, "version", path, ""),
    readOnly: read.boolean(from, "readOnly", path, false),
    discoverabilities: read.flags(from, "discoverabilities", path, discoverable, "None"),
    discoveryDateTime: read.textOrNull(from, "discoveryDateTime", path),
    objects: read.list(from, "objects", path, (each, at): ObjectDefinition => {
      const object = read.object(each, at);
      return {
        ...object,
        name: read.name(object, "name", at),
        supportedApis: read.list(object, "supportedApis", at, (text, place) => read.element(text, place)),
        metadata: metadata(read, object, "metadata", at),
        attributes: read.list(object, "attributes", at, (attribute, place) =>
          attributeDefinition(read, attribute, place),
        ),
      };
    }),
  };
};

const attributeDefinition = (read: DocumentReader, value: unknown, path: string): AttributeDefinition => {
  const from = read.object(value, path);
  return {
    ...from,
    name: read.name(from, "name", path),
    type: read.word(from, "type", path, attributeTypes, "String"),
    anchor: read.boolean(from, "anchor", path, false),
    caseExact: read.boolean(from, "caseExact", path, false),
    multivalued: read.boolean(from, "multivalued", path, false),
    required: read.boolean(from, "required", path, false),
    flowNullValues: read.boolean(from, "flowNullValues", path, false),
    mutability: read.word(from, "mutability", path, mutabilities, "ReadWrite"),
    defaultValue: read.textOrNull(from, "defaultValue", path),
    apiExpressions: metadata(read, from, "apiExpressions", path),
    metadata: metadata(read, from, "metadata", path),
    referencedObjects: read.list(from, "referencedObjects", path, (each, at) => {
      const reference = read.object(each, at);
      return {
        ...reference,
        referencedObjectName: read.name(reference, "referencedObjectName", at),
        referencedProperty: read.text(reference, "referencedProperty", at, ""),
      };
    }),
  };
};

/** Names that must point at something in the same document, or stand once. */
const checkNames = (read: DocumentReader, document: SynchronizationSchema): void => {
  const directories = new Map(document.directories.map((each) => [each.name, each]));
  const seen = (names: Set<string>, name: string, path: string, what: string) => {
    if (names.has(name)) read.refuse(path, `${what} ${name} is defined twice.`);
    names.add(name);
  };
  const directoryNames = new Set<string>();
  for (const [index, each] of document.directories.entries()) {
    seen(directoryNames, each.name, `$.directories[${index}].name`, "The directory");
    for (const [place, object] of each.objects.entries()) {
      const attributes = new Set<string>();
      for (const [at, attribute] of object.attributes.entries()) {
        const path = `$.directories[${index}].objects[${place}].attributes[${at}].name`;
        seen(attributes, attribute.name, path, "The attribute");
      }
    }
  }
  const rules = new Set<string>();
  for (const [index, each] of document.synchronizationRules.entries()) {
    const path = `$.synchronizationRules[${index}]`;
    seen(rules, each.id, `${path}.id`, "The rule");
    for (const side of ["source", "target"] as const) {
      const name = each[`${side}DirectoryName`];
      const found = directories.get(name);
      if (found === undefined) {
        read.refuse(`${path}.${side}DirectoryName`, `There is no directory ${name} in this document's directories.`);
        continue;
      }
      for (const [place, mapping] of each.objectMappings.entries()) {
        const object = mapping[`${side}ObjectName`];
        if (found.objects.some((one) => one.name.toLowerCase() === object.toLowerCase())) continue;
        read.refuse(
          `${path}.objectMappings[${place}].${side}ObjectName`,
          `The directory ${name} has no object ${object}; it has ${found.objects.map((one) => one.name).join(", ") || "none"}.`,
        );
      }
    }
  }
};
