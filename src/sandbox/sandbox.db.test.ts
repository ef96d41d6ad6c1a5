import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog, systemClock } from "#runtime";
import { openSandbox } from "#sandbox";
import { messageUrns, schemaUrns } from "#scim";
import { openStore } from "#store";
import { openTestSandbox, type SandboxClient } from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
beforeAll(async () => {
  sandbox = await openTestSandbox();
});
afterAll(() => sandbox.end());

let people = 0;
const person = (more: Record<string, unknown> = {}) => {
  people += 1;
  const userName = `person${people}@contoso.example`;
  return { schemas: [schemaUrns.user], userName, ...more };
};
const create = async (more: Record<string, unknown> = {}) => {
  const reply = await sandbox.call("POST", "/Users", person(more));
  expect(reply.status).toBe(201);
  return reply.body;
};
const patch = (id: string, ...Operations: unknown[]) =>
  sandbox.call("PATCH", `/Users/${id}`, { schemas: [messageUrns.patchOp], Operations });
const search = (filter: string) => sandbox.call("GET", `/Users?filter=${encodeURIComponent(filter)}`);
const scimErrorOf = (status: number, scimType?: string) => ({
  schemas: [messageUrns.error],
  status: String(status),
  ...(scimType === undefined ? {} : { scimType }),
  detail: expect.stringMatching(/\.$/),
});

test("a new tenant holds one user, the administrator who owns the token", async () => {
  const fresh = await openTestSandbox();
  const reply = await fresh.call("GET", "/Users");
  expect(reply.headers.get("content-type")).toBe("application/scim+json");
  expect(reply.body).toEqual({
    schemas: [messageUrns.listResponse],
    totalResults: 1,
    startIndex: 1,
    itemsPerPage: 1,
    Resources: [
      {
        schemas: [schemaUrns.user],
        id: expect.any(String),
        userName: "admin@sandbox.example",
        displayName: "Sandbox Administrator",
        active: true,
        emails: [{ value: "admin@sandbox.example", type: "work", primary: true }],
        roles: [{ value: "Organization Admin", primary: true }],
        meta: expect.objectContaining({ resourceType: "User" }),
      },
    ],
  });
  await fresh.end();
});

test("a created user keeps the six attributes, gets the default role and a location; the rest is dropped", async () => {
  const reply = await sandbox.call("POST", "/Users", {
    schemas: [schemaUrns.user, schemaUrns.enterpriseUser],
    userName: "Mira@contoso.example",
    externalId: "mira",
    displayName: "Mira Lind",
    name: { formatted: "Mira Lind", givenName: "Mira" },
    emails: [{ type: "work", value: "mira@contoso.example", primary: true }],
    title: "Analyst",
    roles: [{ value: "Organization Admin" }],
    password: "hunter2-hunter2",
    [schemaUrns.enterpriseUser]: { department: "Operations" },
  });
  expect(reply.status).toBe(201);
  expect(reply.headers.get("content-type")).toBe("application/scim+json");
  const { id, meta } = reply.body;
  expect(reply.headers.get("location")).toBe(`${sandbox.baseUrl}/Users/${id}`);
  expect(reply.body).toEqual({
    schemas: [schemaUrns.user],
    id,
    externalId: "mira",
    userName: "Mira@contoso.example",
    name: { formatted: "Mira Lind" },
    displayName: "Mira Lind",
    active: true,
    emails: [{ type: "work", value: "mira@contoso.example", primary: true }],
    roles: [{ value: "Regular User", primary: true }],
    meta: {
      resourceType: "User",
      created: expect.stringMatching(/Z$/),
      lastModified: meta.created,
      location: reply.headers.get("location"),
    },
  });
  expect((await sandbox.call("GET", `/Users/${id}`)).body).toEqual(reply.body);
});

