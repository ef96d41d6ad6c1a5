import { convert } from "./conversion.ts";
import {
  type Failure,
  type FunctionDefinition,
  failure,
  isFailure,
  type Parameter,
  type ParameterType,
} from "./definition.ts";
import { exampleFor } from "./examples.ts";
import { addProblem, addWarning, type Findings } from "./findings.ts";
import { SELECT_UNIQUE_VALUE } from "./functions/uniqueness.ts";
import { printExpression } from "./print.ts";
import { legible } from "./quotation.ts";
import { type Outcome, type StaticType, TYPE_NAMES } from "./static-types.ts";
import type { Call, Comparison } from "./tree.ts";
import type { Value } from "./values.ts";

const SINGLE: ReadonlySet<ParameterType> = new Set(["text", "integer", "date", "isoDate", "condition"]);
/** Takes references by its definition. */
const OF_REFERENCES = "CStr";

/** Reports which of the values that may be in a place the function can never use, or perhaps cannot. */
export function checkArgument(
  call: Call,
  definition: FunctionDefinition,
  place: number,
  parameter: Parameter,
  outcomes: readonly Outcome[],
  findings: Findings,
): void {
  const decides = definition.kind === "lazy" && definition.decides(place);
  const compared = decides && call.name === "Switch";
  const single = SINGLE.has(parameter.type) || compared || call.name === SELECT_UNIQUE_VALUE;
  for (const outcome of outcomes) {
    if (outcome.type === "reference" && (compared || parameter.type === "condition"))
      refuseReference(outcome, call.name, findings);
    else if (outcome.type === "reference" && SINGLE.has(parameter.type) && call.name !== OF_REFERENCES) {
      const message = `${textOf(outcome)} is a reference: ${call.name} sees the id of another object, or nothing.`;
      addWarning(findings, "reference-as-text", message, outcome.node);
    }
    if (single && outcome.many !== "never") {
      requireSingle(outcome, `${call.name} takes a single value as ${parameter.name}`, findings);
      continue;
    }
    const fault = faultOf(outcome, parameter, call.name);
    if (fault === undefined) continue;
    const { kind: _kind, code, message, place: _place, origin: _origin, ...facts } = fault;
    addProblem(findings, code, message, outcome.node, facts, exampleFor(code, call.name));
  }
}

/** A value of each type of which all values suit a parameter, or none does. */
const SAMPLES: Readonly<Partial<Record<StaticType, Value>>> = {
  integer: 1n,
  boolean: true,
  date: { kind: "date", ticks: 0n },
  object: { kind: "complex", members: [] },
};

function faultOf({ known, type, node }: Outcome, parameter: Parameter, functionName: string): Failure | undefined {
  const value = known ?? SAMPLES[type];
  if (value === undefined) return undefined;
  const converted = convert(value, parameter, functionName);
  if (!isFailure(converted)) return converted === null ? undefined : parameter.fault?.(converted);
  if (known !== undefined) return converted;
  const found = TYPE_NAMES[type];
  const wanted = converted.expected ?? "another value";
  const message = `${functionName} takes ${wanted} as ${parameter.name}; ${legible(printExpression(node))} is ${found}.`;
  return failure(converted.code, message, { found, expected: wanted });
}

/** Reports which of the values on one side of a comparison it cannot look at. */
export function checkOperand({ operator }: Comparison, outcomes: readonly Outcome[], findings: Findings): void {
  for (const outcome of outcomes) {
    if (outcome.type === "reference") refuseReference(outcome, `The comparison ${operator}`, findings);
    if (outcome.many !== "never") requireSingle(outcome, `The comparison ${operator} takes single values`, findings);
  }
}

/** Reports a value that is or may be a list; `need` says who needs a single one. */
export function requireSingle(outcome: Outcome, need: string, findings: Findings): void {
  const hint = "pick one with Item or put them together with Join";
  if (outcome.many === "always") {
    const message = `${need}; ${textOf(outcome)} always gives several: ${hint}.`;
    addProblem(findings, "not-single-valued", message, outcome.node, { expected: "a single value" });
  } else {
    const message = `${need}; ${textOf(outcome)} may hold several: ${hint}.`;
    addWarning(findings, "many-values", message, outcome.node);
  }
}

function refuseReference(outcome: Outcome, user: string, findings: Findings): void {
  const message = `${user} cannot look into ${textOf(outcome)}, which is a reference to another object; map it directly to a target attribute of type Reference.`;
  addProblem(findings, "unsupported-reference", message, outcome.node, {
    found: "a reference",
    expected: "a text, a number or a Boolean",
  });
}

function textOf({ node }: Outcome): string {
  return legible(printExpression(node));
}
