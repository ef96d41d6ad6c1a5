import { expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import { LONGEST_EXPRESSION, parseExpression } from "./parser.ts";
import { printText } from "./print.ts";
import { compilePattern } from "./regular-expressions.ts";
import type { AttributeValue } from "./values.ts";

const context = { now: "2025-07-30T00:00:00Z", random: (count: number) => new Uint8Array(count) };

/** The value, or the error's code and place. */
function answer(text: string, attributes: object = {}): unknown {
  const result = parseExpression(text);
  if (!result.ok) return [result.error.code, result.error.position.offset];
  const values = new Map(Object.entries(attributes) as [string, AttributeValue][]);
  const evaluation = evaluate(result.tree, values, context);
  if (evaluation.kind === "error") return [evaluation.error.code, evaluation.error.position.offset];
  return evaluation.kind === "value" ? evaluation.value : evaluation;
}

function matching(pattern: string): string {
  return `Replace([x], , ${printText(pattern)}, , "-", , )`;
}

/** The template with itself in place of each %, so many times. */
function nested(template: string, innermost: string, times: number): string {
  let text = innermost;
  for (let level = 0; level < times; level++) text = template.replaceAll("%", () => text);
  return text;
}

test.each([
  ["(a+)+$", `${"a".repeat(50)}!`],
  ["(a*)*b", "a".repeat(50)],
  ["(a|aa)+$", `${"a".repeat(50)}!`],
  ["(((a+)+)+)+$", `${"a".repeat(50)}!`],
  ["(.*a){20}$", `${"a".repeat(50)}!`],
  ["^(\\w+\\s?)*$", `${"word ".repeat(20)}!`],
  ["([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*@$", `${"a".repeat(60)}!`],
  ["(x+x+)+y", "x".repeat(60)],
  [Array.from({ length: 300 }, (_, index) => `x{${index % 9}}y`).join("|"), "x".repeat(60)],
])("%s leaves a text alone that takes other engines for ever", (pattern, text) => {
  expect(answer(matching(pattern), { x: text })).toBe(text);
});

test.each([
  ["a search that fails late, again and again", "a.*b|a", "a".repeat(20_000)],
  ["a large pattern on a large text", "[ab]*a[ab]{900}[cd]|[ab]", "ab".repeat(1_000)],
  ["matches without end", "x*", "y".repeat(500_000)],
])("%s is stopped at the call", (_, pattern, text) => {
  expect(answer(`Append("", ${matching(pattern)})`, { x: text })).toEqual(["too-large", 11]);
});

test("a filter's pattern is not tried on a text that is too long for it", () => {
  const compiled = compilePattern(".*(?:a|b){1,900}c");
  expect(compiled.ok && compiled.unjudged("a".repeat(1_000_000))).toContain("too long");
  expect(compiled.ok && compiled.unjudged("a".repeat(10_000))).toBeUndefined();
});

test.each([
  ["counts", "\\p{L}{1000}".repeat(160)],
  ["counts of counts", "(?:a{1,10}){1,100}".repeat(100)],
  ["groups", `${"(".repeat(101)}a${")".repeat(101)}`],
  ["letters", "a".repeat(2_001)],
])("a pattern with too many %s is refused where it stands", (_, pattern) => {
  expect(answer(matching(pattern))).toEqual(["unsupported-pattern", 15]);
});

test.each([
  ["a hundred calls", nested("Not(%)", "[x]", 100), true],
  ["a hundred and one", nested("Not(%)", "[x]", 101), ["too-deep", 400]],
  ["thousands of calls", "Not(".repeat(2_400), ["too-deep", 400]],
  ["parentheses", "(".repeat(LONGEST_EXPRESSION), ["unexpected-parenthesis", 0]],
  ["brackets", "[".repeat(LONGEST_EXPRESSION), ["unterminated-attribute", 0]],
  ["quotes", '"'.repeat(LONGEST_EXPRESSION), ["not-a-call", 0]],
  ["empty places", `Join(${",".repeat(9_990)})`, ["missing-argument", 0]],
  ["a long name", "J".repeat(LONGEST_EXPRESSION), ["bare-word", 0]],
  [
    "ten thousand characters",
    `Append("${"b".repeat(LONGEST_EXPRESSION - 14)}", "")`,
    "b".repeat(LONGEST_EXPRESSION - 14),
  ],
  ["one more", `Append("${"b".repeat(LONGEST_EXPRESSION - 13)}", "")`, ["too-long", LONGEST_EXPRESSION]],
])("%s", (_, text, expected) => {
  expect(answer(text, { x: "True" })).toEqual(expected);
});

const LONG = "ab".repeat(500);

test.each([
  ["replacements that double", nested('Replace(%, "a", , , "aa", , )', '"a"', 40), 160],
  ["templates", nested(`Replace(%, "a", , , , , "${"a".repeat(20)}")`, '"aaaaaaaaaa"', 9), 40],
  ["references to the whole text", `Replace([x], , "b", , "${"$_".repeat(4_000)}", , )`, 0],
  ["joins of joins", nested("Join(%, %, %)", "[x]", 6), 4_542],
  ["a separator between many", 'Join([x], Split([x], "a"), Split([x], "b"), Split(Join([x], [x], [x]), "a"))', 0],
  ["a long attribute", 'Append([y], "")', 0],
])("a result that grows without end is stopped where it became too large: %s", (_, text, offset) => {
  expect(answer(text, { x: LONG, y: "y".repeat(1_000_001) })).toEqual(["too-large", offset]);
});

test.each([
  ["RandomString(9223372036854775807, 0, 0, 0, 0)", ["bad-length", 13]],
  ["RandomString(-1, 0, 0, 0, 0)", ["bad-length", 13]],
  ["RandomString(256, 9223372036854775807, 9223372036854775807, 0, 0)", ["bad-length", 13]],
  ['DateAdd("yyyy", 9223372036854775807, Now())', ["out-of-range", 0]],
  ['DateAdd("ww", -9223372036854775808, Now())', ["out-of-range", 0]],
  ["Item([x], 9223372036854775807)", ["out-of-range", 10]],
  ["Left([x], 9223372036854775808)", ["number-out-of-range", 10]],
  ['Left("abc", 9223372036854775807)', "abc"],
  ['Mid("abc", -9223372036854775808, 9223372036854775807)', "abc"],
  ['InStr("abc", "c", 9223372036854775807)', 0],
])("%s, with its number beyond all bounds", (text, expected) => {
  expect(answer(text, { x: "abc" })).toEqual(expected);
});

test("names that objects know are names like others", () => {
  const text = 'Coalesce([__proto__], [constructor], [toString], [hasOwnProperty], "none")';
  expect(answer(text)).toBe("none");
  expect(answer("Append([__proto__], [constructor])", JSON.parse('{"__proto__": "a", "constructor": "b"}'))).toBe("ab");
  expect(answer("constructor([x])")).toEqual(["unknown-function", 0]);
  expect(answer('Replace([x], , "a", "__proto__", "b", , )')).toEqual(["bad-pattern", 20]);
  expect(answer('Replace([x], , "(?<__proto__>a)", "__proto__", "b", , )', { x: "a" })).toBe("b");
  expect(answer('Replace([x], , "(?<constructor>a)", , "$\u007bconstructor}$\u007btoString}", , )', { x: "a" })).toBe(
    "a$\u007btoString}",
  );
});

test.each([
  ['Append([x], "a\ud800")', ["unexpected-character", 14]],
  ['Append([x], "\udc00a")', ["unexpected-character", 13]],
  ['Append([x], "a\0b")', ["unexpected-character", 14]],
  ["Append([x\0], [y])", ["bad-attribute-name", 9]],
  ["Append([\ud83d], [y])", ["bad-attribute-name", 8]],
  ["Append(\ud83d, [y])", ["unexpected-character", 7]],
  ["Append(\0, [y])", ["unexpected-character", 7]],
  ['Append([x], "😀")', "x😀"],
])("%j holds what no value may, or only seems to", (text, expected) => {
  expect(answer(text, { x: "x" })).toEqual(expected);
});

test("an error quotes nothing that could not be stored", () => {
  const values = new Map([["x", `\0\ud800\u202e${"\udc00".repeat(100)}`]]);
  const result = parseExpression("CDate([x])");
  const evaluation = result.ok ? evaluate(result.tree, values, context) : undefined;
  const text = JSON.stringify(evaluation);
  expect(evaluation?.kind).toBe("error");
  expect(/\\u|[\p{Cc}\p{Cf}\p{Cs}]/u.test(text)).toBe(false);
});

test("lists inside lists count as absent, and objects in them as roles", () => {
  let deep: unknown = "a";
  for (let level = 0; level < 10_000; level++) deep = [deep];
  expect(answer("Count([x])", { x: deep })).toBe(0);
  expect(answer("Count([x])", { x: ["a", deep, { value: { a: 1 } }, Number.NaN, () => 1] })).toBe(3);
  expect(answer('Join(",", [x])', { x: ["a", deep, null, 1.5, true] })).toBe("a,1.5,True");
});
