import fc from "fast-check";
import { expect, test } from "vitest";
import { type Clause, isUnary, operatorNames } from "./clause.ts";
import { parseFilterText, printFilterText } from "./filter-text.ts";

const clause = (attribute: string, operator: string, ...operands: string[]): Clause => ({
  attribute,
  operator,
  operands,
});

test.each<[text: string, clauses: readonly Clause[]]>([
  [
    'department EQUALS "Sales" AND country EQUALS DE',
    [clause("department", "EQUALS", "Sales"), clause("country", "EQUALS", "DE")],
  ],
  ["department equals Sales", [clause("department", "EQUALS", "Sales")]],
  ["  department\n  Not   Equals\tSales  ", [clause("department", "NOT EQUALS", "Sales")]],
  ["department EQUALS Research and Development", [clause("department", "EQUALS", "Research and Development")]],
  [
    "department EQUALS Research and Development AND city IS NOT NULL",
    [clause("department", "EQUALS", "Research and Development"), clause("city", "IS NOT NULL")],
  ],
  ['department EQUALS "Sales AND Support"', [clause("department", "EQUALS", "Sales AND Support")]],
  [
    'department EQUALS "Sales" and jobTitle is null',
    [clause("department", "EQUALS", "Sales"), clause("jobTitle", "IS NULL")],
  ],
  ["accountEnabled is true", [clause("accountEnabled", "IS TRUE")]],
  ["accountEnabled IS FALSE AND city IS NULL", [clause("accountEnabled", "IS FALSE"), clause("city", "IS NULL")]],
  [
    "employeeId greater_than 7 AND employeeId Greater_Than_OR_EQUALS 8",
    [clause("employeeId", "Greater_Than", "7"), clause("employeeId", "Greater_Than_OR_EQUALS", "8")],
  ],
  [
    'userPrincipalName REGEX MATCH ".*\\\\@example\\\\.org"',
    [clause("userPrincipalName", "REGEX MATCH", ".*\\@example\\.org")],
  ],
  [
    "userPrincipalName NOT REGEX MATCH .*\\@example\\.org",
    [clause("userPrincipalName", "NOT REGEX MATCH", ".*\\@example\\.org")],
  ],
  ['city EQUALS "the \\"Hague\\""', [clause("city", "EQUALS", 'the "Hague"')]],
  ['city EQUALS "a\\b"', [clause("city", "EQUALS", "a\\b")]],
  ['city EQUALS ""', [clause("city", "EQUALS", "")]],
  ['city Includes "a", "b"', [clause("city", "Includes", "a", "b")]],
  ["city Includes a, b", [clause("city", "Includes", "a, b")]],
  ["city & Oslo;Bergen", [clause("city", "&", "Oslo;Bergen")]],
  ['city !& "Oslo"', [clause("city", "!&", "Oslo")]],
  ["city EQUALS ORLANDO", [clause("city", "EQUALS", "ORLANDO")]],
  ["city EQUALS ANDORRA", [clause("city", "EQUALS", "ANDORRA")]],
  ["[department] EQUALS Sales", [clause("department", "EQUALS", "Sales")]],
])("%s", (text, clauses) => {
  expect(parseFilterText(text)).toEqual({ ok: true, clauses });
});

test.each<[text: string, column: number, message: string]>([
  ["", 1, 'A clause is wanted here, such as department EQUALS "Sales"'],
  ["   ", 4, "A clause is wanted here"],
  ["department", 11, "After department comes an operator: EQUALS, NOT EQUALS"],
  ["department LIKE Sales", 12, "'LIKE' is no operator. Use one of: EQUALS"],
  ["department = Sales", 12, "'=' is no operator. Did you mean EQUALS?"],
  ["department contains Sales", 12, "'contains' is no operator. Did you mean Includes?"],
  ["department EQUALS 'Sales'", 19, "A value with spaces stands between straight double quotes."],
  ["department EQUALS Sales and country EQUALS DE", 25, "Clauses are joined by AND in capitals."],
  ["department EQUALS Sales or country EQUALS DE", 25, "Clauses of one filter are joined by AND alone."],
  ["department EQUAL Sales", 12, "'EQUAL' is no operator. Did you mean EQUALS?"],
  ["department NOT EQUAL Sales", 12, "'NOT' is no operator. Did you mean NOT EQUALS?"],
  ["department IS NOT NUL", 12, "Did you mean IS NOT NULL?"],
  ["department EQUALS", 18, "EQUALS needs a value to compare with."],
  ["department EQUALS AND city IS NULL", 19, "EQUALS needs a value to compare with."],
  ['department EQUALS "Sales', 19, "begins with a double quote and has no closing one"],
  ['department EQUALS "Sales" city IS NULL', 27, "After a clause comes AND or the end, not 'city'."],
  ["city IS NULL extra", 14, "After a clause comes AND or the end, not 'extra'."],
  ['city IS NULL OR department EQUALS "Sales"', 14, "Make a second filter"],
  ["city EQUALS Oslo OR city EQUALS Bergen", 18, "Make a second filter"],
  ["city IS NULL AND ", 18, "A clause is wanted here"],
  ['city Includes "a", b', 20, "After a comma comes another value in double quotes."],
  ["department EQUALS Sales AND Marketing", 38, "After Marketing comes an operator"],
  [
    "departmint EQUALS Sales",
    1,
    "The source has no attribute departmint; names are case-sensitive. Did you mean department?",
  ],
  ["city IS NULL AND Department EQUALS x", 18, "Did you mean department?"],
  ["shoeSize EQUALS 44", 1, "Add it to the source's attribute list."],
])("%j is refused at column %i", (text, column, message) => {
  const reading = parseFilterText(text, ["department", "city", "Marketing"]);
  expect(reading).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining(message), position: { line: 1, column } },
  });
});

test("a fault on a later line is told with its line, and a nearest spelling is a suggestion", () => {
  expect(parseFilterText("department EQUALS Sales\n  AND city EKUALS Oslo")).toMatchObject({
    ok: false,
    error: { position: { line: 2, column: 12 }, suggestion: "EQUALS" },
  });
  expect(parseFilterText("x".repeat(10_001))).toMatchObject({
    ok: false,
    error: { message: "A filter has at most 10000 characters." },
  });
});

test("what is printed is read as what it was", () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.]{0,20}$/);
  const some = fc
    .tuple(
      name,
      fc.constantFrom(...operatorNames),
      fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 3 }),
    )
    .map(([attribute, operator, operands]) => ({ attribute, operator, operands: isUnary(operator) ? [] : operands }));
  fc.assert(
    fc.property(fc.array(some, { minLength: 1, maxLength: 5 }), (clauses) => {
      expect(parseFilterText(printFilterText(clauses))).toEqual({ ok: true, clauses });
    }),
  );
});

test("whatever is typed is read or refused with a place in it, and reading prints to what reads the same", () => {
  const words = fc.constantFrom(...operatorNames, "AND", "OR", "city", '"', "\\", ",", "x y", '"Sales"', " ");
  const typed = fc.oneof(
    fc.string(),
    fc.array(words).map((parts) => parts.join(" ")),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const reading = parseFilterText(text);
      if (reading.ok) expect(parseFilterText(printFilterText(reading.clauses))).toEqual(reading);
      else {
        expect(reading.error.message).not.toBe("");
        expect(reading.error.position.offset).toBeLessThanOrEqual(text.length);
      }
    }),
  );
});
