import { checkExpression } from "./check.ts";
import type { ExpressionError } from "./errors.ts";
import type { Attributes, EvaluationContext } from "./evaluate.ts";
import { type ExplainedNode, explainExpression } from "./explain.ts";
import type { CheckedSchema, CheckReport } from "./findings.ts";
import { parseExpression } from "./parser.ts";
import { printExpression } from "./print.ts";

/** What is known of an expression that somebody tries, before it is saved anywhere. */
export interface ExpressionTrial extends CheckReport {
  /** Canonical text; null where it is no expression. */
  readonly canonical: string | null;
  /** Why it is no expression, else null. */
  readonly error: ExpressionError | null;
  /** With the value at every node; null where it is no expression. */
  readonly tree: ExplainedNode | null;
}

/** Reads an expression, a lone attribute or constant too, checks it against the schema if there is one, and evaluates it node by node. */
export function tryExpression(
  text: string,
  attributes: Attributes,
  context: EvaluationContext,
  schema?: CheckedSchema,
): ExpressionTrial {
  const parsed = parseExpression(text, { allowBare: true });
  if (!parsed.ok) return { canonical: null, error: parsed.error, problems: [], warnings: [], tree: null };
  const { problems, warnings } =
    schema === undefined ? { problems: [], warnings: [] } : checkExpression(parsed.tree, schema);
  return {
    canonical: printExpression(parsed.tree),
    error: null,
    problems,
    warnings,
    tree: explainExpression(parsed.tree, attributes, context),
  };
}
