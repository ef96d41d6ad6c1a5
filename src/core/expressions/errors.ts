/** A place in the text of an expression. `offset` counts UTF-16 units from 0; `line` and `column` count from 1. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** Why a text is not an expression. */
export const SYNTAX_ERROR_CODES = [
  "empty",
  "too-long",
  "too-deep",
  "unexpected-character",
  "wrong-quote",
  "unterminated-text",
  "unterminated-attribute",
  "bad-attribute-name",
  "unknown-function",
  "bare-word",
  "not-a-call",
  "missing-parenthesis",
  "unexpected-parenthesis",
  "missing-comma",
  "missing-operand",
  "unknown-operator",
  "unsupported-operator",
  "number-out-of-range",
  "trailing-input",
  "missing-argument",
  "too-many-arguments",
  "unpaired-keys",
  "too-few-rules",
  "nested-unique-value",
  "argument-combination",
  "bad-pattern",
  "unsupported-pattern",
  "bad-source",
] as const;
export type SyntaxErrorCode = (typeof SYNTAX_ERROR_CODES)[number];

/** Why an expression that reads well has no value for one object. */
export const EVALUATION_ERROR_CODES = [
  "not-a-number",
  "not-a-date",
  "not-a-condition",
  "not-single-valued",
  "not-roles",
  "bad-interval",
  "bad-format",
  "format-mismatch",
  "bad-culture",
  "out-of-range",
  "bad-length",
  "bad-delimiter",
  "all-taken",
  "bad-pattern",
  "unsupported-pattern",
  "too-large",
] as const;
export type EvaluationErrorCode = (typeof EVALUATION_ERROR_CODES)[number];

/** Why an expression can never do what its schema asks of it. */
export const CHECK_ERROR_CODES = [
  "unknown-attribute",
  "unsupported-reference",
  "not-single-valued",
  "wrong-type",
  "matching-unique-value",
] as const;
export type CheckErrorCode = (typeof CHECK_ERROR_CODES)[number];

export type ExpressionErrorCode = SyntaxErrorCode | EvaluationErrorCode | CheckErrorCode;

/** What an error quotes. `found` and `expected` are there where they help, `suggestion` is a spelling that would be accepted. */
export interface ErrorFacts {
  readonly found?: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

/** One fault with one sentence for the person who wrote the expression. */
export interface ExpressionError extends ErrorFacts {
  readonly code: ExpressionErrorCode;
  readonly message: string;
  readonly position: Position;
  /** A correct expression that shows how it is done. */
  readonly example: string;
}

export const START: Position = { offset: 0, line: 1, column: 1 };

/**
 * Turns an offset into line and column; a line ends at LF, CR or CR LF. `from` is a position before it from which to count
 * on.
 */
export function positionAt(text: string, offset: number, from: Position = START): Position {
  let { line } = from;
  let lineStart = from.offset - (from.column - 1);
  for (let index = from.offset; index < offset; index++) {
    const unit = text[index];
    if (unit === "\n" || (unit === "\r" && text[index + 1] !== "\n")) {
      line++;
      lineStart = index + 1;
    }
  }
  return { offset, line, column: offset - lineStart + 1 };
}
