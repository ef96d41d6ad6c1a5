import { RE2JS } from "re2js";
import { translatePattern } from "./pattern-translation.ts";

/** A compiled pattern. One search takes time in proportion to the text and the pattern, whatever they are. */
export interface CompiledPattern {
  readonly ok: true;
  /**
   * The matches from left to right; undefined when there are too many to go through. `afford` is asked before each search for
   * as many units of work as it may take: about a character written each.
   */
  readonly matches: (text: string, afford: (units: number) => boolean) => readonly PatternMatch[] | undefined;
  /** Whether the pattern matches the whole text, from its first character to its last. */
  readonly matchesWhole: (text: string) => boolean;
  /** Why this text cannot be judged as .NET would, or undefined. */
  readonly unjudged: (text: string) => string | undefined;
  /** Index into a match's groups by name and by .NET's number (groups without a name first). */
  readonly groupIndex: ReadonlyMap<string, number>;
}

export interface PatternFault {
  readonly ok: false;
  readonly code: "bad-pattern" | "unsupported-pattern";
  readonly message: string;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Group 0 is the whole match; undefined is a group that took no part. */
export interface PatternMatch {
  readonly groups: readonly (Span | undefined)[];
}

const LONGEST_PATTERN = 2_000;
const LARGEST_PROGRAM = 20_000;
const MOST_MATCHES = 100_000;
const CACHE_SIZE = 200;
/** Steps of the engine, one for each character and instruction, that take about as long as a unit of work. */
const STEPS_PER_UNIT = 4;
/** Steps of one match of a whole text: about half a second. */
const MOST_STEPS = 40_000_000;
/** .NET's word characters beyond ASCII; at a boundary it counts the joiners among them. */
const NON_ASCII_WORD = /[^\P{L}A-Za-z]|[^\P{Nd}0-9]|\p{Mn}|[^\P{Pc}_]|[\u200c\u200d]/u;
/** Letters that the engine takes for another case of a letter and .NET does not, and the dotted capital I, where it is the other way. */
const FOLDED_APART =
  /\u0345|[\u00b5\u0130\u0131\u017f\u03c2\u03d0\u03d1\u03d5\u03d6\u03f0\u03f1\u03f5\u1c80-\u1c88\u1e9b\u1fbe]/;

const cache = new Map<string, CompiledPattern | PatternFault>();

/** Compiles a pattern in .NET's dialect; what cannot be matched in linear time is refused with a sentence. */
export function compilePattern(pattern: string): CompiledPattern | PatternFault {
  const known = cache.get(pattern);
  if (known !== undefined) {
    cache.delete(pattern);
    cache.set(pattern, known);
    return known;
  }
  const compiled = compile(pattern);
  if (pattern.length <= LONGEST_PATTERN) cache.set(pattern, compiled);
  if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value!);
  return compiled;
}

function compile(pattern: string): CompiledPattern | PatternFault {
  if (pattern.length > LONGEST_PATTERN) {
    return fault("unsupported-pattern", `The pattern is longer than ${LONGEST_PATTERN} characters; shorten it.`);
  }
  const translated = translatePattern(pattern);
  if (!translated.ok) {
    return fault(translated.reason === "bad" ? "bad-pattern" : "unsupported-pattern", translated.message);
  }
  let engine: RE2JS;
  try {
    engine = RE2JS.compile(translated.source);
  } catch (error) {
    // The engine reports a faulty pattern by throwing. What it quotes is the translation, which its author never wrote.
    const said = error instanceof Error ? error.message : "it cannot be read";
    const reason = said.replace(/^error parsing regexp: /, "").replace(/: `.*`$/s, "");
    return fault("bad-pattern", `The pattern is faulty: ${reason}.`);
  }
  const size = engine.programSize();
  if (size > LARGEST_PROGRAM) {
    return fault("unsupported-pattern", "The pattern repeats too much; use smaller counts.");
  }
  const { groups, wordBoundary, softEnd, ignoresCase } = translated;
  return {
    ok: true,
    groupIndex: numberGroups(groups),
    matchesWhole: (text) => engine.testExact(text),
    matches: (text, afford) =>
      allMatches(engine, groups.length, text, (left) => afford((left * size) / STEPS_PER_UNIT)),
    unjudged: (text) => {
      if (text.length * size > MOST_STEPS) {
        return `The text has ${text.length} characters, which is too long for a pattern of this size`;
      }
      if (wordBoundary && NON_ASCII_WORD.test(text)) {
        return "\\b and \\B in a pattern can be judged only where all letters are ASCII; name the separators instead";
      }
      const folded = ignoresCase ? (FOLDED_APART.exec(text) ?? FOLDED_APART.exec(pattern)) : null;
      if (folded !== null)
        return `The option i in a pattern cannot be judged beside ${folded[0]}; list both cases instead`;
      return softEnd && text.endsWith("\n")
        ? "$ and \\Z in a pattern cannot be judged on a text that ends with a line feed; use \\z"
        : undefined;
    },
  };
}

