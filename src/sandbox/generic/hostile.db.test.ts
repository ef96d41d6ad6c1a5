import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { messageUrns, schemaUrns } from "#scim";
import { type GenericClient, openTestGeneric } from "#test/generic-client.ts";
import { rawRequest } from "#test/sandbox-client.ts";

let sandbox: GenericClient;
let id: string;
let group: string;
let others = 0;

beforeAll(async () => {
  sandbox = await openTestGeneric();
  const user = { schemas: [schemaUrns.user], userName: "first@contoso.example" };
  id = (await sandbox.call("POST", "/Users", user)).body.id;
  const members = [{ value: id }];
  group = (await sandbox.call("POST", "/Groups", { schemas: [schemaUrns.group], displayName: "G", members })).body.id;
});
afterAll(() => sandbox.end());

const snapshot = async () => {
  const { rows } = await sandbox.store.pool.query(
    "select (select json_agg(r order by seq) from provider.resource r)::text as all, (select count(*) from provider.key) as keys",
  );
  return rows[0];
};

const patchOf = (...Operations: readonly unknown[]) => ({ schemas: [messageUrns.patchOp], Operations });
const userWith = (more: object) => {
  others += 1;
  return { schemas: [schemaUrns.user], userName: `other${others}@contoso.example`, ...more };
};
const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
const many = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));

const paths = [
  "/scim/v2/../v2/Users",
  "/scim/v2/./Users",
  "/scim/v2/%2e%2e/v2/Users",
  "/scim/v2/%2E/Users",
  "/scim//v2/Users",
  "//scim/v2/Users",
  "/scim/v2//Users",
  "/scim/v2/Users//ID",
  "/scim/v2/Users%2FID",
  "/scim/v2/Users%2fID",
  "/scim/v2/Users\\ID",
  "/scim/v2/Users%5CID",
  "/scim/v2/Users/ID/",
  "/scim/v2/Users/ID/..",
  "/scim/v2/Users/../Users/ID",
  "/scim/v2/Users/%2e%2e/Users/ID",
  "/scim/v2/Groups/../Users/ID",
  "/scim/v2/Schemas/../Users/ID",
  "/scim/v2/ServiceProviderConfig/../Users",
  "/scim/v2/ServiceProviderConfig%2f..%2fUsers",
  "/scim/v2/ServiceProviderConfig/..;/Users",
  "/scim/v2/Users;x=1/ID",
  "/scim/v2/Users/ID%00",
  "/scim/v2/Users/ID%20",
  "/scim/v2/Users/%ff",
  "/scim/v2/Users/%",
  "/scim/v2/Users/%c0%ae%c0%ae/Users",
  "/scim/v2/Users/%252e%252e/Users",
  "/SCIM/V2/Users",
  "/scim/v2x/Users",
  "/scim/v2",
  "/scim/v2/",
  "/",
  "http://elsewhere.example/scim/v2/Users",
  "*",
];

test.each(paths)("%s lets no stranger in and leads to nobody else's resource", async (path) => {
  const target = path.replace("ID", id);
  const authorization = `Bearer ${sandbox.token}`;
  // What is no address at all is refused before anybody looks at the token.
  expect([400, 401]).toContain(await rawRequest(sandbox.port, target));
  const isOrdinary = ["/scim/v2", "/scim/v2/", `/scim/v2/Users/${id}/`].includes(target);
  const status = await rawRequest(sandbox.port, target, { headers: { authorization } });
  expect(isOrdinary ? status === 200 : status >= 400 && status < 500).toBe(true);
  if (isOrdinary) return;
  const removed = await rawRequest(sandbox.port, target, { method: "DELETE", headers: { authorization } });
  expect(removed >= 400 && removed < 500).toBe(true);
  expect((await sandbox.call("GET", `/Users/${id}`)).status).toBe(200);
});

const filters: readonly (readonly [name: string, filter: string])[] = [
  ["20,000 parentheses", `${"(".repeat(20_000)}userName pr${")".repeat(20_000)}`],
  ["65 parentheses", `${"(".repeat(65)}userName pr${")".repeat(65)}`],
  ["open parentheses", "(".repeat(8000)],
  ["negations", `${"not (".repeat(1000)}userName pr${")".repeat(1000)}`],
  ["brackets in brackets", "emails[".repeat(1000)],
  ["a long text", `userName eq "${"x".repeat(10_000)}"`],
  ["an endless text", `userName eq "${"\\".repeat(8000)}`],
  ["__proto__", "__proto__ pr"],
  ["constructor", 'constructor.name eq "Object"'],
  ["prototype in an extension", `${schemaUrns.enterpriseUser}:prototype pr`],
  ["a part called constructor", "name.constructor pr"],
  ["NUL in a name", "user\u0000Name pr"],
];

