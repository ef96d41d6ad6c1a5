import fc from "fast-check";
import { expect, test } from "vitest";
import { amount, counted, duration, localTime, pace, size } from "./amounts.ts";
import { facts, table } from "./table.ts";
import { displayWidth, pad, printable, shorten, wrap } from "./text.ts";

test("widths count what a terminal shows: wide letters twice, marks and joiners not at all", () => {
  expect(["abc", "Zoë", "Zoe\u0308", "山田", "한국", "👩‍👩‍👧", "नमस्ते", ""].map(displayWidth)).toEqual([
    3, 3, 3, 4, 4, 2, 4, 0,
  ]);
});

test("a text is shortened between letters, never through one", () => {
  expect(shorten("Ada Berg", 8)).toBe("Ada Berg");
  expect(shorten("Ada Berg", 5)).toBe("Ada …");
  expect(shorten("山田太郎", 6)).toBe("山田…");
  expect(shorten("Zoe\u0308 Q", 4)).toBe("Zoe\u0308…");
  expect(shorten("Ada", 0)).toBe("");
});

test("no text is wider than it may be, and padding fills up exactly", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 30 }), (raw, width) => {
      const text = printable(raw);
      expect(displayWidth(shorten(text, width))).toBeLessThanOrEqual(width);
      expect(displayWidth(pad(shorten(text, width), width))).toBe(width);
    }),
  );
});

test("control characters and direction overrides cannot reach the terminal", () => {
  expect(printable("a\u001b[31mb\u0007 c\nd\u202ee")).toBe("a\\u001b[31mb\\u0007 c d\\u202ee");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (raw) => {
      expect(printable(raw)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test("lines break between words, later ones indented", () => {
  expect(wrap("one two three four", 9, "  ")).toBe("one two\n  three\n  four");
  expect(wrap("unbreakable", 3)).toBe("unbreakable");
});

test("amounts read as people write them", () => {
  expect([amount(1234567), counted(1, "person", "people"), counted(2000, "person", "people")]).toEqual([
    "1,234,567",
    "1 person",
    "2,000 people",
  ]);
  expect([0.44, 12.4, 59.6, 185, 7800, 277_200].map(duration)).toEqual([
    "0.4 s",
    "12 s",
    "1 min 00 s",
    "3 min 05 s",
    "2 h 10 min",
    "3 d 5 h",
  ]);
  expect([pace(0.42), pace(1234.4), size(812), size(1_440_000)]).toEqual(["0.4/s", "1,234/s", "812 B", "1.4 MB"]);
  expect(localTime("never")).toBe("never");
});

const columns = [
  { title: "NAME", shrinkTo: 6 },
  { title: "N", align: "right" as const },
  { title: "WHY", shrinkTo: 5 },
];

test("a table aligns its columns whatever script a name is written in", () => {
  const rows = [
    ["山田太郎", "5", "new"],
    ["Ada", "1,200", "mail differs"],
  ];
  expect(table(columns, rows, { width: null })).toBe(
    ["NAME          N  WHY", "山田太郎      5  new", "Ada       1,200  mail differs"].join("\n"),
  );
});

test("a table that is too wide for the terminal shortens what may be shortened", () => {
  const rows = [["Ada Berg of Sales", "7", "the address differs"]];
  const text = table(columns, rows, { width: 24 });
  expect(
    text
      .split("\n")
      .map(displayWidth)
      .every((width) => width <= 24),
  ).toBe(true);
  expect(text).toBe("NAME       N  WHY\nAda Berg…  7  the addre…");
});

test("cells are made safe and styled without moving the columns", () => {
  const rows = [["a\u001b[2Jb", "1", "x"]];
  expect(table(columns, rows, { width: null, cell: (text, _, column) => (column === 1 ? `<${text}>` : text) })).toBe(
    "NAME         N  WHY\na\\u001b[2Jb  <1>  x",
  );
});

test("facts stand below each other with aligned values", () => {
  expect(
    facts(
      [
        ["id", "1"],
        ["name", "Ada"],
      ],
      " ",
    ),
  ).toBe(" id    1\n name  Ada");
});
