import { quoted, type Result, refuse, succeed } from "../error.ts";
import { compileValueFilter } from "../filter/compile.ts";
import { isAssigned, isJsonObject, type JsonObject, type JsonValue, withName, withoutName } from "../json.ts";
import { type AttributeDefinition, findAttribute } from "../model/attribute.ts";
import { normaliseValue, withoutNulls } from "../model/normalise.ts";
import { breaksImmutability, brokenPart, type Change, refuseImmutable } from "./change.ts";

type Outcome = Result<JsonValue | undefined>;

/** What a server derives from `value` goes stale with it: the reference and the readOnly names. */
const withoutStaleParts = (attribute: AttributeDefinition, before: JsonObject, given: JsonObject): JsonObject => {
  if (!Object.hasOwn(given, "value") || given.value === before.value) return before;
  return attribute.subAttributes
    .filter((sub) => sub.mutability === "readOnly" || sub.name === "$ref")
    .reduce((rest, sub) => withoutName(rest, sub.name), before);
};

/** Lays the given sub-attributes over those there are; null ones are removed. Undefined when nothing is left. */
const merge = (attribute: AttributeDefinition, before: JsonObject, given: JsonObject): JsonObject | undefined => {
  const base = withoutStaleParts(attribute, before, given);
  const merged = Object.entries(given).reduce((rest, [name, value]) => withName(rest, name, value), base);
  return withoutNulls(merged);
};

const changePart = (
  attribute: AttributeDefinition,
  sub: AttributeDefinition,
  before: JsonObject,
  change: Change,
): Outcome => {
  const read = normaliseValue(sub, change.op === "remove" ? null : change.value, change.options);
  if (!read.ok) return read;
  if (breaksImmutability(sub, before[sub.name], read.value)) return refuseImmutable(change.path);
  const emptied = read.value === undefined || (change.options.mode === "compat" && read.value === "");
  if (sub.name === "value" && emptied && change.options.mode === "compat") return succeed(undefined);
  return succeed(merge(attribute, before, { [sub.name]: read.value ?? null }));
};

/** Entra removes a single reference by `manager[value eq "id"]`. */
const removeSelected = (attribute: AttributeDefinition, before: JsonValue | undefined, change: Change): Outcome => {
  const isReference = attribute.type === "complex" && findAttribute(attribute.subAttributes, "value") !== undefined;
  if (!isReference || change.options.mode === "strict" || change.op !== "remove" || change.filter === undefined) {
    return refuse("invalidPath", `${quoted(attribute.name)} has one value, so ${quoted(change.path)} cannot select.`);
  }
  const selects = compileValueFilter(change.filter, attribute, change.options.mode);
  if (!selects.ok) return selects;
  if (!isJsonObject(before) || !selects.value(before)) return succeed(before);
  return change.sub === undefined ? succeed(undefined) : changePart(attribute, change.sub, before, change);
};

/** Changes a single-valued attribute and gives its new value; undefined is unassigned. */
export const changeSingle = (
  attribute: AttributeDefinition,
  before: JsonValue | undefined,
  change: Change,
): Outcome => {
  if (change.filter !== undefined) return removeSelected(attribute, before, change);
  const parts = isJsonObject(before) ? before : {};
  if (change.sub !== undefined) return changePart(attribute, change.sub, parts, change);
  if (change.op === "remove") {
    const isFixed = attribute.mutability === "immutable" && isAssigned(before);
    return isFixed ? refuseImmutable(change.path) : succeed(undefined);
  }
  const read = normaliseValue(attribute, change.value, change.options);
  if (!read.ok) return read;
  const after = isJsonObject(read.value) ? merge(attribute, parts, read.value) : read.value;
  if (breaksImmutability(attribute, before, after)) return refuseImmutable(change.path);
  const broken = isJsonObject(after) ? brokenPart(attribute, parts, after) : undefined;
  return broken === undefined ? succeed(after) : refuseImmutable(`${change.path}.${broken.name}`);
};
