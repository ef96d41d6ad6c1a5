import { checkCall } from "./call-check.ts";
import type { FunctionDefinition } from "./definition.ts";
import {
  type ErrorFacts,
  type ExpressionError,
  type Position,
  positionAt,
  START,
  type SyntaxErrorCode,
} from "./errors.ts";
import { exampleFor } from "./examples.ts";
import { readToken, type Token } from "./lexer.ts";
import { likelyFunction } from "./likely-function.ts";
import { legible } from "./quotation.ts";
import { FUNCTIONS } from "./registry.ts";
import {
  type Argument,
  type Call,
  COMPARE_WORDS,
  type Expression,
  FLOW_WORDS,
  type Word,
  type WordName,
} from "./tree.ts";

export type ParseResult =
  | { readonly ok: true; readonly tree: Expression }
  | { readonly ok: false; readonly error: ExpressionError };

export interface ParseOptions {
  /** Also accept a lone attribute or constant, as Graph keeps direct and constant mappings. Default false. */
  readonly allowBare?: boolean;
  /** Also accept the words IgnoreAttributeFlow and IgnoreObjectFlow as arguments. Default false. */
  readonly flowWords?: boolean;
}

/** Characters of one expression. */
export const LONGEST_EXPRESSION = 10_000;
/** Calls inside one another. */
const DEEPEST_NESTING = 100;

/** Reads the text of an expression and checks every call against its function's signature. */
export function parseExpression(text: string, options: ParseOptions = {}): ParseResult {
  if (text.length > LONGEST_EXPRESSION) {
    const message = `The expression has ${text.length} characters; at most 10,000 are allowed. Shorten it.`;
    const position = positionAt(text, LONGEST_EXPRESSION);
    const facts = { found: String(text.length), expected: `at most ${LONGEST_EXPRESSION}` };
    return { ok: false, error: { code: "too-long", message, position, ...facts, example: exampleFor("too-long") } };
  }
  if (text.trim() === "") {
    const message = 'The expression is empty; write a function call such as Join(" ", [givenName], [surname]).';
    return { ok: false, error: { code: "empty", message, position: START, example: exampleFor("empty") } };
  }
  const reader: Reader = { text, options, at: 0, known: START };
  const tree = parseWhole(reader);
  return isError(tree) ? { ok: false, error: tree } : { ok: true, tree };
}

interface Reader {
  readonly text: string;
  readonly options: ParseOptions;
  at: number;
  /** The last position that was asked for, from which the next one is counted. */
  known: Position;
}

type Read<T> = T | ExpressionError;

function isError(read: object): read is ExpressionError {
  return "code" in read;
}

function peek(reader: Reader): Read<Token> {
  const lexed = readToken(reader.text, reader.at);
  return lexed.ok ? lexed.token : lexed.error;
}

function take(reader: Reader): Read<Token> {
  const lexed = readToken(reader.text, reader.at);
  if (!lexed.ok) return lexed.error;
  reader.at = lexed.next;
  return lexed.token;
}

function place(reader: Reader, offset: number): Position {
  reader.known = positionAt(reader.text, offset, offset < reader.known.offset ? START : reader.known);
  return reader.known;
}

function fail(
  reader: Reader,
  offset: number,
  code: SyntaxErrorCode,
  message: string,
  facts: ErrorFacts = {},
  functionName?: string,
): ExpressionError {
  return { code, message, position: place(reader, offset), ...facts, example: exampleFor(code, functionName) };
}

/** How a token looks in the text. */
function spelling(reader: Reader, token: Token): string {
  if (token.kind === "end") return "the end of the expression";
  const lexed = readToken(reader.text, token.offset);
  return legible(reader.text.slice(token.offset, lexed.ok ? lexed.next : token.offset + 1));
}

function isPunctuation(token: Token, text: "(" | ")" | ","): boolean {
  return token.kind === "punctuation" && token.text === text;
}

function parseWhole(reader: Reader): Read<Expression> {
  const tree = parseOperand(reader, 0);
  if (isError(tree)) return tree;
  if (tree.kind !== "call" && !(reader.options.allowBare && (tree.kind === "attribute" || tree.kind === "text"))) {
    return fail(
      reader,
      tree.position.offset,
      "not-a-call",
      "An expression is one function call; to copy an attribute or write a constant, use a direct or constant mapping.",
      { expected: "a function call" },
    );
  }
  const rest = peek(reader);
  if (isError(rest)) return rest;
  if (rest.kind === "end") return tree;
  const found = spelling(reader, rest);
  if (isPunctuation(rest, ")")) {
    return fail(
      reader,
      rest.offset,
      "unexpected-parenthesis",
      "This closing parenthesis has no opening one; remove it.",
      { found },
    );
  }
  return fail(
    reader,
    rest.offset,
    "trailing-input",
    `The expression ends before ${found}; put everything inside one function call.`,
    { found },
  );
}

