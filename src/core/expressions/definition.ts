import type { DateTime } from "./calendar.ts";
import type { ErrorFacts, EvaluationErrorCode, Position, SyntaxErrorCode } from "./errors.ts";
import { legible } from "./quotation.ts";
import type { Call } from "./tree.ts";
import { type AttributeValue, isDate, scalarText, type Value } from "./values.ts";

/**
 * What a parameter takes. The value is converted before the function runs: `text` to a string, `integer` to a bigint,
 * `date` and `isoDate` to a DateTime, `list` to a list, `condition` to a Boolean; null stays null. `any` is handed over as it
 * is, `compareWord` is a bare word.
 */
export type ParameterType = "text" | "integer" | "date" | "isoDate" | "list" | "condition" | "any" | "compareWord";

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
  /** What is wrong with a converted value, whatever the other arguments are. It is not asked about null. */
  readonly fault?: (value: Value) => Failure | undefined;
}

/** The expression has no value: something is wrong, or the attribute is to be left alone. */
export type Stop = Failure | Ignored;

export interface Failure extends ErrorFacts {
  readonly kind: "failure";
  readonly code: EvaluationErrorCode;
  readonly message: string;
  /** The argument at fault, where it is one. */
  readonly place?: number;
  /** Where the failure arose; set once, on its way out of the call or comparison. */
  readonly origin?: FailureOrigin;
}

export interface FailureOrigin {
  readonly position: Position;
  /** Name of the function; absent for a comparison. */
  readonly functionName?: string;
  /** Whether its sentence may quote something that Redact covers. */
  readonly secret: boolean;
}

export interface Ignored {
  readonly kind: "ignored";
  readonly scope: "attribute" | "object";
}

export type Result = Value | Stop;

/** Supplies `count` random bytes that were drawn for this evaluation. */
export type RandomBytes = (count: number) => Uint8Array;

/** One evaluation: what a function may reach besides its arguments, and what it leaves behind. */
export interface Scope {
  /** The source attribute of that name. */
  readonly read: (name: string) => AttributeValue;
  /** The time of the evaluation, as the caller gave it. */
  readonly now: string | Date;
  readonly random: RandomBytes;
  /** Whether an object of the target already has this value. */
  readonly taken: (candidate: string) => boolean;
  /** Whether anything was read that logs must not show. */
  redacted: boolean;
  /** Units of work that are left; one is about a character written. */
  allowance: number;
}

/** A node that is ready to be evaluated. */
export type Step = (scope: Scope) => Result;

/** Converted arguments, one per place; undefined is a place left empty. */
export type Values = readonly (Value | undefined)[];

/**
 * What comes out of a function, null apart: a single value, a list of texts or objects, one item of the list in the first
 * place, or what is in one of the places that `yields` names.
 */
export type ResultType = "text" | "integer" | "boolean" | "date" | "texts" | "objects" | "item" | "argument";

interface Common {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly result: ResultType;
  /** Whether the value in this place may be the result. */
  readonly yields?: (place: number) => boolean;
  /** A fault in the way the arguments go together that can be seen without a value. */
  readonly check?: (call: Call) => CallFault | undefined;
}

export interface EagerFunction extends Common {
  readonly kind: "eager";
  /** Whether the function is asked about null; otherwise a null in a required place gives null. */
  readonly takesNull?: true;
  /** Whether the same arguments may give another result at another time. */
  readonly varies?: true;
  readonly run: (values: Values, scope: Scope) => Result;
}

/** Evaluates its places itself, and only those that it needs; undefined is a place left empty. */
export interface LazyFunction extends Common {
  readonly kind: "lazy";
  /** Whether the value in this place decides which of the others are evaluated. */
  readonly decides: (place: number) => boolean;
  readonly run: (places: readonly (Step | undefined)[], scope: Scope) => Result;
}

export type FunctionDefinition = EagerFunction | LazyFunction;

export interface CallFault extends ErrorFacts {
  readonly code: SyntaxErrorCode;
  readonly message: string;
  /** The place that is at fault; the function's name when absent. */
  readonly place?: number;
}

/** The parameter that an argument fills. */
export function parameterAt(definition: FunctionDefinition, place: number): Parameter | undefined {
  return definition.parameters[place] ?? definition.parameters.at(-1);
}

export function isStop(result: Result): result is Stop {
  return typeof result === "object" && result !== null && (result.kind === "failure" || result.kind === "ignored");
}

export function isFailure(result: Result): result is Failure {
  return isStop(result) && result.kind === "failure";
}

export function failure(
  code: EvaluationErrorCode,
  message: string,
  facts: ErrorFacts & Pick<Failure, "place"> = {},
): Failure {
  return { kind: "failure", code, message, ...facts };
}

/** Takes from the allowance of work; false when it is used up. */
export function spend(scope: Scope, units: number): boolean {
  scope.allowance -= units;
  return scope.allowance >= 0;
}

/** Quotes a value for a sentence, shortened. */
export function quoteValue(value: Value): string {
  const text = scalarText(value);
  if (text === null) return value === null ? "an absent value" : "a list or object";
  return `"${legible(text)}"`;
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

/** The date in a place, the beginning of the calendar for null or an empty place. */
export function dateAt(values: Values, place: number): DateTime {
  const value = values[place] ?? null;
  return isDate(value) ? value : { kind: "date", ticks: 0n };
}