test.each(filters)("a filter with %s is refused", async (_, filter) => {
  const searched = await sandbox.call("POST", "/Users/.search", { schemas: [messageUrns.searchRequest], filter });
  expect([searched.status, searched.body.status]).toEqual([400, "400"]);
  if (filter.length < 10_000) {
    const queried = await sandbox.call("GET", `/Users?filter=${encodeURIComponent(filter)}`);
    expect(queried.status).toBeGreaterThanOrEqual(400);
    expect(queried.status).toBeLessThan(500);
  }
});

test.each([
  ["NUL in a value", 'userName eq "\\u0000"'],
  ["half a character", 'userName eq "\\ud800"'],
  ["quotes for SQL", `externalId eq "'; drop table provider.resource; --"`],
  ["a pattern for SQL", 'userName eq "%"'],
  ["a thousand terms", many(300, (index) => `userName eq "${index}"`).join(" or ")],
  ["an id that is none", 'id eq "\' or 1=1"'],
  ["a member that is none", 'groups.value eq "x"'],
  ["a large number", "active eq 1e308"],
])("a filter with %s finds nobody", async (_, filter) => {
  for (const endpoint of ["/Users", ""]) {
    const reply = await sandbox.call("POST", `${endpoint}/.search`, { schemas: [messageUrns.searchRequest], filter });
    expect([reply.status, reply.body.totalResults]).toEqual([200, 0]);
  }
});

const bodies: readonly (readonly [name: string, body: string | object, status: number])[] = [
  ["100,000 arrays", nested(100_000, "[", "]"), 400],
  ["100,000 objects", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, 400],
  ["17 levels", `{"schemas":["${schemaUrns.user}"],"userName":"u","name":${nested(17, "[", "]")}}`, 400],
  ["no JSON", "{", 400],
  ["nothing", "", 400],
  ["null", "null", 400],
  ["a number", "7", 400],
  ["an own __proto__", '{"__proto__":{"admin":true},"userName":"proto"}', 400],
  ["an own constructor", '{"constructor":{"prototype":{"admin":true}},"userName":"proto"}', 400],
  ["an inner __proto__", `{"schemas":["${schemaUrns.user}"],"userName":"p","name":{"__proto__":{"x":1}}}`, 400],
  ["NUL in a text", userWith({ title: "a\u0000b" }), 400],
  ["NUL in a name", userWith({ "a\u0000b": 1 }), 400],
  ["half a character", '{"userName":"\\ud800"}', 400],
  ["five megabytes", userWith({ title: "x".repeat(5 * 1024 * 1024) }), 413],
  ["200,000 values", JSON.stringify(many(200_000, () => 0)), 413],
  ["half a megabyte in an attribute", userWith({ title: "x".repeat(512 * 1024) }), 400],
  ["5,000 e-mails", userWith({ emails: many(5000, (index) => ({ value: `${index}@x.example` })) }), 400],
  ["one name in two spellings", userWith({ title: "a", TITLE: "b" }), 400],
];

test.each(bodies)("a body of %s is refused", async (_, body, status) => {
  const before = await snapshot();
  const text = typeof body === "string" ? body : JSON.stringify(body);
  for (const [method, path] of [
    ["POST", "/Users"],
    ["PUT", `/Users/${id}`],
  ] as const) {
    const reply = await sandbox.call(method, path, text);
    expect([reply.status, reply.body.status, reply.body.schemas]).toEqual([
      status,
      String(status),
      [messageUrns.error],
    ]);
  }
  expect(await snapshot()).toEqual(before);
  expect(Object.hasOwn({}, "admin")).toBe(false);
});

test("a body that is not UTF-8 is refused", async () => {
  const reply = await fetch(`${sandbox.baseUrl}/Users`, {
    method: "POST",
    headers: { authorization: `Bearer ${sandbox.token}`, "content-type": "application/scim+json" },
    body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  });
  expect([reply.status, ((await reply.json()) as { scimType: string }).scimType]).toEqual([400, "invalidSyntax"]);
});

