import { quoted, type Result, refuse, succeed } from "../error.ts";
import { compileValueFilter, type Predicate } from "../filter/compile.ts";
import { seedOf } from "../filter/seed.ts";
import { isAssigned, isJsonArray, isJsonObject, type JsonObject, type JsonValue, withName } from "../json.ts";
import type { AttributeDefinition } from "../model/attribute.ts";
import { appendMissing, moveOnePrimary, withoutNamed } from "../model/element-set.ts";
import { normaliseElement, normaliseValue, refuseCrowd, withoutNulls } from "../model/normalise.ts";
import { breaksImmutability, brokenPart, type Change, refuseImmutable } from "./change.ts";

type Items = readonly JsonValue[];
/** The values after a change; `touched` are the ones the client wrote, so that their `primary` wins. */
type Written = { readonly items: Items; readonly touched: ReadonlySet<JsonValue> };

const untouched = (items: Items): Result<Written> => succeed({ items, touched: new Set() });

const readItems = (attribute: AttributeDefinition, change: Change): Result<Items> => {
  const read = normaliseValue(attribute, change.value, change.options);
  if (!read.ok) return read;
  return succeed(isJsonArray(read.value) ? read.value : []);
};

const changeWhole = (attribute: AttributeDefinition, items: Items, change: Change): Result<Written> => {
  if (change.op === "remove") {
    if (change.value === null) return untouched([]);
    if (change.options.mode === "strict") {
      return refuse("invalidValue", `A remove takes no value; select with ${quoted(`${attribute.name}[filter]`)}.`);
    }
    const named = readItems(attribute, change);
    return named.ok ? untouched(withoutNamed(attribute, items, named.value)) : named;
  }
  const given = readItems(attribute, change);
  if (!given.ok) return given;
  if (change.op === "replace") return succeed({ items: given.value, touched: new Set(given.value) });
  const added = appendMissing(attribute, items, given.value);
  return succeed({ items: [...items, ...added], touched: new Set(added) });
};

/** One selected value after the change; undefined when it goes. */
const changeElement = (
  attribute: AttributeDefinition,
  item: JsonValue,
  change: Change,
): Result<JsonValue | undefined> => {
  const { op, sub, value, options } = change;
  const parts = isJsonObject(item) ? item : {};
  if (sub !== undefined) {
    const read = normaliseValue(sub, op === "remove" ? null : value, options);
    if (!read.ok) return read;
    if (breaksImmutability(sub, parts[sub.name], read.value)) return refuseImmutable(change.path);
    return succeed(withoutNulls(withName(parts, sub.name, read.value)));
  }
  if (op === "remove") return succeed(undefined);
  const read = value === null ? succeed(undefined) : normaliseElement(attribute, value, options);
  if (!read.ok || !isJsonObject(read.value)) return read;
  const after = op === "add" ? { ...parts, ...read.value } : read.value;
  const broken = brokenPart(attribute, parts, after);
  return broken === undefined ? succeed(after) : refuseImmutable(`${change.path}.${broken.name}`);
};

/** A value made for a filter that selected none; undefined when the filter does not say what to make. */
const createElement = (attribute: AttributeDefinition, items: Items, change: Change): Result<Written> => {
  const noTarget = refuse("noTarget", `${quoted(change.path)} selects no value.`);
  const isSimple = attribute.type !== "complex";
  if (change.options.mode === "strict" || isSimple) return noTarget;
  const seed = change.filter === undefined ? {} : seedOf(change.filter, attribute);
  if (seed === undefined) return noTarget;
  if (!isAssigned(change.value)) return untouched(items);
  const made = changeElement(attribute, {}, change);
  if (!made.ok) return made;
  const item: JsonObject = { ...seed, ...(isJsonObject(made.value) ? made.value : {}) };
  return succeed({ items: [...items, item], touched: new Set([item]) });
};

const changeSelected = (
  attribute: AttributeDefinition,
  items: Items,
  selects: Predicate,
  change: Change,
): Result<Written> => {
  const changed: JsonValue[] = [];
  const touched = new Set<JsonValue>();
  let matches = 0;
  for (const item of items) {
    if (!selects(isJsonObject(item) ? item : { value: item })) {
      changed.push(item);
      continue;
    }
    matches += 1;
    const after = changeElement(attribute, item, change);
    if (!after.ok) return after;
    if (after.value === undefined) continue;
    changed.push(after.value);
    touched.add(after.value);
  }
  if (matches > 0) return succeed({ items: changed, touched });
  return change.op === "remove" ? untouched(items) : createElement(attribute, items, change);
};

const write = (attribute: AttributeDefinition, items: Items, change: Change): Result<Written> => {
  if (change.filter === undefined) {
    return change.sub === undefined
      ? changeWhole(attribute, items, change)
      : changeSelected(attribute, items, () => true, change);
  }
  const selects = compileValueFilter(change.filter, attribute, change.options.mode);
  return selects.ok ? changeSelected(attribute, items, selects.value, change) : selects;
};

/**
 * Changes a multi-valued attribute and gives its new values; undefined is unassigned. In compat a filter that
 * selects nothing creates the value its `eq` terms describe; in strict it is noTarget.
 */
export const changeMany = (
  attribute: AttributeDefinition,
  before: JsonValue | undefined,
  change: Change,
): Result<JsonValue | undefined> => {
  const items = isJsonArray(before) ? before : before === undefined || before === null ? [] : [before];
  if (attribute.mutability === "immutable" && items.length > 0) return refuseImmutable(change.path);
  const written = write(attribute, items, change);
  if (!written.ok) return written;
  const crowd = refuseCrowd(attribute, written.value.items, change.options);
  if (crowd !== undefined) return crowd;
  const settled = moveOnePrimary(attribute, written.value.items, written.value.touched);
  if (!settled.ok) return settled;
  return succeed(settled.value.length === 0 ? undefined : settled.value);
};
