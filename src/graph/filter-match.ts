import type { ComparisonOperator, Filter, FilterLiteral, PropertyPath, TextFunction } from "./filter.ts";

/** Whether an object, in its wire form, satisfies a filter. Names of properties and texts are compared without case. */
export const satisfies = (object: unknown, filter: Filter): boolean => {
  switch (filter.kind) {
    case "and":
      return satisfies(object, filter.left) && satisfies(object, filter.right);
    case "or":
      return satisfies(object, filter.left) || satisfies(object, filter.right);
    case "not":
      return !satisfies(object, filter.operand);
    case "comparison":
      return compares(valueAt(object, filter.path), filter.operator, filter.value);
    case "oneOf":
      return filter.values.some((value) => compares(valueAt(object, filter.path), "eq", value));
    case "text":
      return passes(valueAt(object, filter.path), filter.test, filter.value);
    case "any": {
      const list = valueAt(object, filter.path);
      if (!Array.isArray(list)) return false;
      const { operand } = filter;
      return operand === null ? list.length > 0 : list.some((element) => satisfies(element, operand));
    }
  }
};

/** What an object holds at a path; undefined where it holds nothing. */
const valueAt = (object: unknown, path: PropertyPath): unknown => {
  let value = object;
  for (const name of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const found = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase());
    if (found === undefined) return undefined;
    value = (value as Record<string, unknown>)[found];
  }
  return value;
};

const compares = (value: unknown, operator: ComparisonOperator, literal: FilterLiteral): boolean => {
  if (operator === "ne") return !compares(value, "eq", literal);
  const isNothing = value === undefined || value === null;
  if (literal.kind === "null") return operator === "eq" && isNothing;
  if (isNothing) return false;
  const order = orderOf(value, literal);
  if (order === null) return false;
  if (operator === "eq") return order === 0;
  if (operator === "gt") return order > 0;
  if (operator === "ge") return order >= 0;
  return operator === "lt" ? order < 0 : order <= 0;
};

/** Below, at or above 0, as in sorting; null where the two cannot be compared. */
const orderOf = (value: unknown, literal: FilterLiteral): number | null => {
  if (literal.kind === "null") return null;
  if (literal.kind === "boolean") return value === literal.value ? 0 : null;
  if (literal.kind === "number") return typeof value === "number" ? value - literal.value : null;
  if (typeof value !== "string") return null;
  if (literal.kind === "date") {
    const order = Date.parse(value) - Date.parse(literal.value);
    return Number.isNaN(order) ? null : order;
  }
  const [one, other] = [value.toLowerCase(), literal.value.toLowerCase()];
  return one === other ? 0 : one < other ? -1 : 1;
};

const passes = (value: unknown, test: TextFunction, text: string): boolean => {
  if (typeof value !== "string") return false;
  const [whole, part] = [value.toLowerCase(), text.toLowerCase()];
  if (test === "contains") return whole.includes(part);
  return test === "startswith" ? whole.startsWith(part) : whole.endsWith(part);
};
