import { attributesRead, callsFunction, type Expression, fromGraphSource } from "../expressions/index.ts";
import type { ObjectType } from "../objects.ts";
import { problemOfClause } from "../scope/clause.ts";
import type { ScopingFilter } from "../scope/scope.ts";
import {
  type AttributeDefinition,
  type AttributeMapping,
  type ObjectMapping,
  objectFlowsOf,
  type SchemaProblem,
  type SynchronizationSchema,
} from "./schema-document.ts";

/** Where a mapping takes its value from. */
export type MappingSource =
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "constant"; readonly value: string }
  | { readonly kind: "expression"; readonly tree: Expression }
  /** Leaves the target alone; its default fills what is empty. */
  | { readonly kind: "none" };

export interface CompiledMapping {
  readonly path: string;
  readonly source: MappingSource;
  /** As an administrator reads it. */
  readonly origin: string;
  readonly target: Pick<AttributeDefinition, "type" | "multivalued" | "caseExact" | "required" | "defaultValue">;
  readonly defaultValue: string | null;
  readonly whenNull: "leave" | "clear" | "default";
  readonly defaultOnUpdate: boolean;
  readonly onlyAtCreation: boolean;
  /** 0 for attributes that do not match. */
  readonly matchingPriority: number;
  /** Names of the source attributes that it reads. */
  readonly reads: ReadonlySet<string>;
  readonly readsSoftDeleted: boolean;
  /** True where its value is drawn by chance: such values flow at creation only. */
  readonly drawn: boolean;
  /** True where it gives the first of several values that nobody in the target has; it flows at creation only. */
  readonly unique: boolean;
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
  /** Paths of attributes that the target requires and no mapping gives a value. */
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

/** Parses every expression and resolves every attribute once, so that an evaluation only computes. All problems are reported, each with its JSON path. */
export const compileSchema = (document: SynchronizationSchema): Compiled => {
  const problems: SchemaProblem[] = [];
  const compiled: CompiledObjectMapping[] = [];
  const rules = document.synchronizationRules.map((rule, index) => ({ rule, at: `$.synchronizationRules[${index}]` }));
  for (const { rule, at } of rules.sort((left, right) => left.rule.priority - right.rule.priority)) {
    for (const [index, mapping] of rule.objectMappings.entries()) {
      const type = typeOf(mapping.sourceObjectName);
      const path = `${at}.objectMappings[${index}]`;
      if (type === null) {
        problems.push({
          path: `${path}.sourceObjectName`,
          message: `'${mapping.sourceObjectName}' is not an object of the directory. Use User or Group.`,
        });
        continue;
      }
      const attributes = attributesOf(document, rule.targetDirectoryName, mapping.targetObjectName);
      compiled.push({
        type,
        ruleId: rule.id,
        ruleName: rule.name,
        targetObjectName: mapping.targetObjectName,
        targetDirectoryName: rule.targetDirectoryName,
        enabled: mapping.enabled,
        actions: actionsOf(mapping),
        filters: filtersOf(mapping, path, problems),
        ...compileMappings(mapping, attributes, path, problems),
      });
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const first = (type: ObjectType) => compiled.find((mapping) => mapping.type === type && mapping.enabled) ?? null;
  return { ok: true, schema: { version: document.version, users: first("User"), groups: first("Group") } };
};

const typeOf = (name: string): ObjectType | null => {
  const lower = name.toLowerCase();
  return lower === "user" ? "User" : lower === "group" ? "Group" : null;
};

const attributesOf = (
  document: SynchronizationSchema,
  directory: string,
  object: string,
): ReadonlyMap<string, AttributeDefinition> =>
  new Map(
    document.directories
      .filter(({ name }) => name === directory)
      .flatMap(({ objects }) => objects.filter(({ name }) => name === object))
      .flatMap(({ attributes }) => attributes.map((attribute) => [attribute.name, attribute] as const)),
  );

const actionsOf = (mapping: ObjectMapping) => {
  const flows = objectFlowsOf(mapping.flowTypes);
  return { create: flows.includes("Add"), update: flows.includes("Update"), delete: flows.includes("Delete") };
};

const filtersOf = (mapping: ObjectMapping, at: string, problems: SchemaProblem[]): ScopingFilter[] =>
  (mapping.scope?.groups ?? []).map((group, groupIndex) => ({
    title: group.name,
    clauses: group.clauses.map((clause, index) => {
      const compiled = {
        attribute: clause.sourceOperandName,
        operator: clause.operatorName,
        operands: clause.targetOperand.values,
      };
      const message = problemOfClause(compiled);
      if (message !== null) problems.push({ path: `${at}.scope.groups[${groupIndex}].clauses[${index}]`, message });
      return compiled;
    }),
  }));

const compileMappings = (
  mapping: ObjectMapping,
  attributes: ReadonlyMap<string, AttributeDefinition>,
  at: string,
  problems: SchemaProblem[],
): Pick<CompiledObjectMapping, "mappings" | "unmapped" | "canDisable"> => {
  const compiled = mapping.attributeMappings.flatMap((attribute, index) => {
    const source = sourceOf(attribute, `${at}.attributeMappings[${index}].source`, problems);
    return source === null ? [] : [compileMapping(attribute, source, attributes.get(attribute.targetAttributeName))];
  });
  const mapped = new Set(compiled.map(({ path }) => path));
  const unmapped = [...attributes.values()].filter(
    ({ name, required, anchor, mutability }) => required && !anchor && mutability !== "ReadOnly" && !mapped.has(name),
  );
  return { mappings: compiled, unmapped: unmapped.map(({ name }) => name), canDisable: compiled.some(disables) };
};

const disables = ({ readsSoftDeleted, onlyAtCreation, drawn, unique }: CompiledMapping): boolean =>
  readsSoftDeleted && !onlyAtCreation && !drawn && !unique;

const compileMapping = (
  mapping: AttributeMapping,
  source: MappingSource,
  definition: AttributeDefinition | undefined,
): CompiledMapping => {
  const reads = readsOf(source);
  return {
    path: mapping.targetAttributeName,
    source,
    origin: mapping.source?.expression ?? (source.kind === "none" ? "(none)" : ""),
    target: definition ?? { type: "String", multivalued: false, caseExact: false, required: false, defaultValue: null },
    defaultValue: mapping.defaultValue,
    whenNull: mapping.nullBehaviour ?? (mapping.defaultValue === null ? "leave" : "default"),
    defaultOnUpdate: mapping.defaultOnUpdate ?? false,
    onlyAtCreation: mapping.flowType === "ObjectAddOnly",
    matchingPriority: mapping.matchingPriority,
    reads,
    readsSoftDeleted: reads.has("IsSoftDeleted"),
    drawn: source.kind === "expression" && drawing.some((name) => callsFunction(source.tree, name)),
    unique: source.kind === "expression" && callsFunction(source.tree, "SelectUniqueValue"),
  };
};

const drawing = ["Guid", "RandomString"] as const;

const readsOf = (source: MappingSource): ReadonlySet<string> => {
  if (source.kind === "attribute") return new Set([source.name]);
  return source.kind === "expression" ? attributesRead(source.tree) : new Set();
};

const sourceOf = ({ source }: AttributeMapping, at: string, problems: SchemaProblem[]): MappingSource | null => {
  if (source === null) return { kind: "none" };
  if (source.type === "Constant") return { kind: "constant", value: source.name ?? "" };
  if (source.type === "Attribute" && source.name) return { kind: "attribute", name: source.name };
  const parsed = fromGraphSource(source);
  if (parsed.ok) return { kind: "expression", tree: parsed.tree };
  problems.push({ path: at, message: parsed.error.message });
  return null;
};
