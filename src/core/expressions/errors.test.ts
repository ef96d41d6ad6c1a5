import { expect, test } from "vitest";
import { checkExpression } from "./check.ts";
import {
  CHECK_ERROR_CODES,
  type ErrorFacts,
  EVALUATION_ERROR_CODES,
  type ExpressionError,
  SYNTAX_ERROR_CODES,
} from "./errors.ts";
import { type EvaluationContext, evaluate } from "./evaluate.ts";
import { exampleFor } from "./examples.ts";
import type { CheckedSchema, SchemaAttribute, SchemaType } from "./findings.ts";
import { FUNCTION_HELP } from "./function-help.ts";
import { fromGraphSource } from "./graph-form.ts";
import { parseExpression } from "./parser.ts";
import { FUNCTIONS } from "./registry.ts";
import type { Expression } from "./tree.ts";
import type { AttributeValue } from "./values.ts";

const context: EvaluationContext = {
  now: "2025-07-30T00:00:00Z",
  random: (count) => new Uint8Array(count),
  taken: () => true,
};

/** An error as a row of a table, its place written as line:column. */
type Row = readonly [code: string, place: string, message: string, facts: ErrorFacts, example: string];

function rowOf({ code, position, message, example, ...facts }: ExpressionError): Row {
  return [code, `${position.line}:${position.column}`, message, facts, example];
}

/** The example of an error about a call: the first one of the function's help, or the one that is built in. */
function own(functionName: string, builtIn: string): string {
  return FUNCTION_HELP.get(functionName)?.examples[0]?.expression ?? builtIn;
}

