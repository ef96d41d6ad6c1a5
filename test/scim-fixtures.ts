import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "#scim";

/** What a server adds to members and to a manager by itself. */
const derived: ReadonlySet<string> = new Set(["$ref", "display", "displayName", "type"]);

const comparablePart = (value: JsonValue, expected: JsonValue | undefined, within: string): JsonValue => {
  if (isJsonArray(value)) {
    const items = value.map((item) => comparablePart(item, expected, within));
    return items.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  }
  if (!isJsonObject(value)) return value;
  const told = JSON.stringify(expected ?? null);
  const isDerived = (key: string) =>
    (key.startsWith("badge") && key !== "badge") ||
    ((within === "members" || within === "manager") && derived.has(key) && !told.includes(`"${key}":`));
  const partOf = (key: string) => (isJsonObject(expected) ? expected[key] : undefined);
  const parts = Object.entries(value)
    .filter(([key, part]) => key !== "meta" && part !== null && !(isJsonArray(part) && part.length === 0))
    .filter(([key]) => !isDerived(key))
    .map(([key, part]) => [key, comparablePart(part, partOf(key), key)] as const);
  return Object.fromEntries(parts.sort(([left], [right]) => (left < right ? -1 : 1)));
};

/**
 * A resource without what the fixtures do not compare: `meta`, nulls, empty arrays, the order of values, URNs of
 * extensions that are empty, and what a server derives, unless `expected` has it.
 */
export const comparable = (resource: JsonObject, expected: JsonObject = resource): JsonValue => {
  const form = comparablePart(resource, expected, "");
  if (!isJsonObject(form) || !isJsonArray(form.schemas)) return form;
  return {
    ...form,
    schemas: form.schemas.filter((urn) => /:core:/.test(String(urn)) || Object.hasOwn(form, String(urn))),
  };
};
