import { type LostRows, type RowProblem, rowProblem } from "./source-record.ts";
import { type Line, UNDECODABLE, UNDECODABLE_REASON } from "./text-decoding.ts";

/** One `type;options: value` of an entry. */
export interface LdifPair {
  /** Lower case, without options. */
  readonly type: string;
  /** As the file writes it, with options. */
  readonly label: string;
  /** Lower case, e.g. "lang-ja", "binary". */
  readonly options: readonly string[];
  readonly form: "text" | "base64" | "url";
  readonly raw: string;
  /** Longer than is kept; `raw` is only its beginning. */
  readonly cut: boolean;
}

/** One record: its lines between two blank ones. A lone `-` (end of one modification) is a pair with type "-". */
export interface LdifEntry {
  readonly kind: "entry";
  readonly line: number;
  readonly pairs: readonly LdifPair[];
  readonly problems: readonly RowProblem[];
}

export const LONGEST_LDIF_LINE = 1 << 22;
const LONGEST_VALUE = 1 << 22;
const MOST_PAIRS = 2_000_000;

/** Records of an LDIF text (RFC 2849): folded lines joined, comments left out, `version:` skipped. */
export async function* ldifEntries(lines: AsyncIterable<Line>): AsyncGenerator<LdifEntry | LostRows> {
  let start = 0;
  let pairs: LdifPair[] = [];
  let problems: RowProblem[] = [];
  let pending: { parts: string[]; length: number; cut: boolean; comment: boolean } | null = null;

  const closeLine = (): void => {
    const line = pending;
    pending = null;
    if (line === null || line.comment) return;
    const text = line.parts.join("");
    const pair = readPair(text, line.cut);
    if (pair === null) problems.push(rowProblem(start, null, "holds a line that is not `attribute: value`", text));
    else if (pairs.length >= MOST_PAIRS) problems.push(rowProblem(start, null, "has more than 2,000,000 values"));
    else pairs.push(pair);
  };
  const closeEntry = (): LdifEntry | null => {
    closeLine();
    const only = pairs.filter((pair) => pair.type !== "version" || pairs.indexOf(pair) > 0);
    const entry: LdifEntry = { kind: "entry", line: start, pairs: only, problems };
    const empty = only.length === 0 && problems.length === 0;
    pairs = [];
    problems = [];
    start = 0;
    return empty ? null : entry;
  };

  for await (const line of lines) {
    if (line.text === "") {
      const entry = closeEntry();
      if (entry !== null) yield entry;
      continue;
    }
    if (line.text.startsWith(" ") && pending !== null) {
      pending.length += line.text.length - 1;
      if (pending.length > LONGEST_VALUE || line.cut) pending.cut = true;
      else if (!pending.comment) pending.parts.push(line.text.slice(1));
      continue;
    }
    if (line.text.trim() === "") {
      const entry = closeEntry();
      if (entry !== null) yield entry;
      continue;
    }
    closeLine();
    const comment = line.text.startsWith("#");
    // `version: 1` may stand directly above the first record.
    if (!comment && (start === 0 || (pairs.length === 1 && pairs[0]!.type === "version"))) start = line.number;
    pending = { parts: [line.text], length: line.text.length, cut: line.cut, comment };
  }
  const entry = closeEntry();
  if (entry !== null) yield entry;
}

const PAIR = /^([A-Za-z0-9][A-Za-z0-9.-]*)((?:;[A-Za-z0-9-]+)*):([:<]?)[ \t]*(.*)$/s;

function readPair(text: string, cut: boolean): LdifPair | null {
  if (text === "-") return { type: "-", label: "-", options: [], form: "text", raw: "", cut: false };
  const match = PAIR.exec(text);
  if (match === null) return null;
  const [, type, options, mark, raw] = match as unknown as [string, string, string, string, string];
  return {
    type: type.toLowerCase(),
    label: type + options,
    options: options === "" ? [] : options.slice(1).toLowerCase().split(";"),
    form: mark === ":" ? "base64" : mark === "<" ? "url" : "text",
    raw,
    cut,
  };
}

/** The bytes of a value, or the reason why it has none. */
export function pairBytes(pair: LdifPair): Uint8Array | { readonly reason: string } {
  if (pair.cut) return { reason: "is longer than 4 MiB" };
  if (pair.form === "url") return { reason: "points to a URL; values are only read from the file itself" };
  if (pair.form === "text") return Buffer.from(pair.raw, "utf8");
  const text = pair.raw.replace(/\s/g, "");
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return { reason: "is not valid base64" };
  return Buffer.from(text, "base64");
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a value, trimmed, or the reason why it has none. */
export function pairText(pair: LdifPair): string | { readonly reason: string } {
  if (pair.form === "text" && !pair.cut) {
    return pair.raw.includes(UNDECODABLE) ? { reason: UNDECODABLE_REASON } : pair.raw.trim();
  }
  const bytes = pairBytes(pair);
  if (!(bytes instanceof Uint8Array)) return bytes;
  try {
    return STRICT.decode(bytes).trim();
  } catch {
    return { reason: "is base64 of bytes that are not UTF-8 text" };
  }
}
