import { type DateTime, fromUnixMilliseconds } from "./calendar.ts";
import { compareValues } from "./comparison.ts";
import { convert } from "./conversion.ts";
import { parseIsoDate } from "./date-text.ts";
import {
  type EagerFunction,
  type Failure,
  failure,
  isStop,
  type RandomBytes,
  type Result,
  type Scope,
  type Stop,
} from "./definition.ts";
import type { ExpressionError, Position } from "./errors.ts";
import { SELECT_UNIQUE_VALUE } from "./functions/uniqueness.ts";
import { FUNCTIONS } from "./registry.ts";
import { type Argument, type Call, callsFunction, type Expression } from "./tree.ts";
import {
  type AttributeValue,
  type FlowValue,
  fromAttribute,
  isBlank,
  scalarText,
  sizeOf,
  toFlow,
  type Value,
} from "./values.ts";

/** Source attributes by name; a name that it lacks is an absent attribute. */
export type Attributes = ReadonlyMap<string, AttributeValue> | ((name: string) => AttributeValue);

/** Everything that an evaluation may depend on besides the tree and the attributes. */
export interface EvaluationContext {
  /** What Now() returns: an ISO 8601 text or a Date, UTC. */
  readonly now: string | Date;
  /** Bytes drawn for this evaluation; the same bytes give the same result. */
  readonly random: RandomBytes;
  /** Whether an object of the target already has this value; without it nothing is taken. */
  readonly taken?: (candidate: string) => boolean;
}

export type Evaluation =
  /** `log` is what logs must show instead of the value; absent where they may show the value. */
  | { readonly kind: "value"; readonly value: FlowValue; readonly log?: string }
  /** The attribute, or the whole object, is to be left out of the change. */
  | { readonly kind: "ignored"; readonly scope: "attribute" | "object" }
  | { readonly kind: "error"; readonly error: ExpressionError };

/** What logs show in place of a redacted value. */
export const REDACTED = "[Redact]";

/** UTF-16 units and list items of one value. */
const LARGEST_VALUE = 1_000_000;
/** Units of work of one evaluation; one is about a character written. */
const ALLOWANCE = 10_000_000;

interface Run {
  readonly attributes: Attributes;
  readonly scope: Scope;
  readonly taken: (candidate: string) => boolean;
  redacted: boolean;
  /** Where the failure that is on its way up arose. */
  failedAt: Position | undefined;
}

/** Computes the value of the expression for one object. Nothing is read but the arguments. */
export function evaluate(tree: Expression, attributes: Attributes, context: EvaluationContext): Evaluation {
  const run = begin(attributes, context);
  return finish(run, evaluateNode(tree, run), tree);
}

/**
 * The values that the rules of a SelectUniqueValue give, one at a time, so that a caller can ask the target about each
 * and stop at the first that is free. Rules without a value are passed over. Any other expression gives its one value.
 */
export function* uniqueCandidates(
  tree: Expression,
  attributes: Attributes,
  context: Omit<EvaluationContext, "taken">,
): Generator<Evaluation> {
  const rules = tree.kind === "call" && tree.name === SELECT_UNIQUE_VALUE ? tree.arguments : [tree];
  for (const rule of rules) {
    if (rule.kind === "omitted") continue;
    const evaluation = evaluate(rule, attributes, context);
    if (evaluation.kind === "value" && (evaluation.value === null || evaluation.value === "") && rules.length > 1)
      continue;
    yield evaluation;
  }
}

function begin(attributes: Attributes, context: EvaluationContext): Run {
  let allowance = ALLOWANCE;
  const run: Run = {
    attributes,
    taken: context.taken ?? (() => false),
    redacted: false,
    failedAt: undefined,
    scope: {
      now: () => momentOf(context.now),
      random: context.random,
      show: showValue,
      redact: () => {
        run.redacted = true;
      },
      spend: (units) => {
        allowance -= units;
        return allowance >= 0;
      },
    },
  };
  return run;
}

function momentOf(now: string | Date): DateTime | undefined {
  return typeof now === "string" ? parseIsoDate(now)?.moment : fromUnixMilliseconds(now.getTime());
}

function showValue(value: Value): string {
  const text = scalarText(value);
  if (text === null) return value === null ? "an absent value" : "a list or object";
  return text.length > 60 ? `"${text.slice(0, 60)}…"` : `"${text}"`;
}

