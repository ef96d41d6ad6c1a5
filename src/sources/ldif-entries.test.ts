import fc from "fast-check";
import { expect, test } from "vitest";
import { type LdifEntry, ldifEntries, pairBytes, pairText } from "./ldif-entries.ts";
import { splitLines } from "./text-decoding.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* chunks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function entries(text: string, size = 5): Promise<LdifEntry[]> {
  return (await all(ldifEntries(splitLines(chunks(text, size), 1 << 20)))).filter((item) => item.kind === "entry");
}

const pairs = (entry: LdifEntry | undefined) =>
  entry?.pairs.map((pair) => [pair.type, pair.options, pair.form, pairText(pair)]);

test("folding, comments, version and options", async () => {
  const found = await entries(
    "version: 1\r\n# note\r\n  dn: folded into the note\r\ndn: cn=a\r\ncn;lang-ja;x-o: b\r\n c\r\n  d\r\n#\r\nsn:\r\n\r\n\r\n# only a comment\r\n\r\ndn: cn=z",
  );
  expect(found.map((entry) => entry.line)).toEqual([4, 14]);
  expect(pairs(found[0])).toEqual([
    ["dn", [], "text", "cn=a"],
    ["cn", ["lang-ja", "x-o"], "text", "bc d"],
    ["sn", [], "text", ""],
  ]);
});

test("values that cannot be had say why", async () => {
  const [entry] = await entries("dn: cn=a\nb:< file:///etc/passwd\nc:: !!\nd:: /w==\n");
  expect(entry!.pairs.slice(1).map((pair) => pairText(pair))).toEqual([
    { reason: expect.stringContaining("URL") },
    { reason: "is not valid base64" },
    { reason: expect.stringContaining("not UTF-8") },
  ]);
  expect(pairBytes(entry!.pairs[3]!)).toEqual(Buffer.from([255]));
});

test("what any writer of RFC 2849 writes is read back, folded anywhere", async () => {
  const value = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ unit: "grapheme-ascii", maxLength: 40 }),
  );
  const entry = fc.array(fc.tuple(fc.constantFrom("cn", "sn", "title", "x-y.z"), value), {
    minLength: 1,
    maxLength: 5,
  });
  const settings = fc.record({
    width: fc.integer({ min: 8, max: 30 }),
    size: fc.integer({ min: 1, max: 9 }),
    ending: fc.constantFrom("\n", "\r\n"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 4 }),
      settings,
      async (written, { width, size, ending }) => {
        const fold = (line: string) => {
          let text = line.slice(0, width);
          for (let at = width; at < line.length; at += width - 1) text += `${ending} ${line.slice(at, at + width - 1)}`;
          return text + ending;
        };
        const line = ([type, text]: [string, string]) =>
          /^[\x21-\x39\x3b\x3d-\x7e][\x20-\x7e]*(?<! )$/.test(text)
            ? `${type}: ${text}`
            : `${type}:: ${Buffer.from(text).toString("base64")}`;
        const text = `version: 1${ending}${ending}${written.map((values) => values.map(line).map(fold).join("") + ending).join("")}`;
        const found = await entries(text, size);
        const texts = found.map((item) => item.pairs.map((pair) => [pair.type, pairText(pair)]));
        expect(texts).toEqual(written.map((values) => values.map(([type, text]) => [type, text.trim()])));
      },
    ),
  );
});
