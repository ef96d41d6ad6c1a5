import { compileExpression } from "./compile.ts";
import { isStop, type RandomBytes, type Result, type Scope, type Step } from "./definition.ts";
import { type ExpressionError, START } from "./errors.ts";
import { exampleFor } from "./examples.ts";
import { SELECT_UNIQUE_VALUE } from "./functions/uniqueness.ts";
import { secretsOf } from "./secrets.ts";
import type { Expression } from "./tree.ts";
import { type AttributeValue, type FlowValue, toFlow } from "./values.ts";

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

/** Units of work of one evaluation. */
const ALLOWANCE = 10_000_000;

const compiled = new WeakMap<Expression, Step>();

/** Computes the value of the expression for one object. Nothing is read but the arguments. */
export function evaluate(tree: Expression, attributes: Attributes, context: EvaluationContext): Evaluation {
  const scope = openScope(attributes, context);
  const result = stepOf(tree, tree)(scope);
  return evaluationOf(result, scope.redacted);
}

/** Compiles a part of an expression, or the whole of it, once. */
function stepOf(part: Expression, whole: Expression): Step {
  const known = compiled.get(part);
  if (known !== undefined) return known;
  const step = compileExpression(part, secretsOf(whole));
  compiled.set(part, step);
  return step;
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
  const scope = openScope(attributes, context);
  for (const rule of rules) {
    if (rule.kind === "omitted") continue;
    scope.redacted = false;
    const result = stepOf(rule, tree)(scope);
    const evaluation = evaluationOf(result, scope.redacted);
    if (evaluation.kind === "value" && (evaluation.value === null || evaluation.value === "") && rules.length > 1)
      continue;
    yield evaluation;
  }
}

export function openScope(attributes: Attributes, context: EvaluationContext): Scope {
  return {
    read: typeof attributes === "function" ? attributes : (name) => attributes.get(name),
    now: context.now,
    random: context.random,
    taken: context.taken ?? nothingIsTaken,
    redacted: false,
    allowance: ALLOWANCE,
  };
}

function nothingIsTaken(): boolean {
  return false;
}

/** What a result means to those who asked for it. */
export function evaluationOf(result: Result, redacted: boolean): Evaluation {
  if (!isStop(result)) {
    const value = toFlow(result);
    return redacted ? { kind: "value", value, log: REDACTED } : { kind: "value", value };
  }
  if (result.kind === "ignored") return result;
  const { kind: _kind, code, message, origin, place: _place, ...facts } = result;
  const { position, functionName, secret } = origin ?? { position: START, secret: false };
  const example = exampleFor(code, functionName);
  if (!secret) return { kind: "error", error: { code, message, position, ...facts, example } };
  const veiled = `The expression has no value for this object (${code}); the details stay out of sight because it calls Redact.`;
  return { kind: "error", error: { code, message: veiled, position, example } };
}
