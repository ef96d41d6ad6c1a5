import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { messageUrns, schemaUrns } from "#scim";
import { type Call, type GenericClient, openTestGeneric } from "#test/generic-client.ts";
import { exampleUserSchema } from "./schemas.ts";

const example = exampleUserSchema.id;
const enterprise = schemaUrns.enterpriseUser;

let sandbox: GenericClient;
let calls: Readonly<Record<"strict" | "compat", Call>>;
beforeAll(async () => {
  sandbox = await openTestGeneric();
  calls = { strict: await sandbox.tenant("strict", "strict"), compat: await sandbox.tenant("compat", "compat") };
});
afterAll(() => sandbox.end());

let people = 0;
const person = (more: Record<string, unknown> = {}) => {
  people += 1;
  return { schemas: [schemaUrns.user], userName: `person${people}@contoso.example`, ...more };
};
const create = async (more: Record<string, unknown> = {}, call = calls.strict) => {
  const reply = await call("POST", "/Users", person(more));
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return reply.body;
};
const patch = (id: string, operations: readonly unknown[], { call = calls.strict, query = "", headers = {} } = {}) =>
  call("PATCH", `/Users/${id}${query}`, { schemas: [messageUrns.patchOp], Operations: operations }, headers);
const errorOf = (status: number, scimType?: string) => ({
  schemas: [messageUrns.error],
  status: String(status),
  ...(scimType === undefined ? {} : { scimType }),
  detail: expect.stringMatching(/\.$/),
});

test("a created user comes back whole, with a location, a version and what the service says of it", async () => {
  const reply = await calls.strict("POST", "/Users", {
    ...person({ userName: "Mira@contoso.example" }),
    id: "mine",
    meta: { resourceType: "Group", version: "7" },
    groups: [{ value: "somewhere" }],
    name: { formatted: "Mira Lind", givenName: "Mira" },
    emails: [{ type: "work", value: "mira@contoso.example", primary: true }],
    roles: [],
    nickName: null,
    password: "hunter2-hunter2",
    [enterprise]: { department: "Operations" },
  });
  const { id, meta } = reply.body;
  const location = `${sandbox.baseUrl}/Users/${id}`;
  expect(reply.status).toBe(201);
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    "content-type": "application/scim+json",
    location,
    etag: 'W/"1"',
  });
  expect(reply.body).toEqual({
    schemas: [schemaUrns.user, enterprise],
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    userName: "Mira@contoso.example",
    name: { formatted: "Mira Lind", givenName: "Mira" },
    emails: [{ type: "work", value: "mira@contoso.example", primary: true }],
    [enterprise]: { department: "Operations" },
    meta: { resourceType: "User", created: meta.created, lastModified: meta.created, location, version: 'W/"1"' },
  });
  expect((await calls.strict("GET", `/Users/${id}`)).body).toEqual(reply.body);
});

test("PUT replaces what clients write and keeps what only the service writes", async () => {
  const before = await create({ title: "T", [enterprise]: { department: "Ops" }, [example]: { serialNumber: "S1" } });
  const given = { schemas: [schemaUrns.user], id: "other", userName: before.userName, displayName: "New" };
  const reply = await calls.strict("PUT", `/Users/${before.id}`, given);
  expect([reply.status, reply.headers.get("etag")]).toEqual([200, 'W/"2"']);
  expect(reply.body).toEqual({
    schemas: [schemaUrns.user, example],
    id: before.id,
    userName: before.userName,
    displayName: "New",
    [example]: { serialNumber: "S1" },
    meta: { ...before.meta, lastModified: reply.body.meta.lastModified, version: 'W/"2"' },
  });
  const refusals = [
    await calls.strict("PUT", `/Users/${before.id}`, { ...given, [example]: { serialNumber: "S2" } }),
    await calls.strict("PUT", `/Users/${before.id}`, { schemas: [schemaUrns.user] }),
    await calls.strict("PUT", "/Users/00000000-0000-4000-8000-000000000000", given),
  ];
  expect(refusals.map(({ body }) => body)).toEqual([
    errorOf(400, "mutability"),
    errorOf(400, "invalidValue"),
    errorOf(404),
  ]);
});

