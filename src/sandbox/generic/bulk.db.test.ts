import { afterAll, beforeAll, expect, test } from "vitest";
import { messageUrns, schemaUrns } from "#scim";
import { type Call, type GenericClient, openTestGeneric } from "#test/generic-client.ts";

let sandbox: GenericClient;
let call: Call;
beforeAll(async () => {
  sandbox = await openTestGeneric({ mode: "strict" });
  call = sandbox.call;
});
afterAll(() => sandbox.end());

let made = 0;
const user = (more: Record<string, unknown> = {}) => {
  made += 1;
  return { schemas: [schemaUrns.user], userName: `person${made}@contoso.example`, ...more };
};
const group = (...values: readonly string[]) => {
  made += 1;
  return { schemas: [schemaUrns.group], displayName: `G${made}`, members: values.map((value) => ({ value })) };
};
const bulk = async (Operations: readonly object[], more: object = {}) =>
  call("POST", "/Bulk", { schemas: [messageUrns.bulkRequest], Operations, ...more });
const statuses = (body: { Operations: readonly { status: string }[] }) => body.Operations.map(({ status }) => status);
const membersAt = async (location: string) =>
  ((await call("GET", location.slice(sandbox.baseUrl.length))).body.members ?? []).map(
    (one: { value: string }) => one.value,
  );
const idIn = (location: string) => location.slice(-36);

test("operations of every kind run, and each says what became of it", async () => {
  const old = (await call("POST", "/Users", user())).body;
  const doomed = (await call("POST", "/Users", user())).body;
  const { body, status } = await bulk([
    { method: "POST", path: "/Users", bulkId: "a", data: user() },
    { method: "PUT", path: `/Users/${old.id}`, version: old.meta.version, data: user({ title: "New" }) },
    {
      method: "PATCH",
      path: `/Users/${old.id}`,
      data: { schemas: [messageUrns.patchOp], Operations: [{ op: "add", path: "nickName", value: "N" }] },
    },
    { method: "DELETE", path: `/Users/${doomed.id}`, bulkId: "any" },
  ]);
  const location = `${sandbox.baseUrl}/Users`;
  expect([status, body]).toEqual([
    200,
    {
      schemas: [messageUrns.bulkResponse],
      Operations: [
        { method: "POST", bulkId: "a", version: 'W/"1"', location: expect.stringContaining(location), status: "201" },
        { method: "PUT", version: 'W/"2"', location: `${location}/${old.id}`, status: "200" },
        { method: "PATCH", version: 'W/"3"', location: `${location}/${old.id}`, status: "200" },
        { method: "DELETE", bulkId: "any", location: `${location}/${doomed.id}`, status: "204" },
      ],
    },
  ]);
  expect((await call("GET", `/Users/${old.id}`)).body).toMatchObject({ title: "New", nickName: "N" });
  expect((await call("GET", `/Users/${doomed.id}`)).status).toBe(404);
});

test("references work backwards and forwards, in data and in paths", async () => {
  const { body } = await bulk([
    {
      method: "PATCH",
      path: "/Groups/bulkId:g",
      data: {
        schemas: [messageUrns.patchOp],
        Operations: [{ op: "add", path: "members", value: [{ value: "bulkId:late" }] }],
      },
    },
    { method: "POST", path: "/Groups", bulkId: "g", data: group("bulkId:early", "bulkId:late2") },
    { method: "POST", path: "/Users", bulkId: "early", data: user() },
    { method: "POST", path: "/Users", bulkId: "late2", data: user() },
    {
      method: "POST",
      path: "/Users",
      bulkId: "late",
      data: user({ [schemaUrns.enterpriseUser]: { manager: { value: "bulkId:early" } } }),
    },
  ]);
  expect(statuses(body)).toEqual(["200", "201", "201", "201", "201"]);
  const [, g, early, late2, late] = body.Operations.map(({ location }: { location: string }) => location);
  expect(await membersAt(g)).toEqual([early, late2, late].map(idIn));
  const managed = await call("GET", `/Users/${idIn(late)}`);
  expect(managed.body[schemaUrns.enterpriseUser].manager).toMatchObject({ value: idIn(early), $ref: early });
});

