import { expect, test } from "vitest";
import { parseExpression } from "./parser.ts";
import { renderError } from "./render-error.ts";

function rendered(text: string): string {
  const parsed = parseExpression(text);
  if (parsed.ok) throw new Error(`${text} was accepted`);
  return renderError(text, { ...parsed.error, message: "Sentence.", example: "Now()" });
}

/** The lines that come out, with the two that are always there left off. */
function picture(text: string): string {
  const lines = rendered(text).split("\n");
  expect(lines.slice(2)).toEqual(["Sentence.", "Example: Now()"]);
  return lines.slice(0, 2).join("\n");
}

test("an error shows its line, its place, a sentence and an example", () => {
  const text = "Append([mail], ‘x’)";
  const parsed = parseExpression(text);
  expect(parsed.ok ? "" : renderError(text, parsed.error)).toBe(
    [
      "Append([mail], ‘x’)",
      "               ^",
      '‘ is a typographic quote; text constants stand between straight double quotes (").',
      'Example: Join(" ", [givenName], [surname])',
    ].join("\n"),
  );
});

test("of several lines the right one is shown, and its number is said", () => {
  expect(rendered('Join("-",\n  [a],\r\n\t[b] [c],\n  [d])')).toBe(
    [" [b] [c],", "     ^", "Line 3, column 6: Sentence.", "Example: Now()"].join("\n"),
  );
  expect(rendered('Join("-",\r[a]')).toBe(["[a]", "   ^", "Line 2, column 4: Sentence.", "Example: Now()"].join("\n"));
});

test.each([
  ["a place at the end", "Append(", ["Append(", "       ^"]],
  ["an empty expression", "", ["", "^"]],
  ["a tab", "Append(\t[a], 'x')", ["Append( [a], 'x')", "             ^"]],
  ["wide letters", 'Append("日本語", 😀)', ['Append("日本語", 😀)', "                 ^"]],
  ["combining marks", 'Append("e\u0301o\u0308", x)', ['Append("e\u0301o\u0308", x)', "             ^"]],
  ["what a terminal obeys", 'Append("\u001b[2J\u202e", x)', ['Append("\ufffd[2J\ufffd", x)', "                ^"]],
  ["half of a pair", 'Append("ab\ud800", [a])', ['Append("ab\ufffd", [a])', "          ^"]],
])("the caret stands under the place despite %s", (_, text, lines) => {
  expect(picture(text)).toBe(lines.join("\n"));
});

test("a long line is cut to a window around the place", () => {
  const long = (letter: string) => `"${letter.repeat(200)}"`;
  expect(picture(`Append(${long("a")} ${long("b")})`)).toBe(
    [`… ${"a".repeat(34)}" "${"b".repeat(35)} …`, `${" ".repeat(38)}^`].join("\n"),
  );
  expect(picture(`'${"a".repeat(200)}'`)).toBe([`'${"a".repeat(71)} …`, "^"].join("\n"));
  expect(picture(`Append(${long("本")} x)`)).toBe([`… ${"本".repeat(17)}" x)`, `${" ".repeat(38)}^`].join("\n"));
  expect(picture(`Append([a], ${long("a").slice(0, -1)}`)).toBe(
    [`Append([a], "${"a".repeat(59)} …`, `${" ".repeat(12)}^`].join("\n"),
  );
});
