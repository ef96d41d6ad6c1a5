import { type Result, refuse, succeed } from "../error.ts";

/** A piece of a filter; `at` and `end` are the characters, counted from 0, where it starts and where it ends. */
export type Token =
  | { readonly kind: "word"; readonly text: string; readonly at: number; readonly end: number }
  | { readonly kind: "text"; readonly value: string; readonly at: number; readonly end: number }
  | { readonly kind: "(" | ")" | "[" | "]" | "end"; readonly at: number; readonly end: number };

const blank = /\s/;
const wordPattern = /[^\s()[\]"]+/y;
const textPattern = /"(?:[^"\\]|\\.)*"/sy;

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

const decodeText = (literal: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Cuts a filter into tokens, the last of which is `end`. Fails with invalidFilter on a text that JSON would not take. */
export const readTokens = (filter: string): Result<readonly Token[]> => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < filter.length) {
    const character = filter.charAt(at);
    if (blank.test(character)) {
      at += 1;
    } else if (character === "(" || character === ")" || character === "[" || character === "]") {
      tokens.push({ kind: character, at, end: at + 1 });
      at += 1;
    } else if (character === '"') {
      const literal = matchAt(textPattern, filter, at);
      if (literal === undefined) {
        return refuse("invalidFilter", `The text that starts at character ${at} has no closing quote.`, at);
      }
      const value = decodeText(literal);
      if (value === undefined) {
        return refuse("invalidFilter", `The text that starts at character ${at} is not a valid JSON string.`, at);
      }
      tokens.push({ kind: "text", value, at, end: at + literal.length });
      at += literal.length;
    } else {
      const text = matchAt(wordPattern, filter, at) ?? character;
      tokens.push({ kind: "word", text, at, end: at + text.length });
      at += text.length;
    }
  }
  tokens.push({ kind: "end", at, end: at });
  return succeed(tokens);
};
