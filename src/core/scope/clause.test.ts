import { expect, test } from "vitest";
import type { AttributeValue } from "../objects.ts";
import { isOperator, isUnary, judgeClause, operatorNames, problemOfClause } from "./clause.ts";

const passes = (operator: string, operands: readonly string[], seen: AttributeValue | undefined) =>
  judgeClause("filter", { attribute: "a", operator, operands }, seen).passed;

test.each<[operator: string, operand: string, value: AttributeValue, passed: boolean]>([
  ["EQUALS", "Sales", "Sales", true],
  ["EQUALS", "Sales", "sales", false],
  ["EQUALS", "7", 7, true],
  ["EQUALS", "True", true, true],
  ["EQUALS", "true", true, false],
  ["NOT EQUALS", "Sales", "sales", true],
  ["NOT EQUALS", "Sales", "Sales", false],
  ["NOT EQUALS", "True", false, true],
  ["Includes", "ale", "Sales", true],
  ["Includes", "ALE", "Sales", false],
  ["Includes", "", "Sales", true],
  ["ENDS_WITH", "@example.org", "mia@example.org", true],
  ["ENDS_WITH", "@example.org", "mia@EXAMPLE.org", false],
  ["ENDS_WITH", "@example.org", "mia@example.org.evil", false],
  ["REGEX MATCH", "([1-9][0-9])", "10", true],
  ["REGEX MATCH", "([1-9][0-9])", "99", true],
  ["REGEX MATCH", "([1-9][0-9])", "100", false],
  ["REGEX MATCH", "([1-9][0-9])", "x10", false],
  ["REGEX MATCH", "([1-9][0-9])", 42, true],
  ["REGEX MATCH", "cat|dog", "dogma", false],
  ["REGEX MATCH", "cat|dog", "dog", true],
  ["REGEX MATCH", "^cat$", "cat", true],
  ["REGEX MATCH", ".*\\@example\\.org", "mia@example.org", true],
  ["REGEX MATCH", ".*\\@example\\.org", "MIA@EXAMPLE.ORG", false],
  ["REGEX MATCH", "(1[0-9][0-9][0-9][0-9][0-9][0-9])", "1999999", true],
  ["REGEX MATCH", "(1[0-9][0-9][0-9][0-9][0-9][0-9])", "2000000", false],
  ["NOT REGEX MATCH", "cat", "dog", true],
  ["NOT REGEX MATCH", "cat", "concatenate", true],
  ["NOT REGEX MATCH", "cat", "cat", false],
  ["Greater_Than", "5", 6, true],
  ["Greater_Than", "5", "6", true],
  ["Greater_Than", "5", "5", false],
  ["Greater_Than", "9", "10", true],
  ["Greater_Than", "9007199254740992", "9007199254740993", true],
  ["Greater_Than", "9007199254740993", "9007199254740992", false],
  ["Greater_Than", "99999999999999999999999999999998", "99999999999999999999999999999999", true],
  ["Greater_Than_OR_EQUALS", "9007199254740993", "9007199254740993", true],
  ["Greater_Than_OR_EQUALS", "9007199254740993", "9007199254740992", false],
  ["Greater_Than", "005", "6", true],
  ["Greater_Than", "5", " 6", false],
  ["Greater_Than", "5", "-6", false],
  ["Greater_Than", "5", "6.5", false],
  ["Greater_Than", "five", "6", false],
  ["Greater_Than_OR_EQUALS", "5", "5", true],
  ["Greater_Than_OR_EQUALS", "5", "4", false],
  ["Greater_Than_OR_EQUALS", "5", true, false],
  ["&", "Sales;Support", "Sales", true],
  ["&", "Sales;Support", "sales", false],
  ["&", "Sales;Support", "Legal", false],
  ["!&", "Sales;Support", "Legal", true],
  ["!&", "Sales;Support", "Support", false],
])("%s %j on %j is %s", (operator, operand, value, passed) => {
  expect(passes(operator, [operand], value)).toBe(passed);
});

const nothing: readonly (AttributeValue | undefined)[] = [null, undefined, "", []];
const role = { id: "r", value: "User", displayName: "User" };

test.each(operatorNames)(
  "%s on an absent, empty or multi-valued attribute holds only where it asks for emptiness",
  (operator) => {
    for (const value of nothing) expect(passes(operator, ["x"], value)).toBe(operator === "IS NULL");
    for (const value of [["x"], [role]]) expect(passes(operator, ["x"], value)).toBe(operator === "IS NOT NULL");
  },
);

