import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog, systemClock } from "#runtime";
import { openGenericSandbox } from "#sandbox";
import { messageUrns, schemaUrns } from "#scim";
import { openStore } from "#store";
import { type GenericClient, openTestGeneric } from "#test/generic-client.ts";
import { exampleUserSchema } from "./schemas.ts";

let sandbox: GenericClient;
let id: string;
const user = (userName: string) => ({ schemas: [schemaUrns.user], userName });

beforeAll(async () => {
  sandbox = await openTestGeneric({ mode: "strict" });
  id = (await sandbox.call("POST", "/Users", user("first@contoso.example"))).body.id;
});
afterAll(() => sandbox.end());

test("without a good token nothing is told, not even what there is", async () => {
  const strangers = [undefined, "", "Bearer", "Bearer wrong", "Basic YTpi", `Bearer ${sandbox.token}x`, sandbox.token];
  for (const path of ["/Users", `/Users/${id}`, "/Users/nobody", "/Nothing", "/Schemas", "/../..", "/Bulk", ""]) {
    for (const authorization of strangers) {
      const reply = await fetch(sandbox.baseUrl + path, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect([path, authorization, reply.status]).toEqual([path, authorization, 401]);
      expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer realm="/);
      expect(await reply.json()).toMatchObject({ schemas: [messageUrns.error], status: "401" });
    }
  }
  const lower = await fetch(`${sandbox.baseUrl}/Users`, { headers: { authorization: `bearer ${sandbox.token}` } });
  expect(lower.status).toBe(200);
});

test("how to get in is told to everybody", async () => {
  const reply = await fetch(`${sandbox.baseUrl}/ServiceProviderConfig`);
  expect([reply.status, ((await reply.json()) as { authenticationSchemes: unknown }).authenticationSchemes]).toEqual([
    200,
    [expect.objectContaining({ type: "oauthbearertoken", primary: true })],
  ]);
});

test("a token that may only read is forbidden to write", async () => {
  const reader = sandbox.as(await sandbox.issueToken({ mayWrite: false }));
  expect((await reader("GET", `/Users/${id}`)).status).toBe(200);
  expect((await reader("POST", "/Users/.search", { schemas: [messageUrns.searchRequest] })).status).toBe(200);
  for (const [method, path] of [
    ["POST", "/Users"],
    ["PUT", `/Users/${id}`],
    ["PATCH", `/Users/${id}`],
    ["DELETE", `/Users/${id}`],
    ["POST", "/Bulk"],
  ] as const) {
    const reply = await reader(method, path, method === "DELETE" ? undefined : user("x@contoso.example"));
    expect([method, reply.status, reply.body.status]).toEqual([method, 403, "403"]);
  }
});

test("a token sees its own tenant only", async () => {
  const other = await sandbox.tenant("other", "strict");
  expect((await other("GET", "/Users")).body.totalResults).toBe(0);
  for (const [method, body] of [
    ["GET", undefined],
    ["PUT", user("y@contoso.example")],
    ["PATCH", { schemas: [messageUrns.patchOp], Operations: [{ op: "add", path: "title", value: "T" }] }],
    ["DELETE", undefined],
  ] as const) {
    expect([method, (await other(method, `/Users/${id}`, body)).status]).toEqual([method, 404]);
  }
  expect(
    (await other("GET", `/Users?filter=id eq "${id}" or userName eq "first@contoso.example"`)).body.totalResults,
  ).toBe(0);
  const group = { schemas: [schemaUrns.group], displayName: "G", members: [{ value: id }] };
  expect((await other("POST", "/Groups", group)).status).toBe(400);
  expect((await other("POST", "/Users", user("first@contoso.example"))).status).toBe(201);
  expect((await sandbox.call("GET", "/Users")).body.totalResults).toBe(1);
});

test.each([
  ["/Users", "DELETE", "GET, POST"],
  [`/Users/x`, "POST", "GET, PUT, PATCH, DELETE"],
  ["/Bulk", "GET", "POST"],
  ["/.search", "GET", "POST"],
  ["/Users/.search", "GET", "POST"],
  ["/Schemas", "POST", "GET"],
  ["/ServiceProviderConfig", "PUT", "GET"],
  ["/ResourceTypes/User", "DELETE", "GET"],
  ["", "POST", "GET"],
  ["/Users", "OPTIONS", "GET, POST"],
])("%s does not take %s", async (path, method, allow) => {
  const reply = await sandbox.call(method, path);
  expect([reply.status, reply.headers.get("allow"), reply.body.status]).toEqual([405, allow, "405"]);
});

test.each([
  "/Nothing",
  "/users",
  "/Users/a/b",
  "/Schemas/nothing",
  "/ResourceTypes/Nobody",
  "/ServiceProviderConfig/x",
  "/.search/x",
])("there is nothing at %s", async (path) => {
  expect((await sandbox.call("GET", path)).body).toEqual({
    schemas: [messageUrns.error],
    status: "404",
    detail: expect.stringMatching(/\.$/),
  });
});

test("/Me is not implemented, and says so", async () => {
  expect((await sandbox.call("GET", "/Me")).body).toMatchObject({ status: "501" });
});

test.each([
  ["application/scim+json", 201],
  ["application/json", 201],
  ['Application/SCIM+JSON; Charset="UTF-8"', 201],
  ["application/json;charset=utf8", 201],
  ["text/plain", 415],
  ["application/xml", 415],
  ["application/json; charset=latin1", 415],
  ["", 415],
])("a body of the type %j is answered %i", async (type, status) => {
  const body = JSON.stringify(user(`${Math.random()}@contoso.example`));
  const reply = await sandbox.call("POST", "/Users", body, { "content-type": type });
  expect([reply.status, reply.headers.get("content-type")]).toEqual([status, "application/scim+json"]);
});

test.each([
  ["identity", 201],
  ["gzip", 415],
  ["br", 415],
])("a body in the encoding %s is answered %i", async (encoding, status) => {
  const reply = await sandbox.call("POST", "/Users", user(`${encoding}@contoso.example`), {
    "content-encoding": encoding,
  });
  expect(reply.status).toBe(status);
  if (status === 415) expect(reply.body.detail).toContain(`"${encoding}"`);
});

test("the longest filter fits an address, and what is longer is refused as SCIM refuses", async () => {
  const search = (length: number) =>
    sandbox.call("GET", `/Users?filter=${encodeURIComponent(`userName eq "${"漢".repeat(length)}"`)}`);
  const longest = 8192 - 'userName eq ""'.length;
  expect((await search(longest)).body).toMatchObject({ schemas: [messageUrns.listResponse], totalResults: 0 });
  expect((await search(longest + 1)).body).toMatchObject({ status: "400", scimType: "invalidFilter" });
  for (let time = 0; time < 5; time++) {
    const reply = await search(100_000);
    expect([reply.status, reply.headers.get("content-type")]).toEqual([431, "application/scim+json"]);
    expect(reply.body).toEqual({
      schemas: [messageUrns.error],
      status: "431",
      detail: expect.stringContaining("POST to /.search"),
    });
  }
});

test.each([
  ["application/scim+json", 200],
  ["application/json", 200],
  ["text/html, */*;q=0.1", 200],
  ["application/*", 200],
  ["", 200],
  ["text/html", 406],
  ["application/xml, application/scim+json;q=0", 406],
])("who accepts %j is answered %i", async (accept, status) => {
  const reply = await sandbox.call("GET", `/Users/${id}`, undefined, { accept });
  expect([reply.status, reply.headers.get("content-type")]).toEqual([status, "application/scim+json"]);
});

test("compat serves whoever accepts something else", async () => {
  const compat = await sandbox.tenant("accept", "compat");
  const reply = await compat("GET", "/Users", undefined, { accept: "application/vnd.example.v3+json" });
  expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "application/scim+json"]);
});

