import { quoted, type ScimError, scimError } from "../error.ts";
import { foldCase, isJsonObject, type JsonObject, valueOfName } from "../json.ts";
import type { AttributeDefinition } from "./attribute.ts";
import type { ResourceType } from "./resource-type.ts";

/** A value no two resources may share; `key` is the form to compare or to index. */
export type UniqueKey = { readonly attribute: string; readonly key: string };

const keysWithin = (
  attributes: readonly AttributeDefinition[],
  holder: JsonObject,
  prefix: string,
): readonly UniqueKey[] =>
  attributes
    .filter((attribute) => attribute.uniqueness !== "none" && !attribute.multiValued)
    .flatMap((attribute) => {
      const value = valueOfName(holder, attribute.name);
      if (typeof value !== "string" || value === "") return [];
      return [{ attribute: `${prefix}${attribute.name}`, key: attribute.caseExact ? value : foldCase(value) }];
    });

/** The unique values of a resource, folded where their attribute ignores case; `id` is not among them. */
export const uniqueKeys = (type: ResourceType, resource: JsonObject): readonly UniqueKey[] => [
  ...keysWithin(type.schema.attributes, resource, ""),
  ...type.extensions.flatMap(({ schema }) => {
    const container = valueOfName(resource, schema.id);
    return isJsonObject(container) ? keysWithin(schema.attributes, container, `${schema.id}:`) : [];
  }),
];

/** The 409 for a resource that shares a unique value with another of a different `id`; undefined when none does. */
export const uniquenessClash = (
  type: ResourceType,
  resource: JsonObject,
  others: Iterable<JsonObject>,
): ScimError | undefined => {
  const own = uniqueKeys(type, resource);
  for (const other of others) {
    if (other.id === resource.id && resource.id !== undefined) continue;
    const theirs = uniqueKeys(type, other);
    const shared = own.find((mine) =>
      theirs.some((their) => their.attribute === mine.attribute && their.key === mine.key),
    );
    if (shared !== undefined) {
      return scimError("uniqueness", `Another ${type.name} already has this ${quoted(shared.attribute)}.`);
    }
  }
  return undefined;
};