test.each<[value: AttributeValue, isTrue: boolean, isFalse: boolean]>([
  [true, true, false],
  [false, false, true],
  ["True", true, false],
  ["true", true, false],
  ["False", false, true],
  ["false", false, true],
  ["TRUE", true, false],
  ["FALSE", false, true],
  ["yes", false, false],
  [1, false, false],
  [0, false, false],
])("truth of %j: IS TRUE %s, IS FALSE %s", (value, isTrue, isFalse) => {
  expect(passes("IS TRUE", [], value)).toBe(isTrue);
  expect(passes("IS FALSE", [], value)).toBe(isFalse);
});

test("false and zero are values, not nothing", () => {
  for (const value of [false, 0]) {
    expect(passes("IS NULL", [], value)).toBe(false);
    expect(passes("IS NOT NULL", [], value)).toBe(true);
  }
});

test("operators are known in any letter case, and those that take no value are told apart", () => {
  expect(operatorNames).toHaveLength(14);
  for (const operator of operatorNames) {
    expect(isOperator(operator.toLowerCase())).toBe(true);
    expect(isUnary(operator.toLowerCase())).toBe(operator.startsWith("IS "));
  }
  expect(passes("equals", ["x"], "x")).toBe(true);
});

test("a negative operator holds for other values, not for none", () => {
  for (const operator of ["NOT EQUALS", "NOT REGEX MATCH", "!&"]) {
    expect(passes(operator, ["x"], "y")).toBe(true);
    for (const value of nothing) expect(passes(operator, ["x"], value)).toBe(false);
  }
});

test("of several operands all must hold", () => {
  expect(passes("Includes", ["a", "b"], "abc")).toBe(true);
  expect(passes("Includes", ["a", "z"], "abc")).toBe(false);
  expect(passes("NOT EQUALS", ["a", "b"], "b")).toBe(false);
  expect(passes("EQUALS", [], "x")).toBe(false);
});

test.each(["STARTS_WITH", "", "constructor", "__proto__", "toString"])("%j is no operator", (operator) => {
  const clause = { attribute: "department", operator, operands: ["x"] };
  expect(isOperator(operator)).toBe(false);
  expect(judgeClause("f", clause, "x").passed).toBe(false);
  expect(problemOfClause(clause)).toBe(
    `'${operator}' is not an operator. Use one of: EQUALS, NOT EQUALS, Includes, ENDS_WITH, REGEX MATCH, NOT REGEX MATCH, Greater_Than, Greater_Than_OR_EQUALS, IS TRUE, IS FALSE, IS NULL, IS NOT NULL, &, !&.`,
  );
});

test("what is wrong with a clause is said before any object is seen", () => {
  const problem = (operator: string, ...operands: string[]) =>
    problemOfClause({ attribute: "department", operator, operands });
  expect(problem("EQUALS", "x")).toBeNull();
  expect(problem("IS NULL")).toBeNull();
  expect(problem("REGEX MATCH", "a+")).toBeNull();
  expect(problem("EQUALS")).toBe("EQUALS needs a value to compare [department] with.");
  expect(problem("regex match", "a", "(")).toMatch(/^The pattern "\(" cannot be used: /);
  expect(problem("NOT REGEX MATCH", "(a)\\1")).toMatch(/^The pattern "\(a\)\\\\1" cannot be used: /);
});

test("a pattern that cannot run satisfies neither operator, and the result says why", () => {
  const result = judgeClause("f", { attribute: "a", operator: "NOT REGEX MATCH", operands: ["("] }, "x");
  expect(result.passed).toBe(false);
  expect(result.unjudged).toMatch(/\S/);
});

test.each(["REGEX MATCH", "NOT REGEX MATCH"])(
  "%s fails, with the reason, on a text that it cannot judge",
  (operator) => {
    const clause = { attribute: "displayName", operator, operands: [".*\\bJosé\\b.*"] };
    expect(judgeClause("names", clause, "José Example")).toEqual({
      filter: "names",
      attribute: "displayName",
      operator,
      operands: [".*\\bJosé\\b.*"],
      seen: "José Example",
      passed: false,
      unjudged: "\\b and \\B in a pattern can be judged only where all letters are ASCII; name the separators instead",
    });
    expect(judgeClause("names", { ...clause, operands: [".*\\bEx\\b.*"] }, "Jo Ex")).not.toHaveProperty("unjudged");
  },
);

test("a result shows what was seen", () => {
  const clause = { attribute: "department", operator: "EQUALS", operands: ["Sales"] };
  const shown = { filter: "f", attribute: "department", operator: "EQUALS", operands: ["Sales"] };
  expect(judgeClause("f", clause, "Legal")).toEqual({ ...shown, seen: "Legal", passed: false });
  expect(judgeClause("f", clause, undefined)).toEqual({ ...shown, seen: null, passed: false });
});
