import { displayWidth, pad, printable, shorten } from "./text.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** May be shortened when the terminal is too narrow; the width below which it never goes. */
  readonly shrinkTo?: number;
}

export interface TableOptions {
  /** Columns of the terminal; null where the text may be as wide as it is. */
  readonly width: number | null;
  /** Puts weight on the titles. */
  readonly title?: (text: string) => string;
  /** Puts colour on a finished cell, without changing its width. */
  readonly cell?: (text: string, row: number, column: number) => string;
}

const GAP = "  ";

/** Rows under titles, in aligned columns. Cells are made safe to print. Ends without a line break; without rows it is the titles alone. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string => {
  const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? "")));
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[index] ?? ""))),
  );
  if (options.width !== null) shrink(columns, widths, options.width);
  const line = (texts: readonly string[], finish: (text: string, column: number) => string): string =>
    texts
      .map((text, index) => {
        const shown = shorten(text, widths[index] ?? 0);
        const last = index === columns.length - 1 && columns[index]?.align !== "right";
        return finish(
          last ? shown : pad(shown, widths[index] ?? 0, columns[index]?.align === "right" ? "start" : "end"),
          index,
        );
      })
      .join(GAP)
      .trimEnd();
  return [
    line(
      columns.map((column) => column.title),
      (text) => (options.title ?? ((plain) => plain))(text),
    ),
    ...cells.map((row, index) => line(row, (text, column) => options.cell?.(text, index, column) ?? text)),
  ].join("\n");
};

/** Whether these rows need no shortening on a terminal of this width; null is no terminal. */
export const fits = (columns: readonly Column[], rows: readonly (readonly string[])[], width: number | null): boolean =>
  width === null ||
  table(columns, rows, { width: null })
    .split("\n")
    .every((line) => displayWidth(line) <= width);

/** Takes the columns that are too many from the widest shrinkable column, again and again. */
const shrink = (columns: readonly Column[], widths: number[], available: number): void => {
  const total = () => widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1);
  for (let excess = total() - available; excess > 0; excess = total() - available) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const room = (widths[index] ?? 0) - (column.shrinkTo ?? Number.POSITIVE_INFINITY);
      if (room > 0 && (widest < 0 || (widths[index] ?? 0) > (widths[widest] ?? 0))) widest = index;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
};

/** Names and values below each other, the values aligned. Values may hold style and are expected to be safe. */
export const facts = (entries: readonly (readonly [name: string, value: string])[], indent = ""): string => {
  const width = Math.max(0, ...entries.map(([name]) => displayWidth(name)));
  return entries.map(([name, value]) => `${indent}${pad(name, width)}  ${value}`.trimEnd()).join("\n");
};