function parseOperand(reader: Reader, depth: number): Read<Expression> {
  const token = take(reader);
  if (isError(token)) return token;
  const position = place(reader, token.offset);
  switch (token.kind) {
    case "attribute":
      return { kind: "attribute", name: token.name, position };
    case "text": {
      const constant = { kind: "text" as const, value: token.value, position };
      return token.looseEscape === undefined
        ? constant
        : { ...constant, looseEscape: place(reader, token.looseEscape) };
    }
    case "number":
      return { kind: "number", value: token.value, text: token.text, position };
    case "name":
      return parseNamed(reader, token, position, depth);
    default: {
      const found = spelling(reader, token);
      if (isPunctuation(token, "(")) {
        const message =
          "A parenthesis opens here without a function's name in front of it; remove it or name a function.";
        return fail(reader, token.offset, "unexpected-parenthesis", message, { found });
      }
      if (isPunctuation(token, ")") && depth === 0) {
        const message = "This closing parenthesis has no opening one; remove it.";
        return fail(reader, token.offset, "unexpected-parenthesis", message, { found });
      }
      const message = `An attribute, a constant or a function call is missing before ${found}.`;
      return fail(reader, token.offset, "missing-operand", message, { found });
    }
  }
}

function parseNamed(
  reader: Reader,
  token: Extract<Token, { kind: "name" }>,
  position: Position,
  depth: number,
): Read<Expression> {
  const next = peek(reader);
  const isCall = !isError(next) && isPunctuation(next, "(");
  if (!isCall) return parseWord(reader, token, position, depth);
  const definition = FUNCTIONS.get(token.text);
  if (definition === undefined) {
    const suggestion = likelyFunction(token.text);
    const sameLetters = suggestion?.toLowerCase() === token.text.toLowerCase();
    const reason = sameLetters ? "names of functions are case-sensitive" : "there is no function of that name";
    const hint = suggestion === undefined ? "" : ` Did you mean ${suggestion}?`;
    const found = legible(token.text);
    const facts = { found, ...(suggestion === undefined ? {} : { suggestion }) };
    return fail(reader, token.offset, "unknown-function", `${found} is unknown: ${reason}.${hint}`, facts, suggestion);
  }
  if (depth >= DEEPEST_NESTING) {
    const message = `Functions are nested more than ${DEEPEST_NESTING} deep here; make the expression flatter.`;
    const expected = `at most ${DEEPEST_NESTING} calls inside one another`;
    return fail(reader, token.offset, "too-deep", message, { found: token.text, expected });
  }
  return parseCall(reader, definition, position, depth);
}

/** Reads a name that no parenthesis follows: a word with a meaning of its own, or a slip. */
function parseWord(
  reader: Reader,
  token: Extract<Token, { kind: "name" }>,
  position: Position,
  depth: number,
): Read<Word> {
  const words: readonly string[] = reader.options.flowWords ? [...COMPARE_WORDS, ...FLOW_WORDS] : COMPARE_WORDS;
  if (depth > 0 && words.includes(token.text)) return { kind: "word", name: token.text as WordName, position };
  if (FUNCTIONS.has(token.text)) {
    const message = `${token.text} is a function; its arguments stand in parentheses after its name.`;
    const facts = { found: token.text, expected: "(" };
    return fail(reader, token.offset, "missing-parenthesis", message, facts, token.text);
  }
  const found = legible(token.text);
  if (FLOW_WORDS.some((word) => word === token.text)) {
    const message = `${found} is not part of this language; leave an empty value out with IgnoreFlowIfNullOrEmpty.`;
    return fail(reader, token.offset, "bare-word", message, { found, suggestion: "IgnoreFlowIfNullOrEmpty" });
  }
  const cased = depth > 0 ? words.find((word) => word.toLowerCase() === token.text.toLowerCase()) : undefined;
  if (cased !== undefined) {
    const message = `${found} is unknown: words are case-sensitive. Did you mean ${cased}?`;
    return fail(reader, token.offset, "bare-word", message, { found, suggestion: cased });
  }
  const message = `${found} is neither an attribute nor a constant; write [${found}] for an attribute or "${found}" for text.`;
  return fail(reader, token.offset, "bare-word", message, { found, suggestion: `"${found}"` });
}