test.each([
  [
    "the primary e-mail",
    { emails: [{ value: "first@x.example" }, { value: "main@x.example", primary: true }] },
    "main@x.example",
  ],
  ["else the first e-mail", { emails: [{ value: "one@x.example" }, { value: "two@x.example" }] }, "one@x.example"],
  ["else userName", { userName: "only@x.example" }, "only@x.example"],
])("the login is %s", async (_, more, login) => {
  await create(more);
  const clash = await sandbox.call("POST", "/Users", person({ emails: [{ value: login.toUpperCase() }] }));
  expect(clash.status).toBe(409);
  expect(clash.body).toEqual(scimErrorOf(409, "uniqueness"));
});

test.each([
  ["no e-mail anywhere", { userName: "mira" }],
  ["an e-mail without a domain", { emails: [{ value: "mira@" }] }],
  ["an e-mail with a blank", { emails: [{ value: "mi ra@x.example" }] }],
  ["two at signs", { emails: [{ value: "a@b@x.example" }] }],
  ["no userName", { userName: undefined }],
  ["an empty userName", { userName: "", emails: [{ value: "full@x.example" }] }],
  ["an over-long externalId", { externalId: "x".repeat(501) }],
])("a user with %s is refused", async (_, more) => {
  const reply = await sandbox.call("POST", "/Users", person(more));
  expect(reply.status).toBe(400);
  expect(reply.body).toEqual(scimErrorOf(400, "invalidValue"));
});

test("a userName is taken whatever its letter case, by POST, PUT and PATCH", async () => {
  const first = await create({ userName: "Taken@contoso.example" });
  const again = {
    schemas: [schemaUrns.user],
    userName: "tAKEN@contoso.example",
    emails: [{ value: "other@x.example" }],
  };
  const other = await create();
  const replies = [
    await sandbox.call("POST", "/Users", again),
    await sandbox.call("PUT", `/Users/${other.id}`, again),
    await patch(other.id, { op: "replace", path: "userName", value: "taken@CONTOSO.example" }),
  ];
  expect(replies.map((reply) => reply.status)).toEqual([409, 409, 409]);
  for (const reply of replies) expect(reply.body).toEqual(scimErrorOf(409, "uniqueness"));
  expect((await sandbox.call("GET", `/Users/${other.id}`)).body).toEqual(other);
  const renamed = await patch(first.id, { op: "replace", path: "userName", value: "TAKEN@contoso.example" });
  expect(renamed.body.userName).toBe("TAKEN@contoso.example");
});

test("of many creations of one person at the same time one succeeds", async () => {
  const body = person();
  const replies = await Promise.all(Array.from({ length: 10 }, () => sandbox.call("POST", "/Users", body)));
  expect(replies.map((reply) => reply.status).sort()).toEqual([201, ...Array(9).fill(409)]);
});

test("changes of one user at the same time are all kept", async () => {
  const { id } = await create();
  const replies = await Promise.all([
    patch(id, { op: "replace", path: "displayName", value: "D" }),
    patch(id, { op: "replace", path: "externalId", value: "E" }),
    patch(id, { op: "replace", path: "name.formatted", value: "N" }),
    patch(id, { op: "replace", path: "active", value: false }),
  ]);
  expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 200]);
  expect((await sandbox.call("GET", `/Users/${id}`)).body).toMatchObject({
    displayName: "D",
    externalId: "E",
    name: { formatted: "N" },
    active: false,
  });
});

test("users who swap their names at the same moment are both answered, and nobody loses a name", async () => {
  const [one, other] = [await create(), await create()];
  const rename = (id: string, userName: string) => patch(id, { op: "replace", path: "userName", value: userName });
  for (let round = 0; round < 5; round++) {
    const replies = await Promise.all([rename(one.id, other.userName), rename(other.id, one.userName)]);
    expect(replies.map((reply) => reply.status)).toEqual([409, 409]);
  }
  expect((await sandbox.call("GET", `/Users/${one.id}`)).body).toEqual(one);
});

