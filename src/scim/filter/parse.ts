import { type Mode, quoted, type Result, refuse, type ScimError, scimError, succeed } from "../error.ts";
import { isAttributeName, readAttributeName } from "./attribute-name.ts";
import { type CompareOperator, type CompareValue, compareOperators, type Filter, type ScimPath } from "./filter.ts";
import { readTokens, type Token } from "./lexer.ts";

/** How much of a filter is read before it is refused. */
export type FilterLimits = {
  /** Characters. */
  readonly length: number;
  /** Parentheses and brackets inside one another. */
  readonly depth: number;
};

/** Limits that no honest client meets. */
export const defaultFilterLimits: FilterLimits = { length: 8192, depth: 64 };

type Reader = {
  readonly tokens: readonly Token[];
  readonly mode: Mode;
  readonly depth: number;
  next: number;
};
type Read = { readonly filter: Filter } | { readonly error: ScimError };

const numberPattern = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

const peek = (reader: Reader): Token => reader.tokens[reader.next] ?? { kind: "end", at: 0, end: 0 };

const take = (reader: Reader): Token => {
  const token = peek(reader);
  reader.next += 1;
  return token;
};

const isKeyword = (token: Token, keyword: string): boolean =>
  token.kind === "word" && token.text.toLowerCase() === keyword;

const failure = (detail: string, at: number): { readonly error: ScimError } => ({
  error: scimError("invalidFilter", `${detail} (character ${at}).`, at),
});

const show = (token: Token): string => {
  if (token.kind === "word") return quoted(token.text);
  if (token.kind === "text") return `the text ${quoted(token.value)}`;
  return token.kind === "end" ? "the end of the filter" : `"${token.kind}"`;
};

const operatorOf = (token: Token): CompareOperator | undefined =>
  token.kind === "word" ? compareOperators.find((operator) => operator === token.text.toLowerCase()) : undefined;

const literalOf = (token: Token): CompareValue | undefined => {
  if (token.kind === "text") return token.value;
  if (token.kind !== "word") return undefined;
  if (token.text === "true") return true;
  if (token.text === "false") return false;
  if (token.text === "null") return null;
  const number = numberPattern.test(token.text) ? Number(token.text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
};

const readComparison = (reader: Reader, path: ScimPath): Read => {
  const operatorToken = take(reader);
  if (isKeyword(operatorToken, "pr")) return { filter: { kind: "present", path } };
  const operator = operatorOf(operatorToken);
  if (operator === undefined) {
    return failure(
      `Expected an operator (pr, ${compareOperators.join(", ")}) but found ${show(operatorToken)}`,
      operatorToken.at,
    );
  }
  const valueToken = take(reader);
  const value = literalOf(valueToken);
  if (value === undefined) {
    return failure(
      `Expected a JSON value after ${operator} but found ${show(valueToken)}; put texts in double quotes`,
      valueToken.at,
    );
  }
  return { filter: { kind: "compare", path, operator, value } };
};

const readBracket = (
  reader: Reader,
  depth: number,
  inBracket: boolean,
  path: { readonly urn: string | undefined; readonly name: string },
): Read => {
  const opening = take(reader);
  if (inBracket) return failure("Brackets may not stand inside brackets", opening.at);
  const inner = readOr(reader, depth + 1, true);
  if ("error" in inner) return inner;
  const closing = take(reader);
  if (closing.kind !== "]") return failure(`Expected "]" but found ${show(closing)}`, closing.at);
  const following = peek(reader);
  if (following.kind !== "word" || following.at !== closing.end || !following.text.startsWith(".")) {
    return { filter: { kind: "valuePath", path: { ...path, filter: inner.filter, sub: undefined } } };
  }
  take(reader);
  const sub = following.text.slice(1);
  if (reader.mode === "strict") {
    return failure("A sub-attribute after brackets is not part of the filter grammar", following.at);
  }
  if (!isAttributeName(sub)) return failure(`${quoted(sub)} is not the name of a sub-attribute`, following.at);
  return readComparison(reader, { ...path, filter: inner.filter, sub });
};

const readTerm = (reader: Reader, depth: number, inBracket: boolean): Read => {
  const token = take(reader);
  if (depth > reader.depth) {
    return failure(`The filter is nested more than ${reader.depth} levels deep`, token.at);
  }
  const negated = isKeyword(token, "not") && peek(reader).kind === "(";
  if (negated || token.kind === "(") {
    if (negated) take(reader);
    const inner = readOr(reader, depth + 1, inBracket);
    if ("error" in inner) return inner;
    const closing = take(reader);
    if (closing.kind !== ")") return failure(`Expected ")" but found ${show(closing)}`, closing.at);
    return negated ? { filter: { kind: "not", term: inner.filter } } : inner;
  }
  if (token.kind !== "word") return failure(`Expected an attribute but found ${show(token)}`, token.at);
  const path = readAttributeName(token.text);
  if (path === undefined) return failure(`${quoted(token.text)} is not the name of an attribute`, token.at);
  const following = peek(reader);
  if (following.kind === "[" && following.at === token.end) {
    if (path.sub !== undefined) return failure("Brackets may not follow a sub-attribute", following.at);
    return readBracket(reader, depth, inBracket, { urn: path.urn, name: path.name });
  }
  return readComparison(reader, { ...path, filter: undefined });
};

const readChain = (reader: Reader, keyword: "and" | "or", readOne: () => Read): Read => {
  const first = readOne();
  if ("error" in first) return first;
  const terms = [first.filter];
  while (isKeyword(peek(reader), keyword)) {
    take(reader);
    const following = readOne();
    if ("error" in following) return following;
    terms.push(following.filter);
  }
  return terms.length === 1 ? first : { filter: { kind: keyword, terms } };
};

const readOr = (reader: Reader, depth: number, inBracket: boolean): Read =>
  readChain(reader, "or", () => readChain(reader, "and", () => readTerm(reader, depth, inBracket)));

const parse = (text: string, mode: Mode, limits: FilterLimits, inBracket: boolean): Result<Filter> => {
  if (text.length > limits.length) {
    return refuse("invalidFilter", `The filter is ${text.length} characters long; at most ${limits.length} are read.`);
  }
  const tokens = readTokens(text);
  if (!tokens.ok) return tokens;
  const reader: Reader = { tokens: tokens.value, mode, depth: limits.depth, next: 0 };
  const read = readOr(reader, 0, inBracket);
  if ("error" in read) return { ok: false, error: read.error };
  const last = peek(reader);
  if (last.kind !== "end") {
    const problem = failure(`Expected "and", "or" or the end of the filter but found ${show(last)}`, last.at);
    return { ok: false, error: problem.error };
  }
  return succeed(read.filter);
};

/**
 * Reads a filter that is already URL-decoded (RFC 7644 section 3.4.2.2).
 * Compat also takes `attribute[filter].sub op value`. Every fault is an invalidFilter with a position.
 */
export const parseFilter = (text: string, mode: Mode, limits: FilterLimits = defaultFilterLimits): Result<Filter> =>
  parse(text, mode, limits, false);

/** Reads what stands between the brackets of a value path. */
export const parseValueFilter = (text: string, mode: Mode): Result<Filter> =>
  parse(text, mode, defaultFilterLimits, true);
