import fc from "fast-check";
import { expect, test } from "vitest";
import { csvRows, detectDelimiter } from "./csv-rows.ts";
import { splitLines } from "./text-decoding.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* chunks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function rows(text: string, delimiter = ",", size = 3) {
  return all(csvRows(splitLines(chunks(text, size), 1 << 20), delimiter));
}

const row = (line: number, ...cells: string[]) => ({ kind: "row", line, cells });

test("rows carry the physical line on which they begin, whatever ends the lines", async () => {
  expect(await rows('a,b\r\n"1\r\n2\n3",x\r\n\r\nlast,"y"')).toEqual([
    row(1, "a", "b"),
    row(2, "1\r\n2\n3", "x"),
    row(5, ""),
    row(6, "last", "y"),
  ]);
  expect(await rows("a,b\rc,d\r")).toEqual([row(1, "a", "b"), row(2, "c", "d")]);
});

test("empty cells, empty quoted cells and spaces before quotes", async () => {
  expect(await rows(',"",\n "a, b" ,c\n"""",x')).toEqual([row(1, "", "", ""), row(2, "a, b", "c"), row(3, '"', "x")]);
});

test("a quote in the middle of a bare cell is a character", async () => {
  expect(await rows('5" pipe,6\n')).toEqual([row(1, '5" pipe', "6")]);
});

test("a quote that is never closed costs its own line", async () => {
  const found = await rows('a,"open\nb,c\n"d",e\n');
  expect(found.map((item) => [item.kind, item.line])).toEqual([
    ["broken", 1],
    ["row", 2],
    ["row", 3],
  ]);
});

test("an open quote in a long file is given up after 500 lines, without holding the rest", async () => {
  const found = await rows(`a,"open\n${"x,y\n".repeat(2000)}`, ",", 4096);
  expect(found).toHaveLength(2001);
  expect(found[0]).toMatchObject({ kind: "broken", line: 1 });
  expect(found[2000]).toEqual(row(2001, "x", "y"));
});

test("what any writer of RFC 4180 writes is read back, in chunks of any size", async () => {
  const cell = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 8 }).filter((text) => !text.includes("\uFEFF")),
    fc.string({ unit: fc.constantFrom(",", ";", '"', "\n", "\r", " ", "a", "\t", "|"), maxLength: 8 }),
  );
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
  const settings = fc.record({
    delimiter: fc.constantFrom(",", ";", "\t", "|"),
    ending: fc.constantFrom("\n", "\r\n"),
    size: fc.integer({ min: 1, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(table, settings, async (cells, { delimiter, ending, size }) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = cells.map((line) => line.map(quoted).join(delimiter) + ending).join("");
      const found = await rows(text, delimiter, size);
      expect(found.map((item) => item.kind === "row" && item.cells)).toEqual(cells);
    }),
  );
});

test("random text never throws and never loses a line's place", async () => {
  const text = fc.string({ unit: fc.constantFrom('"', ",", "\n", "a", " "), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (input, size) => {
      const found = await rows(input, ",", size);
      const lines = found.map((item) => item.line);
      expect(lines).toEqual([...new Set(lines)].sort((one, other) => one - other));
    }),
  );
});

test.each([
  ["a,b;c,d\n", ","],
  ["a;b;c\n1,5;2,5;3\n", ";"],
  ["a\tb\tc, d\n", "\t"],
  ["a|b|c\n", "|"],
  ['"a;b;c;d",e\n', ","],
  ["sep=;\na,b,c;d\n", ";"],
  ["alone\n1;2\n", ","],
])("the delimiter of %j is %j", (head, delimiter) => {
  expect(detectDelimiter(head)).toBe(delimiter);
});