test("what changes nothing moves neither version nor lastModified", async () => {
  const before = await create({ title: "T" });
  const same = await patch(before.id, [{ op: "replace", path: "title", value: "T" }]);
  expect(same.body).toEqual(before);
  const { meta: _meta, ...given } = before;
  expect((await calls.strict("PUT", `/Users/${before.id}`, given)).body).toEqual(before);
});

test("a PATCH is all or nothing", async () => {
  const before = await create();
  const reply = await patch(before.id, [
    { op: "add", path: "title", value: "Never" },
    { op: "replace", path: "active", value: 7 },
  ]);
  expect(reply.body).toEqual(errorOf(400, "invalidValue"));
  expect((await calls.strict("GET", `/Users/${before.id}`)).body).toEqual(before);
});

test.each([
  ["userName", (value: string) => ({ userName: value }), "userName"],
  ["a unique attribute of an extension", (value: string) => ({ [example]: { badge: value } }), `${example}:badge`],
])("%s is taken whatever its letter case, by POST, PUT and PATCH", async (_, having, path) => {
  const first = await create(having(`Taken-${people}`));
  const value = `tAKEN-${people - 1}`;
  const other = await create();
  const replies = [
    await calls.strict("POST", "/Users", person(having(value))),
    await calls.strict("PUT", `/Users/${other.id}`, { ...other, ...having(value) }),
    await patch(other.id, [{ op: "replace", path, value }]),
  ];
  expect(replies.map(({ body }) => body)).toEqual(replies.map(() => errorOf(409, "uniqueness")));
  expect(replies[0]?.body.detail).toContain(path);
  expect((await calls.strict("GET", `/Users/${other.id}`)).body).toEqual(other);
  expect((await patch(first.id, [{ op: "replace", path, value }])).status).toBe(200);
  await calls.strict("DELETE", `/Users/${first.id}`);
  expect((await patch(other.id, [{ op: "replace", path, value }])).status).toBe(200);
});

test("of many creations of one person at the same time one succeeds", async () => {
  const body = person();
  const replies = await Promise.all(Array.from({ length: 12 }, () => calls.compat("POST", "/Users", body)));
  expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 11 }, () => 409)]);
  const found = await calls.compat("GET", `/Users?filter=userName eq "${body.userName}"`);
  expect(found.body.totalResults).toBe(1);
});

test("changes of one resource at the same time all count", async () => {
  const { id } = await create();
  const numbers = Array.from({ length: 10 }, (_, index) => `${index}@contoso.example`);
  await Promise.all(numbers.map((value) => patch(id, [{ op: "add", path: "emails", value: [{ value }] }])));
  const { body } = await calls.strict("GET", `/Users/${id}`);
  expect(body.emails.map(({ value }: { value: string }) => value).sort()).toEqual(numbers);
  expect(body.meta.version).toBe('W/"11"');
});

test("a deleted user is gone, and its name is free", async () => {
  const before = await create();
  const gone = await calls.strict("DELETE", `/Users/${before.id}`);
  expect([gone.status, gone.body]).toEqual([204, ""]);
  for (const method of ["GET", "DELETE"]) {
    expect((await calls.strict(method, `/Users/${before.id}`)).body).toEqual(errorOf(404));
  }
  expect((await patch(before.id, [{ op: "add", path: "title", value: "T" }])).body).toEqual(errorOf(404));
  await create({ userName: before.userName });
});

test("a version is asked for and minded", async () => {
  const { id, meta } = await create();
  const place = `/Users/${id}`;
  const with_ = (headers: Record<string, string>) => patch(id, [{ op: "add", path: "title", value: "T" }], { headers });
  const known = await calls.strict("GET", place, undefined, { "if-none-match": meta.version });
  expect([known.status, known.body, known.headers.get("etag")]).toEqual([304, "", meta.version]);
  expect((await calls.strict("GET", place, undefined, { "if-none-match": '"9", *' })).status).toBe(200);
  expect((await calls.strict("GET", place, undefined, { "if-none-match": "*" })).status).toBe(304);
  expect((await with_({ "if-match": 'W/"9"' })).body).toEqual(errorOf(412));
  expect((await with_({ "if-none-match": meta.version })).body).toEqual(errorOf(412));
  const changed = await with_({ "if-match": `W/"9", ${meta.version}` });
  expect([changed.status, changed.body.meta.version]).toEqual([200, 'W/"2"']);
  expect((await calls.strict("PUT", place, person(), { "if-match": meta.version })).body).toEqual(errorOf(412));
  expect((await calls.strict("DELETE", place, undefined, { "if-match": meta.version })).body).toEqual(errorOf(412));
  expect((await calls.strict("DELETE", place, undefined, { "if-match": "*" })).status).toBe(204);
});