test("groups that hold each other are made together, or not at all", async () => {
  const circle = (last: object) => [
    { method: "POST", path: "/Groups", bulkId: "x", data: group("bulkId:y") },
    { method: "POST", path: "/Groups", bulkId: "y", data: group("bulkId:z") },
    { method: "POST", path: "/Groups", bulkId: "z", data: last },
    { method: "POST", path: "/Users", bulkId: "u", data: user() },
  ];
  const made = (await bulk(circle(group("bulkId:x")))).body;
  expect(statuses(made)).toEqual(["201", "201", "201", "201"]);
  const [x, y, z] = made.Operations.map(({ location }: { location: string }) => location);
  expect([await membersAt(x), await membersAt(y), await membersAt(z)]).toEqual([[idIn(y)], [idIn(z)], [idIn(x)]]);
  const failed = (await bulk(circle({ ...group("bulkId:x"), displayName: "" }))).body;
  expect(statuses(failed)).toEqual(["409", "409", "400", "201"]);
  expect((await call("GET", "/Groups?count=0")).body.totalResults).toBe(4);
});

test("one that fails undoes no other, but takes those along that refer to it", async () => {
  const taken = user();
  const { body } = await bulk([
    { method: "POST", path: "/Users", bulkId: "one", data: taken },
    { method: "POST", path: "/Users", bulkId: "two", data: taken },
    { method: "POST", path: "/Groups", bulkId: "g", data: group("bulkId:two") },
    { method: "DELETE", path: "/Users/bulkId:two" },
    { method: "POST", path: "/Users", bulkId: "three", data: user() },
  ]);
  expect(statuses(body)).toEqual(["201", "409", "409", "409", "201"]);
  expect(body.Operations[1]).toEqual({
    method: "POST",
    bulkId: "two",
    status: "409",
    response: {
      schemas: [messageUrns.error],
      status: "409",
      scimType: "uniqueness",
      detail: expect.stringContaining("userName"),
    },
  });
});

test("after failOnErrors errors nothing more is begun", async () => {
  const bad = { method: "POST", path: "/Users", data: { schemas: [schemaUrns.user] } };
  const operations = [
    { ...bad, bulkId: "1" },
    { method: "POST", path: "/Users", bulkId: "2", data: user() },
    { ...bad, bulkId: "3" },
    { method: "POST", path: "/Users", bulkId: "4", data: user() },
  ];
  const { body } = await bulk(operations, { failOnErrors: 2 });
  expect(statuses(body)).toEqual(["400", "201", "400"]);
});

test.each([
  ["no method", { path: "/Users" }, "400"],
  ["another method", { method: "GET", path: "/Users" }, "400"],
  ["no path", { method: "DELETE" }, "400"],
  ["no bulkId", { method: "POST", path: "/Users", data: {} }, "400"],
  ["no data", { method: "POST", path: "/Users", bulkId: "b" }, "400"],
  ["a reference to nothing", { method: "DELETE", path: "/Users/bulkId:nobody" }, "400"],
  ["an unknown endpoint", { method: "POST", path: "/Bulk", bulkId: "b", data: {} }, "404"],
  ["a path out of the service", { method: "DELETE", path: "/Users/../Users" }, "404"],
  ["an encoded slash", { method: "DELETE", path: "/Users%2Fx" }, "404"],
  ["a creation at a resource", { method: "POST", path: "/Users/x", bulkId: "b", data: {} }, "405"],
  ["a removal of all", { method: "DELETE", path: "/Users" }, "405"],
  ["an old version", { method: "DELETE", path: "/Users/bulkId:ok", version: 'W/"9"' }, "412"],
])("an operation with %s fails by itself", async (_, operation, status) => {
  const { body } = await bulk([{ method: "POST", path: "/Users", bulkId: "ok", data: user() }, operation]);
  expect(statuses(body)).toEqual(["201", status]);
  expect(body.Operations[1].response).toMatchObject({ status, detail: expect.stringMatching(/\.$/) });
});

test.each([
  ["no schemas", { Operations: [] }, 400, "invalidSyntax"],
  ["no operations", { schemas: [messageUrns.bulkRequest] }, 400, "invalidSyntax"],
  ["operations that are no objects", { schemas: [messageUrns.bulkRequest], Operations: [1] }, 400, "invalidSyntax"],
  [
    "failOnErrors that is no number",
    { schemas: [messageUrns.bulkRequest], Operations: [], failOnErrors: "1" },
    400,
    "invalidValue",
  ],
  [
    "too many operations",
    { schemas: [messageUrns.bulkRequest], Operations: Array.from({ length: 1001 }, () => ({})) },
    413,
    undefined,
  ],
  [
    "too long a body",
    { schemas: [messageUrns.bulkRequest], Operations: [], more: "x".repeat(4 * 1024 * 1024) },
    413,
    undefined,
  ],
])("a bulk request with %s is refused", async (_, body, status, scimType) => {
  const reply = await call("POST", "/Bulk", body);
  expect([reply.status, reply.body.scimType, reply.body.status]).toEqual([status, scimType, String(status)]);
});