test("only userName, in any letter case, and externalId, exactly, can be searched", async () => {
  const { id, userName } = await create({ externalId: "Exact-1" });
  const idsOf = async (filter: string) =>
    (await search(filter)).body.Resources.map((found: { id: string }) => found.id);
  expect(await idsOf(`userName eq "${userName.toUpperCase()}"`)).toEqual([id]);
  expect(await idsOf(`USERNAME Eq "${userName}" and externalid eq "Exact-1"`)).toEqual([id]);
  expect(await idsOf('externalId eq "exact-1"')).toEqual([]);
  expect(await idsOf(`externalId eq "Exact-1" and userName sw "nobody"`)).toEqual([]);
  for (const filter of [
    'displayName eq "x"',
    'emails[type eq "work"].value eq "x"',
    `id eq "${id}"`,
    "meta.created pr",
    'userName eq "a" or active eq true',
    "userName",
    "",
  ]) {
    const reply = await search(filter);
    expect([filter, reply.status, reply.body.scimType]).toEqual([filter, 400, "invalidFilter"]);
  }
});

test("pages begin at startIndex, hold count users and never more than 200", async () => {
  const fresh = await openTestSandbox();
  for (let batch = 0; batch < 11; batch++) {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        fresh.call("POST", "/Users", { schemas: [schemaUrns.user], userName: `u${batch}-${i}@x.example` }),
      ),
    );
  }
  const page = async (query: string) => {
    const { body } = await fresh.call("GET", `/Users?${query}`);
    return [body.totalResults, body.startIndex, body.itemsPerPage, body.Resources.length];
  };
  expect(await page("")).toEqual([221, 1, 100, 100]);
  expect(await page("count=500")).toEqual([221, 1, 200, 200]);
  expect(await page("startIndex=201&count=100")).toEqual([221, 201, 21, 21]);
  expect(await page("startIndex=900")).toEqual([221, 900, 0, 0]);
  expect(await page(`startIndex=${"9".repeat(30)}`)).toEqual([221, Number.MAX_SAFE_INTEGER, 0, 0]);
  expect(await page("count=0")).toEqual([221, 1, 0, 0]);
  expect(await page("startIndex=-4&count=-1")).toEqual([221, 1, 0, 0]);
  expect(await page("startIndex=x&count=y")).toEqual([221, 1, 100, 100]);
  const ids = new Set<string>();
  for (let start = 1; start < 222; start += 50) {
    const { body } = await fresh.call("GET", `/Users?startIndex=${start}&count=50`);
    for (const user of body.Resources) ids.add(user.id);
  }
  expect(ids.size).toBe(221);
  await fresh.end();
});

test("attributes and excludedAttributes choose what is shown, id always is", async () => {
  const { id } = await create({ displayName: "Shown" });
  expect((await sandbox.call("GET", `/Users/${id}?attributes=displayName`)).body).toEqual({
    schemas: [schemaUrns.user],
    id,
    displayName: "Shown",
  });
  const { body } = await sandbox.call("GET", `/Users/${id}?excludedAttributes=displayName,meta,roles`);
  expect(Object.keys(body).sort()).toEqual(["active", "id", "schemas", "userName"]);
  expect((await sandbox.call("GET", `/Users/${id}?attributes=a&excludedAttributes=b`)).status).toBe(400);
});

test("PUT replaces the whole user, but what it does not say about active stays", async () => {
  const { id, userName, meta } = await create({ displayName: "Old", externalId: "old", active: false });
  const reply = await sandbox.call("PUT", `/Users/${id}`, {
    schemas: [schemaUrns.user],
    userName,
    name: { formatted: "New" },
  });
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({
    schemas: [schemaUrns.user],
    id,
    userName,
    name: { formatted: "New" },
    active: false,
    roles: [{ value: "Regular User", primary: true }],
    meta: { ...meta, lastModified: expect.any(String) },
  });
});

