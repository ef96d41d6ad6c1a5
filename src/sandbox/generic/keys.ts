import { createHash } from "node:crypto";
import {
  type AttributeDefinition,
  findAttribute,
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ResourceType,
  type SchemaDefinition,
  schemaUrns,
  topLevelAttributes,
  valueOfName,
} from "#scim";

/** A value of a resource that can be searched for by equality. */
export interface Key {
  /** Name of the type and path of the attribute, in the schemas' spelling. */
  readonly attribute: string;
  /** The value as it compares, or the digest of a long one. */
  readonly key: string;
  readonly isUnique: boolean;
}

/** Attributes with an index beside those that are unique, by type: what clients match on. */
const matched: Readonly<Record<string, readonly string[]>> = {
  User: ["userName", "externalId", "displayName", "emails", `${schemaUrns.enterpriseUser}:employeeNumber`],
  Group: ["displayName", "externalId"],
};

/** Longest text, in UTF-16 units, that stands in an index as it is. */
const longest = 200;

/** The form of a value in the index: equal values have equal forms. */
export const keyForm = (definition: AttributeDefinition, value: string): string => {
  const text = definition.caseExact ? value : foldCase(value);
  return text.length <= longest ? text : `sha256 ${createHash("sha256").update(text).digest("base64url")}`;
};

interface Indexed {
  readonly path: string;
  readonly name: string;
  readonly extension: SchemaDefinition | undefined;
  readonly attribute: AttributeDefinition;
  /** The part that is compared: `value` of a complex attribute. */
  readonly compared: AttributeDefinition;
}

const indexes = new WeakMap<ResourceType, ReadonlyMap<string, Indexed>>();

const indexesOf = (type: ResourceType): ReadonlyMap<string, Indexed> => {
  const before = indexes.get(type);
  if (before !== undefined) return before;
  const wanted = new Set(matched[type.name] ?? []);
  const made = new Map<string, Indexed>();
  const add = (attributes: readonly AttributeDefinition[], extension: SchemaDefinition | undefined) => {
    for (const attribute of attributes) {
      const path = extension === undefined ? attribute.name : `${extension.id}:${attribute.name}`;
      const isIndexed = attribute.uniqueness !== "none" || wanted.has(path);
      if (!isIndexed || path === "id") continue;
      const compared = attribute.type === "complex" ? findAttribute(attribute.subAttributes, "value") : attribute;
      if (compared !== undefined)
        made.set(path, { path, name: `${type.name}.${path}`, extension, attribute, compared });
    }
  };
  add(topLevelAttributes(type), undefined);
  for (const { schema } of type.extensions) add(schema.attributes, schema);
  indexes.set(type, made);
  return made;
};

/** The index over an attribute; undefined when it has none. @param path name, or URN of the extension and name, in the schemas' spelling */
export const indexOf = (type: ResourceType, path: string): Pick<Indexed, "name" | "compared"> | undefined =>
  indexesOf(type).get(path);

const textsOf = (value: JsonValue | undefined): readonly string[] => {
  if (typeof value === "string") return [value];
  if (isJsonArray(value)) return value.flatMap(textsOf);
  return isJsonObject(value) ? textsOf(value.value) : [];
};

/** Every key of a resource, each once. */
export const keysOf = (type: ResourceType, resource: JsonObject): readonly Key[] => {
  const keys = new Map<string, Key>();
  for (const { name, extension, attribute, compared } of indexesOf(type).values()) {
    const holder = extension === undefined ? resource : valueOfName(resource, extension.id);
    if (!isJsonObject(holder)) continue;
    for (const text of textsOf(holder[attribute.name])) {
      if (text === "") continue;
      const key = { attribute: name, key: keyForm(compared, text), isUnique: attribute.uniqueness !== "none" };
      keys.set(`${name}\n${key.key}`, key);
    }
  }
  return [...keys.values()];
};