test("attributes and excludedAttributes shape the answers of every method", async () => {
  const given = person({ title: "T", name: { givenName: "A", familyName: "B" }, [example]: { category: "staff" } });
  const made = await calls.strict("POST", "/Users?attributes=NAME.givenname,title", given);
  const { id } = made.body;
  const always = { schemas: [schemaUrns.user, example], id, [example]: { category: "staff" } };
  const few = { ...always, title: "T", name: { givenName: "A" } };
  expect(made.body).toEqual(few);
  const query = "?attributes=urn:ietf:params:scim:schemas:core:2.0:User:title,name.givenName";
  const { schemas: _schemas, ...rest } = given;
  const put = await calls.strict("PUT", `/Users/${id}${query}`, { ...rest, schemas: given.schemas });
  const patched = await patch(id, [{ op: "add", path: "nickName", value: "N" }], { query });
  const read = await calls.strict("GET", `/Users/${id}${query}`);
  expect([put.body, patched.body, read.body]).toEqual([few, few, few]);
  const without = await calls.strict("GET", `/Users/${id}?excludedAttributes=meta,id,name.familyName,${example}`);
  expect(without.body).toEqual({
    ...always,
    userName: given.userName,
    title: "T",
    nickName: "N",
    name: { givenName: "A" },
  });
  const both = await calls.strict("GET", `/Users/${id}?attributes=title&excludedAttributes=name`);
  expect(both.body).toEqual(errorOf(400, "invalidValue"));
});

test("the extension's attributes keep their types, and each shows itself as its schema says", async () => {
  const kept = {
    badge: "B-1",
    locker: "aB",
    serialNumber: "sN-1",
    category: "guest",
    remote: false,
    floor: 3,
    height: 0.75,
    startsAt: "2026-01-31T08:00:00+01:00",
    homepage: "https://people.example/a",
    fingerprint: "AAEC",
    skills: ["knots", "Chess"],
    desk: { building: "North", room: "n1", seats: 2 },
    devices: [{ value: "L1", type: "laptop", primary: true, boughtAt: "2025-01-01T00:00:00Z" }],
  };
  const made = await create({ [example]: { ...kept, notes: "Shy", pin: "0000", badgeState: "made up" } });
  const { badgeIssuedAt, ...shown } = made[example];
  expect(shown).toEqual({ ...kept, badgeState: "first" });
  expect(badgeIssuedAt).toBe(made.meta.created);
  const asked = await calls.strict("GET", `/Users/${made.id}?attributes=${example}:notes,${example}:pin`);
  expect(asked.body[example]).toEqual({ category: "guest", notes: "Shy" });
  const changed = await patch(made.id, [{ op: "replace", path: `${example}:badge`, value: "B-2" }]);
  expect(changed.body[example]).toMatchObject({ badge: "B-2", badgeState: "replaced" });
  const { rows } = await sql<{ body: string }>`select body::text from provider.resource where id = ${made.id}`.execute(
    sandbox.store.db,
  );
  expect(rows[0]?.body).toContain('"notes":"Shy"');
});

