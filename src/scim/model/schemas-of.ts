import { foldCase, isAssigned, isJsonArray, type JsonObject, type JsonValue, valueOfName } from "../json.ts";
import type { ResourceType } from "./resource-type.ts";

/**
 * The `schemas` a resource should carry: the core URN, the extensions it has values of, and whatever else it
 * already listed that the type does not know.
 */
export const schemasOf = (type: ResourceType, resource: JsonObject): readonly string[] => {
  const listed = valueOfName(resource, "schemas");
  const known = new Set([type.schema.id, ...type.extensions.map((extension) => extension.schema.id)].map(foldCase));
  const others = (isJsonArray(listed) ? listed : []).filter(
    (urn): urn is string & JsonValue => typeof urn === "string" && !known.has(foldCase(urn)),
  );
  const extensions = type.extensions
    .map((extension) => extension.schema.id)
    .filter((urn) => isAssigned(valueOfName(resource, urn)));
  return [type.schema.id, ...extensions, ...others];
};
