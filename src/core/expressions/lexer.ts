import { type ErrorFacts, type ExpressionError, positionAt, type SyntaxErrorCode } from "./errors.ts";
import { exampleFor } from "./examples.ts";
import { legible, nameOfCharacter } from "./quotation.ts";
import type { ComparisonOperator } from "./tree.ts";

export type Token =
  | { readonly kind: "name"; readonly text: string; readonly offset: number }
  | { readonly kind: "attribute"; readonly name: string; readonly offset: number }
  | { readonly kind: "text"; readonly value: string; readonly offset: number; readonly looseEscape?: number }
  | { readonly kind: "number"; readonly value: bigint; readonly text: string; readonly offset: number }
  | { readonly kind: "operator"; readonly text: ComparisonOperator; readonly offset: number }
  | { readonly kind: "punctuation"; readonly text: "(" | ")" | ","; readonly offset: number }
  | { readonly kind: "end"; readonly offset: number };

export type Lexed =
  | { readonly ok: true; readonly token: Token; readonly next: number }
  | { readonly ok: false; readonly error: ExpressionError };

type Failing = Extract<Lexed, { ok: false }>;

const WHITE_SPACE = /[ \t\r\n]/;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?[0-9]+/y;
const HEXADECIMAL = /&[Hh][0-9A-Fa-f]+/y;
const OPERATORS = /==+|=>|=<|!=|<>|>=|<=|=|>|<|&&|\|\||&|\+|\*|\/|!|\|/y;
const COMPARISONS: ReadonlySet<string> = new Set(["=", "<>", ">", ">=", "<", "<="]);
const OTHER_SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["==", "="],
  ["===", "="],
  ["!=", "<>"],
  ["=>", ">="],
  ["=<", "<="],
]);
const QUOTES: ReadonlyMap<string, string> = new Map([
  ["'", "a single quote"],
  ["`", "a backtick"],
  ["´", "an accent"],
  ["＂", "a full-width quote"],
  ["＇", "a full-width quote"],
  ...[..."‘’‚‛“”„‟«»‹›′″〝〞"].map((quote): [string, string] => [quote, "a typographic quote"]),
]);
/** What word processors and other keyboards put in place of the language's own characters. */
const LOOKALIKES: ReadonlyMap<string, readonly [name: string, meant: string]> = new Map([
  ["（", ["a full-width parenthesis", "("]],
  ["）", ["a full-width parenthesis", ")"]],
  ["［", ["a full-width bracket", "["]],
  ["］", ["a full-width bracket", "]"]],
  ["，", ["a full-width comma", ","]],
  ["、", ["an ideographic comma", ","]],
  [";", ["a semicolon", ","]],
  ["；", ["a full-width semicolon", ","]],
  ["＝", ["a full-width equals sign", "="]],
  ["≠", ["a mathematical sign", "<>"]],
  ["≥", ["a mathematical sign", ">="]],
  ["≤", ["a mathematical sign", "<="]],
  ["{", ["a brace", "["]],
  ["}", ["a brace", "]"]],
]);
/** White space that looks like a space or like nothing. */
const INVISIBLE = /^[\p{Z}\p{Cf}]$/u;
/** What no value may hold: databases and JSON cannot keep it. */
const BROKEN = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Reads the token that begins at or after `from`; white space between tokens is skipped. */
export function readToken(text: string, from: number): Lexed {
  let offset = from;
  while (offset < text.length && WHITE_SPACE.test(text[offset]!)) offset++;
  const character = text[offset];
  if (character === undefined) return found({ kind: "end", offset }, offset);
  if (character === "(" || character === ")" || character === ",") {
    return found({ kind: "punctuation", text: character, offset }, offset + 1);
  }
  if (character === '"') return readText(text, offset);
  if (character === "[") return readAttribute(text, offset);
  const name = match(NAME, text, offset);
  if (name !== undefined) return found({ kind: "name", text: name, offset }, offset + name.length);
  const digits = match(HEXADECIMAL, text, offset) ?? match(NUMBER, text, offset);
  if (digits !== undefined) return readNumber(text, offset, digits);
  const operator = match(OPERATORS, text, offset);
  if (operator !== undefined) return readOperator(text, offset, operator);
  return readUnknown(text, offset);
}

