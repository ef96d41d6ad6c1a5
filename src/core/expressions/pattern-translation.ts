/** A .NET pattern in the syntax of the linear-time engine. */
export interface TranslatedPattern {
  readonly ok: true;
  readonly source: string;
  /** Names of the capturing groups from left to right; undefined for one without a name. */
  readonly groups: readonly (string | undefined)[];
  /** Uses `\b` or `\B`, which the engine judges by ASCII letters only. */
  readonly wordBoundary: boolean;
  /** Uses `$` (not with the option m) or `\Z`, which in .NET also stands before a final line feed. */
  readonly softEnd: boolean;
  /** Uses the option i, under which the engine folds a few letters that .NET keeps apart. */
  readonly ignoresCase: boolean;
}

export interface Untranslatable {
  readonly ok: false;
  /** `unsupported` is legal in .NET but beyond the engine; `bad` is a fault in the pattern. */
  readonly reason: "unsupported" | "bad";
  readonly message: string;
}

const DIGIT = "\\p{Nd}";
const WORD = "\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}";
const SPACE = "\\f\\n\\r\\t\\x0B\\x{85}\\p{Z}";
const CONTROL_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["f", "\f"],
  ["v", "\v"],
  ["a", "\x07"],
  ["e", "\x1b"],
]);
const CATEGORIES: ReadonlySet<string> = new Set(
  "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cs Co Cn".split(" "),
);
const MOST_REPEATS = 1000;
/** Of all counts together, so that the engine does not build what would be refused for its size. */
const MOST_REPEATS_IN_ALL = 10_000;
const DEEPEST_GROUP = 100;

interface Reader {
  readonly pattern: string;
  at: number;
  wordBoundary: boolean;
  softEnd: boolean;
  ignoresCase: boolean;
  repeats: number;
  /** Whether the option m holds, for the pattern and for each group that is open. */
  readonly multiline: boolean[];
  readonly groups: (string | undefined)[];
}

type Piece = string | Untranslatable;

/** Translates what both dialects can express, and says which part of the pattern it cannot. */
export function translatePattern(pattern: string): TranslatedPattern | Untranslatable {
  const flags = { wordBoundary: false, softEnd: false, ignoresCase: false };
  const reader: Reader = { pattern, at: 0, ...flags, repeats: 0, multiline: [false], groups: [] };
  let source = "";
  while (reader.at < pattern.length) {
    const piece = translateNext(reader);
    if (typeof piece !== "string") return piece;
    source += piece;
  }
  const { groups, wordBoundary, softEnd, ignoresCase } = reader;
  return { ok: true, source, groups, wordBoundary, softEnd, ignoresCase };
}

function translateNext(reader: Reader): Piece {
  const character = reader.pattern[reader.at]!;
  switch (character) {
    case "\\":
      return translateEscape(reader);
    case "[":
      return translateClass(reader);
    case "(":
      return translateGroup(reader);
    case "{":
      return translateRepeat(reader);
    case "$":
      if (reader.multiline.at(-1) !== true) reader.softEnd = true;
      reader.at++;
      return "$";
    case ")":
      // One too many is the engine's to report.
      if (reader.multiline.length > 1) reader.multiline.pop();
      reader.at++;
      return ")";
    case "}":
    case "]":
      reader.at++;
      return `\\${character}`;
    default:
      reader.at++;
      return character;
  }
}

function unsupported(part: string, hint: string): Untranslatable {
  return {
    ok: false,
    reason: "unsupported",
    message: `The pattern uses ${part}, which is not supported here; ${hint}.`,
  };
}

function bad(message: string): Untranslatable {
  return { ok: false, reason: "bad", message: `The pattern is faulty: ${message}.` };
}

function translateRepeat(reader: Reader): Piece {
  const repeat = /^\{([0-9]+)(,([0-9]*))?\}/.exec(reader.pattern.slice(reader.at, reader.at + 30));
  if (repeat === null) {
    reader.at++;
    return "\\{";
  }
  const most = Math.max(Number(repeat[1]), Number(repeat[3] || 0));
  if (most > MOST_REPEATS) return unsupported(repeat[0], `repeat at most ${MOST_REPEATS} times`);
  reader.repeats += most;
  if (reader.repeats > MOST_REPEATS_IN_ALL) return unsupported("counts that add up to too much", "use smaller counts");
  reader.at += repeat[0].length;
  return repeat[0];
}