test("a PATCH is applied as a whole or not at all", async () => {
  const user = await create({ displayName: "Before" });
  const reply = await patch(
    user.id,
    { op: "replace", path: "displayName", value: "After" },
    { op: "replace", path: "active", value: "perhaps" },
  );
  expect(reply.status).toBe(400);
  expect(reply.body).toEqual(scimErrorOf(400, "invalidValue"));
  expect((await sandbox.call("GET", `/Users/${user.id}`)).body).toEqual(user);
});

test("capital operations and text Booleans are taken, until the mode is strict", async () => {
  const { id } = await create();
  const capital = { op: "Replace", path: "active", value: false };
  const asText = { op: "replace", path: "active", value: "False" };
  for (const operation of [capital, asText]) {
    expect((await patch(id, { ...operation, value: true })).body.active).toBe(true);
    expect((await patch(id, operation)).body.active).toBe(false);
  }
  const strict = await openTestSandbox({ settings: { mode: "strict" } });
  const made = await strict.call("POST", "/Users", person());
  const refusal = async (operation: object) =>
    (
      await strict.call("PATCH", `/Users/${made.body.id}`, {
        schemas: [messageUrns.patchOp],
        Operations: [operation],
      })
    ).body;
  expect(await refusal(capital)).toEqual(scimErrorOf(400, "invalidSyntax"));
  expect(await refusal(asText)).toEqual(scimErrorOf(400, "invalidValue"));
  expect(await refusal({ ...asText, value: false })).toMatchObject({ active: false });
  await strict.end();
});

test("attributes that the tenant does not keep are ignored in PATCH as well", async () => {
  const user = await create({ displayName: "Same" });
  const reply = await patch(
    user.id,
    { op: "add", path: "title", value: "Analyst" },
    { op: "replace", path: "roles", value: [{ value: "Organization Admin" }] },
    { op: "replace", path: `${schemaUrns.enterpriseUser}:department`, value: "Operations" },
    { op: "replace", path: "urn:example:badges:2.0:User:badge", value: "B-205" },
  );
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual(user);
});

test("a change that changes nothing leaves no trace", async () => {
  const user = await create({ displayName: "Same" });
  const before = await sandbox.call("GET", "/../../v7/audit-user-events");
  expect((await patch(user.id, { op: "replace", path: "displayName", value: "Same" })).body).toEqual(user);
  expect((await sandbox.call("GET", "/../../v7/audit-user-events")).body).toEqual(before.body);
});

test("DELETE removes the user, whose names are free again", async () => {
  const user = await create();
  const gone = await sandbox.call("DELETE", `/Users/${user.id}`);
  expect([gone.status, gone.body]).toEqual([204, ""]);
  for (const method of ["GET", "DELETE"]) {
    expect((await sandbox.call(method, `/Users/${user.id}`)).body).toEqual(scimErrorOf(404));
  }
  const put = await sandbox.call("PUT", `/Users/${user.id}`, { schemas: [schemaUrns.user], userName: user.userName });
  expect(put.status).toBe(404);
  const again = await create({ userName: user.userName });
  expect(again.id).not.toBe(user.id);
});

test("an inactive user stays and can come back", async () => {
  const { id, userName } = await create();
  expect((await patch(id, { op: "replace", value: { active: false } })).body.active).toBe(false);
  expect((await search(`userName eq "${userName}"`)).body.Resources).toMatchObject([{ id, active: false }]);
  expect((await patch(id, { op: "replace", path: "active", value: true })).body.active).toBe(true);
});

