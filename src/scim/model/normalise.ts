import { type Mode, quoted, type Result, refuse, succeed } from "../error.ts";
import {
  foldCase,
  isAssigned,
  isJsonArray,
  isJsonObject,
  isUnsafeName,
  type JsonObject,
  type JsonValue,
} from "../json.ts";
import { type AttributeDefinition, findAttribute } from "./attribute.ts";
import { readBoolean } from "./boolean.ts";
import { instantOf } from "./date-time.ts";
import { appendMissing } from "./element-set.ts";

/** What to do with names the schema does not know. */
export type UnknownAttributes = "ignore" | "refuse";

/** How strictly a value is read. */
export type NormaliseOptions = {
  readonly mode: Mode;
  readonly unknown: UnknownAttributes;
  /** Values that a multi-valued attribute may have at most, `members` of a group aside; no limit unless given. */
  readonly mostValues?: number | undefined;
};

/** RFC 4648 section 4; padding may be missing. */
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

const largestDecimalText = /^-?\d{1,15}(?:\.\d{1,15})?$/;

const wrong = (attribute: AttributeDefinition, wanted: string, value: unknown): ReturnType<typeof refuse> => {
  const got = isJsonArray(value) ? "an array" : isJsonObject(value) ? "an object" : quoted(String(value));
  return refuse("invalidValue", `${quoted(attribute.name)} takes ${wanted}, not ${got}.`);
};

const readText = (attribute: AttributeDefinition, value: JsonValue): Result<JsonValue> => {
  if (typeof value !== "string") return wrong(attribute, "a string", value);
  if (value.includes("\u0000")) return refuse("invalidValue", `${quoted(attribute.name)} holds a NUL character.`);
  return succeed(value);
};

const readNumber = (attribute: AttributeDefinition, value: JsonValue, mode: Mode): Result<JsonValue> => {
  const isText = typeof value === "string" && mode === "compat" && largestDecimalText.test(value);
  const number = isText ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return wrong(attribute, "a number", value);
  if (attribute.type === "integer" && !Number.isInteger(number)) return wrong(attribute, "a whole number", value);
  if (attribute.type === "integer" && !Number.isSafeInteger(number)) {
    return wrong(attribute, `a whole number of at most ${Number.MAX_SAFE_INTEGER}`, value);
  }
  return succeed(number);
};

const readSimple = (attribute: AttributeDefinition, value: JsonValue, mode: Mode): Result<JsonValue> => {
  switch (attribute.type) {
    case "boolean": {
      const boolean = readBoolean(value, mode);
      return boolean === undefined ? wrong(attribute, "true or false", value) : succeed(boolean);
    }
    case "integer":
    case "decimal":
      return readNumber(attribute, value, mode);
    case "dateTime":
      if (typeof value !== "string" || instantOf(value) === undefined) {
        return wrong(attribute, "a date and time such as 2025-03-01T09:30:00Z", value);
      }
      return succeed(value);
    case "binary": {
      const text = readText(attribute, value);
      const isBase64 = text.ok && typeof text.value === "string" && base64.test(text.value);
      return isBase64 || !text.ok ? text : wrong(attribute, "base64", value);
    }
    default:
      return readText(attribute, value);
  }
};

const readComplex = (
  attribute: AttributeDefinition,
  value: JsonValue,
  options: NormaliseOptions,
): Result<JsonObject> => {
  const valuePart = findAttribute(attribute.subAttributes, "value");
  if (!isJsonObject(value)) {
    if (options.mode === "strict" || valuePart === undefined || typeof value !== "string") {
      return wrong(attribute, "an object", value);
    }
    return readComplex(attribute, { value }, options);
  }
  const parts: [string, JsonValue][] = [];
  for (const [key, given] of Object.entries(value)) {
    if (isUnsafeName(key)) return refuse("invalidSyntax", `${quoted(key)} may not name an attribute.`);
    const sub = findAttribute(attribute.subAttributes, key);
    if (sub === undefined) {
      if (options.unknown === "ignore") continue;
      return refuse("invalidValue", `${quoted(attribute.name)} has no sub-attribute ${quoted(key)}.`);
    }
    if (parts.some(([name]) => name === sub.name)) {
      return refuse("invalidSyntax", `${quoted(sub.name)} is given twice in ${quoted(attribute.name)}.`);
    }
    if (sub.mutability === "readOnly" && attribute.mutability !== "readOnly") continue;
    const read = normaliseValue(sub, given, options);
    if (!read.ok) return read;
    parts.push([sub.name, read.value ?? null]);
  }
  return succeed(Object.fromEntries(parts));
};