function finish(run: Run, result: Result, tree: Expression): Evaluation {
  if (!isStop(result)) {
    const value = toFlow(result);
    return run.redacted ? { kind: "value", value, log: REDACTED } : { kind: "value", value };
  }
  if (result.kind === "ignored") return result;
  const { code } = result;
  const message = callsFunction(tree, "Redact")
    ? `The expression has no value for this object (${code}); the details stay out of sight because it calls Redact.`
    : result.message;
  return { kind: "error", error: { code, message, position: run.failedAt ?? tree.position } };
}

function evaluateNode(node: Expression, run: Run): Result {
  switch (node.kind) {
    case "attribute":
      return fromAttribute(
        typeof run.attributes === "function" ? run.attributes(node.name) : run.attributes.get(node.name),
      );
    case "text":
      return node.value;
    case "number":
      // A spelling such as 007 is kept, for wherever it is used as text.
      return node.text.startsWith("&") || node.value.toString() === node.text ? node.value : node.text;
    case "word":
      if (node.name === "IgnoreAttributeFlow") return { kind: "ignored", scope: "attribute" };
      return node.name === "IgnoreObjectFlow" ? { kind: "ignored", scope: "object" } : node.name;
    case "comparison": {
      const left = evaluateNode(node.left, run);
      if (isStop(left)) return left;
      const right = evaluateNode(node.right, run);
      if (isStop(right)) return right;
      return locate(compareValues(node, left, right, run.scope), node.position, run);
    }
    case "call":
      return evaluateCall(node, run);
  }
}

function evaluateCall(call: Call, run: Run): Result {
  if (call.name === SELECT_UNIQUE_VALUE) return selectUnique(call, run);
  const definition = FUNCTIONS.get(call.name);
  if (definition === undefined) return locate(failure("out-of-range", `${call.name} is unknown.`), call.position, run);
  const result =
    definition.kind === "lazy"
      ? definition.run(call.arguments, (expression) => evaluateNode(expression, run), run.scope)
      : evaluateEager(definition, call, run);
  if (isStop(result)) return locate(result, call.position, run);
  const size = sizeOf(result);
  if (size > LARGEST_VALUE || !run.scope.spend(size)) {
    return locate(failure("too-large", `${call.name} makes a value that is too large.`), call.position, run);
  }
  return result;
}

function evaluateEager(definition: EagerFunction, call: Call, run: Run): Result {
  const values: (Value | undefined)[] = [];
  let absent = false;
  for (const [place, argument] of call.arguments.entries()) {
    const parameter = definition.parameters[place] ?? definition.parameters.at(-1);
    if (parameter === undefined) break;
    if (argument.kind === "omitted") {
      values.push(undefined);
      continue;
    }
    const value = evaluateNode(argument, run);
    if (isStop(value)) return value;
    const converted = convert(value, parameter, definition.name, run.scope);
    if (isStop(converted)) return locate(converted, argument.position, run);
    absent ||= converted === null && parameter.required;
    if (!run.scope.spend(sizeOf(converted))) {
      return locate(failure("too-large", `${definition.name} is given too much to read.`), argument.position, run);
    }
    values.push(converted);
  }
  return absent && definition.takesNull !== true ? null : definition.run(values, run.scope);
}

function selectUnique(call: Call, run: Run): Result {
  let candidates = 0;
  for (const rule of call.arguments.filter((place: Argument) => place.kind !== "omitted")) {
    const value = evaluateNode(rule, run);
    if (isStop(value)) return value;
    const text = scalarText(value);
    if (isBlank(value)) continue;
    if (text === null)
      return locate(failure("not-single-valued", "A rule must give a single value."), rule.position, run);
    candidates++;
    if (!run.taken(text)) return text;
  }
  if (candidates === 0) return null;
  const message = "Every value that the rules of SelectUniqueValue give is taken in the target; add another rule.";
  return locate(failure("all-taken", message), call.position, run);
}

function locate<T extends Result>(result: T, position: Position, run: Run): T {
  if (isFailure(result)) run.failedAt ??= position;
  return result;
}

function isFailure(result: Result): result is Failure {
  return isStop(result) && (result satisfies Stop).kind === "failure";
}
