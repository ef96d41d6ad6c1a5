import { parseDate, parseIsoDate } from "./date-text.ts";
import { type Failure, failure, type Parameter, quoteValue } from "./definition.ts";
import { integerOf, isBlank, isComplex, isDate, isList, list, scalarText, type Value } from "./values.ts";

/** Turns a value into what the parameter takes; null stays null. */
export function convert(value: Value, parameter: Parameter, functionName: string): Value | Failure {
  const { type, name } = parameter;
  if (value === null || type === "any" || type === "compareWord") return value;
  if (type === "list") return isList(value) ? value : list([value]);
  if (type === "condition") return toCondition(value, functionName);
  const single = singleOf(value);
  if (single === undefined || isComplex(single)) {
    const message = `${functionName} takes a single value as ${name}; pick one with Item or put them together with Join.`;
    return failure("not-single-valued", message, { expected: "a single value" });
  }
  if (single === null) return null;
  if (type === "text") return scalarText(single);
  if (type === "integer") return toInteger(single, name, functionName);
  return toDate(single, type === "date" ? parseDate : parseIsoDate, name, functionName);
}

/** The only item of a list of one, null for an empty list, undefined for a longer one. */
export function singleOf(value: Value): Value | undefined {
  if (!isList(value)) return value;
  return value.items.length > 1 ? undefined : (value.items[0] ?? null);
}

/** A Boolean, a number that is or is not 0, or the text of either. What is empty does not hold. */
function toCondition(given: Value, functionName: string): Value | Failure {
  const value = singleOf(given) ?? given;
  if (isBlank(value)) return false;
  if (typeof value === "boolean") return value;
  if (typeof value === "bigint") return value !== 0n;
  if (typeof value === "string") {
    const folded = value.trim().toLowerCase();
    if (folded === "true" || folded === "false") return folded === "true";
    const number = integerOf(value);
    if (number !== undefined) return number !== 0n;
  }
  const found = quoteValue(value);
  const message = `${functionName} needs something true or false; ${found} is neither.`;
  return failure("not-a-condition", message, { found, expected: "True, False, a whole number or a comparison" });
}

function toInteger(value: Value, name: string, functionName: string): Value | Failure {
  if (typeof value === "bigint") return value;
  if (typeof value === "string") {
    const integer = integerOf(value);
    if (integer !== undefined) return integer;
  }
  const found = quoteValue(value);
  const message = `${functionName} takes a whole number as ${name}; ${found} is none.`;
  return failure("not-a-number", message, { found, expected: "a whole number" });
}

function toDate(value: Value, parse: typeof parseDate, name: string, functionName: string): Value | Failure {
  if (isDate(value)) return value;
  const date = typeof value === "string" ? parse(value) : undefined;
  if (date !== undefined) return date.moment;
  const found = quoteValue(value);
  const hint = "write it as 2020-03-16T07:00:00Z, or convert it with FormatDateTime";
  const message =
    parse === parseIsoDate
      ? `${found} is not an ISO 8601 date; convert it with FormatDateTime first.`
      : `${functionName} takes a date as ${name}; ${found} is none: ${hint}.`;
  return failure("not-a-date", message, { found, expected: "a date such as 2020-03-16T07:00:00Z" });
}