function fault(code: PatternFault["code"], message: string): PatternFault {
  return { ok: false, code, message };
}

function numberGroups(groups: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const index = new Map<string, number>([["0", 0]]);
  let number = 0;
  for (const named of [false, true]) {
    for (const [place, name] of groups.entries()) {
      if ((name !== undefined) !== named) continue;
      if (name !== undefined && /^[0-9]+$/.test(name)) {
        index.set(String(Number(name)), place + 1);
        continue;
      }
      do number++;
      while (groups.includes(String(number)));
      index.set(String(number), place + 1);
      if (name !== undefined) index.set(name, place + 1);
    }
  }
  return index;
}

/** A search that fails late may read the text to its end, so that many short matches take far more than the text's length. */
function allMatches(
  engine: RE2JS,
  groupCount: number,
  text: string,
  afford: (left: number) => boolean,
): readonly PatternMatch[] | undefined {
  const matcher = engine.matcher(text);
  const matches: PatternMatch[] = [];
  for (let at = 0; ; at = matcher.end()) {
    if (matches.length === MOST_MATCHES || !afford(text.length - at + 1)) return undefined;
    if (!matcher.find()) return matches;
    const groups: (Span | undefined)[] = [];
    for (let group = 0; group <= groupCount; group++) {
      const start = matcher.start(group);
      groups.push(start === -1 ? undefined : { start, end: matcher.end(group) });
    }
    matches.push({ groups });
  }
}

/** The group with the highest number, which .NET gives to the last one with a name. */
function lastGroup(groupIndex: CompiledPattern["groupIndex"]): number {
  let [highest, index] = [0, 0];
  for (const [name, place] of groupIndex) {
    if (/^[0-9]+$/.test(name) && Number(name) >= highest) [highest, index] = [Number(name), place];
  }
  return index;
}

/** Expands a .NET replacement: `$1`, `${name}`, `$$`, `$&`, `` $` ``, `$'`, `$+`, `$_`; anything else stands for itself. */
export function expandReplacement(
  replacement: string,
  text: string,
  match: PatternMatch,
  groupIndex: CompiledPattern["groupIndex"],
): string {
  const whole = match.groups[0]!;
  const spanText = (span: Span | undefined) => (span === undefined ? "" : text.slice(span.start, span.end));
  return replacement.replace(
    /\$(?:\$|&|`|'|\+|_|([0-9]+)|\{([\p{L}\p{Mn}\p{Nd}\p{Pc}]+)\})/gu,
    (token, number?: string, name?: string) => {
      const key = number ?? name;
      if (key !== undefined) {
        const index = groupIndex.get(/^[0-9]+$/.test(key) ? String(Number(key)) : key);
        return index === undefined ? token : spanText(match.groups[index]);
      }
      switch (token) {
        case "$$":
          return "$";
        case "$&":
          return spanText(whole);
        case "$`":
          return text.slice(0, whole.start);
        case "$'":
          return text.slice(whole.end);
        case "$_":
          return text;
        default:
          return spanText(match.groups[lastGroup(groupIndex)]);
      }
    },
  );
}
