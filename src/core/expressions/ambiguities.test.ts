import { expect, test } from "vitest";
import { checkExpression } from "./check.ts";
import { evaluateLine } from "./line.ts";
import { type ParseOptions, parseExpression } from "./parser.ts";

/**
 * What was decided where the documentation of the language is silent or contradicts itself, by the numbers of the list of
 * open questions. A22 is settled in scope/clause.test.ts, A24 in mapping/map.test.ts.
 */
const roles = [
  { id: "1", value: "adm", displayName: "Administrator" },
  { id: "2", value: "usr", displayName: "User" },
];

const role = (name: string) => ({
  primary: false,
  type: "WindowsAzureActiveDirectoryRole",
  [name]: "Administrator",
  value: "adm",
});

test.each<[number: string, expression: string, attributes: object, value: unknown]>([
  ["A2", 'Append("\\+1", "\\d")', {}, "\\+1\\d"],
  ...[
    "Append([x], [a])",
    "Append([a], [x])",
    "Split([x], [a])",
    "StripSpaces([x])",
    "ToLower([x])",
    "ToUpper([x])",
  ].map(givesNull),
  ...["PCase([x])", "NormalizeDiacritics([x])", "ConvertToBase64([x])", "ConvertToUTF8Hex([x])", "CStr([x])"].map(
    givesNull,
  ),
  ...["CDate([x])", 'DateAdd("d", 1, [x])', 'DateDiff("d", [x], Now())', "DateFromNum([x])", "NumFromDate([x])"].map(
    givesNull,
  ),
  ...['FormatDateTime([x], , "yyyy", "yy")', "Item([x], 1)", "RemoveDuplicates([x])", "BitAnd([x], 1)"].map(givesNull),
  ...["SingleAppRoleAssignment([x])", "AppRoleAssignments([x])", 'Replace([x], "a", , , "b", , )'].map(givesNull),
  ["A5", "Left([x], 1)", {}, ""],
  ["A5", "Mid([x], 1, 1)", {}, ""],
  ["A5", 'Word([x], 1, ",")', {}, ""],
  ["A5", "Count([x])", {}, 0],
  ["A5", "InStr([x], [a])", { a: "a" }, 0],
  ["A5", "IsString([x])", {}, false],
  ["A5", "Not([x])", {}, true],
  ["A5", "CBool([x])", {}, false],
  ["A6", 'Join("-", [x], "a", "", [y])', { y: ["", "b"] }, "a-b"],
  ["A6", 'Join([x], "a", "b")', {}, "ab"],
  ["A6", 'Join("-", [x])', {}, ""],
  ["A7", 'Mid("abcd", 2, 0)', {}, ""],
  ["A7", 'Mid("abcd", 2, 99)', {}, "bcd"],
  ["A7", 'Mid("abcd", 0, 1)', {}, "abcd"],
  ["A7", 'Mid("abcd", 5, 1)', {}, "abcd"],
  ["A7", 'Mid("abcd", 2, -1)', {}, "abcd"],
  ["A8", 'Word("a,,b", 2, ",")', {}, "b"],
  ["A8", 'Word(",a", 1, ",")', {}, "a"],
  ["A8", 'Word("a", 1, ",")', {}, "a"],
  ["A8", 'Word("a", 2, ",")', {}, ""],
  ["A9", 'Split("a, b,", ",")', {}, ["a", " b", ""]],
  ["A10", 'NormalizeDiacritics("đ ð þ œ é")', {}, "đ ð þ œ e"],
  ["A11", "PCase(\"st john's o'brien-smith\")", {}, "St John'S O'Brien-Smith"],
  ["A11", 'PCase("st john\'s o\'brien-smith", " ")', {}, "St John's O'brien-smith"],
  ["A12", 'ToUpper("straße")', {}, "STRAßE"],
  ["A12", 'ToLower("ΟΔΟΣ")', {}, "οδοσ"],
  ["A13", 'InStr("Repository", "rep")', {}, 0],
  ["A13", 'InStr("Repository", "rep", 1, vbTextCompare)', {}, 1],
  ["A14", "DateFromNum(129699324000000000)", {}, "1/1/2012 11:00:00 PM"],
  ["A14", 'CDate("2020-03-16")', {}, "3/16/2020 12:00:00 AM"],
  ["A14", 'DateAdd("m", 1, CDate("2021-01-31"))', {}, "2/28/2021 12:00:00 AM"],
  ["A14", 'DateDiff("d", CDate("2021-01-02T12:00:00Z"), CDate("2021-01-01T13:00:00Z"))', {}, 0],
  ["A14", 'DateDiff("m", CDate("2021-01-31"), CDate("2021-02-01"))', {}, 1],
  ["A16", 'IIF([x] = "a", "holds", "fails")', {}, "fails"],
  ["A16", 'IIF([x] <> "a", "holds", "fails")', {}, "fails"],
  ["A16", 'IIF([x] = "", "holds", "fails")', { x: "" }, "fails"],
  ["A16", 'IIF(IsNullOrEmpty([x]), "holds", "fails")', {}, "holds"],
  ["A16", 'IIF([x], "holds", "fails")', {}, "fails"],
  ["A17", 'Switch([a], , "1", "one")', { a: "2" }, null],
  ["A17", 'Switch([a], , "1", "one", "1", "other")', { a: "1" }, "one"],
  ["A18", "Coalesce([a], [b])", { a: "", b: "b" }, ""],
  ["A18", "Coalesce([x], [b])", { b: "b" }, "b"],
  ["A20", 'Replace([a], , "[()\\\\s-]+", , "", , )', { a: "+1 (999) 888-7777" }, "+19998887777"],
  ["A21", "AppRoleAssignmentsComplex([r])", { r: roles.slice(0, 1) }, [role("displayName")]],
  ["A21", "AssertiveAppRoleAssignmentsComplex([r])", { r: roles.slice(0, 1) }, [role("display")]],
  ["A21", "AppRoleAssignments([r])", { r: roles }, ["adm", "usr"]],
  ["A21", "SingleAppRoleAssignment([r])", { r: roles }, "adm"],
  ["A21", "SingleAppRoleAssignment([r])", { r: ["plain"] }, "plain"],
  ["A23", 'Switch(IsPresent([a]), "d", "True", [a])', { a: "a" }, "a"],
  ["A23", 'Switch(IsPresent([x]), [a], IsPresent([a]), "never")', { a: "a" }, "a"],
  ["A25", 'Replace([a], , "(?<g>[0-9]+)", "g", , [b], )', { a: "kept", b: "x42" }, "kept"],
  ["A25", 'Replace([a], , "(?<g>[0-9]+)", "g", , [b], )', { a: "", b: "x42" }, "42"],
  ["A25", 'Replace([a], , "(?<g>[0-9]+)", "g", , [b], )', { b: "none" }, null],
])("%s: %s of %j is %j", (_, expression, attributes, value) => {
  expect(answer(expression, attributes)).toEqual({ value });
});