function found(token: Token, next: number): Lexed {
  return { ok: true, token, next };
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function fail(text: string, offset: number, code: SyntaxErrorCode, message: string, facts: ErrorFacts = {}): Failing {
  const position = positionAt(text, offset);
  return { ok: false, error: { code, message, position, ...facts, example: exampleFor(code) } };
}

function readText(text: string, offset: number): Lexed {
  let value = "";
  let looseEscape: number | undefined;
  for (let index = offset + 1; index < text.length; index++) {
    const character = text[index]!;
    if (character === '"') {
      const broken = BROKEN.exec(text.slice(offset + 1, index));
      if (broken !== null) return brokenCharacter(text, offset + 1 + broken.index, broken[0]);
      const token = { kind: "text" as const, value, offset };
      return found(looseEscape === undefined ? token : { ...token, looseEscape }, index + 1);
    }
    if (character === "\\") {
      const escaped = text[index + 1];
      if (escaped === "\\" || escaped === '"') {
        value += escaped;
        index++;
        continue;
      }
      looseEscape ??= index;
    }
    value += character;
  }
  const rest = text.slice(offset + 1);
  const closing = /[”“„″＂]/.exec(rest)?.[0];
  const reason = /\\"[\s)]*$/.test(text)
    ? " (a quote after a backslash belongs to the text)"
    : closing === undefined
      ? ""
      : ` (${closing} is a typographic quote and belongs to the text)`;
  return fail(
    text,
    offset,
    "unterminated-text",
    `The text constant that begins here has no closing double quote${reason}; add one.`,
    { ...(closing === undefined ? {} : { found: closing }), expected: '"' },
  );
}

function brokenCharacter(text: string, offset: number, character: string): Failing {
  const what = character === "\0" ? "the character U+0000" : `half of a character (${nameOfCharacter(character)})`;
  return fail(text, offset, "unexpected-character", `Here stands ${what}, which no value may hold; remove it.`, {
    found: nameOfCharacter(character),
  });
}

function readAttribute(text: string, offset: number): Lexed {
  const close = text.indexOf("]", offset);
  const name = text.slice(offset + 1, close === -1 ? text.length : close);
  const stray = /[[\](),"]/.exec(name)?.[0];
  if (close === -1 || stray !== undefined) {
    return fail(
      text,
      offset,
      "unterminated-attribute",
      "The attribute reference that begins here has no closing square bracket; write it as [name].",
      { expected: "]", ...(stray === undefined ? {} : { found: stray }) },
    );
  }
  const illegible = /[\p{Cc}\p{Cs}]/u.exec(name.replace(/\s/g, " "));
  if (illegible !== null) return brokenName(text, offset + 1 + illegible.index, illegible[0]);
  if (name === "") {
    return fail(text, offset, "bad-attribute-name", "The square brackets are empty; put an attribute's name in them.", {
      found: "[]",
    });
  }
  if (/\s/.test(name)) {
    return fail(
      text,
      offset,
      "bad-attribute-name",
      "An attribute's name contains no white space; remove it from between the square brackets.",
      { found: `[${legible(name)}]`, suggestion: `[${legible(name.replace(/\s+/g, ""))}]` },
    );
  }
  return found({ kind: "attribute", name, offset }, close + 1);
}

function brokenName(text: string, offset: number, character: string): Failing {
  const found = nameOfCharacter(character);
  const message = `An attribute's name cannot hold the character ${found}; remove it from between the square brackets.`;
  return fail(text, offset, "bad-attribute-name", message, { found });
}

function readNumber(text: string, offset: number, digits: string): Lexed {
  const next = offset + digits.length;
  if (/[.A-Za-z0-9_]/.test(text[next] ?? "")) {
    const whole = legible(/^[-&.\w]+/.exec(text.slice(offset))?.[0] ?? digits);
    return fail(
      text,
      offset,
      "unexpected-character",
      `${whole} is not a whole number; write digits only, or put it in double quotes if it is text.`,
      { found: whole, suggestion: `"${whole}"` },
    );
  }
  const value = digits.startsWith("&") ? BigInt(`0x${digits.slice(2)}`) : BigInt(digits);
  if (value > INT64_MAX || value < INT64_MIN) {
    return fail(
      text,
      offset,
      "number-out-of-range",
      `${legible(digits)} is beyond 64 bits; the largest whole number is ${INT64_MAX}.`,
      { found: legible(digits), expected: `${INT64_MIN} to ${INT64_MAX}` },
    );
  }
  return found({ kind: "number", value, text: digits, offset }, next);
}

function readOperator(text: string, offset: number, operator: string): Lexed {
  if (COMPARISONS.has(operator)) {
    return found({ kind: "operator", text: operator as ComparisonOperator, offset }, offset + operator.length);
  }
  const suggestion = OTHER_SPELLINGS.get(operator);
  if (suggestion !== undefined) {
    return fail(
      text,
      offset,
      "unknown-operator",
      `${operator} is not a comparison of this language; write ${suggestion} instead.`,
      { found: operator, suggestion },
    );
  }
  const instead: ReadonlyMap<string, string> = new Map([
    ["&", 'join texts with Join("", …)'],
    ["+", 'join texts with Join("", …)'],
    ["&&", "nest a second IIF in the branch that is chosen when the first condition holds"],
    ["||", "nest a second IIF in the branch that is chosen when the first condition fails"],
    ["!", "use Not(…)"],
  ]);
  const hint = instead.get(operator) ?? "use a function";
  return fail(text, offset, "unsupported-operator", `The language has no operator ${operator}; ${hint}.`, {
    found: operator,
  });
}

function readUnknown(text: string, offset: number): Failing {
  const character = String.fromCodePoint(text.codePointAt(offset)!);
  const quote = QUOTES.get(character);
  if (quote !== undefined) {
    return fail(
      text,
      offset,
      "wrong-quote",
      `${character} is ${quote}; text constants stand between straight double quotes (").`,
      { found: character, expected: '"', suggestion: '"' },
    );
  }
  const [name, meant] = LOOKALIKES.get(character) ?? [];
  if (name !== undefined && meant !== undefined) {
    return fail(text, offset, "unexpected-character", `${character} is ${name}; write ${meant} instead.`, {
      found: character,
      suggestion: meant,
    });
  }
  const found = nameOfCharacter(character);
  if (character === "]") {
    const message = "A closing square bracket stands here without an opening one; write attributes as [name].";
    return fail(text, offset, "unexpected-character", message, { found });
  }
  if (INVISIBLE.test(character)) {
    const message = `The character ${found} looks like a space or like nothing; write an ordinary space or remove it.`;
    return fail(text, offset, "unexpected-character", message, { found, suggestion: " " });
  }
  const message = `The character ${found} cannot stand here; text constants stand between straight double quotes (").`;
  return fail(text, offset, "unexpected-character", message, { found });
}
