import { attributesRead, callsFunction, type Expression, fromGraphSource } from "../expressions/index.ts";
import type { ObjectType } from "../objects.ts";
import { problemOfClause } from "../scope/clause.ts";
import type { ScopingFilter } from "../scope/scope.ts";
import {
  type AttributeDefinition,
  type AttributeFlowType,
  type AttributeMapping,
  type AttributeType,
  clauseOf,
  mappingsByPriority,
  type NullBehaviour,
  type ObjectMapping,
  objectDefinitionOf,
  objectFlowsOf,
  type SchemaProblem,
  type SynchronizationSchema,
  typeOf,
} from "./schema-document.ts";
import { holdsValues, pathKey, problemOfPath, siblingPath, writtenPath } from "./target-path.ts";

/** Where a mapping takes its value from. */
export type MappingSource =
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "constant"; readonly value: string }
  | { readonly kind: "expression"; readonly tree: Expression }
  /** Leaves the target alone; its default fills what is empty. */
  | { readonly kind: "none" };

/**
 * When values flow: `AttributeFlowType` as the document says it, unless the target allows less (`Never` into what it keeps to itself).
 */
export type EffectiveFlow = AttributeFlowType | "Never";

export interface CompiledMapping {
  /** As requests carry it. */
  readonly path: string;
  readonly source: MappingSource;
  /** As an administrator reads it. */
  readonly origin: string;
  readonly target: TargetAttribute;
  readonly defaultValue: string | null;
  readonly whenNull: NullBehaviour;
  readonly defaultOnUpdate: boolean;
  readonly flow: EffectiveFlow;
  /** Goes along with every update (`FlowAlways`). */
  readonly accompanies: boolean;
  /** 0 for attributes that do not match. */
  readonly matchingPriority: number;
  /** Names of the source attributes that it reads. */
  readonly reads: ReadonlySet<string>;
  readonly readsSoftDeleted: boolean;
  /** True where its value is drawn by chance: such values flow at creation only. */
  readonly drawn: boolean;
  /** True where it gives the first of several values that nobody in the target has; it flows at creation only. */
  readonly unique: boolean;
  /** Another part of the same value that a new account gets with it, else null: the type of a single role. */
  readonly beside: { readonly path: string; readonly value: string } | null;
}

/** What the target says of an attribute. */
export interface TargetAttribute
  extends Pick<AttributeDefinition, "type" | "multivalued" | "caseExact" | "required" | "defaultValue"> {
  /** SCIM writes each of its values as `{ value }`. */
  readonly holdsValues: boolean;
  /** The target never shows it, so that nobody else should either. */
  readonly writeOnly: boolean;
}

export interface CompiledObjectMapping {
  readonly type: ObjectType;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly targetObjectName: string;
  readonly targetDirectoryName: string;
  readonly enabled: boolean;
  readonly actions: { readonly create: boolean; readonly update: boolean; readonly delete: boolean };
  readonly filters: readonly ScopingFilter[];
  readonly mappings: readonly CompiledMapping[];
  /** Required target attributes that nothing gives a value: no account can be made. */
  readonly unmapped: readonly string[];
  /** False when nothing that flows on updates reads `IsSoftDeleted`: then no account can be disabled. */
  readonly canDisable: boolean;
}

export interface CompiledSchema {
  readonly version: string;
  readonly users: CompiledObjectMapping | null;
  readonly groups: CompiledObjectMapping | null;
}

export type Compiled =
  | { readonly ok: true; readonly schema: CompiledSchema }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

/**
 * Parses every expression and resolves every attribute once, so that an evaluation only computes. What makes a job impossible is reported, all of it at
 * once, each with its JSON path; what only a save must refuse is `checkSchema`'s business. An object mapping that is switched off is not looked at.
 */