function givesNull(expression: string): [string, string, object, null] {
  return ["A5", expression, { a: "a" }, null];
}

function answer(expression: string, attributes: object = {}): unknown {
  const random = (count: number) => new Uint8Array(count);
  return evaluateLine({ expression, attributes }, { now: "2025-07-30T00:00:00Z", random });
}

test.each<[number: string, expression: string, options: ParseOptions, code: string]>([
  ["A1", "[mail]", {}, "not-a-call"],
  ["A1", "[mail]", { allowBare: true }, "attribute"],
  ["A1", '"x"', { allowBare: true }, "text"],
  ["A3", 'Append([a] & [b], "x")', {}, "unsupported-operator"],
  ["A3", "IIF(True, 1, 2)", {}, "bare-word"],
  ["A3", "Coalesce([a], NULL)", {}, "bare-word"],
  ["A3", 'IIF([a] = "x", IgnoreAttributeFlow, [b])', {}, "bare-word"],
  ["A3", 'IIF([a] = "x", IgnoreAttributeFlow, [b])', { flowWords: true }, "call"],
  ["A4", 'switch([a], , "1", "x")', {}, "unknown-function"],
  ["A9", "Split([a])", {}, "missing-argument"],
  ["A19", 'FormatDateTime([a], "yyyy", "yy")', {}, "missing-argument"],
])("%s: %s with %j is read as %s", (_, expression, options, code) => {
  const parsed = parseExpression(expression, options);
  expect(parsed.ok ? parsed.tree.kind : parsed.error.code).toBe(code);
});

test("A15: the minimum of small letters counts", () => {
  expect(answer("RandomString(3, 1, 1, 1, 1)")).toEqual({ error: expect.stringContaining("add up to 4") });
  expect(answer("RandomString(4, 1, 1, 1, 1)")).toEqual({ value: expect.stringMatching(/^.{4}$/s) });
});

test.each([
  ["A2", 'Append([a], "\\d")', "loose-escape"],
  ["A16", 'IIF([a] = "", "x", "y")', "null-test-in-condition"],
  ["A23", 'Switch(IsPresent([a]), , "True", [a])', "presence-as-switch-source"],
])("%s: %s works and is warned of", (_, expression, warning) => {
  const parsed = parseExpression(expression);
  const source = new Map([["a", { type: "String", multivalued: false }]] as const);
  const report = parsed.ok ? checkExpression(parsed.tree, { source }) : undefined;
  expect([report?.problems, report?.warnings.map(({ code }) => code)]).toEqual([[], [warning]]);
});