const patches: readonly (readonly [
  name: string,
  target: "user" | "group",
  operations: readonly unknown[],
  status: number,
])[] = [
  ["1,001 operations", "user", many(1001, () => ({ op: "add", path: "title", value: "x" })), 413],
  ["a path of __proto__", "user", [{ op: "add", path: "__proto__", value: { admin: true } }], 400],
  ["a path into constructor", "user", [{ op: "add", path: "constructor.prototype", value: "x" }], 400],
  ["a part called __proto__", "user", [{ op: "add", path: "name.__proto__", value: "x" }], 400],
  ["a member called __proto__", "user", [JSON.parse('{"op":"add","value":{"__proto__":{"admin":true}}}')], 400],
  ["a filter on constructor", "user", [{ op: "remove", path: 'emails[constructor eq "x"]' }], 400],
  ["a long path", "user", [{ op: "add", path: "a".repeat(9000), value: "x" }], 400],
  [
    "parentheses in a path",
    "user",
    [{ op: "remove", path: `emails[${"(".repeat(3000)}type pr${")".repeat(3000)}]` }],
    400,
  ],
  [
    "1,000 e-mails one by one",
    "user",
    many(1000, (index) => ({ op: "add", path: "emails", value: [{ value: `${index}@x.example` }] })),
    400,
  ],
  [
    "members that are not there",
    "group",
    [{ op: "add", path: "members", value: many(20_000, (index) => ({ value: String(index) })) }],
    400,
  ],
  [
    "a thousand operations on a hundred members each",
    "group",
    many(1000, (index) => ({
      op: index % 2 === 0 ? "add" : "remove",
      path: "members",
      value: many(90, () => ({ value: id })),
    })),
    413,
  ],
  ["a path that is no text", "user", [{ op: "add", path: { a: 1 }, value: "x" }], 400],
  ["operations that are no objects", "user", [null], 400],
];

test.each(patches)("a PATCH with %s is refused and changes nothing", async (_, target, operations, status) => {
  const before = await snapshot();
  const place = target === "user" ? `/Users/${id}` : `/Groups/${group}`;
  const reply = await sandbox.call("PATCH", place, patchOf(...operations));
  expect([reply.status, reply.body.status]).toEqual([status, String(status)]);
  expect(await snapshot()).toEqual(before);
  expect(Object.hasOwn({}, "admin")).toBe(false);
});

test("a thousand operations on members are carried out", async () => {
  const operations = many(1000, (index) => ({
    op: index % 2 === 0 ? "remove" : "add",
    path: "members",
    value: [{ value: id }],
  }));
  expect((await sandbox.call("PATCH", `/Groups/${group}`, patchOf(...operations))).status).toBe(204);
});

test.each([
  ["a hundred parameters", `/Users?${many(101, (index) => `p${index}=1`).join("&")}`, 400],
  ["a parameter twice", "/Users?count=1&count=2", 400],
  ["a bad escape", "/Users?filter=%zz", 400],
  ["bytes that are no text", "/Users?filter=%ff", 400],
  ["201 names", `/Users?attributes=${many(201, (index) => `a${index}`).join(",")}`, 400],
  ["a large count", "/Users?count=99999999999999999999", 200],
  ["a large start", "/Users?startIndex=99999999999999999999", 200],
  ["a cursor that is none", `/Users?cursor=${Buffer.from('["x",1,2]').toString("base64url")}`, 400],
])("a query with %s is answered", async (_, path, status) => {
  expect((await sandbox.call("GET", path)).status).toBe(status);
});

test("a body that never ends is cut off", async () => {
  const status = await new Promise<string>((resolve, reject) => {
    const socket = connect(sandbox.port, "127.0.0.1");
    let answer = "";
    const send = () => {
      while (socket.writable && socket.write(`10000\r\n${"x".repeat(0x10000)}\r\n`)) {}
    };
    socket.on("data", (data) => {
      answer += data.toString("latin1");
    });
    socket.on("close", () => resolve(answer.slice(0, 12)));
    socket.on("drain", send);
    socket.on("error", (error) => (answer === "" ? reject(error) : resolve(answer.slice(0, 12))));
    socket.write(
      `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${sandbox.token}\r\n` +
        "Content-Type: application/scim+json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    send();
  });
  expect(status).toBe("HTTP/1.1 413");
});
