import type { DateTime } from "./calendar.ts";
import type { EvaluationErrorCode, ExpressionError, SyntaxErrorCode } from "./errors.ts";
import type { Argument, Call, Expression } from "./tree.ts";
import type { Value } from "./values.ts";

/**
 * What a parameter takes. The evaluator converts before the function runs: `text` to a string, `integer` to a bigint,
 * `date` to a DateTime, `list` to a list; null stays null. `any` is handed over as it is, `compareWord` is a bare word.
 */
export type ParameterType = "text" | "integer" | "date" | "list" | "any" | "compareWord";

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly required: boolean;
  /** Takes every further argument; only the last parameter may. */
  readonly repeats?: true;
  /** The key in Graph's JSON where it differs from the name. */
  readonly key?: string;
  /** The type in Graph's listing of functions where it does not follow from `type`. */
  readonly listedType?: "Boolean" | "Reference";
}

/** The expression has no value: something is wrong, or the attribute is to be left alone. */
export type Stop = Failure | Ignored;

export interface Failure {
  readonly kind: "failure";
  readonly code: EvaluationErrorCode;
  readonly message: string;
}

export interface Ignored {
  readonly kind: "ignored";
  readonly scope: "attribute" | "object";
}

export type Result = Value | Stop;

/** Supplies `count` random bytes that were drawn for this evaluation. */
export type RandomBytes = (count: number) => Uint8Array;

/** What a function may reach besides its arguments. */
export interface Scope {
  /** The time of the evaluation, or undefined when the caller's is not a date. */
  readonly now: () => DateTime | undefined;
  readonly random: RandomBytes;
  /** Quotes a value for a sentence, shortened. */
  readonly show: (value: Value) => string;
  /** Notes that the log must not show the result. */
  readonly redact: () => void;
  /** Takes from the allowance of work for one evaluation; false when it is used up. */
  readonly spend: (units: number) => boolean;
}

/** Converted arguments, one per place; undefined is a place left empty. */
export type Values = readonly (Value | undefined)[];

interface Common {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** A fault in the way the arguments go together that can be seen without a value. */
  readonly check?: (call: Call) => CallFault | undefined;
}

export interface EagerFunction extends Common {
  readonly kind: "eager";
  /** Whether the function is asked about null; otherwise a null in a required place gives null. */
  readonly takesNull?: true;
  readonly run: (values: Values, scope: Scope) => Result;
}

export interface LazyFunction extends Common {
  readonly kind: "lazy";
  readonly run: (places: readonly Argument[], evaluate: (expression: Expression) => Result, scope: Scope) => Result;
}

export type FunctionDefinition = EagerFunction | LazyFunction;

export interface CallFault extends Pick<ExpressionError, "message" | "found" | "expected" | "suggestion"> {
  readonly code: SyntaxErrorCode;
  /** The place that is at fault; the function's name when absent. */
  readonly place?: number;
}

export function isStop(result: Result): result is Stop {
  return typeof result === "object" && result !== null && (result.kind === "failure" || result.kind === "ignored");
}

export function failure(code: EvaluationErrorCode, message: string): Failure {
  return { kind: "failure", code, message };
}

/** The text in a place, "" for null or an empty place. */
export function textAt(values: Values, place: number): string {
  const value = values[place];
  return typeof value === "string" ? value : "";
}

/** The integer in a place, 0 for null or an empty place. */
export function integerAt(values: Values, place: number): bigint {
  const value = values[place];
  return typeof value === "bigint" ? value : 0n;
}
