import {
  foldCase,
  isAssigned,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  readBoolean,
  readPath,
  valueOfName,
} from "#scim";

/** A reference as its id, whichever way it is shown. */
const plain = (value: JsonValue | undefined): JsonValue | undefined => {
  const one = isJsonArray(value) && value.length === 1 ? value[0] : value;
  return isJsonObject(one) ? valueOfName(one, "value") : value;
};

/** What a resource has at a path, references as their ids; undefined where it has nothing. */
export const valueAt = (resource: JsonObject, path: string): JsonValue | undefined => {
  const value = plain(readPath(resource, path));
  return value === "" || (value !== undefined && !isAssigned(value)) ? undefined : value;
};

/** True where a resource has what it should: text in any letter case, Booleans also as text; undefined where it should have nothing. */
export const has = (resource: JsonObject, path: string, wanted: unknown): boolean => {
  const value = valueAt(resource, path);
  if (wanted === undefined) return value === undefined;
  if (typeof wanted === "boolean") return readBoolean(value, "compat") === wanted;
  return typeof value === "string" && typeof wanted === "string" && foldCase(value) === foldCase(wanted);
};
