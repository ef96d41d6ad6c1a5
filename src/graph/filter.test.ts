import fc from "fast-check";
import { expect, test } from "vitest";
import { conjunctsOf, pathsOf } from "./filter.ts";
import { satisfies } from "./filter-match.ts";
import { parseFilter } from "./filter-parser.ts";

const person = {
  id: "0f4ad6c1-8e25-4b73-a9d0-51c7e3f2b801",
  displayName: "Mira O'Castellan",
  mail: null,
  accountEnabled: true,
  size: 12,
  createdDateTime: "2026-05-04T08:02:11Z",
  groupTypes: ["Unified", "DynamicMembership"],
  servicePrincipal: { id: "ABCD", displayName: "ThousandEyes" },
  targetResources: [
    { id: "t1", type: "User" },
    { id: "t2", type: "Group" },
  ],
};

const judge = (text: string): boolean | string => {
  const reading = parseFilter(text);
  return reading.ok ? satisfies(person, reading.filter) : reading.message;
};

test.each([
  ["displayName eq 'mira o''castellan'", true],
  ["DISPLAYNAME eq 'Mira O''Castellan'", true],
  ["displayName ne 'x'", true],
  ["mail eq null", true],
  ["mail ne null", false],
  ["mail eq 'x'", false],
  ["mail gt 'a'", false],
  ["accountEnabled eq true", true],
  ["accountEnabled eq false", false],
  ["size gt 11 and size lt 13 and size ge 12 and size le 12", true],
  ["size gt 12 or size eq 13", false],
  ["id eq 0f4ad6c1-8e25-4b73-a9d0-51c7e3f2b801", true],
  ["id in ('a', '0f4ad6c1-8e25-4b73-a9d0-51c7e3f2b801')", true],
  ["startswith(displayName,'mira')", true],
  ["startswith(displayName, 'castellan')", false],
  ["endswith(displayName,'LAN')", true],
  ["contains(tolower(servicePrincipal/displayName), 'eyes')", true],
  ["contains(displayName,'mira') eq true", true],
  ["contains(displayName,'mira') eq false", false],
  ["tolower(displayName) eq tolower('MIRA O''CASTELLAN')", true],
  ["createdDateTime gt 2026-05-04 and createdDateTime lt 2026-05-05", true],
  ["createdDateTime ge 2026-05-04T08:02:11Z", true],
  ["createdDateTime lt 2026-05-04T10:02:11+02:00", false],
  ["not (displayName eq 'x') and not startswith(displayName,'x')", true],
  ["size eq 1 and size eq 2 or size eq 12", true],
  ["size eq 12 or size eq 1 and size eq 2", true],
  ["(size eq 12 or size eq 1) and size eq 2", false],
  ["groupTypes/any(c:c eq 'unified')", true],
  ["groupTypes/any(c: c eq 'other')", false],
  ["groupTypes/any()", true],
  ["targetResources/any(t:t/id eq 't2' and t/type eq 'Group')", true],
  ["targetResources/any(t:t/id eq 't2' and t/type eq 'User')", false],
  ["__proto__ eq null", true],
  [
    "((contains(tolower(servicePrincipal/id), 'abcd') or contains(tolower(servicePrincipal/displayName), 'x')) and createdDateTime gt 2026-05-01 and createdDateTime lt 2026-06-02)",
    true,
  ],
])("%s: %s", (text, wanted) => {
  expect(judge(text)).toBe(wanted);
});

test.each([
  ["displayName eq", "A value was expected, not end of the filter.", 14],
  ["displayName like 'x'", "An operator (eq, ne, gt, ge, lt, le, in) was expected, not 'like'.", 12],
  ["displayName eq 'x", "A text that begins with ' has no closing '.", 15],
  ["displayName eq x", "'x' is no value; write texts in single quotes.", 15],
  ["displayName eq 'x' 'y'", "Unexpected 'y'.", 19],
  ["(displayName eq 'x'", ") was expected, not end of the filter.", 19],
  ["startswith(displayName)", ", was expected, not ')'.", 22],
  ["", "A condition was expected, not end of the filter.", 0],
  ["x/any(eq)", "any() wants a condition such as x:x eq 'a'.", 6],
])("%s is refused: %s", (text, message, position) => {
  expect(parseFilter(text)).toEqual({ ok: false, message, position });
});

test("a filter tells what it reads and what it demands", () => {
  const reading = parseFilter("a eq 1 and (b/c eq 'x' or not startswith(d,'y')) and e/any(f:f/g eq 1)");
  if (!reading.ok) throw new Error(reading.message);
  expect(pathsOf(reading.filter).map((path) => path.join("/"))).toEqual(["a", "b/c", "d", "e"]);
  expect(conjunctsOf(reading.filter).map(({ kind }) => kind)).toEqual(["comparison", "or", "any"]);
});

test("no text makes the parser throw, however deep or long", () => {
  const word = fc.constantFrom(
    "(",
    ")",
    ",",
    "'a'",
    "not ",
    " and ",
    " or ",
    "a",
    " eq ",
    "1",
    "x/any(",
    "y:y",
    "tolower(",
    "in",
    "'",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      const reading = parseFilter(words.join(""));
      if (reading.ok) expect(typeof satisfies(person, reading.filter)).toBe("boolean");
      else expect(reading.message).not.toBe("");
    }),
  );
  expect(parseFilter("(".repeat(4000)).ok).toBe(false);
  expect(parseFilter(`${"not ".repeat(1900)}a eq 1`).ok).toBe(false);
  expect(parseFilter(`a eq '${"x".repeat(8000)}'`)).toMatchObject({ ok: false, position: 8000 });
});