test("HEAD is GET without a body", async () => {
  const reply = await sandbox.call("HEAD", `/Users/${id}`);
  expect([reply.status, reply.body, reply.headers.get("etag")]).toEqual([200, "", 'W/"1"']);
});

test("what is published is what is served", async () => {
  const { call, baseUrl } = sandbox;
  const config = (await call("GET", "/ServiceProviderConfig")).body;
  expect(config).toMatchObject({
    schemas: [schemaUrns.serviceProviderConfig],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 4 * 1024 * 1024 },
    filter: { supported: true, maxResults: 1000 },
    changePassword: { supported: true },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: "index",
      defaultPageSize: 100,
      maxPageSize: 1000,
    },
    meta: { resourceType: "ServiceProviderConfig", location: `${baseUrl}/ServiceProviderConfig` },
  });
  const types = (await call("GET", "/ResourceTypes")).body;
  expect(types.Resources.map((type: { endpoint: string }) => type.endpoint)).toEqual(["/Users", "/Groups"]);
  const schemas = (await call("GET", "/Schemas")).body;
  const urns = schemas.Resources.map((schema: { id: string }) => schema.id);
  expect(urns).toEqual([schemaUrns.user, schemaUrns.enterpriseUser, exampleUserSchema.id, schemaUrns.group]);
  for (const one of [...types.Resources, ...schemas.Resources]) {
    expect((await call("GET", one.meta.location.slice(baseUrl.length))).body).toEqual(one);
  }
  expect((await call("GET", `/Schemas/${schemaUrns.user.toUpperCase()}`)).body.id).toBe(schemaUrns.user);
  const [example] = schemas.Resources.filter((schema: { id: string }) => schema.id === exampleUserSchema.id);
  const told = (key: string) => new Set(example.attributes.map((attribute: Record<string, string>) => attribute[key]));
  expect(told("mutability")).toEqual(new Set(["readWrite", "readOnly", "immutable", "writeOnly"]));
  expect(told("returned")).toEqual(new Set(["default", "always", "request", "never"]));
  expect(told("uniqueness")).toEqual(new Set(["none", "server", "global", undefined]));
  expect(told("type").size).toBe(8);
  for (const path of ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig", `/Schemas/${schemaUrns.user}`]) {
    expect((await call("GET", `${path}?filter=id pr`)).status).toBe(403);
  }
});