export const compileSchema = (document: SynchronizationSchema): Compiled => {
  const problems: SchemaProblem[] = [];
  const compiled: CompiledObjectMapping[] = [];
  for (const { rule, mapping, path } of mappingsByPriority(document)) {
    if (!mapping.enabled) continue;
    const type = typeOf(mapping.sourceObjectName);
    if (type === null) {
      problems.push({
        path: `${path}.sourceObjectName`,
        message: `'${mapping.sourceObjectName}' is not an object of the directory. Use User or Group.`,
      });
      continue;
    }
    const attributes = objectDefinitionOf(document, rule.targetDirectoryName, mapping.targetObjectName)?.attributes;
    compiled.push({
      type,
      ruleId: rule.id,
      ruleName: rule.name,
      targetObjectName: mapping.targetObjectName,
      targetDirectoryName: rule.targetDirectoryName,
      enabled: mapping.enabled,
      actions: actionsOf(mapping),
      filters: filtersOf(mapping, path, problems),
      ...compileMappings(mapping, type, attributes ?? [], path, problems),
    });
  }
  if (problems.length > 0) return { ok: false, problems };
  const first = (type: ObjectType) => compiled.find((mapping) => mapping.type === type) ?? null;
  return { ok: true, schema: { version: document.version, users: first("User"), groups: first("Group") } };
};

const actionsOf = (mapping: ObjectMapping) => {
  const flows = objectFlowsOf(mapping.flowTypes);
  return { create: flows.includes("Add"), update: flows.includes("Update"), delete: flows.includes("Delete") };
};

const filtersOf = (mapping: ObjectMapping, at: string, problems: SchemaProblem[]): ScopingFilter[] =>
  (mapping.scope?.groups ?? []).map((group, groupIndex) => ({
    title: group.name,
    clauses: group.clauses.map((clause, index) => {
      const compiled = clauseOf(clause);
      const message = problemOfClause(compiled);
      if (message !== null) problems.push({ path: `${at}.scope.groups[${groupIndex}].clauses[${index}]`, message });
      return compiled;
    }),
  }));

const compileMappings = (
  mapping: ObjectMapping,
  type: ObjectType,
  attributes: readonly AttributeDefinition[],
  at: string,
  problems: SchemaProblem[],
): Pick<CompiledObjectMapping, "mappings" | "unmapped" | "canDisable"> => {
  const definitions = new Map(attributes.map((attribute) => [pathKey(attribute.name), attribute]));
  const compiled = mapping.attributeMappings.flatMap((attribute, index) => {
    const place = `${at}.attributeMappings[${index}]`;
    const unwritable = problemOfPath(attribute.targetAttributeName);
    if (unwritable !== null) problems.push({ path: `${place}.targetAttributeName`, message: unwritable });
    const source = sourceOf(attribute, `${place}.source.expression`, problems);
    const definition = definitions.get(pathKey(attribute.targetAttributeName));
    return source === null || unwritable !== null ? [] : [compileMapping(attribute, source, type, definition)];
  });
  const covered = new Set(mapping.attributeMappings.map(({ targetAttributeName }) => pathKey(targetAttributeName)));
  const open = attributes.filter((one) => one.required && isWritable(one) && !covered.has(pathKey(one.name)));
  const defaults = open.filter(({ defaultValue }) => defaultValue !== null);
  return {
    mappings: [...compiled, ...defaults.map((one) => compileMapping(defaultOf(one), { kind: "none" }, type, one))],
    unmapped: open.filter(({ defaultValue }) => defaultValue === null).map(({ name }) => name),
    canDisable: compiled.some(disables),
  };
};

/** A required attribute that nothing maps gets the default of its definition, at creation. */
const defaultOf = ({ name, defaultValue }: AttributeDefinition): AttributeMapping => ({
  targetAttributeName: name,
  source: null,
  defaultValue,
  matchingPriority: 0,
  flowBehavior: "FlowWhenChanged",
  flowType: "ObjectAddOnly",
  exportMissingReferences: false,
});

const disables = ({ readsSoftDeleted, flow }: CompiledMapping): boolean =>
  readsSoftDeleted && (flow === "Always" || flow === "ValueAddOnly");

