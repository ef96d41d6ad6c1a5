import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonElements, jsonShape } from "./json-elements.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* chunks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function elements(text: string, shape: "array" | "container" = "array", size = 3) {
  return all(jsonElements(chunks(text, size), shape));
}

test("elements are cut out whole, with list and line", async () => {
  const text =
    '{\n"other": {"users": [9]}, "users" : [ {"a": [1, {"b": "]}\\""}]},\n\n 2 ], "groups": [], "value":[\n[3]]}';
  expect(await elements(text, "container")).toEqual([
    { kind: "element", list: "users", line: 2, text: '{"a": [1, {"b": "]}\\""}]}' },
    { kind: "element", list: "users", line: 4, text: "2" },
    { kind: "element", list: "value", line: 5, text: "[3]" },
  ]);
});

test.each([
  ["[1,", "the file ends in the middle of the document"],
  ["[1] x", "text follows after the end of the document"],
  ["7", "the document is neither an array nor an object with users, groups or value"],
])("%j stops", async (text, reason) => {
  expect((await elements(text)).at(-1)).toMatchObject({ kind: "stop", reason });
});

test("a text that is never closed ends with its line", async () => {
  const found = await elements('[{"a": "open},\n{"b": 2}]');
  expect(found.at(-1)!.kind).toBe("stop");
  expect(await elements('[{"a": "open\n"},\n{"b": 2}]')).toMatchObject(
    [{ line: 1 }, { line: 3, text: '{"b": 2}' }].slice(0, 1),
  );
});

test("every array comes back element by element, in chunks of any size", async () => {
  const array = fc.array(fc.jsonValue(), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(array, fc.constantFrom(0, 1, 2), fc.integer({ min: 1, max: 11 }), async (values, indent, size) => {
      const plain = JSON.parse(JSON.stringify(values)) as unknown[];
      const found = await elements(JSON.stringify(plain, null, indent), "array", size);
      expect(found.map((item) => item.kind === "element" && JSON.parse(item.text))).toEqual(plain);
      const held = await elements(JSON.stringify({ x: plain, users: plain }, null, indent), "container", size);
      expect(held.map((item) => item.kind === "element" && JSON.parse(item.text))).toEqual(plain);
    }),
  );
});

test.each([
  ["x.json", "[1]", "array"],
  ["x.json", '{"users":[]}', "container"],
  ["x.json", '{\n"users":[]}', "container"],
  ["x.json", '{"groups":[{"displayName":"A"}]}', "container"],
  ["x.json", '{"mail":"a@example.test","groups":["A"]}\n{"mail":"b"}', "lines"],
  ["x.ndjson", "{broken", "lines"],
] as const)("%s beginning with %j is %s", (name, head, shape) => {
  expect(jsonShape(name, head)).toBe(shape);
});
