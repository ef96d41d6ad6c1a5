import type {
  AttributeMapping,
  ObjectDefinition,
  ObjectMapping,
  ObjectSchema,
  ObjectType,
  SchemaAnswer,
  SynchronizationSchema,
} from "#api/contract";
import { CliError } from "../problems.ts";

/** The part of a document that provisions one type of object. Throws NotFound where nothing does. */
export const objectOf = ({ objects }: SchemaAnswer, type: ObjectType): ObjectSchema => {
  const found = objects.find((object) => object.type === type);
  if (found !== undefined) return found;
  throw new CliError("NotFound", `This app does not provision ${type === "User" ? "users" : "groups"}.`);
};

const ruleOf = ({ schema }: SchemaAnswer, { rule }: ObjectSchema) => schema.synchronizationRules[rule]!;

export const objectMappingOf = (answer: SchemaAnswer, object: ObjectSchema): ObjectMapping =>
  ruleOf(answer, object).objectMappings[object.mapping]!;

/** How a side of the rule describes this type of object; null where its list of attributes is not in the document. */
export const definitionOf = (
  answer: SchemaAnswer,
  object: ObjectSchema,
  side: "source" | "target",
): ObjectDefinition | null => {
  const directory = ruleOf(answer, object)[`${side}DirectoryName`];
  const name = objectMappingOf(answer, object)[`${side}ObjectName`].toLowerCase();
  const objects = answer.schema.directories.find((each) => each.name === directory)?.objects ?? [];
  return objects.find((each) => each.name.toLowerCase() === name) ?? null;
};

const replaced = <Item>(items: readonly Item[], index: number, change: (item: Item) => Item): readonly Item[] =>
  items.map((item, at) => (at === index ? change(item) : item));

/** The document with another mapping of this type of object. */
export const withObjectMapping = (
  { schema }: SchemaAnswer,
  { rule, mapping }: ObjectSchema,
  change: (before: ObjectMapping) => ObjectMapping,
): SynchronizationSchema => ({
  ...schema,
  synchronizationRules: replaced(schema.synchronizationRules, rule, (one) => ({
    ...one,
    objectMappings: replaced(one.objectMappings, mapping, change),
  })),
});

/** The document with another list of the target's attributes. */
export const withTargetAttributes = (
  answer: SchemaAnswer,
  object: ObjectSchema,
  change: (before: ObjectDefinition["attributes"]) => ObjectDefinition["attributes"],
): SynchronizationSchema => {
  const definition = definitionOf(answer, object, "target");
  return {
    ...answer.schema,
    directories: answer.schema.directories.map((directory) => ({
      ...directory,
      objects: directory.objects.map((one) =>
        one === definition ? { ...one, attributes: change(one.attributes) } : one,
      ),
    })),
  };
};

/** The list's own spelling of a name that was typed in another case; the name itself where the list has none like it. */
export const spelled = (name: string, names: readonly string[]): string => {
  if (names.includes(name)) return name;
  const alike = names.filter((each) => each.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0]! : name;
};

/** What `mapping set` says of a mapping; what is undefined stays as it was. */
export interface MappingChange {
  /** Null: the target is left alone. */
  readonly source?: AttributeMapping["source"];
  /** Null: no default. */
  readonly defaultValue?: string | null;
  readonly defaultOnUpdate?: boolean;
  readonly flowType?: AttributeMapping["flowType"];
  readonly nullBehaviour?: NonNullable<AttributeMapping["nullBehaviour"]>;
  readonly matchingPriority?: number;
}

const fresh = (targetAttributeName: string): AttributeMapping => ({
  targetAttributeName,
  source: null,
  defaultValue: null,
  matchingPriority: 0,
  flowBehavior: "FlowWhenChanged",
  flowType: "Always",
  exportMissingReferences: false,
});

/** The mappings with one of them changed, or a new one at the end. */
export const withMapping = (
  mappings: readonly AttributeMapping[],
  target: string,
  change: MappingChange,
): readonly AttributeMapping[] => {
  const at = mappings.findIndex((mapping) => mapping.targetAttributeName === target);
  return at < 0
    ? [...mappings, { ...fresh(target), ...change }]
    : replaced(mappings, at, (one) => ({ ...one, ...change }));
};
