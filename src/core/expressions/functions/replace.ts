import {
  type CallFault,
  type EagerFunction,
  type Failure,
  failure,
  type Result,
  type Scope,
  spend,
  textAt,
  type Values,
} from "../definition.ts";
import { legible } from "../quotation.ts";
import { type CompiledPattern, compilePattern, expandReplacement, type PatternMatch } from "../regular-expressions.ts";
import type { Call } from "../tree.ts";
import type { Value } from "../values.ts";
import { optional, required } from "./parameters.ts";

const SOURCE = 0;
const OLD_VALUE = 1;
const PATTERN = 2;
const GROUP = 3;
const REPLACEMENT = 4;
const REPLACEMENT_ATTRIBUTE = 5;
const TEMPLATE = 6;

type Mode = "literal" | "template" | "pattern" | "group" | "attribute";

/** Which places are filled besides the source, and what that asks for. */
const MODES: readonly (readonly [places: readonly number[], mode: Mode])[] = [
  [[OLD_VALUE, REPLACEMENT], "literal"],
  [[OLD_VALUE, TEMPLATE], "template"],
  [[PATTERN, REPLACEMENT], "pattern"],
  [[PATTERN, GROUP, REPLACEMENT], "group"],
  [[PATTERN, GROUP, REPLACEMENT_ATTRIBUTE], "attribute"],
];

/** Places as the bits of a number. */
function bitsOf(places: readonly number[]): number {
  return places.reduce((bits, place) => bits | (1 << place), 0);
}

const MODES_BY_BITS: ReadonlyMap<number, Mode> = new Map(MODES.map(([places, mode]) => [bitsOf(places), mode]));

/** Characters that one replacement may come to where each of its references inserts the whole text. */
const LARGEST_EXPANSION = 2_000_000;

const PARAMETERS = [
  required("source"),
  optional("oldValue", "text", { key: "Find" }),
  optional("regexPattern", "text", { key: "RegularExpression", fault: patternFault }),
  optional("regexGroupName", "text", { key: "RegularExpressionGroupName" }),
  optional("replacementValue", "text", { key: "Replacement" }),
  optional("replacementAttributeName", "text", { key: "ReplacementPropertyName" }),
  optional("template", "text", { key: "Template" }),
];

function patternFault(value: Value): Failure | undefined {
  const pattern = compilePattern(String(value));
  return pattern.ok ? undefined : failure(pattern.code, pattern.message, { found: legible(String(value)) });
}

const replace: EagerFunction = {
  kind: "eager",
  name: "Replace",
  parameters: PARAMETERS,
  result: "text",
  takesNull: true,
  check: checkCall,
  run: (values, scope) => {
    let filled = 0;
    for (let place = 1; place < values.length; place++) if (values[place] !== undefined) filled |= 1 << place;
    const mode = MODES_BY_BITS.get(filled);
    if (mode === "attribute") return fromAttribute(values, scope);
    if (values[SOURCE] === null || values[SOURCE] === undefined) return null;
    if (mode === "literal") {
      return replaceLiteral(textAt(values, SOURCE), textAt(values, OLD_VALUE), textAt(values, REPLACEMENT), scope);
    }
    if (mode === "template") {
      if (values[TEMPLATE] === null) return null;
      return replaceLiteral(textAt(values, TEMPLATE), textAt(values, OLD_VALUE), textAt(values, SOURCE), scope);
    }
    return values[PATTERN] === null ? textAt(values, SOURCE) : replacePattern(values, scope);
  },
};

function namesOf(places: readonly number[]): string {
  return places.map((place) => PARAMETERS[place]?.name ?? "").join(" + ");
}

