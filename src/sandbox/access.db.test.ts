import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, newId, silentLog, systemClock } from "#runtime";
import { openSandbox } from "#sandbox";
import { messageUrns, schemaUrns } from "#scim";
import { openTestSandbox, rawRequest, type SandboxClient, signInAtSandbox } from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
beforeAll(async () => {
  sandbox = await openTestSandbox();
});
afterAll(() => sandbox.end());

/** Makes a user with a role of its own, in all account groups or in one, and a token that acts as it. */
const tokenWith = async (permissions: string[], accountGroup: string | null = null): Promise<string> => {
  const userName = `${newId()}@x.example`;
  const { body } = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName });
  const { db } = sandbox.store;
  await sql`with r as (insert into sandbox.role (id, organization_id, name, built_in, permissions)
      select ${newId()}::uuid, id, ${userName}, false, ${permissions}::text[] from sandbox.organization returning id),
    g as (insert into sandbox.account_group (id, organization_id, name)
      select ${newId()}::uuid, id, ${accountGroup} from sandbox.organization where ${accountGroup}::text is not null on conflict do nothing returning id)
    update sandbox.account_role h set role_id = r.id, account_group_id = (select id from g) from r where h.account_id = ${body.id}`.execute(
    db,
  );
  return sandbox.issueToken(userName.toUpperCase());
};
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const newUser = () => ({ schemas: [schemaUrns.user], userName: `${newId()}@x.example` });

