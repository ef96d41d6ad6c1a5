import { type Mode, quoted, type Result, refuse, succeed } from "../error.ts";
import { parsePath } from "../filter/parse-path.ts";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { type AttributeDefinition, findAttribute } from "../model/attribute.ts";
import { instantOf } from "../model/date-time.ts";
import { resolvePath } from "../model/resolve.ts";
import type { ResourceType } from "../model/resource-type.ts";
import { readPath } from "./read-path.ts";

/** What a resource is sorted by; undefined when it has no value. */
export type SortKey = string | number | undefined;

const keyOf = (definition: AttributeDefinition, value: JsonValue | undefined): SortKey => {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value === "") return undefined;
  if (definition.type === "dateTime") return instantOf(value);
  return definition.caseExact ? value : foldCase(value);
};

/** Compares two keys for an ascending list: what has no value comes last. Reversed, it gives a descending list. */
export const compareSortKeys = (left: SortKey, right: SortKey): number => {
  if (left === right) return 0;
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  return left < right ? -1 : 1;
};

const single = (value: JsonValue | undefined): JsonValue | undefined =>
  isJsonArray(value) ? (value.find((item) => isJsonObject(item) && item.primary === true) ?? value[0]) : value;

/**
 * Reads what `sortBy` sorts a resource by (RFC 7644 section 3.4.2.3): texts by their case rule, dates as instants,
 * many-valued attributes by their primary or first value. Resources with equal keys keep the order they have.
 * Fails with invalidPath when the type has no such attribute, when it has parts and none is named, or when its value is
 * never shown.
 */
export const sortKeyOf = (
  type: ResourceType,
  sortBy: string,
  mode: Mode,
): Result<(resource: JsonObject) => SortKey> => {
  const path = parsePath(sortBy, mode);
  if (!path.ok) return path;
  const resolved = resolvePath(type, path.value, mode);
  if (resolved?.kind !== "attribute") {
    return refuse("invalidPath", `${type.name} has no attribute ${quoted(sortBy)} to sort by.`);
  }
  const { attribute, extension } = resolved;
  const sub =
    resolved.sub ?? (attribute.type === "complex" ? findAttribute(attribute.subAttributes, "value") : undefined);
  if (sub === undefined && attribute.type === "complex") {
    return refuse("invalidPath", `${quoted(sortBy)} has several parts; name the one to sort by.`);
  }
  if (attribute.returned === "never" || sub?.returned === "never") {
    return refuse("invalidPath", `${quoted(sortBy)} is never shown, so nothing can be sorted by it.`);
  }
  const source = { urn: extension?.id, name: attribute.name, filter: path.value.filter, sub: sub?.name };
  return succeed((resource) => keyOf(sub ?? attribute, single(readPath(resource, source))));
};
