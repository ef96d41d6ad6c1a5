import { readBoolean } from "#scim";
import { compilePattern } from "../expressions/index.ts";
import type { AttributeValue, ClauseResult } from "../objects.ts";

/** One clause of a scoping filter, as the schema document holds it. */
export interface Clause {
  readonly attribute: string;
  readonly operator: string;
  readonly operands: readonly string[];
}

/** Every operator with what its one value must satisfy. null never reaches them: see `judgeClause`. */
const binary: Readonly<Record<string, (value: string, operand: string) => boolean>> = {
  EQUALS: (value, operand) => value === operand,
  "NOT EQUALS": (value, operand) => value !== operand,
  INCLUDES: (value, operand) => value.includes(operand),
  ENDS_WITH: (value, operand) => value.endsWith(operand),
  "REGEX MATCH": (value, operand) => matchOf(value, operand).matched === true,
  "NOT REGEX MATCH": (value, operand) => matchOf(value, operand).matched === false,
  GREATER_THAN: (value, operand) => compareIntegers(value, operand, (left, right) => left > right),
  GREATER_THAN_OR_EQUALS: (value, operand) => compareIntegers(value, operand, (left, right) => left >= right),
  "&": (value, operand) => operand.includes(value),
  "!&": (value, operand) => !operand.includes(value),
};

const unary: Readonly<Record<string, (value: AttributeValue | undefined) => boolean>> = {
  "IS NULL": (value) => isEmpty(value),
  "IS NOT NULL": (value) => !isEmpty(value),
  "IS TRUE": (value) => readBoolean(value, "compat") === true,
  "IS FALSE": (value) => readBoolean(value, "compat") === false,
};

/** The operators' names as Entra writes them. */
export const operatorNames: readonly string[] = [
  "EQUALS",
  "NOT EQUALS",
  "Includes",
  "ENDS_WITH",
  "REGEX MATCH",
  "NOT REGEX MATCH",
  "Greater_Than",
  "Greater_Than_OR_EQUALS",
  "IS TRUE",
  "IS FALSE",
  "IS NULL",
  "IS NOT NULL",
  "&",
  "!&",
];

/** The name of an operator in Entra's spelling, whatever letter case it is given in; null for what is none. */
export const operatorNameOf = (operator: string): string | null =>
  operatorNames.find((name) => name.toUpperCase() === operator.toUpperCase()) ?? null;

export const isUnary = (operator: string): boolean => Object.hasOwn(unary, operator.toUpperCase());
export const isOperator = (operator: string): boolean =>
  isUnary(operator) || Object.hasOwn(binary, operator.toUpperCase());

/** What is wrong with a clause before any object is seen, or null: an unknown operator, a missing value, a pattern that cannot run. */
export const problemOfClause = (clause: Clause): string | null => {
  if (!isOperator(clause.operator))
    return `'${clause.operator}' is not an operator. Use one of: ${operatorNames.join(", ")}.`;
  if (isUnary(clause.operator)) return null;
  if (clause.operands.length === 0) return `${clause.operator} needs a value to compare [${clause.attribute}] with.`;
  if (isPattern(clause.operator)) {
    for (const operand of clause.operands) {
      const pattern = compilePattern(operand);
      if (!pattern.ok) return `The pattern ${JSON.stringify(operand)} cannot be used: ${pattern.message}`;
    }
  }
  return null;
};

/**
 * Whether an object satisfies a clause. A null or empty value fails every clause but `IS NULL`; patterns must match the whole value;
 * of several operands all must hold (G-FILTER, default `All`).
 */
export const judgeClause = (filter: string, clause: Clause, value: AttributeValue | undefined): ClauseResult => {
  const operator = clause.operator.toUpperCase();
  const test = Object.hasOwn(unary, operator) ? unary[operator] : undefined;
  const compare = Object.hasOwn(binary, operator) ? binary[operator] : undefined;
  const text = textOf(value);
  const passed =
    test !== undefined
      ? test(value)
      : compare !== undefined &&
        text !== null &&
        clause.operands.length > 0 &&
        clause.operands.every((operand) => compare(text, operand));
  const unjudged = text === null || !isPattern(operator) ? undefined : unjudgedOf(text, clause.operands);
  return {
    filter,
    attribute: clause.attribute,
    operator: clause.operator,
    operands: clause.operands,
    seen: value ?? null,
    passed,
    ...(unjudged === undefined ? {} : { unjudged }),
  };
};

const isEmpty = (value: AttributeValue | undefined): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** Null for what has no text of its own: absent, empty and multi-valued attributes. */
const textOf = (value: AttributeValue | undefined): string | null => {
  if (isEmpty(value) || typeof value === "object" || value === undefined) return null;
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
};

const isPattern = (operator: string): boolean => /REGEX/i.test(operator);

/** `matched` null: nobody can tell, and `why` says why; then neither `REGEX MATCH` nor its opposite holds. */
const matchOf = (value: string, pattern: string): { matched: boolean | null; why?: string } => {
  const compiled = compilePattern(pattern);
  if (!compiled.ok) return { matched: null, why: compiled.message };
  const why = compiled.unjudged(value);
  return why === undefined ? { matched: compiled.matchesWhole(value) } : { matched: null, why };
};

const unjudgedOf = (value: string, patterns: readonly string[]): string | undefined => {
  for (const pattern of patterns) {
    const { why } = matchOf(value, pattern);
    if (why !== undefined) return why;
  }
  return undefined;
};

const compareIntegers = (value: string, operand: string, holds: (left: bigint, right: bigint) => boolean): boolean =>
  /^\d+$/.test(value) && /^\d+$/.test(operand) && holds(BigInt(value), BigInt(operand));
