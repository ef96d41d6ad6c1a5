import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseAnchor } from "./anchors.ts";
import { meaningOf } from "./csv-headers.ts";
import { extensionName, ownName, readBoolean } from "./directory-attributes.ts";
import { leafName, looksLikeDn, normalizeDn, renameDn } from "./distinguished-name.ts";
import { guessFormat } from "./format.ts";
import { guidText, readGuid, sidText } from "./microsoft-binary.ts";
import { nicknameOf, sameValue } from "./object-rules.ts";
import { SeenIndex } from "./seen-index.ts";
import { shorten } from "./source-record.ts";
import { decodeText, splitLines } from "./text-decoding.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test.each([
  ["CN=Ann, OU = People,DC=x", "cn=ann,ou=people,dc=x"],
  ["cn=Example\\, Ann,dc=x", "cn=example\\, ann,dc=x"],
  ["cn=Example\\2C Ann,dc=x", "cn=example\\, ann,dc=x"],
  ['cn="Example, Ann",dc=x', "cn=example\\, ann,dc=x"],
  ["cn=J\\C3\\B6rg,dc=x", "cn=jörg,dc=x"],
  ["uid=b+cn=a,dc=x", "cn=a+uid=b,dc=x"],
  ["cn=trailing\\ ,dc=x", "cn=trailing\\ ,dc=x"],
])("%j is one DN with %j", (written, normal) => {
  expect(normalizeDn(written)).toBe(normal);
  expect(normalizeDn(normal)).toBe(normal);
});

test("normalising a DN twice is normalising it once", () => {
  const value = fc.string({ unit: fc.constantFrom("a", "B", ",", "\\", " ", "=", "+", '"', "#", "ö"), maxLength: 12 });
  fc.assert(
    fc.property(value, (text) => {
      const normal = normalizeDn(`cn=${text.replace(/[,+"\\<>;= #]/g, "\\$&")},dc=x`);
      expect(normalizeDn(normal)).toBe(normal);
      expect(leafName(normal)).toBe(text.toLowerCase());
    }),
  );
});

test("parts of a DN", () => {
  expect(leafName("CN=Sales\\, West,OU=Groups,DC=x")).toBe("Sales, West");
  expect(renameDn("cn=a,ou=x,dc=y", "cn=B", null)).toBe("cn=b,ou=x,dc=y");
  expect(renameDn("cn=a,ou=x,dc=y", "cn=B", "OU=z,dc=y")).toBe("cn=b,ou=z,dc=y");
  expect(["cn=a,dc=b", "a@b", "1001", "x=1", "a, b"].map(looksLikeDn)).toEqual([true, false, false, false, false]);
});

test("binary ids of Active Directory", () => {
  expect(guidText(Uint8Array.from({ length: 16 }, (_unused, at) => at))).toBe("03020100-0504-0706-0809-0a0b0c0d0e0f");
  expect(guidText(new Uint8Array(15))).toBeNull();
  expect(readGuid("{00112233-4455-6677-8899-AABBCCDDEEFF}")).toBe("00112233-4455-6677-8899-aabbccddeeff");
  expect(readGuid("X'000102030405060708090a0b0c0d0e0f'")).toBe("03020100-0504-0706-0809-0a0b0c0d0e0f");
  expect(readGuid("no")).toBeNull();
  expect(sidText(Uint8Array.from([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]))).toBe("S-1-5-18");
  expect(sidText(Uint8Array.from([1, 2, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]))).toBeNull();
});

const attribute = (name: string) => ({ kind: "attribute", attribute: name });

test.each([
  ["E-mail", attribute("mail")],
  ["E-Mail-Adresse", attribute("mail")],
  ["First name", attribute("givenName")],
  ["VORNAME", attribute("givenName")],
  ["Last_Name", attribute("surname")],
  ["UPN", attribute("userPrincipalName")],
  ["sAMAccountName", attribute("onPremisesSamAccountName")],
  ["Straße", attribute("streetAddress")],
  ["Büro", attribute("physicalDeliveryOfficeName")],
  ["Buero", attribute("physicalDeliveryOfficeName")],
  ["Office Location", attribute("physicalDeliveryOfficeName")],
  ["Extension Attribute 12", attribute("extensionAttribute12")],
  ["Manager E-Mail", { kind: "manager", by: "mail" }],
  ["Führungskraft", { kind: "manager", by: "any" }],
  ["memberOf", { kind: "memberOf" }],
  ["Object Id", { kind: "key", key: "id" }],
  ["Block sign-in", { kind: "accountDisabled" }],
  ["extensionAttribute16", null],
  ["Shoe size", null],
  ["__proto__", null],
  ["constructor", null],
])("the header %j means %j", (header, meaning) => {
  expect(meaningOf(header)).toEqual(meaning);
});