function checkCall(call: Call): CallFault | undefined {
  const filled = [...call.arguments.keys()].filter(
    (place) => place !== SOURCE && call.arguments[place]?.kind !== "omitted",
  );
  if (!MODES_BY_BITS.has(bitsOf(filled))) {
    const given = filled.length === 0 ? "none of its optional arguments" : namesOf(filled);
    const modes = MODES.map(([places]) => namesOf(places)).join("; ");
    return {
      code: "argument-combination",
      message: `Replace is given ${given}, which does not say what to replace with what; give one of: ${modes}.`,
      found: namesOf(filled),
      expected: modes,
    };
  }
  const pattern = call.arguments[PATTERN];
  if (pattern?.kind !== "text") return undefined;
  const compiled = compilePattern(pattern.value);
  if (!compiled.ok) {
    return { code: compiled.code, message: compiled.message, place: PATTERN, found: legible(pattern.value) };
  }
  const group = call.arguments[GROUP];
  if (group?.kind !== "text" || compiled.groupIndex.has(group.value)) return undefined;
  return { code: "bad-pattern", message: noSuchGroup(group.value), place: GROUP, found: legible(group.value) };
}

function noSuchGroup(name: string): string {
  return `The pattern has no group named "${legible(name)}"; name one with (?<name>…).`;
}

function replaceLiteral(text: string, sought: string, replacement: string, scope: Scope): Result {
  if (sought === "") return text;
  const pieces = text.split(sought);
  const length = text.length + (pieces.length - 1) * (replacement.length - sought.length);
  return spend(scope, text.length + length) ? pieces.join(replacement) : tooLong();
}

function tooLong(): Failure {
  return failure("too-large", "Replace has too much to read or to write; cut its texts with Left.");
}

interface Found {
  readonly kind: "found";
  readonly pattern: CompiledPattern;
  /** The group that is asked for, as an index into the groups of a match. */
  readonly group: number;
  readonly matches: readonly PatternMatch[];
}

/** Finds the matches of the pattern in the text. */
function search(values: Values, text: string, scope: Scope): Found | Failure {
  const pattern = compilePattern(textAt(values, PATTERN));
  if (!pattern.ok) return failure(pattern.code, pattern.message, { place: PATTERN });
  const name = values[GROUP] === undefined ? "0" : textAt(values, GROUP);
  const group = pattern.groupIndex.get(name);
  if (group === undefined) return failure("bad-pattern", noSuchGroup(name), { place: GROUP, found: legible(name) });
  const unjudged = pattern.unjudged(text);
  if (unjudged !== undefined) {
    return failure("unsupported-pattern", `${unjudged}.`, { place: PATTERN, found: legible(textAt(values, PATTERN)) });
  }
  const matches = pattern.matches(text, (units) => spend(scope, units));
  return matches === undefined ? tooLong() : { kind: "found", pattern, group, matches };
}

function replacePattern(values: Values, scope: Scope): Result {
  const text = textAt(values, SOURCE);
  const found = search(values, text, scope);
  if (found.kind === "failure") return found;
  const { pattern, group, matches } = found;
  const replacement = textAt(values, REPLACEMENT);
  if (replacement.split("$").length * text.length > LARGEST_EXPANSION) return tooLong();
  const pieces: string[] = [];
  let at = 0;
  for (const match of matches) {
    const span = match.groups[group];
    if (span === undefined || span.start < at) continue;
    const inserted = expandReplacement(replacement, text, match, pattern.groupIndex);
    if (!spend(scope, inserted.length + replacement.length)) return tooLong();
    pieces.push(text.slice(at, span.start), inserted);
    at = span.end;
  }
  return pieces.join("") + text.slice(at);
}

/** The source where it has a value, else what the named group matched in the other attribute; null without a match. */
function fromAttribute(values: Values, scope: Scope): Result {
  const source = textAt(values, SOURCE);
  if (source !== "") return source;
  const text = textAt(values, REPLACEMENT_ATTRIBUTE);
  if (values[PATTERN] === null) return values[SOURCE] ?? null;
  const found = search(values, text, scope);
  if (found.kind === "failure") return found;
  const span = found.matches[0]?.groups[found.group];
  return span === undefined ? (values[SOURCE] ?? null) : text.slice(span.start, span.end);
}

export const REPLACE_FUNCTIONS = [replace] as const;
