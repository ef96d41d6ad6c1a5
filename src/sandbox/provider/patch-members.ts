import {
  type Filter,
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonValue,
  type PatchOperation,
  parsePath,
  type ResourceType,
  valueOfName,
} from "#scim";

const isMembers = (type: ResourceType, name: string): boolean => {
  const folded = foldCase(name);
  return folded === "members" || folded === foldCase(`${type.schema.id}:members`);
};

/** The `value` of each item; null when an item has none that is text. */
const valuesOf = (value: JsonValue | undefined): readonly string[] | null => {
  const values: string[] = [];
  for (const item of isJsonArray(value) ? value : [value ?? null]) {
    const named = isJsonObject(item) ? valueOfName(item, "value") : item;
    if (typeof named !== "string") return null;
    values.push(named);
  }
  return values;
};

const valueNamed = (filter: Filter): string | null =>
  filter.kind === "compare" &&
  filter.operator === "eq" &&
  typeof filter.value === "string" &&
  foldCase(filter.path.name) === "value" &&
  filter.path.sub === undefined &&
  filter.path.urn === undefined
    ? filter.value
    : null;

const namedBy = (type: ResourceType, operation: PatchOperation): readonly string[] | null => {
  if (operation.path === undefined) {
    const given = isJsonObject(operation.value) ? Object.entries(operation.value) : [];
    const members = given.filter(([name]) => !/[.[]/.test(name.slice(name.lastIndexOf(":"))) && isMembers(type, name));
    const others = given.filter(([name]) => /members/i.test(name) && !isMembers(type, name));
    if (others.length > 0 || (members.length > 0 && operation.op !== "add")) return null;
    const named = members.map(([, value]) => valuesOf(value));
    return named.includes(null) ? null : named.flatMap((values) => values ?? []);
  }
  const path = parsePath(operation.path, "compat");
  // An unreadable path is refused, whatever the members are.
  if (!path.ok) return [];
  const { urn, name, filter } = path.value;
  if (!isMembers(type, urn === undefined ? name : `${urn}:${name}`)) return [];
  if (filter !== undefined) {
    const named = valueNamed(filter);
    return named === null ? null : [named];
  }
  const isAll = operation.op === "replace" || (operation.op === "remove" && (operation.value ?? null) === null);
  return isAll || path.value.sub !== undefined ? null : valuesOf(operation.value);
};

/**
 * The members that the operations name one by one, so that only these need to be read of a large group; null when the
 * operations may touch any of them, as `replace` does.
 */
export const membersNamed = (type: ResourceType, operations: readonly PatchOperation[]): readonly string[] | null => {
  const named: string[] = [];
  for (const operation of operations) {
    const these = namedBy(type, operation);
    if (these === null) return null;
    named.push(...these);
  }
  return [...new Set(named)];
};