function parseCall(reader: Reader, definition: FunctionDefinition, position: Position, depth: number): Read<Call> {
  take(reader);
  const places: Argument[] = [];
  const first = peek(reader);
  if (isError(first)) return first;
  if (isPunctuation(first, ")")) take(reader);
  else {
    for (let closed = false; !closed; ) {
      const argument = parseArgument(reader, definition, places.length, depth + 1);
      if (isError(argument)) return argument;
      places.push(argument);
      const separator = take(reader);
      if (isError(separator)) return separator;
      if (isPunctuation(separator, ",")) continue;
      if (!isPunctuation(separator, ")")) return separatorFault(reader, separator, definition.name, argument);
      closed = true;
    }
  }
  const call: Call = { kind: "call", name: definition.name, arguments: places, position };
  return checkCall(call, definition, depth > 0) ?? call;
}

/** What is wrong where a comma or a closing parenthesis should follow an argument. */
function separatorFault(reader: Reader, token: Token, name: string, before?: Argument): ExpressionError {
  const found = spelling(reader, token);
  const swallowed = before?.kind === "text" ? swallowedQuote(reader, before.position.offset, token.offset) : undefined;
  if (swallowed !== undefined) return swallowed;
  if (token.kind === "end") {
    const message = `${name}( is not closed; add the missing closing parenthesis.`;
    return fail(reader, token.offset, "missing-parenthesis", message, { expected: ")" }, name);
  }
  if (token.kind === "name" && /^(?:and|or|not|xor|like|is)$/i.test(token.text)) {
    const message = `The language has no operator ${found}; nest a second IIF in one of the branches instead.`;
    return fail(reader, token.offset, "unsupported-operator", message, { found });
  }
  if (token.kind === "operator") {
    const message = `Only two values can be compared at a time; ${found} begins a second comparison.`;
    return fail(reader, token.offset, "unsupported-operator", message, { found });
  }
  const message = `A comma is missing before ${found}, between two arguments of ${name}.`;
  return fail(reader, token.offset, "missing-comma", message, { found, expected: "," }, name);
}

/** A typographic quote that was meant to end a text constant, so that the constant reached to the next straight one. */
function swallowedQuote(reader: Reader, from: number, to: number): ExpressionError | undefined {
  const match = /[”“„″＂](?=\s*[,)])/.exec(reader.text.slice(from, to));
  if (match === null) return undefined;
  const message = `${match[0]} is a typographic quote and does not end the text constant before it; write a straight double quote (").`;
  const facts = { found: match[0], expected: '"', suggestion: '"' };
  return fail(reader, from + match.index, "wrong-quote", message, facts);
}

function parseArgument(
  reader: Reader,
  definition: FunctionDefinition,
  placeNumber: number,
  depth: number,
): Read<Argument> {
  const next = peek(reader);
  if (isError(next)) return next;
  if (isPunctuation(next, ",") || isPunctuation(next, ")")) {
    return { kind: "omitted", position: place(reader, next.offset) };
  }
  if (next.kind === "end") return separatorFault(reader, next, definition.name);
  const left = parseOperand(reader, depth);
  if (isError(left)) return left;
  const wanted = definition.parameters[placeNumber]?.type === "compareWord";
  if (left.kind === "word" && wanted !== COMPARE_WORDS.some((word) => word === left.name) && !isFlowWord(left)) {
    const message = `${left.name} has a meaning only as the fourth argument of InStr.`;
    return fail(reader, left.position.offset, "bare-word", message, { found: left.name }, definition.name);
  }
  if (wanted && left.kind !== "word") {
    const message = `InStr's compareType is one of the words ${COMPARE_WORDS.join(" and ")}.`;
    const expected = COMPARE_WORDS.join(", ");
    return fail(reader, left.position.offset, "bare-word", message, { expected }, definition.name);
  }
  const operator = peek(reader);
  if (isError(operator)) return operator;
  if (operator.kind !== "operator") return left;
  take(reader);
  const right = parseOperand(reader, depth);
  if (isError(right)) return right;
  return { kind: "comparison", operator: operator.text, left, right, position: left.position };
}

function isFlowWord(word: Word): boolean {
  return FLOW_WORDS.some((name) => name === word.name);
}
