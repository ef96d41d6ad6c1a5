import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CompareValue,
  compileFilter,
  eqPair,
  eqPairs,
  type Filter,
  filterEq,
  filterPaths,
  type JsonObject,
  type Mode,
  parseFilter,
  parsePath,
  printFilter,
  printPath,
  type ScimPath,
  userResourceType,
} from "../index.ts";

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const operators = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] as const;

const names = fc.constantFrom("userName", "emails", "active", "meta", "$ref", "x-y_2", "not", "and", "pr", "title");
const values: fc.Arbitrary<CompareValue> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", 'a"b\\c', "] and (", "True"),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  fc.boolean(),
  fc.constant(null),
);

const plainPath: fc.Arbitrary<ScimPath> = fc.record({
  urn: fc.option(fc.constantFrom(enterprise, "urn:x:y"), { nil: undefined }),
  name: names,
  filter: fc.constant(undefined),
  sub: fc.option(names, { nil: undefined }),
});
const compared = (path: fc.Arbitrary<ScimPath>): fc.Arbitrary<Filter> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("compare" as const),
      path,
      operator: fc.constantFrom(...operators),
      value: values,
    }),
    fc.record({ kind: fc.constant("present" as const), path }),
  );
const joined = (leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> => {
  if (depth === 0) return leaf;
  const inner = joined(leaf, depth - 1);
  const terms = fc.array(inner, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    leaf,
    fc.record({ kind: fc.constant("and" as const), terms }),
    fc.record({ kind: fc.constant("or" as const), terms }),
    fc.record({ kind: fc.constant("not" as const), term: inner }),
  );
};
const inBrackets = joined(compared(plainPath), 2);
const selecting = fc.record({
  urn: fc.constant(undefined),
  name: names,
  filter: inBrackets,
  sub: fc.constant(undefined),
});
const selectingPart: fc.Arbitrary<ScimPath> = fc.record({
  urn: fc.constant(undefined),
  name: names,
  filter: inBrackets,
  sub: names,
});
const filters = joined(
  fc.oneof(
    compared(plainPath),
    fc.record({ kind: fc.constant("valuePath" as const), path: selecting }),
    compared(selectingPart),
  ),
  2,
);

test("a printed filter reads back as the same tree", () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const text = printFilter(filter);
      const limits = { length: Number.MAX_SAFE_INTEGER, depth: 64 };
      expect(parseFilter(text, "compat", limits)).toEqual({ ok: true, value: filter });
    }),
  );
});

test("a printed path reads back as the same path", () => {
  fc.assert(
    fc.property(fc.oneof(plainPath, selecting, selectingPart), (path) => {
      expect(parsePath(printPath(path))).toEqual({ ok: true, value: path });
    }),
  );
});

const pieces = fc.constantFrom(
  "userName",
  "emails",
  "[",
  "]",
  "(",
  ")",
  " ",
  '"',
  "\\",
  ".value",
  " eq ",
  "not",
  " and ",
  "true",
  "1e999",
  "-",
  "__proto__",
  `${enterprise}:`,
);

test("no text makes the reader or the evaluation throw", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom<Mode>("strict", "compat"),
      fc.jsonValue({ noUnicodeString: false }),
      (text, mode, json) => {
        const resource: JsonObject = { userName: json as string, emails: json as string, title: json as string };
        const filter = parseFilter(text, mode);
        const compiled = filter.ok ? compileFilter(filter.value, userResourceType, mode) : filter;
        if (compiled.ok) expect(typeof compiled.value(resource)).toBe("boolean");
        else expect(compiled.error.scimType).toBe("invalidFilter");
        const path = parsePath(text, mode);
        if (!path.ok) expect(["invalidPath", "invalidFilter"]).toContain(path.error.scimType);
      },
    ),
  );
});

test.each([
  ["20,000 parentheses", "(".repeat(20_000), undefined],
  ["parentheses within the length", "(".repeat(8_000), 65],
  ["negations", "not (".repeat(500), 325],
  ["an unsafe name", '__proto__ eq "x"', 0],
  ["an unsafe sub-attribute", 'name.constructor eq "x"', 0],
  ["three parts", 'a.b.c eq "x"', 0],
  ["brackets in brackets", "a[b[c pr]]", 3],
  ["an infinite number", "a eq 1e999", 5],
])("%s are refused with a position", (_, text, position) => {
  const parsed = parseFilter(text, "compat");
  expect(parsed.ok ? undefined : [parsed.error.status, parsed.error.scimType, parsed.error.position]).toEqual([
    400,
    "invalidFilter",
    position,
  ]);
});

test("a term inside a long chain costs no nesting", () => {
  const text = Array.from({ length: 300 }, () => 'title eq "x"').join(" or ");
  const parsed = parseFilter(text, "strict");
  expect(parsed.ok && parsed.value.kind === "or" && parsed.value.terms.length).toBe(300);
});

const read = (text: string): Filter => {
  const parsed = parseFilter(text, "compat");
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
};

test.each([
  ['USERNAME eq "a"', { attribute: "userName", value: "a" }],
  ['urn:ietf:params:scim:schemas:core:2.0:User:externalId eq "a"', { attribute: "externalId", value: "a" }],
  ['emails[type eq "work"].value eq "a"', { attribute: 'emails[type eq "work"].value', value: "a" }],
  [`${enterprise}:department eq "a"`, { attribute: `${enterprise}:department`, value: "a" }],
  ['userName ne "a"', undefined],
  ["active eq true", undefined],
  ['userName eq "a" and id eq "b"', undefined],
])("the pair of %s", (text, pair) => {
  expect(eqPair(read(text), userResourceType)).toEqual(pair);
});

test("the pairs of a conjunction", () => {
  expect(eqPairs(read('id eq "1" and active eq true and manager eq "2"'), userResourceType)).toEqual([
    { attribute: "id", value: "1" },
    { attribute: "manager", value: "2" },
  ]);
  expect(eqPairs(read('id eq "1" or id eq "2"'))).toEqual([]);
});

test("a filter built for a value finds exactly that value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (value) => {
      const filter = parseFilter(filterEq("externalId", value), "strict", { length: 1e6, depth: 4 });
      const compiled = filter.ok ? compileFilter(filter.value, userResourceType, "strict") : filter;
      expect(compiled.ok && compiled.value({ externalId: value })).toBe(true);
      expect(compiled.ok && compiled.value({ externalId: `${value}x` })).toBe(false);
    }),
  );
});

test("every path a filter reads is named", () => {
  const paths = filterPaths(read('not (userName pr) and (emails[type eq "work"] or name.familyName sw "x")'));
  expect(paths.map(printPath)).toEqual(["userName", 'emails[type eq "work"]', "name.familyName"]);
});

test.each([
  ['active eq "True"', { active: true }, true],
  ["active eq true", { active: "True" }, true],
  ["active eq true", { active: "no" }, false],
  ['emails[primary eq "true"].value eq "A@X"', { emails: [{ value: "a@x", primary: true }] }, true],
  ['emails[type eq "work"].value eq "a@x"', { Emails: [{ Value: "a@x", TYPE: "Work" }] }, true],
  [`${enterprise}:department eq "ops"`, { [enterprise]: { department: "Ops" } }, true],
  ['emails[value eq "x"]', { emails: ["x"] }, true],
  ["quota gt 5", { quota: 6 }, true],
  ['quota gt "5"', { quota: 6 }, false],
])("without a schema, %s on %j", (text, resource, expected) => {
  const compiled = compileFilter(read(text), undefined, "compat");
  expect(compiled.ok && compiled.value(resource as JsonObject)).toBe(expected);
});