test.each([
  ["readOnly", "badgeIssuedAt", "2026-01-01T00:00:00Z", "mutability"],
  ["immutable", "serialNumber", "another", "mutability"],
  ["a Boolean", "remote", "yes", "invalidValue"],
  ["an integer", "floor", 1.5, "invalidValue"],
  ["a decimal", "height", "tall", "invalidValue"],
  ["a date", "startsAt", "tomorrow", "invalidValue"],
  ["base64", "fingerprint", "*** no ***", "invalidValue"],
  ["a list of texts", "skills", [1], "invalidValue"],
  ["an object", "desk", "north", "invalidValue"],
  ["a known part", "desk", { colour: "red" }, "invalidValue"],
  [
    "one primary",
    "devices",
    [
      { value: "a", primary: true },
      { value: "b", primary: true },
    ],
    "invalidValue",
  ],
])("%s is what the extension asks for", async (_, name, value, scimType) => {
  const made = await create({ [example]: { serialNumber: `first ${people}` } });
  const reply = await patch(made.id, [{ op: "replace", path: `${example}:${name}`, value }]);
  expect(reply.body).toEqual(errorOf(400, scimType));
});

test("a password is kept as a digest, changed, never shown and never searched by", async () => {
  const made = await create({ password: "first-secret" });
  const digestOf = async () => {
    const { rows } = await sql<{ password: string | null; all: string }>`
      select password, r::text as all from provider.resource r where id = ${made.id}`.execute(sandbox.store.db);
    return rows[0] ?? { password: null, all: "" };
  };
  const first = await digestOf();
  expect(first.password).toMatch(/^scrypt\$16384\$/);
  expect(first.all).not.toContain("first-secret");
  const changed = await patch(made.id, [{ op: "replace", path: "password", value: "second-secret" }]);
  expect([changed.body.meta.version, changed.body.password]).toEqual(['W/"2"', undefined]);
  const second = await digestOf();
  expect(second.password).toMatch(/^scrypt/);
  expect(second.password).not.toBe(first.password);
  await patch(made.id, [{ op: "replace", path: "title", value: "T" }]);
  expect((await digestOf()).password).toBe(second.password);
  for (const text of ['password eq "second-secret"', "password pr", `${example}:pin sw "0"`]) {
    const reply = await calls.strict("GET", `/Users?filter=${encodeURIComponent(text)}`);
    expect(reply.body).toEqual(errorOf(400, "invalidFilter"));
  }
  expect((await calls.strict("GET", "/Users?sortBy=password")).body).toEqual(errorOf(400, "invalidPath"));
});

test("text of any script comes back as it was sent, composed or not, and is found by its own form only", async () => {
  const composed = "é".normalize("NFC");
  const decomposed = composed.normalize("NFD");
  const texts = [composed, decomposed, "日本語", "עברית", "👩‍👩‍👧", "İI", "ß", "\u202e", " lead and trail "];
  for (const [index, displayName] of texts.entries()) {
    const made = await create({ displayName, externalId: `script ${index}` }, calls.compat);
    expect((await calls.compat("GET", `/Users/${made.id}`)).body.displayName).toBe(displayName);
    const found = await calls.compat(
      "GET",
      `/Users?filter=${encodeURIComponent(`displayName eq ${JSON.stringify(displayName)}`)}`,
    );
    expect(found.body.Resources.map(({ id }: { id: string }) => id)).toEqual([made.id]);
  }
});

test("plus and percent are decoded once", async () => {
  const made = await create({ userName: "a+b%2Bc@x.example" }, calls.compat);
  const found = async (query: string) =>
    (await calls.compat("GET", `/Users?filter=${query}`)).body.Resources.map(({ id }: { id: string }) => id);
  expect(await found("userName+eq+%22a%2bb%252Bc@x.example%22")).toEqual([made.id]);
  expect(await found("userName%20eq%20%22a%2Bb%252Bc%40x.example%22")).toEqual([made.id]);
  expect(await found("userName+eq+%22a+b%252Bc@x.example%22")).toEqual([]);
  expect(await found("userName+eq+%22a%2Bb%2Bc@x.example%22")).toEqual([]);
});

test("strict refuses what it does not know, compat drops it", async () => {
  const given = { ...person(), colour: "teal", name: { shoe: "41" }, "urn:example:unknown": { a: 1 } };
  expect((await calls.strict("POST", "/Users", given)).body).toEqual(errorOf(400, "invalidValue"));
  const made = await calls.compat("POST", "/Users", given);
  expect([made.status, Object.keys(made.body)]).toEqual([201, ["schemas", "id", "userName", "meta"]]);
});
