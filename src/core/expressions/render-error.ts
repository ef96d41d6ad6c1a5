import type { ExpressionError } from "./errors.ts";

/** Columns of the line that is shown, without the signs for what is cut off. */
const WIDEST = 72;
/** Of these, how many lead up to the place where the line is cut in front. */
const BEFORE = 36;

/** Letters, signs and pictures that terminals give two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that sit on the character before them. */
const NARROW = /[\p{Mn}\p{Me}]/u;
/** What would move the cursor, or cannot be shown. */
const ILLEGIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

interface Cell {
  readonly text: string;
  readonly width: number;
  /** Where it stands in the expression. */
  readonly offset: number;
}

/**
 * The error for a terminal: the line of the expression with a caret under the place, the sentence, and an example. A long
 * line is cut to a window around the place. What a terminal would obey rather than show has a sign in its place.
 */
export function renderError(text: string, error: ExpressionError): string {
  const { position, message, example } = error;
  const [start, end] = lineAround(text, position.offset);
  const { shown, column } = windowOf(cellsOf(text, start, end), position.offset);
  const where = /[\r\n]/.test(text.trim()) ? `Line ${position.line}, column ${position.column}: ` : "";
  return [
    shown,
    `${" ".repeat(column)}^`,
    `${where}${message}`,
    `Example: ${example.replace(/\s*[\r\n]+\s*/g, " ")}`,
  ].join("\n");
}

/** Offsets of the beginning and the end of the line that holds this offset. */
function lineAround(text: string, offset: number): readonly [number, number] {
  const breaks = /\r\n|\r|\n/g;
  let start = 0;
  for (const match of text.matchAll(breaks)) {
    if (match.index >= offset) return [start, match.index];
    start = match.index + match[0].length;
  }
  return [start, text.length];
}

function cellsOf(text: string, start: number, end: number): readonly Cell[] {
  const cells: Cell[] = [];
  let offset = start;
  for (const character of text.slice(start, end)) {
    cells.push({ ...cellOf(character), offset });
    offset += character.length;
  }
  return cells;
}

function cellOf(character: string): Pick<Cell, "text" | "width"> {
  if (character === "\t") return { text: " ", width: 1 };
  if (ILLEGIBLE.test(character)) return { text: "\ufffd", width: 1 };
  return { text: character, width: WIDE.test(character) ? 2 : NARROW.test(character) ? 0 : 1 };
}

/** The part of the line that is shown, and how many columns stand before the place in it. */
function windowOf(cells: readonly Cell[], offset: number): { readonly shown: string; readonly column: number } {
  const widthOf = (some: readonly Cell[]) => some.reduce((sum, { width }) => sum + width, 0);
  const found = cells.findIndex((cell) => cell.offset + cell.text.length > offset);
  const at = found === -1 ? cells.length : found;
  let from = 0;
  if (widthOf(cells) > WIDEST) {
    from = at;
    for (let width = 0; from > 0 && width < BEFORE; from--) width += cells[from - 1]!.width;
  }
  let to = from;
  for (let width = 0; to < cells.length && width + cells[to]!.width <= WIDEST; to++) width += cells[to]!.width;
  const before = from > 0 ? "… " : "";
  const shown = cells.slice(from, to).map((cell) => cell.text);
  return {
    shown: `${before}${shown.join("")}${to < cells.length ? " …" : ""}`,
    column: before.length + widthOf(cells.slice(from, at)),
  };
}
