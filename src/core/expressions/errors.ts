/** A place in the text of an expression. `offset` counts UTF-16 units from 0; `line` and `column` count from 1. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** Why a text is not an expression. */
export type SyntaxErrorCode =
  | "empty"
  | "too-long"
  | "too-deep"
  | "unexpected-character"
  | "wrong-quote"
  | "unterminated-text"
  | "unterminated-attribute"
  | "bad-attribute-name"
  | "unknown-function"
  | "bare-word"
  | "not-a-call"
  | "missing-parenthesis"
  | "unexpected-parenthesis"
  | "missing-comma"
  | "missing-operand"
  | "unknown-operator"
  | "unsupported-operator"
  | "number-out-of-range"
  | "trailing-input"
  | "missing-argument"
  | "too-many-arguments"
  | "unpaired-keys"
  | "too-few-rules"
  | "nested-unique-value"
  | "argument-combination"
  | "bad-pattern"
  | "unsupported-pattern"
  | "unknown-attribute"
  | "bad-source";

/** Why an expression that reads well has no value for one object. */
export type EvaluationErrorCode =
  | "not-a-number"
  | "not-a-date"
  | "not-a-condition"
  | "not-single-valued"
  | "not-roles"
  | "bad-interval"
  | "bad-format"
  | "format-mismatch"
  | "bad-culture"
  | "out-of-range"
  | "bad-length"
  | "bad-delimiter"
  | "all-taken"
  | "bad-pattern"
  | "unsupported-pattern"
  | "too-large";

export type ExpressionErrorCode = SyntaxErrorCode | EvaluationErrorCode;

/**
 * One fault with one sentence for the person who wrote the expression. `found` and `expected` quote the text where that
 * helps, `suggestion` is a spelling that would be accepted.
 */
export interface ExpressionError {
  readonly code: ExpressionErrorCode;
  readonly message: string;
  readonly position: Position;
  readonly found?: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

export const START: Position = { offset: 0, line: 1, column: 1 };

/** Turns an offset into line and column; a line ends at LF, CR or CR LF. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < offset; index++) {
    const unit = text[index];
    if (unit === "\n" || (unit === "\r" && text[index + 1] !== "\n")) {
      line++;
      lineStart = index + 1;
    }
  }
  return { offset, line, column: offset - lineStart + 1 };
}
