import type { GraphSource } from "../expressions/index.ts";
import type { ObjectType } from "../objects.ts";
import type { Clause } from "../scope/clause.ts";

/**
 * The synchronization schema of a job as Microsoft Graph writes it: rules map objects, object mappings map attributes, directories describe both sides.
 * Members that Lockstep does not know are kept as they came.
 */
export interface SynchronizationSchema {
  readonly id: string;
  /** Moved by the server at each save: `v1.0`, `v1.1`, … */
  readonly version: string;
  readonly synchronizationRules: readonly SynchronizationRule[];
  readonly directories: readonly DirectoryDefinition[];
}

export interface MetadataEntry {
  readonly key: string;
  readonly value: string | null;
}

export interface SynchronizationRule {
  /** Opaque; not always a GUID. */
  readonly id: string;
  readonly name: string;
  /** Lower runs first. */
  readonly priority: number;
  readonly editable: boolean;
  /** Name of a directory of the same document. */
  readonly sourceDirectoryName: string;
  readonly targetDirectoryName: string;
  readonly containerFilter: { readonly [name: string]: unknown } | null;
  readonly groupFilter: { readonly [name: string]: unknown } | null;
  readonly metadata: readonly MetadataEntry[];
  readonly objectMappings: readonly ObjectMapping[];
}

/** What may be done to objects of a mapping. */
export type ObjectFlow = "Add" | "Update" | "Delete";

export interface ObjectMapping {
  readonly name: string;
  readonly enabled: boolean;
  /** `ObjectFlow`s joined by `, `, or `None`; `objectFlowsOf` takes it apart. */
  readonly flowTypes: string;
  /** `User` or `Group`: an object of the source directory. */
  readonly sourceObjectName: string;
  readonly targetObjectName: string;
  readonly metadata: readonly MetadataEntry[];
  /** Null: everything passes. */
  readonly scope: ScopeFilter | null;
  readonly attributeMappings: readonly AttributeMapping[];
}

/** Falling out of `groups` deprovisions. Clauses of a group are joined by AND, groups by OR. */
export interface ScopeFilter {
  readonly groups: readonly FilterGroup[];
  readonly inputFilterGroups: readonly FilterGroup[];
  readonly categoryFilterGroups: readonly FilterGroup[];
}

export interface FilterGroup {
  readonly name: string;
  readonly clauses: readonly FilterClause[];
}

export interface FilterClause {
  readonly sourceOperandName: string;
  readonly operatorName: string;
  readonly targetOperand: { readonly values: readonly string[] };
}

export const attributeFlowTypes = [
  "Always",
  "ObjectAddOnly",
  "MultiValueAddOnly",
  "ValueAddOnly",
  "AttributeAddOnly",
] as const;
export type AttributeFlowType = (typeof attributeFlowTypes)[number];

export const attributeFlowBehaviors = ["FlowWhenChanged", "FlowAlways"] as const;
export type AttributeFlowBehavior = (typeof attributeFlowBehaviors)[number];

export const nullBehaviours = ["leave", "clear", "default"] as const;
/** What an empty source does: leave the target alone, empty it, or write the default value. */
export type NullBehaviour = (typeof nullBehaviours)[number];

export interface AttributeMapping {
  readonly targetAttributeName: string;
  /** Null: the target is left alone, and gets `defaultValue` where it is empty. */
  readonly source: GraphSource | null;
  readonly defaultValue: string | null;
  /** 0: not a matching attribute; positive numbers are tried from low to high. */
  readonly matchingPriority: number;
  readonly flowBehavior: AttributeFlowBehavior;
  readonly flowType: AttributeFlowType;
  readonly exportMissingReferences: boolean;
  /** Lockstep's own; absent means `leave` without a default value, and `default` with one. */
  readonly nullBehaviour?: NullBehaviour;
  /** Lockstep's own: the default value is written on updates too. Absent means false. */
  readonly defaultOnUpdate?: boolean;
}

export interface DirectoryDefinition {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly readOnly: boolean;
  /** Flags as text; `None` where nothing can be discovered. */
  readonly discoverabilities: string;
  readonly discoveryDateTime: string | null;
  readonly objects: readonly ObjectDefinition[];
}

export interface ObjectDefinition {
  readonly name: string;
  readonly supportedApis: readonly string[];
  readonly metadata: readonly MetadataEntry[];
  readonly attributes: readonly AttributeDefinition[];
}

export const attributeTypes = ["String", "Integer", "Reference", "Binary", "Boolean", "DateTime"] as const;
export type AttributeType = (typeof attributeTypes)[number];

export const mutabilities = ["ReadWrite", "ReadOnly", "Immutable", "WriteOnly"] as const;
export type Mutability = (typeof mutabilities)[number];

export interface AttributeDefinition {
  readonly name: string;
  readonly type: AttributeType;
  readonly anchor: boolean;
  readonly caseExact: boolean;
  readonly multivalued: boolean;
  readonly required: boolean;
  readonly flowNullValues: boolean;
  readonly mutability: Mutability;
  readonly defaultValue: string | null;
  readonly apiExpressions: readonly MetadataEntry[];
  readonly metadata: readonly MetadataEntry[];
  readonly referencedObjects: readonly { readonly referencedObjectName: string; readonly referencedProperty: string }[];
}

/** One thing that is wrong with a document. */
export interface SchemaProblem {
  /** JSON path, for example `$.synchronizationRules[0].objectMappings[1].name`. */
  readonly path: string;
  readonly message: string;
}

/** The flows that `flowTypes` allows; words that it does not know are passed over. */
export const objectFlowsOf = (flowTypes: string): readonly ObjectFlow[] => {
  const words = new Set(flowTypes.split(",").map((word) => word.trim().toLowerCase()));
  return (["Add", "Update", "Delete"] as const).filter((flow) => words.has(flow.toLowerCase()));
};

/** The type of object that a name of the source directory stands for, in any letter case; null for any other. */
export const typeOf = (sourceObjectName: string): ObjectType | null => {
  const lower = sourceObjectName.toLowerCase();
  return lower === "user" ? "User" : lower === "group" ? "Group" : null;
};

export interface PlacedMapping {
  readonly rule: SynchronizationRule;
  readonly mapping: ObjectMapping;
  /** JSON path of the object mapping. */
  readonly path: string;
}

/** Every object mapping with its place, those of the rules with the lowest priority number first. */
export const mappingsByPriority = (document: SynchronizationSchema): readonly PlacedMapping[] =>
  document.synchronizationRules
    .map((rule, index) => ({ rule, at: `$.synchronizationRules[${index}]` }))
    .sort((left, right) => left.rule.priority - right.rule.priority)
    .flatMap(({ rule, at }) =>
      rule.objectMappings.map((mapping, index) => ({ rule, mapping, path: `${at}.objectMappings[${index}]` })),
    );

/** The definition of an object in one of the document's directories; null where there is none. */
export const objectDefinitionOf = (
  document: SynchronizationSchema,
  directory: string,
  object: string,
): ObjectDefinition | null =>
  document.directories
    .find(({ name }) => name === directory)
    ?.objects.find(({ name }) => name.toLowerCase() === object.toLowerCase()) ?? null;

/** A clause as the document writes it, for judging. */
export const clauseOf = (clause: FilterClause): Clause => ({
  attribute: clause.sourceOperandName,
  operator: clause.operatorName,
  operands: clause.targetOperand.values,
});

/** A clause for the document. */
export const filterClauseOf = ({ attribute, operator, operands }: Clause): FilterClause => ({
  sourceOperandName: attribute,
  operatorName: operator,
  targetOperand: { values: operands },
});
