import type { ExpressionError } from "./errors.ts";
import { START } from "./errors.ts";
import { exampleFor } from "./examples.ts";
import { type ParseResult, parseExpression } from "./parser.ts";
import { printExpression, printText } from "./print.ts";
import { FUNCTIONS } from "./registry.ts";
import type { Expression } from "./tree.ts";

/** Graph's attributeMappingSource. */
export interface GraphSource {
  readonly type: "Attribute" | "Constant" | "Function";
  readonly name: string;
  readonly expression: string;
  readonly parameters: readonly { readonly key: string; readonly value: GraphSource }[];
}

/**
 * The tree as Graph writes it: places left empty have no entry, a repeatable parameter repeats its key, numbers and bare
 * words are constants. A comparison becomes a function named after its operator, with the keys left and right.
 */
export function toGraphSource(tree: Expression): GraphSource {
  const expression = printExpression(tree);
  switch (tree.kind) {
    case "attribute":
      return { type: "Attribute", name: tree.name, expression, parameters: [] };
    case "text":
      return { type: "Constant", name: tree.value, expression, parameters: [] };
    case "number":
      return { type: "Constant", name: tree.text, expression: printText(tree.text), parameters: [] };
    case "word":
      return { type: "Constant", name: tree.name, expression, parameters: [] };
    case "comparison": {
      const parameters = [
        { key: "left", value: toGraphSource(tree.left) },
        { key: "right", value: toGraphSource(tree.right) },
      ];
      return { type: "Function", name: tree.operator, expression, parameters };
    }
    case "call": {
      const parameters = tree.arguments.flatMap((argument, place) =>
        argument.kind === "omitted" ? [] : [{ key: keyOf(tree.name, place), value: toGraphSource(argument) }],
      );
      return { type: "Function", name: tree.name, expression, parameters };
    }
  }
}

function keyOf(name: string, place: number): string {
  const parameters = FUNCTIONS.get(name)?.parameters ?? [];
  const parameter = parameters[place] ?? parameters.at(-1);
  return parameter?.key ?? parameter?.name ?? String(place);
}

/**
 * Reads Graph's form, in which the expression's text is the truth; `parameters` are not looked at. An Attribute or
 * Constant may come with its name alone. `found` of the error names the faulty member.
 */
export function fromGraphSource(source: unknown): ParseResult {
  if (typeof source !== "object" || source === null) return refuse("source", "A mapping's source must be an object.");
  const { type, name, expression } = source as Readonly<Record<string, unknown>>;
  if (type !== "Attribute" && type !== "Constant" && type !== "Function") {
    return refuse("type", "A source's type must be Attribute, Constant or Function.");
  }
  const text = typeof expression === "string" && expression.trim() !== "" ? expression : undefined;
  if (type === "Constant") return constantFrom(text, name);
  if (text === undefined && type === "Attribute" && typeof name === "string") {
    return parseExpression(`[${name}]`, { allowBare: true });
  }
  if (text === undefined) return refuse("expression", "The source has no expression; write its text form.");
  const parsed = parseExpression(text, { allowBare: true });
  if (parsed.ok && type === "Attribute" && parsed.tree.kind !== "attribute") {
    return refuse("expression", "A source of type Attribute must be one attribute in square brackets.");
  }
  return parsed;
}

/** A constant's text stands in quotes in the expression; without them the text itself is meant. */
function constantFrom(text: string | undefined, name: unknown): ParseResult {
  if (text?.trim().startsWith('"')) {
    const parsed = parseExpression(text, { allowBare: true });
    if (!parsed.ok || parsed.tree.kind === "text") return parsed;
  }
  const value = typeof name === "string" ? name : text;
  if (value === undefined) return refuse("name", "A constant source needs its value as name or expression.");
  return { ok: true, tree: { kind: "text", value, position: START } };
}

function refuse(found: string, message: string): { readonly ok: false; readonly error: ExpressionError } {
  return {
    ok: false,
    error: { code: "bad-source", message, position: START, found, example: exampleFor("bad-source") },
  };
}
