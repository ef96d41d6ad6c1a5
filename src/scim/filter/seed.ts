import { isUnsafeName, type JsonObject, type JsonValue } from "../json.ts";
import { type AttributeDefinition, findAttribute } from "../model/attribute.ts";
import { readBoolean } from "../model/boolean.ts";
import type { Filter } from "./filter.ts";

const eqTerms = (filter: Filter): readonly (readonly [string, JsonValue])[] | undefined => {
  if (filter.kind === "and") {
    const parts = filter.terms.map(eqTerms);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (filter.kind !== "compare" || filter.operator !== "eq" || filter.value === null) return undefined;
  const { path } = filter;
  if (path.urn !== undefined || path.filter !== undefined || path.sub !== undefined) return undefined;
  return [[path.name, filter.value]];
};

const isBooleanPart = (attribute: AttributeDefinition | undefined, name: string): boolean =>
  attribute === undefined
    ? name.toLowerCase() === "primary"
    : findAttribute(attribute.subAttributes, name)?.type === "boolean";

/**
 * The value that would meet a value filter made of `eq` terms joined by `and`: `type eq "work"` gives
 * `{type: "work"}`, `primary eq "True"` a true Boolean. Undefined for filters that do not say what to create.
 */
export const seedOf = (filter: Filter, attribute: AttributeDefinition | undefined): JsonObject | undefined => {
  const terms = eqTerms(filter);
  if (terms === undefined || terms.some(([name]) => isUnsafeName(name))) return undefined;
  const parts: [string, JsonValue][] = [];
  for (const [name, value] of terms) {
    const sub = attribute && findAttribute(attribute.subAttributes, name);
    if (attribute !== undefined && sub === undefined) return undefined;
    const boolean = isBooleanPart(attribute, name) ? readBoolean(value, "compat") : undefined;
    parts.push([sub?.name ?? name, boolean ?? value]);
  }
  return Object.fromEntries(parts);
};
