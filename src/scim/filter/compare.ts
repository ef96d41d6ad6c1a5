import { type Mode, quoted, type Result, refuse, succeed } from "../error.ts";
import { foldCase, isAssigned, type JsonValue } from "../json.ts";
import type { AttributeDefinition } from "../model/attribute.ts";
import { readBoolean } from "../model/boolean.ts";
import { instantOf } from "../model/date-time.ts";
import type { CompareOperator, CompareValue } from "./filter.ts";

/** A comparison ready to judge all the values one attribute has. */
export type Comparison = { readonly accepts: (values: readonly JsonValue[]) => boolean };

const ordering: ReadonlySet<CompareOperator> = new Set(["gt", "ge", "lt", "le"]);
const substring: ReadonlySet<CompareOperator> = new Set(["co", "sw", "ew"]);

const holds = (operator: CompareOperator, left: string | number, right: string | number): boolean => {
  switch (operator) {
    case "gt":
      return left > right;
    case "ge":
      return left >= right;
    case "lt":
      return left < right;
    case "le":
      return left <= right;
    case "co":
      return String(left).includes(String(right));
    case "sw":
      return String(left).startsWith(String(right));
    case "ew":
      return String(left).endsWith(String(right));
    default:
      return left === right;
  }
};

/** The value in the form that compares by the attribute's rules; undefined when it is of another kind. */
type Key = (value: JsonValue) => string | number | boolean | undefined;

const keyFor = (definition: AttributeDefinition | undefined, operator: CompareOperator, mode: Mode): Key => {
  if (definition?.type === "boolean") return (value) => readBoolean(value, mode);
  if (definition?.type === "dateTime" && !substring.has(operator)) {
    return (value) => (typeof value === "string" ? instantOf(value) : undefined);
  }
  const caseExact = definition?.caseExact ?? false;
  return (value) => {
    if (typeof value === "string") return caseExact ? value : foldCase(value);
    return typeof value === "number" || typeof value === "boolean" ? value : undefined;
  };
};

const unsuited = (
  definition: AttributeDefinition | undefined,
  operator: CompareOperator,
  value: CompareValue,
): boolean =>
  (ordering.has(operator) &&
    (typeof value === "boolean" ||
      value === null ||
      definition?.type === "boolean" ||
      definition?.type === "binary")) ||
  (substring.has(operator) && (definition?.type === "boolean" || typeof value === "boolean" || value === null));

const nullComparison = (operator: CompareOperator): Comparison => ({
  accepts: (values) => values.some(isAssigned) === (operator === "ne"),
});

/** A Boolean stored or sent as text, as untyped targets have it, compares with a Boolean in compat. */
const agree = (mode: Mode, key: Key, stored: JsonValue, wanted: string | number | boolean): boolean => {
  if (key(stored) === wanted) return true;
  if (mode === "strict" || typeof stored === typeof wanted) return false;
  const left = readBoolean(stored, mode);
  return left !== undefined && left === readBoolean(wanted, mode);
};

/**
 * Prepares `attribute operator value`. A condition is met when any of the values meets it; `ne` is also met by an
 * attribute without a value, and `eq null` only by one. Fails with invalidFilter for pairs that have no meaning.
 */
export const compileComparison = (
  definition: AttributeDefinition | undefined,
  operator: CompareOperator,
  value: CompareValue,
  mode: Mode,
): Result<Comparison> => {
  const name = quoted(definition?.name ?? "value");
  if (unsuited(definition, operator, value)) {
    return refuse("invalidFilter", `${name} cannot be compared by ${operator} with ${JSON.stringify(value)}.`);
  }
  if (value === null) return succeed(nullComparison(operator));
  const key = keyFor(definition, operator, mode);
  const wanted = key(value);
  if (definition?.type === "dateTime" && wanted === undefined) {
    return refuse("invalidFilter", `${name} is compared with ${quoted(String(value))}, which is not a date and time.`);
  }
  if (operator === "eq" || operator === "ne") {
    const equal = (stored: JsonValue): boolean => wanted !== undefined && agree(mode, key, stored, wanted);
    if (operator === "eq") return succeed({ accepts: (values) => values.some(equal) });
    return succeed({ accepts: (values) => values.length === 0 || values.some((stored) => !equal(stored)) });
  }
  return succeed({
    accepts: (values) =>
      values.some((stored) => {
        const left = key(stored);
        if (typeof left !== typeof wanted || typeof left === "boolean" || typeof wanted === "boolean") return false;
        return left !== undefined && wanted !== undefined && holds(operator, left, wanted);
      }),
  });
};
