import {
  type EagerFunction,
  failure,
  isStop,
  type LazyFunction,
  type Result,
  type Scope,
  textAt,
} from "../definition.ts";
import { integerOf, isBlank, isComplex, isDate, isList, scalarText, type Value } from "../values.ts";
import { optional, required } from "./parameters.ts";

/**
 * Whether a condition holds: a Boolean, a number other than 0, or the text of either. Null and empty do not hold.
 * Undefined when the value is no condition.
 */
function holds(value: Value): boolean | undefined {
  if (isBlank(value)) return false;
  if (typeof value === "boolean") return value;
  if (typeof value === "bigint") return value !== 0n;
  if (typeof value !== "string") return undefined;
  const folded = value.trim().toLowerCase();
  if (folded === "true" || folded === "false") return folded === "true";
  const number = integerOf(value);
  return number === undefined ? undefined : number !== 0n;
}

function notACondition(value: Value, name: string, scope: Scope): Result {
  return failure("not-a-condition", `${name} needs something true or false; ${scope.show(value)} is neither.`);
}

const iif: LazyFunction = {
  kind: "lazy",
  name: "IIF",
  parameters: [
    required("condition", "any", { listedType: "Boolean" }),
    required("valueIfTrue", "any"),
    required("valueIfFalse", "any"),
  ],
  run: (places, evaluate, scope) => {
    const [condition, whenTrue, whenFalse] = places;
    const value = evaluateOr(condition, evaluate, null);
    if (isStop(value)) return value;
    const holding = holds(value);
    if (holding === undefined) return notACondition(value, "IIF", scope);
    return evaluateOr(holding ? whenTrue : whenFalse, evaluate, null);
  },
};

const switchFunction: LazyFunction = {
  kind: "lazy",
  name: "Switch",
  parameters: [
    required("source", "any"),
    optional("defaultValue", "any"),
    required("switchValue", "any", { repeats: true }),
  ],
  check: (call) => {
    const places = call.arguments.slice(2);
    const unpaired = places.findIndex((place) => place.kind === "omitted");
    if (places.length % 2 === 0 && unpaired === -1) return undefined;
    return {
      code: "unpaired-keys",
      message: "Switch takes its keys and values in pairs after the default value; one of them has no partner.",
      place: 2 + (unpaired === -1 ? places.length - 1 : unpaired),
    };
  },
  run: (places, evaluate) => {
    const [source, defaultValue, ...pairs] = places;
    const value = evaluateOr(source, evaluate, null);
    if (isStop(value)) return value;
    const sought = singleText(value);
    if (sought === undefined) return failure("not-single-valued", "Switch needs a single value as its source.");
    for (let index = 0; index + 1 < pairs.length; index += 2) {
      const key = evaluateOr(pairs[index], evaluate, null);
      if (isStop(key)) return key;
      if (key !== null && singleText(key) === sought) return evaluateOr(pairs[index + 1], evaluate, null);
    }
    return evaluateOr(defaultValue, evaluate, null);
  },
};

/** The text that Switch compares: "" for null and for a list without items; undefined when there are several values. */
function singleText(value: Value): string | undefined {
  if (isBlank(value)) return "";
  const single = isList(value) ? (value.items.length === 1 ? value.items[0]! : undefined) : value;
  return single === undefined || isComplex(single) ? undefined : (scalarText(single) ?? "");
}

const coalesce: LazyFunction = {
  kind: "lazy",
  name: "Coalesce",
  parameters: [required("source1", "any", { repeats: true, key: "source" })],
  run: (places, evaluate) => {
    for (const place of places) {
      const value = evaluateOr(place, evaluate, null);
      if (value !== null) return value;
    }
    return null;
  },
};

type Place = Parameters<LazyFunction["run"]>[0][number];

function evaluateOr(place: Place | undefined, evaluate: Parameters<LazyFunction["run"]>[1], otherwise: Value): Result {
  return place === undefined || place.kind === "omitted" ? otherwise : evaluate(place);
}

function question(name: string, answer: (value: Value) => boolean): EagerFunction {
  return {
    kind: "eager",
    name,
    parameters: [required("expression", "any")],
    takesNull: true,
    run: (values) => answer(values[0] ?? null),
  };
}

const isNull = question("IsNull", (value) => value === null);
const isNullOrEmpty = question("IsNullOrEmpty", isBlank);
const isPresent = question("IsPresent", (value) => !isBlank(value));
const isString = question("IsString", (value) => typeof value === "string" || isDate(value));

const not: EagerFunction = {
  kind: "eager",
  name: "Not",
  parameters: [required("source", "text", { listedType: "Boolean" })],
  takesNull: true,
  run: (values) => textAt(values, 0).toLowerCase() !== "true",
};

const cBool: EagerFunction = {
  kind: "eager",
  name: "CBool",
  parameters: [required("expression", "any")],
  takesNull: true,
  run: (values, scope) => {
    const value = values[0] ?? null;
    return holds(value) ?? notACondition(value, "CBool", scope);
  },
};

const bitAnd: EagerFunction = {
  kind: "eager",
  name: "BitAnd",
  parameters: [required("value1", "integer"), required("value2", "integer")],
  run: ([first, second]) => (typeof first === "bigint" && typeof second === "bigint" ? first & second : null),
};

const ignoreFlowIfNullOrEmpty: EagerFunction = {
  kind: "eager",
  name: "IgnoreFlowIfNullOrEmpty",
  parameters: [required("expression", "any")],
  takesNull: true,
  run: ([value = null]) => (isBlank(value) ? { kind: "ignored", scope: "attribute" } : value),
};

export const CONDITION_FUNCTIONS = [
  iif,
  switchFunction,
  coalesce,
  isNull,
  isNullOrEmpty,
  isPresent,
  isString,
  not,
  cBool,
  bitAnd,
  ignoreFlowIfNullOrEmpty,
] as const;