/** Without the sub-attributes that are null; undefined when nothing is left. */
export const withoutNulls = (value: JsonObject): JsonObject | undefined => {
  const parts = Object.entries(value).filter(([, part]) => part !== null);
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
};

const readMany = (
  attribute: AttributeDefinition,
  value: JsonValue,
  options: NormaliseOptions,
): Result<readonly JsonValue[] | undefined> => {
  const items: JsonValue[] = [];
  const crowd = isJsonArray(value) ? refuseCrowd(attribute, value, options) : undefined;
  if (crowd !== undefined) return crowd;
  for (const given of isJsonArray(value) ? value : [value]) {
    if (given === null) continue;
    const read = normaliseElement(attribute, given, options);
    if (!read.ok) return read;
    if (read.value !== undefined) items.push(read.value);
  }
  const primaries = items.filter((item) => isJsonObject(item) && item.primary === true);
  if (primaries.length > 1) {
    return refuse("invalidValue", `${quoted(attribute.name)} may have one primary value, not ${primaries.length}.`);
  }
  return succeed(items.length === 0 ? undefined : appendMissing(attribute, [], items));
};

/** The refusal of more values than an attribute may have; undefined where there are no more. Groups may be larger than any other list. */
export const refuseCrowd = (
  attribute: AttributeDefinition,
  items: readonly JsonValue[],
  { mostValues }: NormaliseOptions,
): ReturnType<typeof refuse> | undefined =>
  mostValues === undefined || items.length <= mostValues || attribute.name === "members"
    ? undefined
    : refuse("invalidValue", `${quoted(attribute.name)} may have at most ${mostValues} values, not ${items.length}.`);

/** Reads one value of a multi-valued attribute; undefined when nothing in it is assigned. */
export const normaliseElement = (
  attribute: AttributeDefinition,
  value: JsonValue,
  options: NormaliseOptions,
): Result<JsonValue | undefined> => {
  if (attribute.type !== "complex") return readSimple(attribute, value, options.mode);
  const read = readComplex(attribute, value, options);
  return read.ok ? succeed(withoutNulls(read.value)) : read;
};

/** Entra once wrapped single values as `[{"$ref": null, "value": x}]`. */
const unwrapped = (attribute: AttributeDefinition, items: readonly JsonValue[]): JsonValue | undefined => {
  const [only] = items;
  if (items.length !== 1 || only === undefined) return undefined;
  if (attribute.type === "complex" || !isJsonObject(only)) return only;
  return Object.hasOwn(only, "value") ? only.value : undefined;
};

const isEmptiness = (attribute: AttributeDefinition, value: JsonValue): boolean => {
  if (value === "") return attribute.multiValued || attribute.type !== "string";
  if (attribute.multiValued || attribute.type !== "complex" || !isJsonObject(value)) return false;
  const hasValuePart = findAttribute(attribute.subAttributes, "value") !== undefined;
  return hasValuePart && Object.keys(value).some((key) => foldCase(key) === "value" && value[key] === "");
};

/**
 * Checks a value against its definition and gives it in the schema's spelling; undefined means unassigned
 * (null, and an empty array); repeated values come once. In a single complex value, sub-attributes given as null stay null so that a merge can
 * remove them. Compat also reads text Booleans, `""` as nothing, a bare string for `{value}` and wrapped single values.
 * Fails with invalidValue.
 */
export const normaliseValue = (
  attribute: AttributeDefinition,
  value: JsonValue,
  options: NormaliseOptions,
): Result<JsonValue | undefined> => {
  if (value === null) return succeed(undefined);
  const lenient = options.mode === "compat";
  if (lenient && isEmptiness(attribute, value)) return succeed(undefined);
  if (attribute.multiValued) return readMany(attribute, value, options);
  if (isJsonArray(value)) {
    if (value.length === 0) return succeed(undefined);
    const single = lenient ? unwrapped(attribute, value) : undefined;
    if (single === undefined || isJsonArray(single)) return wrong(attribute, "one value", value);
    return normaliseValue(attribute, single, options);
  }
  if (attribute.type !== "complex") return readSimple(attribute, value, options.mode);
  const read = readComplex(attribute, value, options);
  return read.ok && Object.keys(read.value).length === 0 ? succeed(undefined) : read;
};

/** True when a required attribute would be left without a value. */
export const leavesRequiredEmpty = (attribute: AttributeDefinition, value: JsonValue | undefined): boolean =>
  attribute.required && !isAssigned(value);
