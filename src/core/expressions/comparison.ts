import { singleOf } from "./conversion.ts";
import { parseDate } from "./date-text.ts";
import { type Failure, failure, quoteValue } from "./definition.ts";
import type { Comparison, ComparisonOperator, Expression } from "./tree.ts";
import { integerOf, isDate, scalarText, type Value } from "./values.ts";

/**
 * Compares two values. A comparison with null, or with a source attribute that is empty, does not hold whatever the
 * operator. Where one side is a number and the other spells one they compare as numbers, where one side is a date and
 * the other reads as one, as moments; otherwise `=` and `<>` compare texts, case-sensitively. The place of a failure is
 * 0 for the left side and 1 for the right one.
 */
export function compareValues(comparison: Comparison, leftValue: Value, rightValue: Value): boolean | Failure {
  const { operator } = comparison;
  const [left, right] = [singleOf(leftValue), singleOf(rightValue)];
  if (left === undefined) return severalValues(operator, 0);
  if (right === undefined) return severalValues(operator, 1);
  if (fails(comparison.left, left) || fails(comparison.right, right)) return false;
  const order = orderOf(left, right, operator);
  if (order !== undefined) return holds(operator, order);
  const [leftText, rightText] = [scalarText(left), scalarText(right)];
  if (leftText === null) return severalValues(operator, 0);
  if (rightText === null) return severalValues(operator, 1);
  if (operator === "=") return leftText === rightText;
  if (operator === "<>") return leftText !== rightText;
  const place = typeof left === "bigint" || integerOf(leftText) !== undefined ? 1 : 0;
  const found = quoteValue(place === 1 ? right : left);
  const message = `The comparison ${operator} takes whole numbers or dates; ${found} is neither.`;
  return failure("not-a-number", message, { place, found, expected: "a whole number or a date" });
}

function severalValues(operator: ComparisonOperator, place: number): Failure {
  const message = `The comparison ${operator} takes single values; pick one with Item.`;
  return failure("not-single-valued", message, { place, expected: "a single value" });
}

function fails(operand: Expression, value: Value): boolean {
  return value === null || (value === "" && operand.kind === "attribute");
}

/** Negative, zero or positive; undefined where the values have no order that this operator may use. */
function orderOf(left: Value, right: Value, operator: ComparisonOperator): number | undefined {
  if (isDate(left) || isDate(right)) {
    const [first, second] = [ticksOf(left), ticksOf(right)];
    if (first === undefined || second === undefined) return undefined;
    return sign(first, second);
  }
  const isEquality = operator === "=" || operator === "<>";
  if (isEquality && typeof left !== "bigint" && typeof right !== "bigint") return undefined;
  const [first, second] = [numberOf(left), numberOf(right)];
  return first === undefined || second === undefined ? undefined : sign(first, second);
}

function sign(first: bigint, second: bigint): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

function ticksOf(value: Value): bigint | undefined {
  if (isDate(value)) return value.ticks;
  return typeof value === "string" ? parseDate(value)?.moment.ticks : undefined;
}

function numberOf(value: Value): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "string" ? integerOf(value) : undefined;
}

function holds(operator: ComparisonOperator, order: number): boolean {
  switch (operator) {
    case "=":
      return order === 0;
    case "<>":
      return order !== 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
  }
}