const compileMapping = (
  mapping: AttributeMapping,
  source: MappingSource,
  objectType: ObjectType,
  definition: AttributeDefinition | undefined,
): CompiledMapping => {
  const { targetAttributeName, matchingPriority, defaultValue } = mapping;
  const type = definition?.type ?? "String";
  const reads = readsOf(source);
  const calls = (name: string) => source.kind === "expression" && callsFunction(source.tree, name);
  const drawn = drawing.some(calls);
  const unique = calls("SelectUniqueValue");
  const path = writtenPath(targetAttributeName, objectType, type);
  const flow = flowOf(mapping.flowType, definition, {
    settledAtCreation: drawn || unique,
    adds: calls("AppRoleAssignmentsComplex"),
    type,
  });
  return {
    path,
    source,
    origin: mapping.source?.expression ?? "(none)",
    target: {
      type,
      multivalued: definition?.multivalued ?? false,
      // Encoded bytes differ as soon as one letter does, and ids are compared exactly.
      caseExact: type === "Binary" || type === "Reference" || (definition?.caseExact ?? false),
      required: flow !== "Never" && (definition?.required ?? false),
      defaultValue: definition?.defaultValue ?? null,
      holdsValues: type !== "Reference" && holdsValues(path, objectType),
      writeOnly: isWriteOnly(definition),
    },
    defaultValue,
    whenNull: mapping.nullBehaviour ?? nullOf(type, calls("AssertiveAppRoleAssignmentsComplex"), defaultValue ?? null),
    defaultOnUpdate: mapping.defaultOnUpdate ?? false,
    flow,
    accompanies:
      mapping.flowBehavior === "FlowAlways" &&
      !drawn &&
      !unique &&
      (flow === "Always" || flow === "ValueAddOnly" || (isWriteOnly(definition) && mapping.flowType === "Always")),
    matchingPriority,
    reads,
    readsSoftDeleted: reads.has("IsSoftDeleted"),
    drawn,
    unique,
    beside: besideOf(source, path),
  };
};

const drawing = ["Guid", "RandomString"] as const;

/** An empty reference or an empty list of asserted roles is taken away; anything else that is null is left alone, or gets its default. */
const nullOf = (type: AttributeType, asserts: boolean, defaultValue: string | null): NullBehaviour => {
  if (defaultValue !== null) return "default";
  return type === "Reference" || asserts ? "clear" : "leave";
};

/** The flow that the mapping asks for, as far as the target's attribute and the nature of the value allow it. */
const flowOf = (
  asked: AttributeFlowType,
  definition: AttributeDefinition | undefined,
  value: { readonly settledAtCreation: boolean; readonly adds: boolean; readonly type: AttributeType },
): EffectiveFlow => {
  if (definition !== undefined && !isWritable(definition)) return "Never";
  // The target never shows what is write-only, so nobody could tell a difference; what is drawn or chosen would be another value each time.
  if (isWriteOnly(definition) || value.settledAtCreation) return "ObjectAddOnly";
  if (definition?.mutability === "Immutable") return value.type === "Reference" ? "AttributeAddOnly" : "ObjectAddOnly";
  // Whom an account refers to may get an account later: "at creation" then means as soon as it can be said.
  if (value.type === "Reference" && asked === "ObjectAddOnly" && definition?.multivalued !== true)
    return "AttributeAddOnly";
  return asked === "Always" && value.adds ? "MultiValueAddOnly" : asked;
};

/** The account's id and what its own service keeps are not written. */
const isWritable = ({ anchor, mutability }: AttributeDefinition): boolean => !anchor && mutability !== "ReadOnly";
const isWriteOnly = (definition: AttributeDefinition | undefined): boolean => definition?.mutability === "WriteOnly";

/** A single role carries its type, as Entra sends it with a new account. */
const besideOf = (source: MappingSource, path: string): CompiledMapping["beside"] => {
  if (source.kind !== "expression" || source.tree.kind !== "call" || source.tree.name !== "SingleAppRoleAssignment")
    return null;
  const sibling = /^roles\[.*\]\.value$/i.test(path) ? siblingPath(path, "type") : null;
  return sibling === null ? null : { path: sibling, value: "WindowsAzureActiveDirectoryRole" };
};

const readsOf = (source: MappingSource): ReadonlySet<string> => {
  if (source.kind === "attribute") return new Set([source.name]);
  return source.kind === "expression" ? attributesRead(source.tree) : new Set();
};

const sourceOf = ({ source }: AttributeMapping, at: string, problems: SchemaProblem[]): MappingSource | null => {
  if (source === null) return { kind: "none" };
  const parsed = fromGraphSource(source);
  if (!parsed.ok) {
    problems.push({ path: at, message: parsed.error.message });
    return null;
  }
  if (parsed.tree.kind === "text") return { kind: "constant", value: parsed.tree.value };
  return parsed.tree.kind === "attribute"
    ? { kind: "attribute", name: parsed.tree.name }
    : { kind: "expression", tree: parsed.tree };
};
