import { compileValueFilter } from "../filter/compile.ts";
import type { Filter, ScimPath } from "../filter/filter.ts";
import { printPath } from "../filter/print.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, valueOfName } from "../json.ts";
import { isCoreUrn } from "../message/urns.ts";
import { knownPath } from "./known-path.ts";

/** The object a path's attribute stands in: the resource, or an extension's container (undefined when absent). */
export const holderOf = (resource: JsonObject, path: ScimPath): JsonObject | undefined => {
  if (path.urn === undefined || isCoreUrn(path.urn)) return resource;
  const container = valueOfName(resource, path.urn);
  return isJsonObject(container) ? container : undefined;
};

const preferred = (items: readonly JsonValue[]): JsonValue | undefined =>
  items.find((item) => isJsonObject(item) && item.primary === true) ?? items[0];

type Selector = (value: JsonValue) => boolean;

const selectors = new WeakMap<Filter, Selector>();

/** Tells which of an attribute's values a path's filter picks; all of them when it has none. */
export const selectorOf = ({ filter }: ScimPath): Selector => {
  if (filter === undefined) return () => true;
  const before = selectors.get(filter);
  if (before !== undefined) return before;
  const compiled = compileValueFilter(filter, undefined, "compat");
  const selector: Selector = compiled.ok
    ? (value) => compiled.value(isJsonObject(value) ? value : { value })
    : () => false;
  selectors.set(filter, selector);
  return selector;
};

/**
 * What a resource has under a path, names in any letter case and without need of its schema:
 * `name.formatted`, `emails[type eq "work"].value`, `urn:…:User:department`, or an extension's bare URN.
 * Of several values a filter or sub-attribute picks one, the primary or else the first; the bare name of a
 * multi-valued attribute gives the whole array. Undefined when nothing is there or the text is no path.
 */
export const readPath = (resource: JsonObject, path: ScimPath | string): JsonValue | undefined => {
  if (typeof path === "string") {
    const parsed = knownPath(path);
    return parsed.ok ? readPath(resource, parsed.value) : undefined;
  }
  if (path.urn !== undefined) {
    const whole = valueOfName(resource, printPath(path));
    if (whole !== undefined) return whole ?? undefined;
  }
  const holder = holderOf(resource, path);
  const value = holder && valueOfName(holder, path.name);
  if (value === undefined || value === null) return undefined;
  if (path.filter === undefined && path.sub === undefined) return value;
  const selects = selectorOf(path);
  const one = preferred((isJsonArray(value) ? value : [value]).filter(selects));
  if (path.sub === undefined) return one;
  return (isJsonObject(one) ? valueOfName(one, path.sub) : undefined) ?? undefined;
};
