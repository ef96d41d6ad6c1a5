import fc from "fast-check";
import { expect, test } from "vitest";
import { hidingOf } from "./hiding.ts";

const patch = (...operations: readonly object[]) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations: operations,
});
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const mark = "[Redact]";

/** The body without what stands under the path. */
const withoutPath = (path: string, body: object): unknown =>
  JSON.parse(hidingOf({ paths: [path], values: [] })?.body(JSON.stringify(body)) ?? "null");

test.each<[what: string, path: string, body: object, shown: object]>([
  ["a plain attribute", "nickName", { nickname: "x", userName: "u" }, { nickname: mark, userName: "u" }],
  ["a list", "roles", { roles: [{ value: "x" }] }, { roles: mark }],
  [
    "one part",
    "name.familyName",
    { name: { familyName: "x", givenName: "g" } },
    { name: { familyName: mark, givenName: "g" } },
  ],
  [
    "one of several values",
    'emails[type eq "work"].value',
    {
      emails: [
        { type: "work", value: "x" },
        { type: "home", value: "h" },
      ],
    },
    {
      emails: [
        { type: "work", value: mark },
        { type: "home", value: "h" },
      ],
    },
  ],
  [
    "a value that is labelled otherwise",
    'emails[type eq "work"].value',
    { emails: [{ value: "x" }] },
    { emails: mark },
  ],
  [
    "an extension",
    `${enterprise}:department`,
    { [enterprise]: { department: "x", division: "d" } },
    { [enterprise]: { department: mark, division: "d" } },
  ],
  [
    "an extension's flat key",
    `${enterprise}:department`,
    { [`${enterprise}:department`]: "x" },
    { [`${enterprise}:department`]: mark },
  ],
  [
    "a list of resources",
    "nickName",
    { Resources: [{ nickName: "x" }, { id: "2" }] },
    { Resources: [{ nickName: mark }, { id: "2" }] },
  ],
  [
    "an operation",
    "nickName",
    patch({ op: "add", path: "NickName", value: "x" }),
    patch({ op: "add", path: "NickName", value: mark }),
  ],
  [
    "an operation without a path",
    "nickName",
    patch({ op: "add", value: { nickName: "x" } }),
    patch({ op: "add", value: { nickName: mark } }),
  ],
  [
    "an operation with flat keys",
    'emails[type eq "work"].value',
    patch({ op: "replace", value: { 'emails[type eq "work"].value': "x", active: true } }),
    patch({ op: "replace", value: { 'emails[type eq "work"].value': mark, active: true } }),
  ],
  [
    "an operation on the whole",
    'emails[type eq "work"].value',
    patch({ op: "add", path: "emails", value: [{ type: "work", value: "x" }] }),
    patch({ op: "add", path: "emails", value: mark }),
  ],
  [
    "an operation on an extension",
    `${enterprise}:department`,
    patch({ op: "add", path: enterprise, value: { department: "x" } }),
    patch({ op: "add", path: enterprise, value: mark }),
  ],
  ["what is not there", "nickName", { userName: "u" }, { userName: "u" }],
])("hides %s", (_what, path, body, shown) => {
  expect(withoutPath(path, body)).toEqual(shown);
});

test("hides a value in whatever case, in any text, number or member's name, and short ones where they stand alone", () => {
  const hiding = hidingOf({ paths: [], values: ['O\'Neil "x"', "42", "120017"] });
  expect(hiding?.text('The name o\'NEIL "X" is taken, as is 42, but not 420 or 4242.')).toBe(
    "The name [Redact] is taken, as is [Redact], but not 420 or 4242.",
  );
  expect(JSON.parse(hiding?.body(JSON.stringify({ a: ['O\'Neil "x"!'], "120017": 120017, b: 420 })) ?? "")).toEqual({
    a: ["[Redact]!"],
    "[Redact]": "[Redact]",
    b: 420,
  });
  expect(hiding?.body('{"a":"O\'Ne')).toBeNull();
  expect(
    hiding?.url("https://a.example/scim/v2/Users?filter=nickName%20eq%20%22O%27Neil%20%5C%22x%5C%22%22&count=1"),
  ).toBe(`https://a.example/scim/v2/Users?filter=nickName%20eq%20%22${encodeURIComponent(mark)}%22&count=1`);
  expect(hiding?.url("https://120017.example/Users/120017?x=%zz")).toBe(
    `https://120017.example/Users/${encodeURIComponent(mark)}?x=%zz`,
  );
});

test("nothing hidden costs nothing", () => {
  expect(hidingOf(undefined)).toBeNull();
  expect(hidingOf({ paths: [], values: [] })).toBeNull();
});

test("a hidden value is nowhere in what is kept, wherever it stood", () => {
  const value = fc.string({ unit: "grapheme", minLength: 4, maxLength: 30 }).filter((text) => text.trim().length >= 4);
  const json = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.constant("SECRET"),
      fc.constant("before SECRET after"),
      fc.constant(true),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "SECRET", "Operations", "Resources", "value", "path"), tie("tree"), {
        maxKeys: 3,
      }),
    ),
  })).tree;
  fc.assert(
    fc.property(value, json, (secret, tree) => {
      const placed = JSON.parse(JSON.stringify(tree), (_name, inner) => inner) as unknown;
      const put = (inner: unknown): unknown => {
        if (typeof inner === "string") return inner.replaceAll("SECRET", () => secret);
        if (Array.isArray(inner)) return inner.map(put);
        if (typeof inner !== "object" || inner === null) return inner;
        return Object.fromEntries(Object.entries(inner).map(([name, part]) => [put(name), put(part)]));
      };
      const hiding = hidingOf({ paths: ["nickName"], values: [secret] });
      const kept = JSON.parse(hiding?.body(JSON.stringify(put(placed))) ?? "null");
      const texts: string[] = [];
      JSON.stringify(kept, (name, inner) => {
        texts.push(name, String(inner));
        return inner;
      });
      const trimmed = secret.trim();
      expect(texts.filter((text) => text.replaceAll(mark, "").includes(trimmed))).toEqual([]);
    }),
  );
});
