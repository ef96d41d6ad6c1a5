import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileFilter, messageUrns, parseFilter, schemaUrns } from "#scim";
import { type Call, type GenericClient, openTestGeneric } from "#test/generic-client.ts";
import { typesOf } from "./schemas.ts";

const enterprise = schemaUrns.enterpriseUser;
let sandbox: GenericClient;
let call: Call;
let everybody: readonly Record<string, never>[];
let members: readonly string[];

const values = [undefined, "a", "A", "ab", "b%", "_", "é", "É", "日本", "\\", "'", '"', "x".repeat(300)];

beforeAll(async () => {
  sandbox = await openTestGeneric({ mode: "compat" });
  call = sandbox.call;
  const made: string[] = [];
  for (const [index, externalId] of values.entries()) {
    const reply = await call("POST", "/Users", {
      schemas: [schemaUrns.user],
      userName: `${["Al", "al.", "ÄL", "b_", "ß", "日"][index % 6]}${index}@x.example`,
      externalId,
      displayName: ["Ann", "ann", undefined, "bea"][index % 4],
      active: index % 3 === 0,
      emails: [
        { value: `${index % 5}@x.example`, type: "work" },
        ...(index % 2 === 0 ? [{ value: "shared@x.example", type: "home", primary: true }] : []),
      ],
      [enterprise]: { employeeNumber: String(index % 4), department: ["Ops", "ops", "Sales"][index % 3] },
    });
    expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
    made.push(reply.body.id);
  }
  members = made.slice(0, 5);
  for (const displayName of ["one", "two"]) {
    const body = { schemas: [schemaUrns.group], displayName, members: members.map((value) => ({ value })) };
    expect((await call("POST", "/Groups", body)).status).toBe(201);
  }
  everybody = (await call("GET", "/Users")).body.Resources;
});
afterAll(() => sandbox.end());

