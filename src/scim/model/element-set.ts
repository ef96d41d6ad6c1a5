import { quoted, type Result, refuse, succeed } from "../error.ts";
import { foldCase, isJsonObject, type JsonValue } from "../json.ts";
import { type AttributeDefinition, findAttribute } from "./attribute.ts";

/** What a server adds to a value by itself and what therefore does not count when values are compared. */
const isDerived = (sub: AttributeDefinition): boolean =>
  sub.mutability === "readOnly" || sub.name === "$ref" || sub.name === "display";

const partKey = (definition: AttributeDefinition, value: JsonValue | undefined): JsonValue | undefined =>
  typeof value === "string" && !definition.caseExact ? foldCase(value) : value;

/** A `value` that can never change identifies its element, as with members. */
const identityOf = (attribute: AttributeDefinition): AttributeDefinition | undefined => {
  const part = findAttribute(attribute.subAttributes, "value");
  return part?.mutability === "immutable" ? part : undefined;
};

const keyOfItem = (attribute: AttributeDefinition, item: JsonValue): string => {
  if (!isJsonObject(item)) return JSON.stringify([partKey(attribute, item)]);
  const identity = identityOf(attribute);
  const subs = identity !== undefined && Object.hasOwn(item, "value") ? [identity] : attribute.subAttributes;
  return JSON.stringify(subs.map((sub) => [sub.name, partKey(sub, item[sub.name]) ?? null]));
};

/** The given values that are not there yet, each once. */
export const appendMissing = (
  attribute: AttributeDefinition,
  items: readonly JsonValue[],
  given: readonly JsonValue[],
): readonly JsonValue[] => {
  const seen = new Set(items.map((item) => keyOfItem(attribute, item)));
  return given.filter((item) => {
    const key = keyOfItem(attribute, item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
};

const answersTo = (attribute: AttributeDefinition, item: JsonValue, named: JsonValue): boolean => {
  if (!isJsonObject(item) || !isJsonObject(named)) return partKey(attribute, item) === partKey(attribute, named);
  const told = attribute.subAttributes.filter((sub) => Object.hasOwn(named, sub.name) && !isDerived(sub));
  return told.length > 0 && told.every((sub) => partKey(sub, item[sub.name]) === partKey(sub, named[sub.name]));
};

/**
 * The values left when the named ones go: a name is the parts of a value, `{"value": "id"}` being the usual one.
 * Nothing named, nothing gone.
 */
export const withoutNamed = (
  attribute: AttributeDefinition,
  items: readonly JsonValue[],
  named: readonly JsonValue[],
): readonly JsonValue[] => {
  const identity = identityOf(attribute);
  const isByIdentity = identity !== undefined && named.every((name) => isJsonObject(name) && "value" in name);
  if (!isByIdentity) return items.filter((item) => !named.some((name) => answersTo(attribute, item, name)));
  const gone = new Set(named.map((name) => keyOfItem(attribute, name)));
  return items.filter((item) => !gone.has(keyOfItem(attribute, item)));
};

/**
 * Keeps `primary` true on one value at most: a value the client wrote takes it from all others. Fails with
 * invalidValue when the client wrote it on several.
 */
export const moveOnePrimary = (
  attribute: AttributeDefinition,
  items: readonly JsonValue[],
  touched: ReadonlySet<JsonValue>,
): Result<readonly JsonValue[]> => {
  if (findAttribute(attribute.subAttributes, "primary") === undefined) return succeed(items);
  const claimed = items.filter((item) => touched.has(item) && isJsonObject(item) && item.primary === true);
  if (claimed.length === 0) return succeed(items);
  if (claimed.length > 1) {
    return refuse("invalidValue", `${quoted(attribute.name)} may have one primary value, not ${claimed.length}.`);
  }
  return succeed(
    items.map((item) =>
      isJsonObject(item) && item.primary === true && item !== claimed[0] ? { ...item, primary: false } : item,
    ),
  );
};
