import { expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import { parseExpression } from "./parser.ts";
import { printText } from "./print.ts";
import { compilePattern } from "./regular-expressions.ts";

function replaced(text: string, pattern: string, replacement: string, group = ""): unknown {
  const groupPlace = group === "" ? "" : printText(group);
  const source = `Replace([x], , ${printText(pattern)}, ${groupPlace}, ${printText(replacement)}, , )`;
  const parsed = parseExpression(source);
  if (!parsed.ok) return parsed.error.code;
  const context = { now: "2025-01-01", random: (count: number) => new Uint8Array(count) };
  const evaluation = evaluate(parsed.tree, new Map([["x", text]]), context);
  return evaluation.kind === "value" ? evaluation.value : evaluation.kind === "error" ? evaluation.error.code : "";
}

test.each([
  ["a1b٣", "\\d", "#", "a#b#"],
  ["é_1-ü", "\\w", "x", "xxx-x"],
  ["é_1-ü", "[^\\w]", "x", "é_1xü"],
  ["a\u00a0b c", "\\s+", "_", "a_b_c"],
  ["a-b_c", "[\\W_]", "", "abc"],
  ["a\nb", "[\\s\\S]", "x", "xxx"],
  ["a:b<c", "\\:|\\<", "-", "a-b-c"],
  ["[a]", "[][]", "", "a"],
  ["a-b", "[a-]", "", "b"],
  ["x{1", "{", "", "x1"],
  ["Straße", "\\u00df", "ss", "Strasse"],
  ["ABC", "(?i)b", "-", "A-C"],
  ["ab", "(?#note)b", "c", "ac"],
  ["ab", "(?'n'b)", "<$\u007bn}>", "a<b>"],
  ["aXb", "(?<n>a)(X)(b)", "$1$2$3", "Xba"],
  ["ab", "b", "[$&|$`|$'|$_|$$]", "a[b|a||ab|$]"],
  ["ab", "b", "$9$\u007bnone}$x", "a$9$\u007bnone}$x"],
  ["abc", "x*", "-", "-a-b-c-"],
  ["k=v;k=w", "(?<k>k)=(?<v>\\w)", "z", "k=z;k=z", "v"],
  ["end\t", "\\t\\z", "", "end"],
  ["ann lee", "\\b(?<f>l)", "L", "ann Lee", "f"],
  ["baac", "a*", "-", "-b--c-"],
  ["aXb", "(?<n>a)(X)", "<$+>", "<a>b"],
  ["ab", "(a)(b)?", "$2$1", "ba"],
  ["abc", "(?<2>a)(b)(c)", "$1$2$3", "bac"],
  ["a1", "(.)", "$10", "$10$10"],
  ["a1", "(.)", "$01", "a1"],
  ["a\nb\n", "(?m)[ab]$", "x", "x\nx\n"],
  ["a\nb\n", "(?:(?m)a$)|(?m:b$)", "x", "x\nx\n"],
  ["ΣσǄǆ", "(?i)[σǆ]", "x", "xxxx"],
])("in %j, %s replaced by %s", (text, pattern, replacement, expected, group?: string) => {
  expect(replaced(text, pattern, replacement, group)).toBe(expected);
});

test.each([
  ["(?=a)", "unsupported-pattern"],
  ["(?<!a)b", "unsupported-pattern"],
  ["(?>a)", "unsupported-pattern"],
  ["(a)\\1", "unsupported-pattern"],
  ["(?<n>a)\\k<n>", "unsupported-pattern"],
  ["(?(a)b|c)", "unsupported-pattern"],
  ["[a-z-[aeiou]]", "unsupported-pattern"],
  ["[^\\W_]", "unsupported-pattern"],
  ["\\p{IsGreek}", "unsupported-pattern"],
  ["a{1,1001}", "unsupported-pattern"],
  ["(?x)a", "unsupported-pattern"],
  ["\\Ga", "unsupported-pattern"],
  ["a".repeat(2_001), "unsupported-pattern"],
  ["(", "bad-pattern"],
  ["a)", "bad-pattern"],
  ["*", "bad-pattern"],
  ["[b-a]", "bad-pattern"],
  ["\\q", "bad-pattern"],
  ["a\\", "bad-pattern"],
  ["\\p{Nonsense}", "bad-pattern"],
  ["\\p{Greek}", "bad-pattern"],
  ["\\p{Any}", "bad-pattern"],
  ["\\_", "bad-pattern"],
  ["a++", "bad-pattern"],
  ["a{2,1}", "bad-pattern"],
  ["a{1000}".repeat(11), "unsupported-pattern"],
])("%s is refused", (pattern, code) => {
  expect(compilePattern(pattern)).toMatchObject({
    ok: false,
    code,
    message: expect.stringMatching(/^The pattern .*\.$/s),
  });
});

test("what the engine would judge otherwise than .NET is an error, not another answer", () => {
  expect(replaced("josé", "\\bj", "J")).toBe("unsupported-pattern");
  expect(replaced("a\u200db", "\\bb", "B")).toBe("unsupported-pattern");
  expect(replaced("jose\n", "e$", "E")).toBe("unsupported-pattern");
  expect(replaced("jose\n", "(?m:e$)|x$", "E")).toBe("unsupported-pattern");
  expect(replaced("ſ", "(?i)s", "x")).toBe("unsupported-pattern");
  expect(replaced("Σ", "(?i)ς", "x")).toBe("unsupported-pattern");
  expect(replaced("İ", "(?i:i)", "x")).toBe("unsupported-pattern");
  expect(replaced("ſ", "[sſ]", "x")).toBe("x");
});

test.each([
  [".*\\@domain.com", "a@domain.com", true],
  [".*\\@domain.com", "a@domain.com.evil", false],
  ["([1-9][0-9])", "42", true],
  ["([1-9][0-9])", "142", false],
  ["a|ab", "ab", true],
])("%s matches the whole of %s: %s", (pattern, text, expected) => {
  const compiled = compilePattern(pattern);
  expect(compiled.ok && compiled.matchesWhole(text)).toBe(expected);
});

test("a pattern that defeats backtracking engines is matched in linear time", () => {
  const compiled = compilePattern("(a+)+$");
  expect(compiled.ok && compiled.matchesWhole(`${"a".repeat(50_000)}b`)).toBe(false);
});

test("what is wrong with a pattern is said in one line, without the text that the engine was given", () => {
  expect(compilePattern("(?<code>49|44\n(x)")).toEqual({
    ok: false,
    code: "bad-pattern",
    message: "The pattern is faulty: missing closing ).",
  });
});
