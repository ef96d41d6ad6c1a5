import { checkArgument, checkOperand } from "./argument-check.ts";
import { compileExpression } from "./compile.ts";
import { convert, singleOf } from "./conversion.ts";
import { type FunctionDefinition, isStop, parameterAt, type Result } from "./definition.ts";
import { openScope } from "./evaluate.ts";
import { exampleFor } from "./examples.ts";
import { addProblem, addWarning, type Findings, type SchemaAttribute, type SchemaType } from "./findings.ts";
import { switchText } from "./functions/conditions.ts";
import { FUNCTIONS } from "./registry.ts";
import type { Outcome, StaticType } from "./static-types.ts";
import { type Argument, type AttributeReference, type Call, type Comparison, type Expression, walk } from "./tree.ts";
import { isComplex, isDate, isList, type Value } from "./values.ts";

const ATTRIBUTE_TYPES: Readonly<Record<SchemaType, StaticType>> = {
  String: "text",
  Integer: "integer",
  Boolean: "boolean",
  DateTime: "dateText",
  Reference: "reference",
  Binary: "binary",
};
/** Holds objects, although schemas call it a text. */
const ROLES = "appRoleAssignments";
/** In a leap year, so that a day without a year is judged kindly. */
const SOME_TIME = "2000-01-01T00:00:00Z";

interface Inspection {
  readonly source: ReadonlyMap<string, SchemaAttribute>;
  readonly findings: Findings;
  /** Evaluates what reads no attribute; all of them together have the allowance of one evaluation. */
  readonly evaluate: (node: Expression) => Result;
}

/** What the expression may give, reporting on the way what can never be done with the values inside it. */
export function inspect(
  tree: Expression,
  source: ReadonlyMap<string, SchemaAttribute>,
  findings: Findings,
): readonly Outcome[] {
  const scope = openScope(() => undefined, { now: SOME_TIME, random: (count) => new Uint8Array(count) });
  return outcomesOf(tree, { source, findings, evaluate: (node) => compileExpression(node)(scope) });
}

function outcomesOf(node: Expression, inspection: Inspection): readonly Outcome[] {
  if (isConstant(node)) return constantOutcome(node, inspection);
  switch (node.kind) {
    case "attribute":
      return [attributeOutcome(node, inspection)];
    case "comparison":
      return comparisonOutcome(node, inspection);
    case "call": {
      const definition = FUNCTIONS.get(node.name);
      return definition === undefined ? [] : callOutcomes(node, definition, inspection);
    }
    default:
      return [];
  }
}

/** Whether the value is the same for every object and at any time. */
function isConstant(node: Expression): boolean {
  return readsNothing(node) && !varies(node);
}

function readsNothing(node: Argument): boolean {
  for (const part of walk(node)) if (part.kind === "attribute" || part.kind === "word") return false;
  return true;
}

function varies(node: Expression): boolean {
  for (const part of walk(node)) {
    const definition = part.kind === "call" ? FUNCTIONS.get(part.name) : undefined;
    if (definition?.kind === "eager" && definition.varies === true) return true;
  }
  return false;
}

function constantOutcome(node: Expression, inspection: Inspection): readonly Outcome[] {
  const value = constantValue(node, inspection);
  if (value === undefined || value === null) return [];
  const single = singleOf(value);
  if (single === undefined) return [{ node, type: typeOf(value), many: "always", known: value }];
  return single === null ? [] : [{ node, type: typeOf(single), many: "never", known: single }];
}

/** The value of a constant part; undefined where it has none, which is reported unless it was only too much work. */
function constantValue(node: Expression, { evaluate, findings }: Inspection): Value | undefined {
  const result = evaluate(node);
  if (!isStop(result)) return result;
  if (result.kind === "ignored" || result.code === "too-large") return undefined;
  const { kind: _kind, code, message, origin, place: _place, ...facts } = result;
  addProblem(findings, code, message, origin ?? node, facts, exampleFor(code, origin?.functionName));
  return undefined;
}

function typeOf(value: Value): StaticType {
  if (isList(value)) return value.items.some(isComplex) ? "object" : "text";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "bigint") return "integer";
  if (isDate(value)) return "date";
  return isComplex(value) ? "object" : "text";
}

function attributeOutcome(node: AttributeReference, { source }: Inspection): Outcome {
  const attribute = source.get(node.name);
  if (attribute === undefined) return { node, type: "unknown", many: "never" };
  const type = node.name === ROLES ? "object" : ATTRIBUTE_TYPES[attribute.type];
  return { node, type, many: attribute.multivalued ? "maybe" : "never" };
}

