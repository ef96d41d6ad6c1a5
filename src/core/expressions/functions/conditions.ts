import {
  type EagerFunction,
  failure,
  isStop,
  type LazyFunction,
  type Scope,
  type Step,
  textAt,
} from "../definition.ts";
import { isBlank, isComplex, isDate, isList, scalarText, type Value } from "../values.ts";
import { optional, required } from "./parameters.ts";

const iif: LazyFunction = {
  kind: "lazy",
  name: "IIF",
  parameters: [
    required("condition", "condition", { listedType: "Boolean" }),
    required("valueIfTrue", "any"),
    required("valueIfFalse", "any"),
  ],
  result: "argument",
  decides: (place) => place === 0,
  yields: (place) => place > 0,
  run: (places, scope) => {
    const holds = resultAt(places[0], scope);
    if (isStop(holds)) return holds;
    return resultAt(places[holds === true ? 1 : 2], scope);
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
  result: "argument",
  decides: (place) => place !== 1 && place % 2 === 0,
  yields: (place) => place % 2 === 1,
  check: (call) => {
    const places = call.arguments.slice(2);
    const unpaired = places.findIndex((place) => place.kind === "omitted");
    if (places.length % 2 === 0 && unpaired === -1) return undefined;
    return {
      code: "unpaired-keys",
      message: "Switch takes its keys and values in pairs after the default value; one of them has no partner.",
      place: 2 + (unpaired === -1 ? places.length - 1 : unpaired),
      expected: "a key and a value",
    };
  },
  run: (places, scope) => {
    const value = resultAt(places[0], scope);
    if (isStop(value)) return value;
    const sought = switchText(value);
    if (sought === undefined) {
      const message = "Switch needs a single value as its source; pick one with Item or put them together with Join.";
      return failure("not-single-valued", message, { place: 0, expected: "a single value" });
    }
    for (let index = 2; index + 1 < places.length; index += 2) {
      const key = resultAt(places[index], scope);
      if (isStop(key)) return key;
      if (key !== null && switchText(key) === sought) return resultAt(places[index + 1], scope);
    }
    return resultAt(places[1], scope);
  },
};

/** The text that Switch compares: "" for null and for a list without items; undefined when there are several values. */
export function switchText(value: Value): string | undefined {
  if (typeof value === "string") return value;
  if (isBlank(value)) return "";
  const single = isList(value) ? (value.items.length === 1 ? value.items[0]! : undefined) : value;
  return single === undefined || isComplex(single) ? undefined : (scalarText(single) ?? "");
}

const coalesce: LazyFunction = {
  kind: "lazy",
  name: "Coalesce",
  parameters: [required("source1", "any", { repeats: true, key: "source" })],
  result: "argument",
  decides: () => true,
  yields: () => true,
  run: (places, scope) => {
    for (const place of places) {
      const value = resultAt(place, scope);
      if (value !== null) return value;
    }
    return null;
  },
};

function resultAt(place: Step | undefined, scope: Scope) {
  return place === undefined ? null : place(scope);
}

function question(name: string, answer: (value: Value) => boolean): EagerFunction {
  return {
    kind: "eager",
    name,
    parameters: [required("expression", "any")],
    result: "boolean",
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
  result: "boolean",
  takesNull: true,
  run: (values) => textAt(values, 0).toLowerCase() !== "true",
};

const cBool: EagerFunction = {
  kind: "eager",
  name: "CBool",
  parameters: [required("expression", "condition")],
  result: "boolean",
  takesNull: true,
  run: ([value]) => value === true,
};

const bitAnd: EagerFunction = {
  kind: "eager",
  name: "BitAnd",
  parameters: [required("value1", "integer"), required("value2", "integer")],
  result: "integer",
  run: ([first, second]) => (typeof first === "bigint" && typeof second === "bigint" ? first & second : null),
};

const ignoreFlowIfNullOrEmpty: EagerFunction = {
  kind: "eager",
  name: "IgnoreFlowIfNullOrEmpty",
  parameters: [required("expression", "any")],
  result: "argument",
  yields: () => true,
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
