import type { RandomBytes } from "./definition.ts";
import { type Attributes, evaluate } from "./evaluate.ts";
import { parseExpression } from "./parser.ts";
import type { AttributeValue, FlowValue } from "./values.ts";

/** What one line of input is answered with. */
export type LineAnswer =
  | { readonly value: FlowValue; readonly log?: string }
  | { readonly ignored: true }
  | { readonly error: string };

/** `now` is used for lines that name no time of their own. */
export interface LineContext {
  readonly now: string | Date;
  readonly random: RandomBytes;
}

/**
 * Evaluates one JSON object `{expression, attributes, now?, taken?}`. `attributes` is an object from names to values,
 * `taken` the values that the target already has. Other members are left alone; a wrong shape is an error in the answer.
 */
export function evaluateLine(input: unknown, context: LineContext): LineAnswer {
  if (!isObject(input)) return { error: 'A line must be a JSON object such as {"expression": "…", "attributes": {}}.' };
  const { expression, attributes = {}, now = context.now, taken = [] } = input;
  if (typeof expression !== "string") return { error: 'The line\'s "expression" must be a text.' };
  if (!isObject(attributes)) return { error: 'The line\'s "attributes" must be an object from names to values.' };
  if (typeof now !== "string" && !(now instanceof Date))
    return { error: 'The line\'s "now" must be an ISO 8601 text.' };
  if (!Array.isArray(taken)) return { error: 'The line\'s "taken" must be a list of texts.' };
  const parsed = parseExpression(expression);
  if (!parsed.ok) {
    const { line, column } = parsed.error.position;
    return { error: `Line ${line}, column ${column}: ${parsed.error.message}` };
  }
  const values = new Set<unknown>(taken);
  const lookup: Attributes = (name) =>
    Object.hasOwn(attributes, name) ? (attributes[name] as AttributeValue) : undefined;
  const evaluation = evaluate(parsed.tree, lookup, {
    now,
    random: context.random,
    taken: (candidate) => values.has(candidate),
  });
  if (evaluation.kind === "ignored") return { ignored: true };
  if (evaluation.kind === "error") return { error: evaluation.error.message };
  const { value, log } = evaluation;
  return log === undefined ? { value } : { value, log };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