test.each([
  ["no header", {}],
  ["an unknown token", as("x".repeat(43))],
  ["a token cut short", "cut"],
  ["a token with one letter changed", "changed"],
  ["another scheme", "digest"],
  ["a header of nothing", { authorization: "" }],
  ["a header with a quote", { authorization: "Bearer ' or 1=1 --" }],
])("%s is answered 401", async (_, given) => {
  const { token } = sandbox;
  const variants: Record<string, Record<string, string>> = {
    cut: as(token.slice(0, -1)),
    changed: as(token.slice(0, -1) + (token.endsWith("A") ? "B" : "A")),
    digest: { authorization: `Digest ${token}` },
  };
  const headers = typeof given === "string" ? (variants[given] ?? {}) : given;
  for (const path of ["/scim/v2/Users", "/scim/v2/Schemas", "/scim/Users", "/nowhere"]) {
    const response = await fetch(`http://127.0.0.1:${sandbox.port}${path}`, {
      headers: headers as Record<string, string>,
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer realm=/);
    expect(response.headers.get("content-type")).toBe("application/scim+json");
    expect(await response.json()).toMatchObject({ schemas: [messageUrns.error], status: "401" });
  }
});

test("e-mail and basic token are taken as basic credentials, unless switched off; a bearer token is not", async () => {
  const page = await signInAtSandbox(sandbox);
  const make = (kind: string) => page.ask("POST", "profile/tokens", { name: "Okta", kind });
  const { value } = (await make("basic")).body;
  const statusOf = async (email: string, token: string) => {
    const authorization = `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`;
    return (await sandbox.call("GET", "/Users", undefined, { authorization })).status;
  };
  expect(await statusOf("Admin@sandbox.example", value)).toBe(200);
  expect(await statusOf("other@sandbox.example", value)).toBe(401);
  expect(await statusOf("admin@sandbox.example", sandbox.token)).toBe(401);
  expect((await sandbox.call("GET", "/Users", undefined, as(value))).status).toBe(401);
  await sandbox.changeSettings({ basicAuthentication: false });
  expect(await statusOf("admin@sandbox.example", value)).toBe(401);
  expect((await make("basic")).status).toBe(409);
});

test("a token does what its owner may do, and no more", async () => {
  const statuses = async (token: string) => {
    const target = (await sandbox.call("POST", "/Users", newUser())).body;
    const rename = { schemas: [messageUrns.patchOp], Operations: [{ op: "replace", value: { displayName: "R" } }] };
    return {
      read: (await sandbox.call("GET", "/Users?count=1", undefined, as(token))).status,
      create: (await sandbox.call("POST", "/Users", newUser(), as(token))).status,
      change: (await sandbox.call("PATCH", `/Users/${target.id}`, rename, as(token))).status,
      remove: (await sandbox.call("DELETE", `/Users/${target.id}`, undefined, as(token))).status,
    };
  };
  const all = ["API access", "View all users", "Edit users", "Edit users in all account groups"];
  expect(await statuses(await tokenWith(all))).toEqual({ read: 200, create: 201, change: 200, remove: 204 });
  expect(await statuses(await tokenWith(all.slice(1)))).toEqual({ read: 403, create: 403, change: 403, remove: 403 });
  expect(await statuses(await tokenWith(all.slice(0, 2)))).toEqual({
    read: 200,
    create: 403,
    change: 403,
    remove: 403,
  });
  expect(await statuses(await tokenWith(["API access", "Edit users", "Edit users in all account groups"]))).toEqual({
    read: 403,
    create: 201,
    change: 200,
    remove: 204,
  });
  expect(await statuses(await tokenWith(all.slice(0, 3)))).toEqual({
    read: 200,
    create: 403,
    change: 403,
    remove: 403,
  });
});

test("the default access is given only by an owner who may grant it", async () => {
  const narrow = await tokenWith(["API access", "View all users", "Edit users"], "Branch");
  const wide = await tokenWith(["API access", "Edit users", "Edit users in all account groups"]);
  const createAs = async (token: string) => (await sandbox.call("POST", "/Users", newUser(), as(token))).status;
  expect(await createAs(narrow)).toBe(403);
  await sandbox.changeSettings({ defaultAccountGroups: ["Branch"] });
  const made = await sandbox.call("POST", "/Users", newUser(), as(narrow));
  expect(made.status).toBe(201);
  expect((await sandbox.call("DELETE", `/Users/${made.body.id}`, undefined, as(narrow))).status).toBe(204);
  await sandbox.changeSettings({ defaultAccountGroups: ["Branch", "Sandbox"] });
  expect(await createAs(narrow)).toBe(403);
  await sandbox.changeSettings({ defaultAccountGroups: null, defaultRole: "Account Admin" });
  expect(await createAs(wide)).toBe(403);
  const granted = await sandbox.call("POST", "/Users", newUser());
  expect([granted.status, granted.body.roles]).toEqual([201, [{ value: "Account Admin", primary: true }]]);
  await sandbox.changeSettings({ defaultRole: "Regular User" });
});

test("a token ends with its time and with its owner's activity, and no token value is stored", async () => {
  const clock = clockAt(Date.UTC(2030, 0, 1));
  const aging = await openTestSandbox({ clock });
  const { body } = await aging.call("GET", "/Users");
  const dump = await sql<{ row: string }>`select row_to_json(t)::text as row from sandbox.token t`.execute(
    aging.store.db,
  );
  expect(dump.rows).toHaveLength(1);
  expect(dump.rows[0]?.row).not.toContain(aging.token);
  clock.add(2 * 365 * 24 * 3600 * 1000);
  expect((await aging.call("GET", "/Users")).status).toBe(401);
  const renewed = await aging.reopen();
  expect(renewed.token).not.toBe(aging.token);
  const disable = { schemas: [messageUrns.patchOp], Operations: [{ op: "replace", value: { active: false } }] };
  expect((await renewed.call("PATCH", `/Users/${body.Resources[0].id}`, disable)).status).toBe(200);
  expect((await renewed.call("GET", "/Users")).status).toBe(401);
  await expect(renewed.issueToken("admin@sandbox.example")).rejects.toMatchObject({ code: "UnknownOwner" });
  await renewed.end();
});

const clockAt = (start: number): Clock & { add(milliseconds: number): void } => {
  let now = start;
  return {
    ...systemClock,
    now: () => new Date(now),
    add: (milliseconds) => {
      now += milliseconds;
    },
  };
};

test("the budget's window begins with its first request, and every reply tells how it stands", async () => {
  const start = Date.UTC(2030, 0, 1, 12, 0, 30);
  const clock = clockAt(start);
  const limited = await openTestSandbox({ clock, rateLimit: 3 });
  const ask = async (headers: Record<string, string> = {}, path = "/Users?count=0") => {
    const reply = await limited.call("GET", path, undefined, headers);
    const header = (name: string) => reply.headers.get(`x-organization-rate-limit-${name}`);
    return [reply.status, header("limit"), header("remaining"), header("reset"), reply.headers.get("retry-after")];
  };
  const reset = String(start / 1000 + 60);
  expect(await ask()).toEqual([200, "3", "2", reset, null]);
  clock.add(20_000);
  expect(await ask({}, "/nowhere")).toEqual([404, "3", "1", reset, null]);
  // Nobody's requests count against nobody's budget.
  expect(await ask({ authorization: "Bearer wrong" })).toEqual([401, null, null, null, null]);
  expect(await ask()).toEqual([200, "3", "0", reset, null]);
  expect(await ask()).toEqual([429, "3", "0", reset, "40"]);
  const refused = await limited.call("POST", "/Users", newUser());
  expect([refused.status, refused.body]).toEqual([
    429,
    { schemas: [messageUrns.error], status: "429", detail: expect.any(String) },
  ]);
  await limited.changeSettings({ retryAfter: false });
  expect(await ask()).toEqual([429, "3", "0", reset, null]);
  clock.add(45_000);
  expect(await ask()).toEqual([200, "3", "2", String(start / 1000 + 125), null]);
  limited.setRateLimit("off");
  for (let i = 0; i < 5; i++) expect(await ask()).toEqual([200, null, null, null, null]);
  limited.setRateLimit(1);
  expect((await ask())[0]).toBe(200);
  expect((await ask())[0]).toBe(429);
  await limited.end();
});

test("odd spellings of an address find nothing without a token", async () => {
  const targets = [
    "/scim/v2/%55sers",
    "/scim/v2//Users",
    "//scim/v2/Users",
    "/./scim/v2/Users",
    "/x/../scim/v2/Users",
    "/%2e%2e/scim/v2/Users",
    "/scim/v2/Users/",
    "/scim/v2/Users%2F",
    "/scim%2fv2%2fUsers",
    "/SCIM/v2/Users",
    "/?/../scim/v2/Users",
    "/%00",
    "/%ff%fe",
    "/v7/users/current",
    "/..;/scim/v2/Users",
  ];
  for (const target of targets.filter((target) => !target.startsWith("/?"))) {
    expect([target, await rawRequest(sandbox.port, target)]).toEqual([target, 401]);
  }
  const page = await fetch(`http://127.0.0.1:${sandbox.port}/?/../scim/v2/Users`);
  expect(page.headers.get("content-type")).toMatch(/^text\/html/);
  for (const target of targets) {
    const status = await rawRequest(sandbox.port, target, { headers: as(sandbox.token) });
    expect([target, status < 500]).toEqual([target, true]);
  }
});

test("a page of another site cannot reach in through a name of its own", async () => {
  expect(await rawRequest(sandbox.port, "/", { headers: { host: "rebound.example" } })).toBe(421);
  expect(await rawRequest(sandbox.port, "/", { headers: { host: `localhost:${sandbox.port}` } })).toBe(200);
});

test("hostile requests are refused, never failed", async () => {
  const post = async (body: string | undefined, headers: Record<string, string> = {}) => {
    const { status, body: reply } = await sandbox.call("POST", "/Users", body, headers);
    return [status, reply.scimType];
  };
  const { id } = (await sandbox.call("POST", "/Users", newUser())).body;
  const operations = (list: unknown) => JSON.stringify({ schemas: [messageUrns.patchOp], Operations: list });
  const patch = async (body: string) => {
    const reply = await sandbox.call("PATCH", `/Users/${id}`, body);
    return [reply.status, reply.body.scimType];
  };
  const user = (more: object) => JSON.stringify({ ...newUser(), ...more });
  const invalidSyntax = [400, "invalidSyntax"];
  const invalidValue = [400, "invalidValue"];

  expect(await post("{")).toEqual(invalidSyntax);
  expect(await post("")).toEqual(invalidSyntax);
  expect(await post("null")).toEqual(invalidSyntax);
  expect(await post("[]")).toEqual(invalidSyntax);
  expect(await post('"text"')).toEqual(invalidSyntax);
  expect(await post("[".repeat(500_000))).toEqual(invalidSyntax);
  expect(await post("[".repeat(100_000) + "]".repeat(100_000))).toEqual(invalidSyntax);
  expect(await post(user({ emails: Array(6000).fill({ value: "a@x.example" }) }))).toEqual(invalidSyntax);
  expect(await post(user({ displayName: "a\u0000b" }))).toEqual(invalidSyntax);
  expect(await post(user({ emails: [{ value: "a@x.example", display: "\ud800" }] }))).toEqual(invalidSyntax);
  expect(await post('{"__proto__":{"userName":"p@x.example"}}')).toEqual(invalidSyntax);
  expect(await post(user({ constructor: { prototype: 1 } }))).toEqual(invalidSyntax);
  expect(await post(user({ userName: { $ne: null } }))).toEqual(invalidValue);
  expect(await post(user({ userName: `${"a".repeat(300)}@x.example` }))).toEqual(invalidValue);
  expect(await post(user({ userName: ["a@x.example", "b@x.example"] }))).toEqual(invalidValue);
  expect(await post(user({ active: 7 }))).toEqual(invalidValue);
  expect(await post(user({ displayName: "x".repeat(1024 * 1024) }))).toEqual([413, undefined]);
  expect(await post(user({}), { "content-type": "text/plain" })).toEqual([415, undefined]);
  expect(await post(user({}), { "content-type": "application/xml" })).toEqual([415, undefined]);
  expect(await post(user({}), { "content-type": "application/json; charset=utf-16" })).toEqual([415, undefined]);
  expect(await post(user({}), { "content-encoding": "gzip" })).toEqual([415, undefined]);
  expect(await post(user({}), { "content-type": "application/json; charset=utf-8" })).toEqual([201, undefined]);
  expect(await post(user({ displayName: "'; drop table sandbox.account; --" }))).toEqual([201, undefined]);

  expect(await patch(operations("none"))).toEqual(invalidSyntax);
  expect(await patch(operations([{ op: "replace", path: "__proto__", value: 1 }]))).toEqual([400, "invalidPath"]);
  expect(await patch(operations([{ op: "replace", path: "a[".repeat(3000), value: 1 }]))).toEqual([400, "invalidPath"]);
  expect(await patch(operations([{ op: "replace", path: "id", value: "x" }]))).toEqual([400, "mutability"]);
  expect(await patch(operations([{ op: "remove", path: "userName" }]))).toEqual([400, "mutability"]);
  expect(await patch(operations([{ op: "remove" }]))).toEqual([400, "noTarget"]);

  const status = async (method: string, path: string) => (await sandbox.call(method, path)).status;
  expect(await status("GET", "/Users/not-an-id")).toBe(404);
  expect(await status("GET", `/Users/${id.toUpperCase()}`)).toBe(404);
  expect(await status("GET", "/Users/%00")).toBe(404);
  expect(await status("GET", "/Users/%E0%A4%A")).toBe(404);
  expect(await status("POST", `/Users/${id}`)).toBe(405);
  expect(await status("DELETE", "/Users")).toBe(405);
  expect(await status("GET", "/Bulk")).toBe(501);
  expect(await status("GET", "/nowhere")).toBe(404);
  for (const filter of [
    "%00",
    'userName eq "%00"',
    "%ff",
    "userName+eq+%22\\ud800%22",
    `${"(".repeat(900)}`,
    `userName eq "${"x".repeat(3000)}"`,
    "userName gt 5",
    "not (userName eq null)",
  ]) {
    const got = await status("GET", `/Users?filter=${filter}`);
    expect([filter.slice(0, 30), got === 200 || got === 400]).toEqual([filter.slice(0, 30), true]);
  }
  expect(await status("GET", "/Users?startIndex=999999999999999&count=999999999999999")).toBe(200);
  expect((await sandbox.call("GET", `/Users/${id}`)).status).toBe(200);
});

test("a body that is sent in pieces is cut off at its limit", async () => {
  const pieces = new ReadableStream({
    start: (controller) => {
      for (let i = 0; i < 20; i++) controller.enqueue(new TextEncoder().encode("x".repeat(100_000)));
      controller.close();
    },
  });
  const response = await fetch(`${sandbox.baseUrl}/Users`, {
    method: "POST",
    headers: { ...as(sandbox.token), "content-type": "application/scim+json" },
    body: pieces,
    duplex: "half",
  } as RequestInit);
  expect(response.status).toBe(413);
});

test("a taken port gives way to the next free one, and closing does not wait for idle connections", async () => {
  const occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, "127.0.0.1", resolve));
  const { port } = occupant.address() as AddressInfo;
  const { store } = sandbox;
  const other = await openSandbox({ store, clock: systemClock, log: silentLog, port });
  expect(other.port).not.toBe(port);
  expect(other.baseUrl).toBe(`http://127.0.0.1:${other.port}/scim/v2`);
  expect(other.token).toBe(sandbox.token);
  const reply = await fetch(`${other.baseUrl}/Users?count=0`, { headers: as(other.token) });
  expect([reply.status, reply.headers.get("x-organization-rate-limit-limit")]).toEqual([200, "240"]);
  const begin = performance.now();
  await other.close();
  expect(performance.now() - begin).toBeLessThan(3000);
  occupant.close();
});