function parsed(text: string): Expression {
  const result = parseExpression(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.tree;
}

const source: ReadonlyMap<string, SchemaAttribute> = new Map([
  ["mail", { type: "String", multivalued: false }],
  ["hired", { type: "DateTime", multivalued: false }],
  ["manager", { type: "Reference", multivalued: false }],
]);

function schema(type?: SchemaType, matching = false): CheckedSchema {
  return { source, ...(type === undefined ? {} : { target: { name: "x", type, multivalued: false, matching } }) };
}

const SYNTAX: readonly (readonly [text: string, ...Row])[] = [
  [
    "",
    "empty",
    "1:1",
    'The expression is empty; write a function call such as Join(" ", [givenName], [surname]).',
    {},
    'Join(" ", [givenName], [surname])',
  ],
  [
    `Append("${"a".repeat(10_000)}", "")`,
    "too-long",
    "1:10001",
    "The expression has 10014 characters; at most 10,000 are allowed. Shorten it.",
    { found: "10014", expected: "at most 10000" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    `${"Not(".repeat(101)}[a]${")".repeat(101)}`,
    "too-deep",
    "1:401",
    "Functions are nested more than 100 deep here; make the expression flatter.",
    { found: "Not", expected: "at most 100 calls inside one another" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([a], 1.5)",
    "unexpected-character",
    "1:13",
    "1.5 is not a whole number; write digits only, or put it in double quotes if it is text.",
    { found: "1.5", suggestion: '"1.5"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([a] , 1)",
    "unexpected-character",
    "1:11",
    "The character U+00A0 looks like a space or like nothing; write an ordinary space or remove it.",
    { found: "U+00A0", suggestion: " " },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([a], "b"; 1)',
    "unexpected-character",
    "1:16",
    "; is a semicolon; write , instead.",
    { found: ";", suggestion: "," },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([a], "\u0000")',
    "unexpected-character",
    "1:14",
    "Here stands the character U+0000, which no value may hold; remove it.",
    { found: "U+0000" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([a], "\ud800")',
    "unexpected-character",
    "1:14",
    "Here stands half of a character (U+D800), which no value may hold; remove it.",
    { found: "U+D800" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([a], ?)",
    "unexpected-character",
    "1:13",
    'The character ? cannot stand here; text constants stand between straight double quotes (").',
    { found: "?" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([a]], "b")',
    "unexpected-character",
    "1:11",
    "A closing square bracket stands here without an opening one; write attributes as [name].",
    { found: "]" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([mail], 'x')",
    "wrong-quote",
    "1:16",
    "' is a single quote; text constants stand between straight double quotes (\").",
    { found: "'", expected: '"', suggestion: '"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([mail], ‘x’)",
    "wrong-quote",
    "1:16",
    '‘ is a typographic quote; text constants stand between straight double quotes (").',
    { found: "‘", expected: '"', suggestion: '"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([mail], “x”)",
    "wrong-quote",
    "1:16",
    '“ is a typographic quote; text constants stand between straight double quotes (").',
    { found: "“", expected: '"', suggestion: '"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Join("a”, [b], "c")',
    "wrong-quote",
    "1:8",
    '” is a typographic quote and does not end the text constant before it; write a straight double quote (").',
    { found: "”", expected: '"', suggestion: '"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([mail], `x`)",
    "wrong-quote",
    "1:16",
    '` is a backtick; text constants stand between straight double quotes (").',
    { found: "`", expected: '"', suggestion: '"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([mail], "x',
    "unterminated-text",
    "1:16",
    "The text constant that begins here has no closing double quote; add one.",
    { expected: '"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([mail], "x\\")',
    "unterminated-text",
    "1:16",
    "The text constant that begins here has no closing double quote (a quote after a backslash belongs to the text); add one.",
    { expected: '"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([mail], "x”)',
    "unterminated-text",
    "1:16",
    "The text constant that begins here has no closing double quote (” is a typographic quote and belongs to the text); add one.",
    { found: "”", expected: '"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([mail, "x")',
    "unterminated-attribute",
    "1:8",
    "The attribute reference that begins here has no closing square bracket; write it as [name].",
    { expected: "]", found: "," },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([mail",
    "unterminated-attribute",
    "1:8",
    "The attribute reference that begins here has no closing square bracket; write it as [name].",
    { expected: "]" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([], "x")',
    "bad-attribute-name",
    "1:8",
    "The square brackets are empty; put an attribute's name in them.",
    { found: "[]" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([m ail], "x")',
    "bad-attribute-name",
    "1:8",
    "An attribute's name contains no white space; remove it from between the square brackets.",
    { found: "[m ail]", suggestion: "[mail]" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([a\u0000], "x")',
    "bad-attribute-name",
    "1:10",
    "An attribute's name cannot hold the character U+0000; remove it from between the square brackets.",
    { found: "U+0000" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'switch([a], "x")',
    "unknown-function",
    "1:1",
    "switch is unknown: names of functions are case-sensitive. Did you mean Switch?",
    { found: "switch", suggestion: "Switch" },
    own("Switch", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'),
  ],
  [
    'Replce([a], "x")',
    "unknown-function",
    "1:1",
    "Replce is unknown: there is no function of that name. Did you mean Replace?",
    { found: "Replce", suggestion: "Replace" },
    own("Replace", 'Replace([mail], "@old.example", , , "@example.com", , )'),
  ],
  [
    'Jion(" ", [a])',
    "unknown-function",
    "1:1",
    "Jion is unknown: there is no function of that name. Did you mean Join?",
    { found: "Jion", suggestion: "Join" },
    own("Join", 'Join(" ", [givenName], [surname])'),
  ],
  [
    'Concat([a], "x")',
    "unknown-function",
    "1:1",
    "Concat is unknown: there is no function of that name. Did you mean Join?",
    { found: "Concat", suggestion: "Join" },
    own("Join", 'Join(" ", [givenName], [surname])'),
  ],
  [
    "Frobnicate([a])",
    "unknown-function",
    "1:1",
    "Frobnicate is unknown: there is no function of that name.",
    { found: "Frobnicate" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([mail], x)",
    "bare-word",
    "1:16",
    'x is neither an attribute nor a constant; write [x] for an attribute or "x" for text.',
    { found: "x", suggestion: '"x"' },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "InStr([a], [b], 1, vbtextcompare)",
    "bare-word",
    "1:20",
    "vbtextcompare is unknown: words are case-sensitive. Did you mean vbTextCompare?",
    { found: "vbtextcompare", suggestion: "vbTextCompare" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Append([a], vbTextCompare)",
    "bare-word",
    "1:13",
    "vbTextCompare has a meaning only as the fourth argument of InStr.",
    { found: "vbTextCompare" },
    own("Append", 'Append([mailNickname], "@example.com")'),
  ],
  [
    "InStr([a], [b], 1, [c])",
    "bare-word",
    "1:20",
    "InStr's compareType is one of the words vbTextCompare and vbBinaryCompare.",
    { expected: "vbTextCompare, vbBinaryCompare" },
    own("InStr", 'Join(" ", [givenName], [surname])'),
  ],
  [
    "Append([a], IgnoreAttributeFlow)",
    "bare-word",
    "1:13",
    "IgnoreAttributeFlow is not part of this language; leave an empty value out with IgnoreFlowIfNullOrEmpty.",
    { found: "IgnoreAttributeFlow", suggestion: "IgnoreFlowIfNullOrEmpty" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "[mail]",
    "not-a-call",
    "1:1",
    "An expression is one function call; to copy an attribute or write a constant, use a direct or constant mapping.",
    { expected: "a function call" },
    'Append([mailNickname], "@example.com")',
  ],
  [
    'Append([mail],\n "x"',
    "missing-parenthesis",
    "2:5",
    "Append( is not closed; add the missing closing parenthesis.",
    { expected: ")" },
    own("Append", 'Append([mailNickname], "@example.com")'),
  ],
  [
    'Append[mail, "x"]',
    "missing-parenthesis",
    "1:1",
    "Append is a function; its arguments stand in parentheses after its name.",
    { found: "Append", expected: "(" },
    own("Append", 'Append([mailNickname], "@example.com")'),
  ],
  [
    'Append([mail], "x"))',
    "unexpected-parenthesis",
    "1:20",
    "This closing parenthesis has no opening one; remove it.",
    { found: ")" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    '("a")',
    "unexpected-parenthesis",
    "1:1",
    "A parenthesis opens here without a function's name in front of it; remove it or name a function.",
    { found: "(" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Append([mail] ".x")',
    "missing-comma",
    "1:15",
    'A comma is missing before ".x", between two arguments of Append.',
    { found: '".x"', expected: "," },
    own("Append", 'Append([mailNickname], "@example.com")'),
  ],
  [
    'IIF([a]=,"e","f")',
    "missing-operand",
    "1:9",
    "An attribute, a constant or a function call is missing before ,.",
    { found: "," },
    'IIF([country] = "US", "domestic", "abroad")',
  ],
  [
    'IIF([a]!="b","c","d")',
    "unknown-operator",
    "1:8",
    "!= is not a comparison of this language; write <> instead.",
    { found: "!=", suggestion: "<>" },
    'IIF([country] = "US", "domestic", "abroad")',
  ],
  [
    'IIF([a]="b" AND [c]="d","e","f")',
    "unsupported-operator",
    "1:13",
    "The language has no operator AND; nest a second IIF in one of the branches instead.",
    { found: "AND" },
    'IIF([country] = "US", IIF([state] = "NY", "both", "one"), "none")',
  ],
  [
    'Append([a] & [b], "x")',
    "unsupported-operator",
    "1:12",
    'The language has no operator &; join texts with Join("", …).',
    { found: "&" },
    'IIF([country] = "US", IIF([state] = "NY", "both", "one"), "none")',
  ],
  [
    'IIF([a]<[b]<[c],"e","f")',
    "unsupported-operator",
    "1:12",
    "Only two values can be compared at a time; < begins a second comparison.",
    { found: "<" },
    'IIF([country] = "US", IIF([state] = "NY", "both", "one"), "none")',
  ],
  [
    "Left([a], 9223372036854775808)",
    "number-out-of-range",
    "1:11",
    "9223372036854775808 is beyond 64 bits; the largest whole number is 9223372036854775807.",
    { found: "9223372036854775808", expected: "-9223372036854775808 to 9223372036854775807" },
    "Left([employeeId], 6)",
  ],
  [
    'Append([mail], "x") y',
    "trailing-input",
    "1:21",
    "The expression ends before y; put everything inside one function call.",
    { found: "y" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    "Mid([a], 1)",
    "missing-argument",
    "1:1",
    "Mid needs its argument length: Mid(source, start, length).",
    { expected: "length" },
    own("Mid", "Mid([mailNickname], 1, 8)"),
  ],
  [
    "ToLower([a], , 1)",
    "too-many-arguments",
    "1:16",
    "ToLower takes at most 2 arguments; 3 are given. Remove what is too much.",
    { expected: "2", found: "3" },
    own("ToLower", "ToLower([mail])"),
  ],
  [
    "Now(1)",
    "too-many-arguments",
    "1:5",
    "Now takes no arguments; one is given. Remove what is too much.",
    { expected: "0", found: "1" },
    own("Now", "ToLower([mail])"),
  ],
  [
    'Switch([a], "d", "k1", "v1", "k2")',
    "unpaired-keys",
    "1:30",
    "Switch takes its keys and values in pairs after the default value; one of them has no partner.",
    { expected: "a key and a value" },
    own("Switch", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'),
  ],
  [
    "SelectUniqueValue([a])",
    "too-few-rules",
    "1:1",
    "SelectUniqueValue needs at least two rules, so that there is another value when the first is taken.",
    { found: "1", expected: "2" },
    own("SelectUniqueValue", 'SelectUniqueValue([mailNickname], Append([mailNickname], "1"))'),
  ],
  [
    'ToLower(SelectUniqueValue("A", "B"))',
    "nested-unique-value",
    "1:9",
    "SelectUniqueValue cannot stand inside another function; make it the outermost one.",
    { found: "SelectUniqueValue" },
    own("SelectUniqueValue", 'SelectUniqueValue([mailNickname], Append([mailNickname], "1"))'),
  ],
  [
    'Replace([a], "b")',
    "argument-combination",
    "1:1",
    "Replace is given oldValue, which does not say what to replace with what; give one of: oldValue + replacementValue; oldValue + template; regexPattern + replacementValue; regexPattern + regexGroupName + replacementValue; regexPattern + regexGroupName + replacementAttributeName.",
    {
      found: "oldValue",
      expected:
        "oldValue + replacementValue; oldValue + template; regexPattern + replacementValue; regexPattern + regexGroupName + replacementValue; regexPattern + regexGroupName + replacementAttributeName",
    },
    own("Replace", 'Replace([mail], "@old.example", , , "@example.com", , )'),
  ],
  [
    'Replace([a], , "(", , "b", , )',
    "bad-pattern",
    "1:16",
    "The pattern is faulty: missing closing ).",
    { found: "(" },
    own("Replace", 'Replace([mobile], , "[^0-9]", , "", , )'),
  ],
  [
    'Replace([a], , "(?<x>b)", "y", "b", , )',
    "bad-pattern",
    "1:27",
    'The pattern has no group named "y"; name one with (?<name>…).',
    { found: "y" },
    own("Replace", 'Replace([mobile], , "[^0-9]", , "", , )'),
  ],
  [
    'Replace([a], , "(?=b)", , "b", , )',
    "unsupported-pattern",
    "1:16",
    "The pattern uses a look-ahead or look-behind, which is not supported here; capture the part in a named group instead.",
    { found: "(?=b)" },
    own("Replace", 'Replace([mobile], , "[^0-9]", , "", , )'),
  ],
];

const EVALUATION: readonly (readonly [text: string, attributes: Record<string, AttributeValue>, ...Row])[] = [
  [
    'Append(Mid("abc", "x", 1), "y")',
    {},
    "not-a-number",
    "1:19",
    'Mid takes a whole number as start; "x" is none.',
    { found: '"x"', expected: "a whole number" },
    own("Mid", "Mid([mailNickname], 1, 8)"),
  ],
  [
    'IIF("a" > 1, 1, 2)',
    {},
    "not-a-number",
    "1:5",
    'The comparison > takes whole numbers or dates; "a" is neither.',
    { found: '"a"', expected: "a whole number or a date" },
    "Left([employeeId], 6)",
  ],
  [
    "BitAnd([x], 1)",
    { x: "9223372036854775808" },
    "not-a-number",
    "1:8",
    'BitAnd takes a whole number as value1; "9223372036854775808" is none.',
    { found: '"9223372036854775808"', expected: "a whole number" },
    own("BitAnd", "Left([employeeId], 6)"),
  ],
  [
    'CDate("soon")',
    {},
    "not-a-date",
    "1:7",
    'CDate takes a date as expression; "soon" is none: write it as 2020-03-16T07:00:00Z, or convert it with FormatDateTime.',
    { found: '"soon"', expected: "a date such as 2020-03-16T07:00:00Z" },
    own("CDate", 'CDate("2020-03-16T07:00:00Z")'),
  ],
  [
    'NumFromDate("3/16/2020")',
    {},
    "not-a-date",
    "1:13",
    '"3/16/2020" is not an ISO 8601 date; convert it with FormatDateTime first.',
    { found: '"3/16/2020"', expected: "a date such as 2020-03-16T07:00:00Z" },
    own("NumFromDate", 'CDate("2020-03-16T07:00:00Z")'),
  ],
  [
    "CDate([x])",
    { x: "a\0b" },
    "not-a-date",
    "1:7",
    'CDate takes a date as expression; "a�b" is none: write it as 2020-03-16T07:00:00Z, or convert it with FormatDateTime.',
    { found: '"a�b"', expected: "a date such as 2020-03-16T07:00:00Z" },
    own("CDate", 'CDate("2020-03-16T07:00:00Z")'),
  ],
  [
    "Redact(CDate([x]))",
    { x: "secret" },
    "not-a-date",
    "1:14",
    "The expression has no value for this object (not-a-date); the details stay out of sight because it calls Redact.",
    {},
    own("CDate", 'CDate("2020-03-16T07:00:00Z")'),
  ],
  [
    'IIF("maybe", 1, 2)',
    {},
    "not-a-condition",
    "1:5",
    'IIF needs something true or false; "maybe" is neither.',
    { found: '"maybe"', expected: "True, False, a whole number or a comparison" },
    own("IIF", 'IIF([country] = "US", "domestic", "abroad")'),
  ],
  [
    "ToLower([x])",
    { x: ["a", "b"] },
    "not-single-valued",
    "1:9",
    "ToLower takes a single value as source; pick one with Item or put them together with Join.",
    { expected: "a single value" },
    own("ToLower", "ToLower(Item([proxyAddresses], 1))"),
  ],
  [
    'CBool("a" = [x])',
    { x: ["a", "b"] },
    "not-single-valued",
    "1:13",
    "The comparison = takes single values; pick one with Item.",
    { expected: "a single value" },
    "ToLower(Item([proxyAddresses], 1))",
  ],
  [
    'Switch([x], , "a", "b")',
    { x: ["a", "b"] },
    "not-single-valued",
    "1:8",
    "Switch needs a single value as its source; pick one with Item or put them together with Join.",
    { expected: "a single value" },
    own("Switch", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'),
  ],
  [
    'SelectUniqueValue([x], "b")',
    { x: ["a", "b"] },
    "not-single-valued",
    "1:19",
    "A rule of SelectUniqueValue must give a single value; pick one with Item.",
    { expected: "a single value" },
    own("SelectUniqueValue", 'SelectUniqueValue([mailNickname], Append([mailNickname], "1"))'),
  ],
  [
    'Join("-", "x", [x])',
    { x: [{ value: "a" }] },
    "not-single-valued",
    "1:16",
    "Join takes texts, not role objects; name the roles with AppRoleAssignments.",
    { expected: "texts" },
    own("Join", 'Join(" ", [givenName], [surname])'),
  ],
  [
    "SingleAppRoleAssignment(1)",
    {},
    "not-roles",
    "1:25",
    "SingleAppRoleAssignment takes app role assignments; give it [appRoleAssignments].",
    { expected: "app role assignments", suggestion: "[appRoleAssignments]" },
    own("SingleAppRoleAssignment", "SingleAppRoleAssignment([appRoleAssignments])"),
  ],
  [
    'DateAdd("day", 1, Now())',
    {},
    "bad-interval",
    "1:9",
    '"day" is not an interval; write one of yyyy, m, d, ww, h, n, s.',
    { found: "day", expected: "yyyy, m, d, ww, h, n, s", suggestion: "d" },
    own("DateAdd", 'DateAdd("d", 7, Now())'),
  ],
  [
    'DateDiff("q", Now(), Now())',
    {},
    "bad-interval",
    "1:10",
    '"q" is not an interval; write one of yyyy, m, d, ww, h, n, s.',
    { found: "q", expected: "yyyy, m, d, ww, h, n, s" },
    own("DateDiff", 'DateAdd("d", 7, Now())'),
  ],
  [
    'FormatDateTime("x", , "q", "yy")',
    {},
    "bad-format",
    "1:23",
    '"q" is not a .NET date format, such as yyyy-MM-dd.',
    { found: "q", expected: "a .NET date format" },
    own("FormatDateTime", 'FormatDateTime([hired], , "yyyy-MM-dd", "dd.MM.yyyy")'),
  ],
  [
    'FormatDateTime("x", "Roundtrip", "yyyy", "yy")',
    {},
    "bad-format",
    "1:21",
    '"Roundtrip" is not a DateTimeStyles name; leave it empty.',
    {
      found: "Roundtrip",
      expected:
        "None, AllowLeadingWhite, AllowTrailingWhite, AllowInnerWhite, AllowWhiteSpaces, NoCurrentDateDefault, AdjustToUniversal, AssumeLocal, AssumeUniversal, RoundtripKind",
    },
    own("FormatDateTime", 'FormatDateTime([hired], , "yyyy-MM-dd", "dd.MM.yyyy")'),
  ],
  [
    'FormatDateTime("x", , "yyyy", "yy")',
    {},
    "format-mismatch",
    "1:16",
    '"x" does not fit inputFormat "yyyy".',
    { found: '"x"', expected: "yyyy" },
    own("FormatDateTime", 'FormatDateTime("2020-03-16", , "yyyy-MM-dd", "dd.MM.yyyy")'),
  ],
  [
    'ToLower("x", "tr_TR")',
    {},
    "bad-culture",
    "1:14",
    '"tr_TR" is not the name of a culture; write one such as en-US.',
    { found: "tr_TR", expected: "a culture such as en-US", suggestion: "tr-TR" },
    own("ToLower", "ToLower([mail])"),
  ],
  [
    "Item([x], 3)",
    { x: ["a", "b"] },
    "out-of-range",
    "1:11",
    "Item counts from 1; index 3 is out of bounds, the attribute has 2 values.",
    { found: "3", expected: "1 to 2" },
    own("Item", "Item([proxyAddresses], 1)"),
  ],
  [
    "Item([x], 0)",
    { x: ["a", "b"] },
    "out-of-range",
    "1:11",
    "Item counts from 1; there is no value at index 0.",
    { found: "0", expected: "1 or more" },
    own("Item", "Item([proxyAddresses], 1)"),
  ],
  [
    'InStr("a", "b", 0)',
    {},
    "out-of-range",
    "1:17",
    "InStr counts from 1; start is 0.",
    { found: "0", expected: "1 or more" },
    own("InStr", "Item([proxyAddresses], 1)"),
  ],
  [
    'DateAdd("yyyy", 9000, Now())',
    {},
    "out-of-range",
    "1:1",
    "DateAdd leaves the years 1 to 9999.",
    {},
    own("DateAdd", 'DateAdd("d", 7, Now())'),
  ],
  [
    "DateFromNum(-1)",
    {},
    "out-of-range",
    "1:13",
    "DateFromNum goes back before 1601, when directory times begin.",
    {},
    own("DateFromNum", "Item([proxyAddresses], 1)"),
  ],
  [
    'NumFromDate("1600-12-31")',
    {},
    "out-of-range",
    "1:13",
    "NumFromDate goes back before 1601, when directory times begin.",
    {},
    own("NumFromDate", "Item([proxyAddresses], 1)"),
  ],
  [
    "RandomString(257, 0, 0, 0, 0)",
    {},
    "bad-length",
    "1:14",
    "RandomString makes 0 to 256 characters; Length is 257.",
    { found: "257", expected: "0 to 256" },
    own("RandomString", "RandomString(16, 2, 2, 2, 2)"),
  ],
  [
    "RandomString(2, 3, 0, 0, 0)",
    {},
    "bad-length",
    "1:14",
    "RandomString's minimums add up to 3, more than the Length of 2.",
    { found: "2", expected: "3 or more" },
    own("RandomString", "RandomString(16, 2, 2, 2, 2)"),
  ],
  [
    'RandomString(1, 1, 0, 0, 0, "0123456789")',
    {},
    "bad-length",
    "1:29",
    "RandomString is told to avoid every character of a kind that it must use.",
    {},
    own("RandomString", "RandomString(16, 2, 2, 2, 2)"),
  ],
  [
    'Split("a", "")',
    {},
    "bad-delimiter",
    "1:12",
    "Split needs a delimiter; it is an empty text here.",
    { expected: "a character" },
    own("Split", 'Split([extensionAttribute1], ",")'),
  ],
  [
    'SelectUniqueValue("a", "b")',
    {},
    "all-taken",
    "1:1",
    "Every value that the rules of SelectUniqueValue give is taken in the target; add another rule.",
    {},
    own("SelectUniqueValue", 'SelectUniqueValue([mailNickname], Append([mailNickname], "1"))'),
  ],
  [
    'Replace("a", , [x], , "b", , )',
    { x: "[" },
    "bad-pattern",
    "1:16",
    "The pattern is faulty: a [ has no closing ].",
    { found: "[" },
    own("Replace", 'Replace([mobile], , "[^0-9]", , "", , )'),
  ],
  [
    'Replace("a", , [x], "g", "b", , )',
    { x: "a" },
    "bad-pattern",
    "1:21",
    'The pattern has no group named "g"; name one with (?<name>…).',
    { found: "g" },
    own("Replace", 'Replace([mobile], , "[^0-9]", , "", , )'),
  ],
  [
    'Replace("josé", , "\\\\bj", , "J", , )',
    {},
    "unsupported-pattern",
    "1:19",
    "\\b and \\B in a pattern can be judged only where all letters are ASCII; name the separators instead.",
    { found: "\\bj" },
    own("Replace", 'Replace([mobile], , "[^0-9]", , "", , )'),
  ],
  [
    'Replace("a", , [x], , "b", , )',
    { x: "(?=a)" },
    "unsupported-pattern",
    "1:16",
    "The pattern uses a look-ahead or look-behind, which is not supported here; capture the part in a named group instead.",
    { found: "(?=a)" },
    own("Replace", 'Replace([mobile], , "[^0-9]", , "", , )'),
  ],
  [
    'Replace([x], "a", , , "aa", , )',
    { x: "a".repeat(600_000) },
    "too-large",
    "1:1",
    "Replace makes a value that is too large; cut the texts that it is given with Left.",
    {},
    own("Replace", 'Replace([mail], "@old.example", , , "@example.com", , )'),
  ],
];

const CHECK: readonly (readonly [text: string, schema: CheckedSchema, ...Row])[] = [
  [
    'Append([Mail], "x")',
    schema(),
    "unknown-attribute",
    "1:8",
    "The source has no attribute Mail; names are case-sensitive. Did you mean [mail]?",
    { found: "Mail", suggestion: "mail" },
    'Join(" ", [givenName], [surname])',
  ],
  [
    'Switch([manager], , "a", "b")',
    schema(),
    "unsupported-reference",
    "1:8",
    "Switch cannot look into [manager], which is a reference to another object; map it directly to a target attribute of type Reference.",
    { found: "a reference", expected: "a text, a number or a Boolean" },
    'Switch([department], "other", "Sales", "S")',
  ],
  [
    'IIF([manager] = "a", "b", "c")',
    schema(),
    "unsupported-reference",
    "1:5",
    "The comparison = cannot look into [manager], which is a reference to another object; map it directly to a target attribute of type Reference.",
    { found: "a reference", expected: "a text, a number or a Boolean" },
    'Switch([department], "other", "Sales", "S")',
  ],
  [
    'Coalesce([mail], Split("a,b", ","))',
    schema("String"),
    "not-single-valued",
    "1:18",
    'x holds a single value; Split("a,b", ",") always gives several: pick one with Item or put them together with Join.',
    { expected: "a single value" },
    "ToLower(Item([proxyAddresses], 1))",
  ],
  [
    'Switch([mail], "Yes", "True", "False")',
    schema("Boolean"),
    "wrong-type",
    "1:16",
    'x is a Boolean and can never hold "Yes"; it takes True or False.',
    { found: '"Yes"', expected: "True or False" },
    'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
  ],
  [
    'Coalesce([hired], "soon")',
    schema("DateTime"),
    "wrong-type",
    "1:19",
    'x is a DateTime and can never hold "soon"; it takes a date such as 2020-03-16T07:00:00Z.',
    { found: '"soon"', expected: "a date such as 2020-03-16T07:00:00Z" },
    'DateAdd("d", 7, Now())',
  ],
  [
    'IIF([mail] = "a", IsPresent([mail]), "1")',
    schema("Integer"),
    "wrong-type",
    "1:19",
    "x is an Integer and can never hold a Boolean, which IsPresent([mail]) gives; it takes a whole number.",
    { found: "a Boolean", expected: "a whole number" },
    "Count([proxyAddresses])",
  ],
  [
    'SelectUniqueValue([mail], Append([mail], "1"))',
    schema("String", true),
    "matching-unique-value",
    "1:1",
    "Accounts are found by x, so that it cannot be made unique by SelectUniqueValue: the account's own value counts as taken. Match by another attribute.",
    { found: "SelectUniqueValue" },
    'SelectUniqueValue([mailNickname], Append([mailNickname], "1"))',
  ],
];

test.each(SYNTAX)("%j is refused", (text, ...row) => {
  const result = parseExpression(text);
  expect(result.ok ? "an expression" : rowOf(result.error)).toEqual(row);
});

test.each(EVALUATION)("%j has no value", (text, attributes, ...row) => {
  const evaluation = evaluate(parsed(text), new Map(Object.entries(attributes)), context);
  expect(evaluation.kind === "error" ? rowOf(evaluation.error) : evaluation).toEqual(row);
});

test.each(CHECK)("%j does not fit its schema", (text, given, ...row) => {
  expect(checkExpression(parsed(text), given).problems.map(rowOf)).toEqual([row]);
});

const badSource: Row = [
  "bad-source",
  "1:1",
  "A source's type must be Attribute, Constant or Function.",
  { found: "type" },
  'Join(" ", [givenName], [surname])',
];

test("a source that is none is refused", () => {
  const result = fromGraphSource({ type: "Other" });
  expect(result.ok ? "an expression" : rowOf(result.error)).toEqual(badSource);
});

test("every code is in these tables", () => {
  const missing = (codes: readonly string[], rows: readonly (readonly unknown[])[], place: number) => {
    const seen = new Set(rows.map((row) => row[place]));
    return codes.filter((code) => !seen.has(code));
  };
  expect(missing(SYNTAX_ERROR_CODES, [...SYNTAX, ["", ...badSource]], 1)).toEqual([]);
  expect(missing(EVALUATION_ERROR_CODES, EVALUATION, 2)).toEqual([]);
  expect(missing(CHECK_ERROR_CODES, CHECK, 2)).toEqual([]);
});

test("every example is an expression without a fault", () => {
  for (const code of [...SYNTAX_ERROR_CODES, ...EVALUATION_ERROR_CODES, ...CHECK_ERROR_CODES]) {
    for (const name of [undefined, ...FUNCTIONS.keys()]) {
      const example = exampleFor(code, name);
      expect([example, parseExpression(example).ok]).toEqual([example, true]);
    }
  }
});
