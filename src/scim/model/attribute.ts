import { foldCase } from "../json.ts";

/** Data types of RFC 7643 section 2.3. */
export type AttributeType =
  | "string"
  | "boolean"
  | "decimal"
  | "integer"
  | "dateTime"
  | "reference"
  | "binary"
  | "complex";

/** One attribute or sub-attribute with the characteristics of RFC 7643 section 7. */
export type AttributeDefinition = {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: "readOnly" | "readWrite" | "immutable" | "writeOnly";
  readonly returned: "always" | "never" | "default" | "request";
  readonly uniqueness: "none" | "server" | "global";
  /** Suggested values; a server takes others too. */
  readonly canonicalValues: readonly string[] | undefined;
  /** What a reference may point at: resource type names, "uri" or "external". */
  readonly referenceTypes: readonly string[] | undefined;
  /** Empty unless the type is complex. */
  readonly subAttributes: readonly AttributeDefinition[];
};

/** A schema as data, from which the /Schemas document is made. */
export type SchemaDefinition = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
};

/** An attribute with the defaults of RFC 7643 section 2.2: a single optional string that anyone may write. */
export const attribute = (
  name: string,
  description: string,
  differing: Partial<Omit<AttributeDefinition, "name" | "description">> = {},
): AttributeDefinition => ({
  name,
  type: "string",
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: "readWrite",
  returned: "default",
  uniqueness: "none",
  canonicalValues: undefined,
  referenceTypes: undefined,
  subAttributes: [],
  ...differing,
});

type ByName = ReadonlyMap<string, AttributeDefinition>;

/** Definitions are looked up for every name of every body, so each list is folded once. */
const known = new WeakMap<readonly AttributeDefinition[], ByName>();

const byName = (attributes: readonly AttributeDefinition[]): ByName => {
  const before = known.get(attributes);
  if (before !== undefined) return before;
  const made = new Map(attributes.map((attribute) => [foldCase(attribute.name), attribute]));
  known.set(attributes, made);
  return made;
};

/** Finds a definition by name in any letter case. The list must not change afterwards. */
export const findAttribute = (
  attributes: readonly AttributeDefinition[],
  name: string,
): AttributeDefinition | undefined => byName(attributes).get(foldCase(name));