function comparisonOutcome(node: Comparison, inspection: Inspection): readonly Outcome[] {
  for (const side of [node.left, node.right]) checkOperand(node, outcomesOf(side, inspection), inspection.findings);
  return [{ node, type: "boolean", many: "never" }];
}

function callOutcomes(call: Call, definition: FunctionDefinition, inspection: Inspection): readonly Outcome[] {
  const { problems } = inspection.findings;
  const before = problems.length;
  const isReached = reachedPlaces(call, inspection);
  const given = call.arguments.map((argument, place): readonly Outcome[] => {
    if (argument.kind === "omitted" || !isReached(place)) return [];
    const outcomes = outcomesOf(argument, inspection);
    const parameter = parameterAt(definition, place);
    if (parameter !== undefined) checkArgument(call, definition, place, parameter, outcomes, inspection.findings);
    return outcomes;
  });
  const isDrawn = call.arguments.every((argument) => argument.kind === "omitted" || isConstant(argument));
  // What chance makes of the arguments is unknown, but not whether they go together.
  if (isDrawn && problems.length === before) constantValue(call, inspection);
  switch (definition.result) {
    case "argument":
      return given.filter((_, place) => definition.yields?.(place) === true).flat();
    case "item":
      return (given[0] ?? []).map(({ type }) => ({ node: call, type, many: "never" }));
    case "texts":
      return [{ node: call, type: "text", many: "maybe" }];
    case "objects":
      return [{ node: call, type: "object", many: "maybe" }];
    default:
      return [{ node: call, type: definition.result, many: "never" }];
  }
}

/** Which places of a call some object may reach. Reports keys of a Switch that none can. */
function reachedPlaces(call: Call, inspection: Inspection): (place: number) => boolean {
  const quiet: Inspection = { ...inspection, findings: { problems: [], warnings: [] } };
  switch (call.name) {
    case "IIF": {
      const condition = knownAt(call.arguments[0], quiet);
      if (condition === undefined) return () => true;
      const holds = convert(condition, { name: "condition", type: "condition", required: true }, call.name);
      return (place) => place === (holds === true ? 1 : 2) || place === 0;
    }
    case "Coalesce": {
      const decided = call.arguments.findIndex((argument) => (knownAt(argument, quiet) ?? null) !== null);
      return (place) => decided === -1 || place <= decided;
    }
    case "Switch":
      return reachedBySwitch(call, quiet, inspection.findings);
    default:
      return () => true;
  }
}

/** The value in a place that is a constant, null where nothing is. */
function knownAt(argument: Argument | undefined, inspection: Inspection): Value | undefined {
  if (argument === undefined || argument.kind === "omitted") return null;
  return isConstant(argument) ? constantValue(argument, inspection) : undefined;
}

function reachedBySwitch(call: Call, quiet: Inspection, findings: Findings): (place: number) => boolean {
  const [source] = call.arguments;
  const possible = possibleTexts(source, quiet);
  const isFixed = source !== undefined && source.kind !== "omitted" && isConstant(source) && possible?.size === 1;
  const unreached = new Set<number>();
  const seen = new Set<string>();
  let isSettled = false;
  for (let place = 2; place + 1 < call.arguments.length; place += 2) {
    const key = call.arguments[place]!;
    const value = knownAt(key, quiet);
    const text = value === undefined || value === null ? undefined : switchText(value);
    if (isSettled) unreached.add(place);
    if (isSettled || (text !== undefined && (seen.has(text) || possible?.has(text) === false)))
      unreached.add(place + 1);
    if (text === undefined || isSettled) continue;
    if (seen.has(text))
      addWarning(findings, "repeated-key", "This key stands here again; only the first one counts.", key);
    else if (possible?.has(text) === false && !isFixed) {
      const texts = [...possible].filter((one) => one !== "").map((one) => `"${one}"`);
      const message = `This key never matches: the source is ${texts.join(" or ")}, or empty.`;
      addWarning(findings, "key-never-matches", message, key);
    }
    seen.add(text);
    isSettled = isFixed && possible.has(text);
  }
  if (isSettled) unreached.add(1);
  return (place) => !unreached.has(place);
}

/** All texts that Switch may see in its source; undefined when they cannot be listed. */
function possibleTexts(source: Argument | undefined, quiet: Inspection): ReadonlySet<string> | undefined {
  if (source === undefined || source.kind === "omitted") return new Set([""]);
  const texts = new Set<string>();
  for (const { known, type, many } of outcomesOf(source, quiet)) {
    if (many !== "never") return undefined;
    const text = known === undefined ? undefined : switchText(known);
    if (text !== undefined) texts.add(text);
    else if (type === "boolean") texts.add("True").add("False");
    else return undefined;
  }
  if (!isConstant(source) || texts.size === 0) texts.add("");
  return texts;
}
