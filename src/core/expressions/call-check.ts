import type { CallFault, FunctionDefinition } from "./definition.ts";
import type { ExpressionError } from "./errors.ts";
import { exampleFor } from "./examples.ts";
import { SELECT_UNIQUE_VALUE } from "./functions/uniqueness.ts";
import type { Call } from "./tree.ts";

/** Checks the number of arguments, bare words and what the function itself asks of its arguments. */
export function checkCall(call: Call, definition: FunctionDefinition, nested: boolean): ExpressionError | undefined {
  const fault = nestedFault(call, nested) ?? countFault(call, definition) ?? definition.check?.(call);
  if (fault === undefined) return undefined;
  const { place, ...facts } = fault;
  const at = place === undefined ? undefined : call.arguments[place];
  return { ...facts, position: (at ?? call).position, example: exampleFor(facts.code, call.name) };
}

function nestedFault(call: Call, nested: boolean): CallFault | undefined {
  if (!nested || call.name !== SELECT_UNIQUE_VALUE) return undefined;
  return {
    code: "nested-unique-value",
    message: `${SELECT_UNIQUE_VALUE} cannot stand inside another function; make it the outermost one.`,
    found: call.name,
  };
}

function countFault(call: Call, definition: FunctionDefinition): CallFault | undefined {
  const { parameters, name } = definition;
  const last = parameters.at(-1);
  const most = last?.repeats === true ? Number.POSITIVE_INFINITY : parameters.length;
  if (call.arguments.length > most) {
    const limit = most === 0 ? "no arguments" : most === 1 ? "one argument" : `at most ${most} arguments`;
    return {
      code: "too-many-arguments",
      message: `${name} takes ${limit}; ${call.arguments.length === 1 ? "one is" : `${call.arguments.length} are`} given. Remove what is too much.`,
      place: most,
      expected: String(most),
      found: String(call.arguments.length),
    };
  }
  const missing = parameters.find((parameter, place) => {
    const given = parameter.repeats === true ? call.arguments.slice(place) : call.arguments.slice(place, place + 1);
    return parameter.required && given.every((argument) => argument.kind === "omitted");
  });
  if (missing === undefined) return undefined;
  return {
    code: "missing-argument",
    message: `${name} needs its argument ${missing.name}: ${signatureOf(definition)}.`,
    expected: missing.name,
  };
}

/** `Name(a, b, [c], d…)`: optional parameters in brackets, a repeatable one with dots. */
function signatureOf(definition: FunctionDefinition): string {
  const names = definition.parameters.map((parameter) => {
    const name = parameter.repeats === true ? `${parameter.name}…` : parameter.name;
    return parameter.required ? name : `[${name}]`;
  });
  return `${definition.name}(${names.join(", ")})`;
}