test("compat publishes id, externalId and meta with the schemas, strict leaves them out", async () => {
  const names = async (call: typeof sandbox.call) =>
    (await call("GET", `/Schemas/${schemaUrns.user}`)).body.attributes.map(({ name }: { name: string }) => name);
  expect(await names(await sandbox.tenant("compat", "compat"))).toEqual(
    expect.arrayContaining(["id", "externalId", "meta"]),
  );
  expect(await names(sandbox.call)).not.toContain("externalId");
});

test("a restart finds everything as it was: token, mode and resources", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-generic-"));
  const open = async (chosen: { mode?: "strict" } = {}) => {
    const store = await openStore({ folder, log: silentLog });
    const running = await openGenericSandbox({ store, clock: systemClock, log: silentLog, port: 0, ...chosen });
    return { ...running, end: () => running.close().then(() => store.close()) };
  };
  const ask = (running: Awaited<ReturnType<typeof open>>, method: string, body?: object) =>
    fetch(`${running.baseUrl}/Users`, {
      method,
      headers: { authorization: `Bearer ${running.token}`, "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  try {
    const first = await open({ mode: "strict" });
    await ask(first, "POST", user("kept@contoso.example"));
    await first.end();
    const second = await open();
    expect([second.token, first.mode, second.mode]).toEqual([first.token, "strict", "strict"]);
    const found = (await (await ask(second, "GET")).json()) as { Resources: readonly { userName: string }[] };
    expect(found.Resources.map(({ userName }) => userName)).toEqual(["kept@contoso.example"]);
    await second.end();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("tokens are kept as digests", async () => {
  const token = await sandbox.issueToken();
  const { rows } = await sandbox.store.pool.query("select t::text as row from provider.token t");
  expect(rows.length).toBeGreaterThan(1);
  for (const { row } of rows) {
    expect(row).not.toContain(token.slice(14));
    expect(row).not.toContain(sandbox.token.slice(14));
  }
});
