/** Any value JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. Read it with `valueOfName`: its keys may come from a wire. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** True for an object that is neither null nor an array. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** True for an array; keeps the element type that `Array.isArray` loses on readonly arrays. */
export const isJsonArray = (value: unknown): value is readonly JsonValue[] => Array.isArray(value);

const unsafeNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Names that no attribute may carry, because ordinary objects give them a meaning of their own. */
export const isUnsafeName = (name: string): boolean => unsafeNames.has(name.toLowerCase());

/** The form in which two strings are compared when an attribute is not caseExact. */
export const foldCase = (text: string): string => text.toLowerCase();

/** The object's own spelling of a name, whatever its letter case; undefined when there is no such own key. */
export const keyOf = (object: JsonObject, name: string): string | undefined => {
  if (Object.hasOwn(object, name)) return name;
  const folded = foldCase(name);
  return Object.keys(object).find((key) => foldCase(key) === folded);
};

/** The value under a name in any letter case; undefined when absent. Never reads inherited properties. */
export const valueOfName = (object: JsonObject, name: string): JsonValue | undefined => {
  const key = keyOf(object, name);
  return key === undefined ? undefined : object[key];
};

/** A copy without the name, in whichever letter case it is spelled. */
export const withoutName = (object: JsonObject, name: string): JsonObject => {
  const folded = foldCase(name);
  return Object.fromEntries(Object.entries(object).filter(([key]) => foldCase(key) !== folded));
};

/** A copy with the name set, spelled as given; another spelling of the same name is dropped. Undefined removes. */
export const withName = (object: JsonObject, name: string, value: JsonValue | undefined): JsonObject => {
  const present = keyOf(object, name);
  if (value === undefined) return present === undefined ? object : withoutName(object, name);
  const base = present === undefined || present === name ? object : withoutName(object, name);
  return { ...base, [name]: value };
};

/** Levels of nesting that are looked at; SCIM needs four, and a hostile body must not exhaust the stack. */
const deepest = 64;

const isAssignedWithin = (value: JsonValue | undefined, levels: number): boolean => {
  if (value === undefined || value === null || value === "") return false;
  if (typeof value !== "object" || levels === 0) return true;
  const parts = isJsonArray(value) ? value : Object.values(value);
  return parts.some((part) => isAssignedWithin(part, levels - 1));
};

/** False for null, undefined, "", [], {} and for objects and arrays that hold nothing but such values. */
export const isAssigned = (value: JsonValue | undefined): boolean => isAssignedWithin(value, deepest);

const sameWithin = (left: JsonValue | undefined, right: JsonValue | undefined, levels: number): boolean => {
  if (left === right) return true;
  if (levels === 0) return false;
  if (isJsonArray(left) && isJsonArray(right)) {
    return left.length === right.length && left.every((item, index) => sameWithin(item, right[index], levels - 1));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameWithin(left[key], right[key], levels - 1))
  );
};

/**
 * Deep equality of JSON values; the order of keys does not count, the order of array elements does.
 * Values nested deeper than 64 levels count as different unless they are the very same object.
 */
export const sameJson = (left: JsonValue | undefined, right: JsonValue | undefined): boolean =>
  sameWithin(left, right, deepest);
