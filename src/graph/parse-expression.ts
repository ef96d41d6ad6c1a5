/** What became of an expression that somebody tries. */
export interface ExpressionTrial {
  /** Graph's attributeMappingSource; null where the text is no expression. */
  readonly source: unknown;
  /** What it gave, null where nothing was evaluated. */
  readonly value: { readonly given: unknown } | null;
  readonly error: { readonly code: "InvalidExpression" | "EvaluationFailed"; readonly message: string } | null;
}

/** Graph's parseExpressionResponse: a bad expression is an answer like any other. */
export const parseExpressionResource = ({
  source,
  value,
  error,
}: ExpressionTrial): Readonly<Record<string, unknown>> => ({
  error: error === null ? null : { ...error, target: null, details: [], innerError: null },
  evaluationResult: value === null ? [] : textsOf(value.given),
  evaluationSucceeded: value !== null,
  parsedExpression: source,
  parsingSucceeded: source !== null,
});

/** A list of texts, whatever the type; one of one for a single value, empty for none. */
const textsOf = (value: unknown): readonly string[] => {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(textOf);
};

const textOf = (value: unknown): string => {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? value : JSON.stringify(value);
};