test("discovery documents describe the tenant's own schema", async () => {
  const config = await sandbox.call("GET", "/ServiceProviderConfig");
  expect(config.headers.get("content-type")).toBe("application/scim+json");
  expect(config.body).toMatchObject({
    patch: { supported: true },
    bulk: { supported: false },
    filter: { supported: true, maxResults: 200 },
    sort: { supported: false },
    etag: { supported: false },
  });
  const types = await sandbox.call("GET", "/ResourceTypes");
  expect(types.body.Resources).toMatchObject([
    { id: "User", endpoint: "/Users", schema: schemaUrns.user, schemaExtensions: [] },
  ]);
  const schemas = await sandbox.call("GET", "/Schemas");
  const names = schemas.body.Resources[0].attributes.map((attribute: { name: string }) => attribute.name);
  expect(schemas.body.totalResults).toBe(1);
  expect(names).toEqual(expect.arrayContaining(["userName", "name", "displayName", "active", "emails", "roles"]));
  expect(names).not.toContain("title");
  expect((await sandbox.call("GET", `/Schemas/${schemaUrns.user}`)).body).toEqual(schemas.body.Resources[0]);
  expect((await sandbox.call("GET", "/ResourceTypes/User")).status).toBe(200);
  expect((await sandbox.call("GET", "/ResourceTypes/Group")).body).toEqual(scimErrorOf(404));
  expect((await sandbox.call("GET", '/Schemas?filter=id+eq+"x"')).status).toBe(403);
});

test("the older base path is the same service", async () => {
  const older = sandbox.baseUrl.replace("/scim/v2", "/scim");
  const headers = { authorization: `Bearer ${sandbox.token}` };
  const [one, other] = await Promise.all(
    [older, sandbox.baseUrl].map(async (base) => (await fetch(`${base}/Users?count=3`, { headers })).json()),
  );
  expect(one).toEqual(other);
});

test("switches change what nobody knows, while it runs", async () => {
  const fresh = await openTestSandbox();
  const make = (more: object) => fresh.call("POST", "/Users", { schemas: [schemaUrns.user], ...more });
  const change = (id: string, value: object) =>
    fresh.call("PATCH", `/Users/${id}`, { schemas: [messageUrns.patchOp], Operations: [{ op: "replace", value }] });

  expect((await fresh.call("GET", "/Groups")).body).toEqual(scimErrorOf(404));
  await fresh.changeSettings({ groupsAnswer: "501", discovery: false });
  expect((await fresh.call("GET", "/Groups")).body).toEqual(scimErrorOf(501));
  expect((await fresh.call("GET", "/Schemas")).body).toEqual(scimErrorOf(404));
  await fresh.changeSettings({ groupsAnswer: "empty", discovery: true });
  expect((await fresh.call("GET", "/Groups?filter=x")).body).toMatchObject({ totalResults: 0, Resources: [] });
  expect((await fresh.call("POST", "/Groups", {})).status).toBe(404);
  expect((await fresh.call("GET", "/Schemas")).status).toBe(200);

  const kept = await make({ userName: "kept@x.example", displayName: "Kept" });
  await change(kept.body.id, { active: false });
  await fresh.changeSettings({ duplicateAnswer: "link" });
  const linked = await make({ userName: "KEPT@x.example", externalId: "k", displayName: "Other" });
  expect([linked.status, linked.body]).toEqual([
    200,
    { ...kept.body, externalId: "k", active: true, meta: { ...kept.body.meta, lastModified: expect.any(String) } },
  ]);

  await fresh.changeSettings({ disableAction: "remove" });
  const disabled = await change(kept.body.id, { active: false });
  expect([disabled.status, disabled.body.active]).toEqual([200, false]);
  expect((await fresh.call("GET", `/Users/${kept.body.id}`)).status).toBe(404);
  expect((await make({ userName: "kept@x.example", active: false })).status).toBe(400);

  await fresh.changeSettings({ confirmEmailChanges: true });
  const waiting = await make({ userName: "w@x.example", emails: [{ value: "old@x.example" }] });
  const changed = await change(waiting.body.id, { emails: [{ value: "new@x.example" }], displayName: "W" });
  expect(changed.body).toMatchObject({ emails: [{ value: "old@x.example" }], displayName: "W" });

  await fresh.changeSettings({ confirmEmailChanges: false, userNameMirrorsLogin: true });
  const mirrored = await make({ userName: "upn@x.example", emails: [{ value: "mail@x.example" }] });
  expect(mirrored.body.userName).toBe("mail@x.example");
  const byUpn = await fresh.call("GET", `/Users?filter=${encodeURIComponent('userName eq "upn@x.example"')}`);
  expect(byUpn.body.totalResults).toBe(0);
  await expect(fresh.changeSettings({ defaultRole: "Wizard" })).rejects.toMatchObject({ code: "UnknownRole" });
  await expect(fresh.changeSettings({ pageSize: 0 })).rejects.toMatchObject({ code: "InvalidSettings" });
  await fresh.end();
});

