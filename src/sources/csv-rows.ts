import { type LostRows, rowProblem } from "./source-record.ts";
import type { Line } from "./text-decoding.ts";

export interface CsvRow {
  readonly kind: "row";
  /** Physical line on which the row begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A row whose quotes are not right. */
export interface BrokenRow {
  readonly kind: "broken";
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

export const LONGEST_LINE = 1 << 20;
const LONGEST_CELL_IN_LINES = 500;

type State = "start" | "plain" | "quoted" | "closed" | "bad";

/**
 * Rows of a CSV text (RFC 4180). A quoted cell may hold line breaks. A quote that is never closed costs its own line only:
 * reading goes on with the next one, instead of taking the rest of the file for one cell.
 */
export async function* csvRows(
  lines: AsyncIterable<Line>,
  delimiter: string,
): AsyncGenerator<CsvRow | BrokenRow | LostRows> {
  let open: Line[] = [];
  let state: State = "start";
  const queue: Line[] = [];

  const broken = (reason: string): BrokenRow => {
    const [first, ...others] = open;
    queue.unshift(...others);
    open = [];
    state = "start";
    return { kind: "broken", line: first!.number, text: first!.text, reason };
  };
  function* settle(): Generator<CsvRow | BrokenRow | LostRows> {
    for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
      if (line.cut) {
        const problem = rowProblem(line.number, null, "is longer than 1,048,576 characters", line.text);
        if (open.length > 0) {
          queue.unshift(line);
          yield broken("a quoted cell begins here and is never closed");
          continue;
        }
        yield { kind: "lost", line: line.number, problem };
        continue;
      }
      open.push(line);
      state = scan(line.text, state === "quoted" ? "quoted" : "start", delimiter);
      if (state === "bad") yield broken("a quote inside a cell is not doubled, or text follows a closing quote");
      else if (state !== "quoted") {
        yield { kind: "row", line: open[0]!.number, cells: cellsOf(open, delimiter) };
        open = [];
        state = "start";
      } else if (open.length > LONGEST_CELL_IN_LINES) yield broken("a quoted cell begins here and is never closed");
    }
  }

  for await (const line of lines) {
    queue.push(line);
    yield* settle();
  }
  while (open.length > 0) {
    yield broken("a quoted cell begins here and is never closed");
    yield* settle();
  }
}

function scan(text: string, from: State, delimiter: string): State {
  let state = from;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (state === "quoted") {
      if (sign !== '"') continue;
      if (text[at + 1] === '"') at += 1;
      else state = "closed";
    } else if (sign === delimiter) state = "start";
    else if (state === "closed") {
      if (sign !== " ") return "bad";
    } else if (state === "start" && sign === '"') state = "quoted";
    else if (state === "start" && sign === " " && delimiter !== " ") continue;
    else state = "plain";
  }
  return state;
}

/** A cell in quotes, spaces before it allowed. The row was scanned, so its quotes are right. */
const CELL = / *"((?:[^"]|"")*)"/y;

function quotedAt(text: string, from: number): RegExpExecArray | null {
  CELL.lastIndex = from;
  return CELL.exec(text);
}

function cellsOf(lines: readonly Line[], delimiter: string): readonly string[] {
  const last = lines.length - 1;
  const text = lines.map((line, at) => (at === last ? line.text : line.text + line.ending)).join("");
  if (!text.includes('"')) return text.split(delimiter);
  const cells: string[] = [];
  for (let from = 0; from <= text.length; ) {
    const quoted = quotedAt(text, from);
    if (quoted !== null) {
      cells.push(quoted[1]!.replaceAll('""', '"'));
      const next = text.indexOf(delimiter, CELL.lastIndex);
      from = next < 0 ? text.length + 1 : next + 1;
      continue;
    }
    const end = text.indexOf(delimiter, from);
    cells.push(text.slice(from, end < 0 ? text.length : end));
    from = end < 0 ? text.length + 1 : end + 1;
  }
  return cells;
}

/** The delimiter that splits the first lines best: most often in the header, outside quotes. A line `sep=;` decides. */
export function detectDelimiter(head: string): string {
  const told = /^sep=([,;\t|])\s*(?:\r|\n|$)/i.exec(head)?.[1];
  if (told !== undefined) return told;
  const header = firstRow(head);
  const outside = header.replace(/"(?:[^"]|"")*"/g, "");
  let best = ",";
  let most = 0;
  for (const candidate of [",", ";", "\t", "|"]) {
    const count = outside.split(candidate).length - 1;
    if (count > most) {
      best = candidate;
      most = count;
    }
  }
  return best;
}

function firstRow(head: string): string {
  const text = head.replace(/^\s*[\r\n]+/, "");
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    else if (!quoted && (text[at] === "\n" || text[at] === "\r")) return text.slice(0, at);
  }
  return text;
}
