import { parseDate } from "./date-text.ts";
import { failure, type Parameter, type Result, type Scope } from "./definition.ts";
import { integerOf, isComplex, isDate, isList, list, scalarText, type Value } from "./values.ts";

/** Turns a value into what the parameter takes; null stays null. */
export function convert(value: Value, parameter: Parameter, functionName: string, scope: Scope): Result {
  const { type, name } = parameter;
  if (value === null || type === "any" || type === "compareWord") return value;
  if (type === "list") return isList(value) ? value : list([value]);
  const single = singleOf(value);
  if (single === undefined || isComplex(single)) {
    const message = `${functionName} takes a single value as ${name}; pick one with Item or put them together with Join.`;
    return failure("not-single-valued", message);
  }
  if (single === null) return null;
  if (type === "text") return scalarText(single);
  return type === "integer" ? toInteger(single, name, functionName, scope) : toDate(single, name, functionName, scope);
}

/** The only item of a list of one, null for an empty list, undefined for a longer one. */
function singleOf(value: Value): Value | undefined {
  if (!isList(value)) return value;
  return value.items.length > 1 ? undefined : (value.items[0] ?? null);
}

function toInteger(value: Value, name: string, functionName: string, scope: Scope): Result {
  if (typeof value === "bigint") return value;
  if (typeof value === "string") {
    const integer = integerOf(value);
    if (integer !== undefined) return integer;
  }
  return failure("not-a-number", `${functionName} takes a whole number as ${name}; ${scope.show(value)} is none.`);
}

function toDate(value: Value, name: string, functionName: string, scope: Scope): Result {
  if (isDate(value)) return value;
  const date = typeof value === "string" ? parseDate(value) : undefined;
  if (date !== undefined) return date.moment;
  const hint = "write it as 2020-03-16T07:00:00Z, or convert it with FormatDateTime";
  return failure("not-a-date", `${functionName} takes a date as ${name}; ${scope.show(value)} is none: ${hint}.`);
}
