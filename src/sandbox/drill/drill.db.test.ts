import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Clock, newId, systemClock } from "#runtime";
import { messageUrns, schemaUrns } from "#scim";
import {
  openSandboxPage,
  openTestSandbox,
  type SandboxClient,
  type SandboxPage,
  signInAtSandbox,
} from "#test/sandbox-client.ts";

let slept: number[] = [];
const clock: Clock = {
  ...systemClock,
  sleep: async (milliseconds) => {
    slept.push(milliseconds);
  },
};

let sandbox: SandboxClient;
let page: SandboxPage;
beforeAll(async () => {
  sandbox = await openTestSandbox({ clock });
  page = await signInAtSandbox(sandbox);
});
afterEach(async () => {
  await page.ask("DELETE", "drill/faults");
  slept = [];
});
afterAll(() => sandbox.end());

const start = async (kind: string, more: object = {}) => {
  const made = await page.ask("POST", "drill/faults", { kind, ...more });
  expect(made.status).toBe(201);
  return made.body;
};
/** The text of an answer as it comes; "dropped" when the connection ended without one. */
const send = async (method: string, path: string, body?: object) => {
  try {
    const response = await fetch(sandbox.baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${sandbox.token}`, "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status, headers } = response;
    return {
      status,
      type: headers.get("content-type"),
      retryAfter: headers.get("retry-after"),
      location: headers.get("location"),
      text: await response.text(),
    };
  } catch {
    return "dropped";
  }
};
const newUser = () => ({ schemas: [schemaUrns.user], userName: `${newId()}@x.example` });
const isThere = async (userName: string) => {
  const filter = encodeURIComponent(`userName eq "${userName}"`);
  return (await sandbox.call("GET", `/Users?filter=${filter}`)).body.totalResults === 1;
};

test.each([
  ["429", { retryAfterSeconds: 7 }, { status: 429, retryAfter: "7", type: "application/scim+json" }, false],
  ["429", {}, { status: 429, retryAfter: null }, false],
  ["500", {}, { status: 500, retryAfter: null }, false],
  ["503", { retryAfterSeconds: 0 }, { status: 503, retryAfter: "0" }, false],
  ["dropBefore", {}, "dropped", false],
  ["dropAfter", {}, "dropped", true],
  ["502After", {}, { status: 502, type: expect.stringMatching(/^text\/html/) }, true],
  [
    "html",
    {},
    { status: 200, type: expect.stringMatching(/^text\/html/), text: expect.stringMatching(/^<!doctype/) },
    false,
  ],
  [
    "truncatedJson",
    {},
    { status: 201, type: "application/scim+json", text: expect.stringMatching(/^\{"schemas".*[^}]$/) },
    true,
  ],
  [
    "wrongContentType",
    {},
    { status: 201, type: "text/plain; charset=utf-8", text: expect.stringMatching(/^\{.*\}$/) },
    true,
  ],
  ["emptyBody", {}, { status: 201, text: "" }, true],
  ["nothingChanged", {}, { status: 201, text: expect.stringContaining('"id"') }, false],
  ["noId", {}, { status: 201, location: null, text: expect.not.stringContaining('"id"') }, true],
  ["slow", { delayMilliseconds: 60_000 }, { status: 201 }, true],
])("%s %j meets one creation, then all is well again", async (kind, more, expected, isMade) => {
  await start(kind, more);
  const body = newUser();
  const answer = await send("POST", "/Users", body);
  if (typeof expected === "string") expect(answer).toBe(expected);
  else expect(answer).toMatchObject(expected);
  expect(await isThere(body.userName)).toBe(isMade);
  expect(slept).toEqual(kind === "slow" ? [60_000] : []);
  expect(await send("POST", "/Users", newUser())).toMatchObject({ status: 201, type: "application/scim+json" });
  expect((await page.ask("GET", "drill")).body.faults).toMatchObject([{ kind, met: 1, left: 0 }]);
});

test("a 200 that changed nothing shows the user as it was", async () => {
  const { body } = await sandbox.call("POST", "/Users", { ...newUser(), displayName: "Before" });
  await start("nothingChanged", { times: null });
  const change = {
    schemas: [messageUrns.patchOp],
    Operations: [{ op: "replace", path: "displayName", value: "After" }],
  };
  for (const [method, given] of [
    ["PATCH", change],
    ["PUT", { ...newUser(), displayName: "After" }],
  ] as const) {
    const answer = await send(method, `/Users/${body.id}`, given);
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"displayName":"Before"') });
  }
  expect(await send("DELETE", `/Users/${body.id}`)).toMatchObject({ status: 204, text: "" });
  expect((await sandbox.call("GET", `/Users/${body.id}`)).body).toEqual(body);
});

test("a fault meets the requests that it names, as often as it says; the first that fits wins", async () => {
  const { body } = await sandbox.call("POST", "/Users", newUser());
  await start("500", { method: "PATCH", times: 2 });
  await start("503", { path: "/Schemas", times: null });
  await start("429", { times: 3 });
  const empty = { schemas: [messageUrns.patchOp], Operations: [] };
  const statusOf = async (method: string, path: string) => {
    const answer = await send(method, path, method === "PATCH" ? empty : undefined);
    return typeof answer === "string" ? answer : answer.status;
  };
  const statuses = [];
  for (const [method, path] of [
    ["PATCH", `/Users/${body.id}`],
    ["GET", "/Schemas"],
    ["PATCH", `/Users/${body.id}`],
    ["PATCH", `/Users/${body.id}`],
    ["GET", `/Schemas/${schemaUrns.user}`],
    ["GET", "/Users?count=0"],
    ["GET", "/ResourceTypes"],
    ["GET", "/ResourceTypes"],
    ["GET", "/Schemas"],
  ] as const) {
    statuses.push(await statusOf(method, path));
  }
  expect(statuses).toEqual([500, 503, 500, 429, 503, 429, 429, 200, 503]);
  const { faults, met } = (await page.ask("GET", "drill")).body;
  expect(faults).toMatchObject([
    { kind: "500", met: 2, left: 0 },
    { kind: "503", met: 3, left: null },
    { kind: "429", met: 3, left: 0 },
  ]);
  expect(met).toMatchObject({ "500": expect.any(Number), "503": expect.any(Number) });
  const second = faults[1].id;
  expect((await page.ask("DELETE", `drill/faults/${second}`)).status).toBe(204);
  expect((await page.ask("DELETE", `drill/faults/${second}`)).status).toBe(404);
  expect(await statusOf("GET", "/Schemas")).toBe(200);
});

test("the REST API meets faults in its own words; the pages meet none", async () => {
  await start("503", { times: null });
  const response = await fetch(`${sandbox.web}v7/users`, { headers: { authorization: `Bearer ${sandbox.token}` } });
  expect([response.status, response.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
  expect((await page.ask("GET", "session")).status).toBe(200);
  expect((await fetch(sandbox.web)).status).toBe(200);
  // Who has no token learns no more than before.
  expect((await fetch(`${sandbox.baseUrl}/Users`)).status).toBe(503);
});

test("drills and what they met are in the activity log", async () => {
  await start("500", { method: "GET", path: "/Users", times: 1 });
  await send("GET", "/Users?count=0");
  await page.ask("DELETE", "drill/faults");
  const { activity } = (await page.ask("GET", "activity?limit=3")).body;
  expect(activity).toMatchObject([
    { event: "Drill stopped", actorEmail: "admin@sandbox.example", resources: [{ name: "all faults" }] },
    {
      event: "Drill met",
      actorEmail: "drill",
      source: "Drill",
      address: "127.0.0.1",
      resources: [
        { type: "fault", name: "500" },
        { type: "request", name: "GET /scim/v2/Users" },
      ],
    },
    { event: "Drill started", resources: [{ name: "500 for the next 1 GET at /Users" }] },
  ]);
});

test.each([
  {},
  { kind: "fire" },
  { kind: "500", times: 0 },
  { kind: "500", times: 1_000_000_000 },
  { kind: "500", method: "TRACE" },
  { kind: "500", path: "" },
  { kind: "500", retryAfterSeconds: 5 },
  { kind: "429", retryAfterSeconds: -1 },
  { kind: "slow" },
  { kind: "slow", delayMilliseconds: 60_001 },
  { kind: "500", delayMilliseconds: 10 },
  { kind: "500", more: true },
])("a fault of %j is refused", async (wish) => {
  const refused = await page.ask("POST", "drill/faults", wish);
  expect([refused.status, refused.body.detail]).toEqual([400, expect.stringMatching(/\w/)]);
  expect((await page.ask("GET", "drill")).body.faults).toEqual([]);
});

test("there are 50 faults at most; those that are done make room", async () => {
  for (let n = 0; n < 50; n++) await start("500", { method: "PUT", times: n === 0 ? 1 : null });
  expect((await page.ask("POST", "drill/faults", { kind: "500" })).status).toBe(409);
  await send("PUT", "/Users/x", {});
  expect((await page.ask("POST", "drill/faults", { kind: "500" })).status).toBe(201);
  expect((await page.ask("GET", "drill")).body.faults).toHaveLength(50);
});

test("the rate limit is changed while the sandbox runs", async () => {
  const limit = (requestsPerMinute: unknown) => page.ask("PUT", "drill/rate-limit", { requestsPerMinute });
  expect((await limit(2)).status).toBe(204);
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await sandbox.call("GET", "/Users?count=0")).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect((await page.ask("GET", "drill")).body.rateLimit).toMatchObject({ limit: 2, remaining: 0 });
  expect((await limit("off")).status).toBe(204);
  expect((await sandbox.call("GET", "/Users?count=0")).status).toBe(200);
  for (const wrong of [0, -1, 1.5, "fast", null]) expect((await limit(wrong)).status).toBe(400);
});

test("closing does not wait for a slow answer", async () => {
  const waiting = await openTestSandbox();
  waiting.drill.add({
    kind: "slow",
    method: null,
    path: null,
    times: null,
    retryAfterSeconds: null,
    delayMilliseconds: 60_000,
  });
  const asked = fetch(`${waiting.baseUrl}/Users`, { headers: { authorization: `Bearer ${waiting.token}` } });
  while (waiting.drill.list()[0]?.met !== 1) await new Promise((resolve) => setImmediate(resolve));
  await waiting.close();
  expect([200, "dropped"]).toContain(await asked.then(({ status }) => status).catch(() => "dropped"));
  await waiting.store.close();
});

test("who may not change security settings may not drill", async () => {
  const userName = `${newId()}@x.example`;
  await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName });
  const authorization = `Bearer ${await sandbox.issueToken(userName)}`;
  const asked = await openSandboxPage(sandbox).ask("POST", "drill/faults", { kind: "500" }, { authorization });
  expect(asked.status).toBe(403);
});
