import type { ErrorFacts, ExpressionError, ExpressionErrorCode, Position } from "./errors.ts";
import { exampleFor } from "./examples.ts";
import type { Expression } from "./tree.ts";

/** The types of a schema's attributes, as Graph names them. */
export type SchemaType = "String" | "Integer" | "Reference" | "Binary" | "Boolean" | "DateTime";

export interface SchemaAttribute {
  readonly type: SchemaType;
  readonly multivalued: boolean;
}

/** The attribute that the expression is for. */
export interface TargetAttribute extends SchemaAttribute {
  readonly name: string;
  /** Whether accounts are found by it. Default false. */
  readonly matching?: boolean;
  /** Whether it is written at creation only. Unknown where absent. */
  readonly creationOnly?: boolean;
}

export interface CheckedSchema {
  /** Attributes of the source object by name. */
  readonly source: ReadonlyMap<string, SchemaAttribute>;
  readonly target?: TargetAttribute;
}

export type ExpressionWarningCode =
  | "loose-escape"
  | "presence-as-switch-source"
  | "null-test-in-condition"
  | "many-values"
  | "reference-as-text"
  | "key-never-matches"
  | "repeated-key"
  | "repeated-rule"
  | "constant-rule"
  | "unique-value-at-update"
  | "roles-without-function";

/** Something that works, or may work, but probably not as meant. */
export interface ExpressionWarning {
  readonly code: ExpressionWarningCode;
  readonly message: string;
  readonly position: Position;
}

export interface CheckReport {
  /** What can never work, in the order of the text; an expression without problems may be saved. */
  readonly problems: readonly ExpressionError[];
  readonly warnings: readonly ExpressionWarning[];
}

/** What a check has found so far. */
export interface Findings {
  readonly problems: ExpressionError[];
  readonly warnings: ExpressionWarning[];
}

/** Takes a problem down. */
export function addProblem(
  { problems }: Findings,
  code: ExpressionErrorCode,
  message: string,
  { position }: Pick<Expression, "position">,
  facts: ErrorFacts = {},
  example: string = exampleFor(code),
): void {
  problems.push({ code, message, position, ...facts, example });
}

export function addWarning(
  { warnings }: Findings,
  code: ExpressionWarningCode,
  message: string,
  { position }: Pick<Expression, "position">,
): void {
  warnings.push({ code, message, position });
}