test("users, token, settings and activity survive a restart", async () => {
  const first = await openTestSandbox({ settings: { groupsAnswer: "501" } });
  await first.call("POST", "/Users", { schemas: [schemaUrns.user], userName: "stays@x.example" });
  const users = (await first.call("GET", "/Users?excludedAttributes=meta")).body;
  const second = await first.reopen();
  expect(second.token).toBe(first.token);
  expect((await second.call("GET", "/Users?excludedAttributes=meta")).body).toEqual(users);
  expect((await second.call("GET", "/Groups")).status).toBe(501);
  const owner = users.Resources[0].id;
  expect((await second.call("DELETE", `/Users/${owner}`)).status).toBe(204);
  expect((await second.call("GET", "/Users")).status).toBe(401);
  const third = await second.reopen();
  expect(third.token).not.toBe(first.token);
  expect((await third.call("GET", "/Users")).body.totalResults).toBe(2);
  await third.end();
});

test("the tenant is still there when the process opened its folder anew", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-sandbox-"));
  const open = async () => {
    const store = await openStore({ folder, log: silentLog });
    const opened = await openSandbox({ store, clock: systemClock, log: silentLog, port: 0 });
    const close = () => opened.close().then(() => store.close());
    return { ...opened, close, headers: { authorization: `Bearer ${opened.token}` } };
  };
  try {
    const first = await open();
    const made = await fetch(`${first.baseUrl}/Users`, {
      method: "POST",
      headers: { ...first.headers, "content-type": "application/scim+json" },
      body: JSON.stringify(person({ displayName: "Kept" })),
    });
    const { id } = (await made.json()) as { id: string };
    await first.close();
    const second = await open();
    expect(second.token).toBe(first.token);
    const found = await fetch(`${second.baseUrl}/Users/${id}`, { headers: second.headers });
    expect(await found.json()).toMatchObject({ id, displayName: "Kept", roles: [{ value: "Regular User" }] });
    await second.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("every change is in the activity log, by the token's owner", async () => {
  const fresh = await openTestSandbox();
  const { body } = await fresh.call("POST", "/Users", { schemas: [schemaUrns.user], userName: "log@x.example" });
  for (const value of [{ displayName: "Log" }, { active: false }, { active: true }]) {
    await fresh.call("PATCH", `/Users/${body.id}`, {
      schemas: [messageUrns.patchOp],
      Operations: [{ op: "replace", value }],
    });
  }
  await fresh.call("DELETE", `/Users/${body.id}`);
  const { auditEvents } = (await fresh.call("GET", "/../../v7/audit-user-events")).body;
  const line = (event: string, ...resources: [string, string][]) => ({
    event,
    date: expect.stringMatching(/Z$/),
    user: "Sandbox Administrator (admin@sandbox.example)",
    aid: expect.any(String),
    accountGroupName: "Sandbox",
    uid: expect.any(String),
    ipAddress: "127.0.0.1",
    source: "SCIM",
    resources: [{ type: "userEmail", name: "log@x.example" }, ...resources.map(([type, name]) => ({ type, name }))],
  });
  expect(auditEvents.slice(0, 5)).toEqual([
    line("User deleted", ["userDisplayName", "Log"]),
    line("User activated", ["userDisplayName", "Log"], ["attribute", "active"]),
    line("User deactivated", ["userDisplayName", "Log"], ["attribute", "active"]),
    line("User updated", ["userDisplayName", "Log"], ["attribute", "displayName"]),
    line("User created", ["userDisplayName", ""]),
  ]);
  await fresh.end();
});