const find = (query: Record<string, string | number>, endpoint = "/Users") =>
  call(
    "GET",
    `${endpoint}?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
  );
const idsOf = (body: { Resources: readonly { id: string }[] }) => body.Resources.map(({ id }) => id);

const text = fc.oneof(
  fc.constantFrom(
    ...values.filter((value) => value !== undefined),
    "",
    "Ann",
    "shared@x.example",
    "1@x.example",
    "2",
    "ops",
  ),
  fc.string({ maxLength: 3 }),
);
const path = fc.constantFrom(
  ...["userName", "EXTERNALID", "displayName", "emails", "emails.value", 'emails[type eq "home"].value', "id"],
  ...[
    `${enterprise}:employeeNumber`,
    `${enterprise}:department`,
    "employeeNumber",
    "nothing",
    "meta.resourceType",
    "groups",
  ],
);
const term = fc.oneof(
  fc
    .tuple(path, fc.constantFrom("eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "le"), text)
    .map(([name, operator, value]) => `${name} ${operator} ${JSON.stringify(value)}`),
  text.map((value) => `emails[type eq "work" and value eq ${JSON.stringify(value)}]`),
  fc.constantFrom(
    "externalId pr",
    "displayName eq null",
    "active eq true",
    'meta.resourceType eq "User"',
    "externalId eq 5",
  ),
  fc.nat(values.length - 1).map((index) => `id eq "${everybody[index]?.id}"`),
);
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    term,
    fc
      .tuple(tie("filter"), fc.constantFrom("and", "or"), tie("filter"))
      .map(([left, by, right]) => `(${left}) ${by} (${right})`),
    tie("filter").map((inner) => `not (${inner})`),
  ),
}));

test("the service finds whom the SCIM rules name, whether by index or by looking at all", async () => {
  const [users] = typesOf("compat");
  await fc.assert(
    fc.asyncProperty(filter, async (wanted) => {
      const parsed = parseFilter(wanted, "compat");
      const matches = parsed.ok ? compileFilter(parsed.value, users, "compat") : parsed;
      const reply = await call("POST", "/Users/.search", {
        schemas: [messageUrns.searchRequest],
        filter: wanted,
        attributes: ["id"],
      });
      if (!matches.ok) {
        expect(reply.body.scimType).toBe(matches.error.scimType);
        return;
      }
      const expected = everybody.filter((one) => matches.value(one)).map(({ id }) => id);
      expect(idsOf(reply.body)).toEqual(expected);
      expect(reply.body.totalResults).toBe(expected.length);
    }),
    { numRuns: 400 },
  );
});

test.each([
  [{}, 1, 13],
  [{ startIndex: 1, count: 5 }, 1, 5],
  [{ startIndex: 11, count: 5 }, 11, 3],
  [{ startIndex: 14, count: 5 }, 14, 0],
  [{ startIndex: 0, count: 2 }, 1, 2],
  [{ startIndex: -7, count: 2 }, 1, 2],
  [{ count: 0 }, 1, 0],
  [{ count: -3 }, 1, 0],
  [{ startIndex: 999999999, count: 5 }, 999999999, 0],
  [{ startIndex: "99999999999999999999", count: 5 }, Number.MAX_SAFE_INTEGER, 0],
  [{ filter: "userName pr", startIndex: "99999999999999999999" }, Number.MAX_SAFE_INTEGER, 0],
  [{ filter: 'userName co "x.example"', startIndex: 4, count: 4 }, 4, 4],
  [{ sortBy: "userName", startIndex: 12, count: 4 }, 12, 2],
])("a page of %o begins at %i and holds %i", async (query, startIndex, itemsPerPage) => {
  const { status, body } = await find(query as Record<string, number>);
  expect(status).toBe(200);
  expect(body).toMatchObject({ schemas: [messageUrns.listResponse], totalResults: 13, startIndex, itemsPerPage });
  expect(body.Resources).toHaveLength(itemsPerPage);
});

test.each([
  [{ startIndex: "one" }, "invalidValue"],
  [{ count: "1.5" }, "invalidValue"],
  [{ sortOrder: "upwards", sortBy: "userName" }, "invalidValue"],
  [{ sortBy: "colour" }, "invalidPath"],
  [{ filter: "" }, "invalidFilter"],
  [{ attributes: "a b" }, "invalidPath"],
  [{ cursor: "nonsense" }, "invalidCursor"],
  [{ cursor: "", count: "x" }, "invalidCount"],
])("%o is refused as %s", async (query, scimType) => {
  const { body } = await find(query as Record<string, string>);
  expect([body.status, body.scimType]).toEqual(["400", scimType]);
});

test("lists are sorted by text without case, by the primary of many, with who has no value at the end", async () => {
  const sorted = async (query: Record<string, string>) => (await find(query)).body.Resources;
  const names = (await sorted({ sortBy: "displayName" })).map((one: { displayName?: string }) => one.displayName);
  expect(names.filter((name: string | undefined) => name !== undefined)).toEqual(
    [..."AaAaAaA"].map((letter) => `${letter}nn`).concat(["bea", "bea", "bea"]),
  );
  expect(names.slice(10)).toEqual([undefined, undefined, undefined]);
  const descending = await sorted({ sortBy: "displayName", sortOrder: "descending" });
  expect(descending.slice(0, 3).map((one: { displayName?: string }) => one.displayName)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const byMail = await sorted({ sortBy: "emails", sortOrder: "descending" });
  expect(byMail.slice(0, 7).every((one: { emails: { primary?: boolean }[] }) => one.emails.length === 2)).toBe(true);
});

test("pages by cursor hold everybody once, in the order of the pages by index", async () => {
  for (const query of [
    {},
    { filter: 'emails.value eq "shared@x.example"' },
    { filter: "active eq true" },
    { sortBy: "userName" },
  ] as const) {
    const seen: string[] = [];
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const page: { body: { Resources: { id: string }[]; nextCursor?: string; totalResults?: number } } = await find({
        ...query,
        cursor,
        count: 3,
      });
      expect(page.body.Resources.length).toBeLessThanOrEqual(3);
      seen.push(...idsOf(page.body));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual(idsOf((await find(query)).body));
  }
  const { body } = await find({ cursor: "", count: 3 });
  const elsewhere = await find({ cursor: body.nextCursor, count: 3, filter: "active eq true" });
  expect([elsewhere.status, elsewhere.body.scimType]).toEqual([400, "invalidCursor"]);
});

test("the root searches users and groups", async () => {
  const all = await find({ count: 14 }, "/");
  expect([all.body.totalResults, all.body.itemsPerPage]).toEqual([15, 14]);
  const last = await find({ startIndex: 13, count: 5 }, "");
  expect(last.body.Resources.map((one: { meta: { resourceType: string } }) => one.meta.resourceType)).toEqual([
    "User",
    "Group",
    "Group",
  ]);
  const search = (given: Record<string, unknown>) =>
    call("POST", "/.search", { schemas: [messageUrns.searchRequest], ...given });
  const both = await search({ filter: 'displayName eq "one" or userName sw "ß"', attributes: ["displayName"] });
  expect(both.body.totalResults).toBe(3);
  const groups = await search({
    filter: 'meta.resourceType eq "Group"',
    sortBy: "displayName",
    sortOrder: "descending",
    count: 1,
  });
  expect([groups.body.totalResults, groups.body.Resources[0].displayName]).toEqual([2, "two"]);
  const excluded = await search({ filter: "members pr", excludedAttributes: ["members"] });
  expect(excluded.body.Resources.map((one: object) => Object.hasOwn(one, "members"))).toEqual([false, false]);
});

test.each([
  ["no schemas", {}],
  ["a filter that is no text", { filter: 5 }],
  ["attributes that are no array", { attributes: "userName" }],
  ["a count that is no number", { count: "5" }],
])("a search with %s is refused", async (_, given) => {
  const schemas = Object.keys(given).length === 0 ? {} : { schemas: [messageUrns.searchRequest] };
  expect((await call("POST", "/Users/.search", { ...schemas, ...given })).status).toBe(400);
});