function translateGroup(reader: Reader): Piece {
  const rest = reader.pattern.slice(reader.at);
  const outer = reader.multiline.at(-1) === true;
  reader.multiline.push(outer);
  if (reader.multiline.length > DEEPEST_GROUP + 1) return unsupported("groups nested too deeply", "make it flatter");
  if (!rest.startsWith("(?")) {
    reader.groups.push(undefined);
    reader.at++;
    return "(";
  }
  const named = /^\(\?(?:<([\p{L}\p{Mn}\p{Nd}\p{Pc}]+)>|'([\p{L}\p{Mn}\p{Nd}\p{Pc}]+)')/u.exec(rest);
  if (named !== null) {
    const name = named[1] ?? named[2]!;
    if (reader.groups.includes(name)) return unsupported(`two groups named ${name}`, "give each group its own name");
    reader.groups.push(name);
    reader.at += named[0].length;
    return "(";
  }
  const flags = /^\(\?([imsnx]*)(?:-([imsnx]*))?([:)])/.exec(rest);
  if (flags !== null) {
    if (/[nx]/.test(flags[0])) return unsupported("the options n or x", "use i, m and s only");
    const [, on = "", off = "", end] = flags;
    if (on.includes("i")) reader.ignoresCase = true;
    const multiline = off.includes("m") ? false : outer || on.includes("m");
    reader.multiline.pop();
    // Without a colon the option holds for the rest of the group around it.
    if (end === ")") reader.multiline[reader.multiline.length - 1] = multiline;
    else reader.multiline.push(multiline);
    reader.at += flags[0].length;
    return flags[0];
  }
  const comment = /^\(\?#[^)]*\)/.exec(rest);
  if (comment !== null) {
    reader.multiline.pop();
    reader.at += comment[0].length;
    return "(?:)";
  }
  if (/^\(\?<?[=!]/.test(rest))
    return unsupported("a look-ahead or look-behind", "capture the part in a named group instead");
  if (rest.startsWith("(?>")) return unsupported("an atomic group", "write (?:…) instead");
  if (rest.startsWith("(?(")) return unsupported("a conditional group", "write the alternatives with | instead");
  if (/^\(\?[<'][^>']*-/.test(rest)) return unsupported("a balancing group", "match one level only");
  return bad(`"${rest.slice(0, 6)}" begins no group`);
}

function translateEscape(reader: Reader): Piece {
  const letter = reader.pattern[reader.at + 1];
  if (letter === undefined) return bad("it ends with a backslash");
  const simple = categoryEscape(reader);
  if (simple !== undefined) {
    return typeof simple === "string" ? `[${simple}]` : simple;
  }
  if (letter === "b" || letter === "B") {
    reader.wordBoundary = true;
    reader.at += 2;
    return `\\${letter}`;
  }
  if (letter === "A" || letter === "z") {
    reader.at += 2;
    return `\\${letter}`;
  }
  if (letter === "Z") {
    reader.softEnd = true;
    reader.at += 2;
    return "\\z";
  }
  if (letter === "G") return unsupported("\\G", "anchor with ^ instead");
  if (letter === "k" || /[1-9]/.test(letter)) return unsupported("a back-reference", "spell out what is repeated");
  const literal = characterEscape(reader);
  return typeof literal === "string" ? quote(literal) : literal;
}

/** Reads `\d \w \s`, their complements and `\p{…}` as the inside of a class, a complement led by `^`. */
function categoryEscape(reader: Reader): Piece | undefined {
  const letter = reader.pattern[reader.at + 1] ?? "";
  const set = ({ d: DIGIT, w: WORD, s: SPACE } as Readonly<Record<string, string>>)[letter.toLowerCase()];
  if (set !== undefined && /[dwsDWS]/.test(letter)) {
    reader.at += 2;
    return letter === letter.toLowerCase() ? set : `^${set}`;
  }
  if (letter !== "p" && letter !== "P") return undefined;
  const property = /^\\([pP])\{(\w+)\}/.exec(reader.pattern.slice(reader.at, reader.at + 60));
  if (property === null) return bad(`\\${letter} needs a category in braces, such as \\p{Lu}`);
  if (property[2]!.startsWith("Is")) return unsupported(property[0], "name a general category such as \\p{L}");
  if (!CATEGORIES.has(property[2]!)) return bad(`${property[0]} names no general category, such as \\p{L} or \\p{Lu}`);
  reader.at += property[0].length;
  return property[1] === "p" ? `\\p{${property[2]}}` : `^\\p{${property[2]}}`;
}

/** Reads an escape that stands for one character, and returns that character. */
function characterEscape(reader: Reader): Piece {
  const rest = reader.pattern.slice(reader.at, reader.at + 12);
  const coded = /^\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|c([A-Za-z])|0([0-7]{0,2}))/.exec(rest);
  if (coded !== null) {
    reader.at += coded[0].length;
    if (coded[3] !== undefined) return String.fromCharCode(coded[3].toUpperCase().charCodeAt(0) - 64);
    if (coded[4] !== undefined) return String.fromCharCode(Number.parseInt(`0${coded[4]}`, 8));
    const unit = Number.parseInt(coded[1] ?? coded[2]!, 16);
    if (unit >= 0xd800 && unit <= 0xdfff) return unsupported("half of a surrogate pair", "write the character itself");
    return String.fromCharCode(unit);
  }
  const character = String.fromCodePoint(rest.codePointAt(1)!);
  const control = CONTROL_ESCAPES.get(character);
  if (control === undefined && /[\p{L}\p{Mn}\p{Nd}\p{Pc}]/u.test(character)) {
    return bad(`\\${character} is not an escape`);
  }
  reader.at += 1 + character.length;
  return control ?? character;
}

/** The character where it cannot mean anything else. */
function quote(character: string): string {
  return /^[A-Za-z0-9]$/.test(character) ? character : `\\x{${character.codePointAt(0)!.toString(16)}}`;
}

/** A class; complements inside it (`[\s\S]`) become alternatives, since the engine has no unions of complements. */
function translateClass(reader: Reader): Piece {
  const { pattern } = reader;
  reader.at++;
  const negated = pattern[reader.at] === "^";
  if (negated) reader.at++;
  let members = "";
  const complements: string[] = [];
  for (let first = true; first || pattern[reader.at] !== "]"; first = false) {
    if (reader.at >= pattern.length) return bad("a [ has no closing ]");
    const category = pattern[reader.at] === "\\" ? categoryEscape(reader) : undefined;
    if (category !== undefined) {
      if (typeof category !== "string") return category;
      if (category.startsWith("^")) complements.push(category.slice(1));
      else members += category;
      continue;
    }
    if (pattern.startsWith("-[", reader.at) && !first)
      return unsupported("a class taken from a class", "list the characters that remain");
    const from = classCharacter(reader);
    if (typeof from !== "string") return from;
    const isRange =
      pattern[reader.at] === "-" &&
      !"][".includes(pattern[reader.at + 1] ?? "]") &&
      !/^-\\[dwspDWSP]/.test(pattern.slice(reader.at, reader.at + 3));
    if (!isRange) {
      members += quote(from);
      continue;
    }
    reader.at++;
    const to = classCharacter(reader);
    if (typeof to !== "string") return to;
    if (to.codePointAt(0)! < from.codePointAt(0)!) return bad(`the range ${from}-${to} runs backwards`);
    members += `${quote(from)}-${quote(to)}`;
  }
  reader.at++;
  if (complements.length === 0) return `[${negated ? "^" : ""}${members}]`;
  if (!negated)
    return `(?:${[...(members === "" ? [] : [`[${members}]`]), ...complements.map((set) => `[^${set}]`)].join("|")})`;
  if (members === "" && complements.length === 1) return `[${complements[0]}]`;
  return unsupported(
    "a complement such as \\W inside [^…]",
    "list the characters that may match, such as [\\p{L}\\p{Nd}]",
  );
}

function classCharacter(reader: Reader): Piece {
  if (reader.pattern[reader.at] !== "\\") {
    const character = String.fromCodePoint(reader.pattern.codePointAt(reader.at)!);
    reader.at += character.length;
    return character;
  }
  if (reader.pattern[reader.at + 1] === "b") {
    reader.at += 2;
    return "\b";
  }
  return reader.at + 1 < reader.pattern.length ? characterEscape(reader) : bad("it ends with a backslash");
}