test("names of extension attributes", () => {
  const id = "0123456789ABCDEF0123456789abcdef";
  expect(extensionName(`extension_${id}_costCentre`)).toBe(`extension_${id.toLowerCase()}_costCentre`);
  expect([`extension_${id}_`, "extension_xyz_a", "extensionAttribute0"].map(extensionName)).toEqual([null, null, null]);
  expect(ownName("SURNAME")).toBe("surname");
});

test("yes and no", () => {
  expect(["TRUE", " ja ", "1", "Wahr", "no", "Falsch", "0", "perhaps", ""].map(readBoolean)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    null,
    null,
  ]);
});

test("the anchor that everybody has wins; else one that half have; else the userPrincipalName, with a warning", () => {
  const choose = (people: number, ...coverage: [string, number][]) => chooseAnchor(people, new Map(coverage)).field;
  expect(choose(10, ["employeeid", 10], ["objectguid", 10])).toBe("employeeid");
  expect(choose(10, ["employeeid", 9], ["entryuuid", 10])).toBe("entryuuid");
  expect(choose(10, ["employeeid", 9])).toBe("employeeid");
  expect(choose(10, ["employeeid", 4])).toBe("userprincipalname");
  expect(chooseAnchor(10, new Map()).warning).toContain("userPrincipalName");
});

test("the index finds every name with its first line, also after growing, and keeps its marks", () => {
  const index = new SeenIndex();
  for (let at = 1; at <= 5000; at += 1) expect(index.add(`name ${at}`, at)).toBe(0);
  expect(index.add("name 77", 9999)).toBe(77);
  index.markFailed("name 78");
  index.markAdded("name 79");
  index.markFailed("nobody");
  expect([index.size, index.lineOf("name 4999"), index.lineOf("name 78"), index.has("nobody")]).toEqual([
    5000,
    4999,
    78,
    false,
  ]);
  expect(["name 77", "name 78", "name 79"].map((name) => [index.isFailed(name), index.isAdded(name)])).toEqual([
    [false, false],
    [true, false],
    [false, true],
  ]);
});

test("nicknames and comparison", () => {
  expect([nicknameOf("a.b@x"), nicknameOf("m(x) y@x"), nicknameOf("@x")]).toEqual(["a.b", "mxy", "user"]);
  expect(nicknameOf(`${"n".repeat(80)}@x`)).toHaveLength(64);
  expect(sameValue(["b", "a"], ["a", "b"])).toBe(true);
  expect(sameValue([], null)).toBe(true);
  expect(sameValue("A", "a")).toBe(false);
  expect(sameValue(false, null)).toBe(false);
});

test("formats by name and by content", () => {
  expect(guessFormat("a.LDIF", "")).toBe("ldif");
  expect(guessFormat("a.tsv", "")).toBe("csv");
  expect(guessFormat("export", "# note\nversion: 1\n\ndn: cn=a\n")).toBe("ldif");
  expect(guessFormat("export", '  [{"a":1}]')).toBe("json");
  expect(guessFormat("export.txt", "a;b\n1;2")).toBe("csv");
  expect(guessFormat("export", "words")).toBeNull();
});

test("a shown value is short and has no control characters", () => {
  expect(shorten("a\u0000b")).toBe("a\\u0000b");
  expect(shorten("🦊".repeat(500))).toBe(`${"🦊".repeat(80)}… (1000 characters)`);
});

test("bytes cut anywhere decode to the same text", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 }).filter((sample) => !sample.startsWith("\uFEFF"));
  const encodings = fc.constantFrom("utf8", "utf8-mark", "utf16le");
  await fc.assert(
    fc.asyncProperty(text, encodings, fc.integer({ min: 1, max: 5 }), async (sample, encoding, size) => {
      const marked = encoding === "utf8" ? sample : `\uFEFF${sample}`;
      const bytes = Buffer.from(marked, encoding === "utf16le" ? "utf16le" : "utf8");
      async function* cut() {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      expect((await all(decodeText(cut()))).join("")).toBe(sample);
    }),
  );
});

test("a line beyond the limit is cut and said to be", async () => {
  async function* text() {
    yield "abcdef";
    yield "gh\nij";
  }
  expect(await all(splitLines(text(), 4))).toEqual([
    { number: 1, text: "abcd", ending: "\n", cut: true },
    { number: 2, text: "ij", ending: "", cut: false },
  ]);
});
