import { parseDate } from "./date-text.ts";
import { failure, type Result, type Scope } from "./definition.ts";
import type { Comparison, ComparisonOperator, Expression } from "./tree.ts";
import { integerOf, isDate, scalarText, type Value } from "./values.ts";

/**
 * Compares two values. A comparison with null, or with a source attribute that is empty, does not hold whatever the
 * operator. Where one side is a number and the other spells one they compare as numbers, where one side is a date and
 * the other reads as one, as moments; otherwise `=` and `<>` compare texts, case-sensitively.
 */
export function compareValues(comparison: Comparison, left: Value, right: Value, scope: Scope): Result {
  const { operator } = comparison;
  if (fails(comparison.left, left) || fails(comparison.right, right)) return false;
  const order = orderOf(left, right, operator);
  if (order !== undefined) return holds(operator, order);
  const [leftText, rightText] = [scalarText(left), scalarText(right)];
  if (leftText === null || rightText === null) {
    return failure("not-single-valued", `The comparison ${operator} takes single values; pick one with Item.`);
  }
  if (operator === "=") return leftText === rightText;
  if (operator === "<>") return leftText !== rightText;
  const other = typeof left === "bigint" || integerOf(leftText) !== undefined ? right : left;
  return failure("not-a-number", `The comparison ${operator} takes whole numbers; ${scope.show(other)} is none.`);
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
