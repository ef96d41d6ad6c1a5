import { quoted, type Result, refuse, succeed } from "../error.ts";
import type { ScimPath } from "../filter/filter.ts";
import { printPath } from "../filter/print.ts";
import { seedOf } from "../filter/seed.ts";
import {
  foldCase,
  isAssigned,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  keyOf,
  valueOfName,
  withName,
} from "../json.ts";
import { isCoreUrn } from "../message/urns.ts";
import { knownPath } from "./known-path.ts";
import { holderOf, selectorOf } from "./read-path.ts";

/** Sets a name under whatever spelling the object already uses. */
const put = (object: JsonObject, name: string, value: JsonValue | undefined): JsonObject => {
  const key = keyOf(object, name) ?? name;
  return value === undefined ? withName(object, key, value) : { ...object, [key]: value };
};

const orNothing = (object: JsonObject): JsonObject | undefined =>
  Object.keys(object).length === 0 ? undefined : object;

/**
 * Whether nothing worth keeping is left of a value after a part of it went: a value without its `value` says nothing,
 * nor does one that has only what its filter asks for.
 */
export const isLeftEmpty = (left: JsonObject, path: ScimPath): boolean => {
  if (path.sub !== undefined && foldCase(path.sub) === "value") return true;
  const seed = (path.filter && seedOf(path.filter, undefined)) ?? {};
  return Object.entries(left).every(([name, value]) => keyOf(seed, name) !== undefined || !isAssigned(value));
};

const writeElement = (item: JsonValue, path: ScimPath, value: JsonValue | undefined): JsonValue | undefined => {
  if (path.sub !== undefined) {
    const written = put(isJsonObject(item) ? item : {}, path.sub, value);
    return value === undefined && isLeftEmpty(written, path) ? undefined : orNothing(written);
  }
  return isJsonObject(item) && isJsonObject(value) ? { ...item, ...value } : value;
};

const writeSelected = (
  before: JsonValue | undefined,
  path: ScimPath,
  value: JsonValue | undefined,
): Result<JsonValue | undefined> => {
  const items = isJsonArray(before) ? before : before === undefined || before === null ? [] : [before];
  const selects = selectorOf(path);
  if (items.some(selects)) {
    const written = items
      .map((item) => (selects(item) ? writeElement(item, path, value) : item))
      .filter((item) => item !== undefined);
    return succeed(written.length === 0 ? undefined : written);
  }
  if (value === undefined) return succeed(before);
  const seed = path.filter && seedOf(path.filter, undefined);
  if (seed === undefined) {
    return refuse("noTarget", `${quoted(printPath(path))} selects no value and does not say what to create.`);
  }
  const written = writeElement(seed, path, value);
  return succeed(written === undefined ? items : [...items, written]);
};

const writeAttribute = (
  before: JsonValue | undefined,
  path: ScimPath,
  value: JsonValue | undefined,
): Result<JsonValue | undefined> => {
  if (path.filter !== undefined) return writeSelected(before, path, value);
  if (path.sub === undefined) return succeed(value);
  if (!isJsonArray(before)) return succeed(writeElement(before ?? {}, path, value));
  const written = before.map((item) => writeElement(item, path, value)).filter((item) => item !== undefined);
  return succeed(written.length === 0 ? undefined : written);
};

/**
 * A new resource with the value under the path; undefined removes, and what is left empty or has lost its `value` goes with it. Containers
 * and parents are made as needed; a filter that picks nothing makes a value from its `eq` terms
 * (`emails[type eq "work"].value` writes `type: "work"`, `primary eq "True"` a true Boolean). `schemas` is left alone.
 * Fails with invalidPath or invalidFilter on an unreadable path, with noTarget when a filter does not say what to make.
 */
export const writePath = (
  resource: JsonObject,
  path: ScimPath | string,
  value: JsonValue | undefined,
): Result<JsonObject> => {
  if (typeof path === "string") {
    const parsed = knownPath(path);
    return parsed.ok ? writePath(resource, parsed.value, value) : parsed;
  }
  const container = path.urn === undefined || isCoreUrn(path.urn) ? undefined : path.urn;
  if (container !== undefined) {
    const whole = printPath(path);
    if (isJsonObject(valueOfName(resource, whole))) return succeed(put(resource, whole, value));
  }
  const holder = holderOf(resource, path) ?? {};
  const after = writeAttribute(valueOfName(holder, path.name), path, value);
  if (!after.ok) return after;
  const written = put(holder, path.name, after.value);
  return succeed(container === undefined ? written : put(resource, container, orNothing(written)));
};
