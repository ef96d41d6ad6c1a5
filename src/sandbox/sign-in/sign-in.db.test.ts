import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, newId, systemClock } from "#runtime";
import { schemaUrns } from "#scim";
import {
  linkValue,
  openSandboxPage,
  openTestSandbox,
  rawRequest,
  type SandboxClient,
  type SandboxPage,
  signInAtSandbox,
} from "#test/sandbox-client.ts";

const minute = 60_000;
const hour = 60 * minute;
let offset = 0;
const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + offset) };

let sandbox: SandboxClient;
let admin: SandboxPage;
beforeAll(async () => {
  sandbox = await openTestSandbox({ clock });
  admin = await signInAtSandbox(sandbox);
});
afterAll(() => sandbox.end());

/** Opens the sandbox anew, and signs the administrator in by the new link. */
const restart = async (): Promise<void> => {
  sandbox = await sandbox.reopen();
  admin = await signInAtSandbox(sandbox);
};

const good = "Correct-Horse-1";

/** The link in the newest mail to somebody. */
const mailedLink = async (to: string): Promise<string> => {
  const { body } = await admin.ask("GET", `outbox?to=${encodeURIComponent(to)}`);
  return linkValue(body.mails[0].link);
};

/** A person whom a directory sent, with a password that was chosen by mail. */
const member = async (): Promise<{ id: string; email: string }> => {
  const email = `${newId()}@x.example`;
  const { body } = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: email });
  expect((await openSandboxPage(sandbox).ask("POST", "password-links", { email })).status).toBe(202);
  const used = await openSandboxPage(sandbox).ask("POST", `links/${await mailedLink(email)}`, { password: good });
  expect([used.status, used.body]).toEqual([200, { kind: "password", email }]);
  return { id: body.id, email };
};

const signIn = async (email: string, password: string): Promise<[number, SandboxPage, string | null]> => {
  const page = openSandboxPage(sandbox);
  const { status, body } = await page.ask("POST", "sign-in", { email, password });
  return [status, page, body.detail ?? null];
};
const isIn = async (page: SandboxPage) => (await page.ask("GET", "session")).status === 200;

test("the link shown at start signs the administrator in, once, with a cookie that scripts cannot read", async () => {
  const second = await sandbox.reopen();
  sandbox = second;
  const value = linkValue(second.signInLink);
  const page = openSandboxPage(second);
  expect((await page.ask("GET", `links/${value}`)).body).toEqual({
    kind: "sign-in",
    email: "admin@sandbox.example",
    organization: "Sandbox",
    expiresAt: expect.any(String),
  });
  expect(await isIn(page)).toBe(false);
  const used = await page.ask("POST", `links/${value}`, {});
  expect(used.headers.get("set-cookie")).toMatch(/^lockstep_sandbox_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const session = await page.ask("GET", "session");
  expect(session.body).toMatchObject({
    user: { email: "admin@sandbox.example", name: "Sandbox Administrator" },
    organization: { name: "Sandbox", plan: "Standard" },
    accountGroup: { name: "Sandbox" },
    permissions: expect.arrayContaining(["API access", "Edit users"]),
    scimBaseUrl: second.baseUrl,
  });
  expect((await openSandboxPage(second).ask("POST", `links/${value}`, {})).status).toBe(404);
  expect((await openSandboxPage(second).ask("POST", "links/nonsense", {})).status).toBe(404);
  admin = page;
});

test("a sign-in link does not outlive a day, nor the next start", async () => {
  const old = linkValue(sandbox.signInLink);
  const later = await sandbox.reopen();
  expect((await openSandboxPage(later).ask("GET", `links/${old}`)).status).toBe(404);
  offset += 24 * hour + minute;
  expect((await openSandboxPage(later).ask("GET", `links/${linkValue(later.signInLink)}`)).status).toBe(404);
  sandbox = later;
  await restart();
});

test("somebody whom a directory sent gets no mail, chooses a password by a link, signs in and out", async () => {
  const email = `${newId()}@x.example`;
  await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: email });
  expect((await admin.ask("GET", `outbox?to=${email}`)).body.mails).toEqual([]);
  expect((await signIn(email, good))[0]).toBe(401);

  await openSandboxPage(sandbox).ask("POST", "password-links", { email: email.toUpperCase() });
  const value = await mailedLink(email);
  const weak = await openSandboxPage(sandbox).ask("POST", `links/${value}`, { password: "weak" });
  expect([weak.status, weak.body.detail]).toEqual([400, "A password needs at least 8 characters."]);
  expect((await openSandboxPage(sandbox).ask("POST", `links/${value}`, {})).status).toBe(400);
  expect((await openSandboxPage(sandbox).ask("POST", `links/${value}`, { password: good })).status).toBe(200);
  expect((await openSandboxPage(sandbox).ask("POST", `links/${value}`, { password: good })).status).toBe(404);

  const [status, page] = await signIn(email.toUpperCase(), good);
  expect(status).toBe(200);
  expect((await page.ask("GET", "session")).body.user.email).toBe(email);
  expect((await page.ask("DELETE", "session")).status).toBe(204);
  expect(await isIn(page)).toBe(false);
});

test("nobody learns from the sign-in who is known", async () => {
  const { email } = await member();
  const known = await signIn(email, "Wrong-Horse-1");
  const unknown = await signIn(`${newId()}@x.example`, "Wrong-Horse-1");
  expect([known[0], known[2]]).toEqual([unknown[0], unknown[2]]);
  const asked = await openSandboxPage(sandbox).ask("POST", "password-links", { email: `${newId()}@x.example` });
  expect([asked.status, asked.body]).toEqual([202, null]);
});

test("passwords can be tried ten times, then not even the right one helps for a quarter of an hour", async () => {
  const { email } = await member();
  const tries = await Promise.all(Array.from({ length: 14 }, () => signIn(email, "Wrong-Horse-1")));
  const statuses = tries.map(([status]) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(4);
  const page = openSandboxPage(sandbox);
  const late = await page.ask("POST", "sign-in", { email, password: good });
  expect([late.status, Number(late.headers.get("retry-after")) > 800]).toEqual([429, true]);
  offset += 16 * minute;
  expect((await signIn(email, good))[0]).toBe(200);
});

test("a session ends when it lies idle, when it is old, when its account is inactive or gone", async () => {
  const { id, email } = await member();
  const open = async () => (await signIn(email, good))[1];
  const idle = await open();
  const busy = await open();
  for (let n = 0; n < 14; n++) {
    offset += 50 * minute;
    expect(await isIn(busy)).toBe(true);
  }
  expect(await isIn(idle)).toBe(false);
  offset += 50 * minute;
  expect(await isIn(busy)).toBe(false);

  await restart();
  const page = await open();
  await admin.ask("PATCH", `users/${id}`, { active: false });
  expect(await isIn(page)).toBe(false);
  expect((await signIn(email, good))[0]).toBe(403);
  await admin.ask("PATCH", `users/${id}`, { active: true });
  expect(await isIn(page)).toBe(true);
  await admin.ask("DELETE", `users/${id}`);
  expect(await isIn(page)).toBe(false);
  expect((await signIn(email, good))[0]).toBe(401);
});

test("a new password ends all other sessions, and needs the one before", async () => {
  const { email } = await member();
  const [[, page], [, other]] = [await signIn(email, good), await signIn(email, good)];
  const change = (current: string, password: string) => page.ask("PUT", "profile/password", { current, password });
  expect((await change("Wrong-Horse-1", "Better-Horse-2")).status).toBe(403);
  expect((await change(good, "worse")).status).toBe(400);
  expect((await change(good, "Better-Horse-2")).status).toBe(204);
  expect([await isIn(page), await isIn(other)]).toEqual([true, false]);
  expect((await signIn(email, good))[0]).toBe(401);
  expect((await signIn(email, "Better-Horse-2"))[0]).toBe(200);
});

test("single sign-on and permissions decide who may use a password; a link opens all the same", async () => {
  const { id, email } = await member();
  const roles = (await admin.ask("GET", "roles")).body.roles as { id: string; name: string }[];
  const only = async (name: string, permissions: string[]) => {
    const { body } = await admin.ask("POST", "roles", { name, permissions });
    return body.id as string;
  };
  const page = await only("Page only", ["Login via ThousandEyes login page"]);
  const sso = await only("SSO only", ["Login via Single Sign-On"]);
  const both = roles.find(({ name }) => name === "Regular User")?.id;
  const ways: Record<string, [number, string][]> = {};
  for (const [name, roleId] of Object.entries({ page, both, sso })) {
    await admin.ask("PATCH", `users/${id}`, { roles: [{ roleId }] });
    ways[name] = [];
    for (const singleSignOn of ["off", "on", "forced"]) {
      await admin.ask("PATCH", "settings", { singleSignOn });
      const shown = (await admin.ask("GET", `users/${id}`)).body.waysToSignIn;
      ways[name].push([(await signIn(email, good))[0], shown]);
    }
  }
  expect(ways).toEqual({
    page: [
      [200, "password"],
      [200, "password"],
      [403, "none"],
    ],
    both: [
      [200, "password"],
      [200, "choice"],
      [403, "identity-provider"],
    ],
    sso: [
      [403, "none"],
      [403, "identity-provider"],
      [403, "identity-provider"],
    ],
  });
  // Forced single sign-on locks everybody out who has no identity provider; the link from the terminal is the way back.
  await restart();
  expect(await isIn(admin)).toBe(true);
  await admin.ask("PATCH", "settings", { singleSignOn: "off" });
});

test("a page of another site can change nothing, whatever it sends", async () => {
  const { email } = await member();
  const body = { email, password: good };
  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: `http://127.0.0.1:${sandbox.port + 1}` },
    { origin: "null" },
    { origin: "" },
  ];
  for (const headers of foreign) {
    expect((await openSandboxPage(sandbox).ask("POST", "sign-in", body, headers)).status).toBe(403);
    expect((await admin.ask("DELETE", "session", undefined, headers)).status).toBe(403);
    expect((await admin.ask("POST", "account-groups", { name: "Evil" }, headers)).status).toBe(403);
  }
  const form = await admin.ask("POST", "account-groups", '{"name":"Evil"}', { "content-type": "text/plain" });
  expect(form.status).toBe(415);
  expect(await isIn(admin)).toBe(true);
  expect(await rawRequest(sandbox.port, "/app/session", { headers: { host: "rebound.example" } })).toBe(421);
});

test("odd spellings of the pages' addresses do not get around the sign-in", async () => {
  const targets = [
    "/app",
    "/app/",
    "/app/session",
    "/app/%73ession",
    "/%61pp/users",
    "/app//users",
    "//app/users",
    "/app/./users",
    "/app/sign-in/../users",
    "/app/sign-in/%2e%2e/users",
    "/app/links/../users",
    "/app/links/%2e%2e/users",
    "/app/sign-in%2f..%2fusers",
    "/app/users/",
    "/APP/users",
    "/app/nothing",
    "/app/drill",
    "/app/outbox",
    "/scim/v2/../../app/users",
  ];
  const open: string[] = [];
  for (const target of targets) {
    const status = await rawRequest(sandbox.port, target);
    if (status !== 401 && status !== 404) open.push(`${target} ${status}`);
  }
  expect(open).toEqual([]);
  expect(await rawRequest(sandbox.port, "/app/users?search=%00")).toBe(400);
  const nothing = await admin.ask("GET", "nothing");
  expect([nothing.status, nothing.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
});

test("an API token reads what its owner may, but does not touch the profile", async () => {
  const withToken = { authorization: `Bearer ${sandbox.token}`, origin: "" };
  const page = openSandboxPage(sandbox);
  expect((await page.ask("GET", "users", undefined, withToken)).status).toBe(200);
  expect((await page.ask("POST", "account-groups", { name: "By token" }, withToken)).status).toBe(201);
  for (const [method, path] of [
    ["GET", "profile"],
    ["POST", "profile/tokens"],
    ["PATCH", "profile"],
    ["DELETE", "session"],
    ["PATCH", "session"],
  ] as const) {
    const { status } = await page.ask(method, path, method === "GET" ? undefined : {}, withToken);
    expect([method, path, status]).toEqual([method, path, 403]);
  }
  const wrong = { ...withToken, authorization: "Bearer wrong" };
  expect((await page.ask("GET", "users", undefined, wrong)).status).toBe(401);
});

test("hostile bodies are refused with a sentence", async () => {
  const bodies = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    '{"email":{"$ne":null},"password":"x"}',
    '{"email":"a\\u0000b","password":"x"}',
    `{"email":"${"x".repeat(300)}","password":"x"}`,
    `{"email":"a@x.example","password":"${"x".repeat(2000)}"}`,
    '{"email":"a@x.example","password":"x","__proto__":{"admin":true}}',
    `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
  ];
  for (const body of bodies) {
    const refused = await openSandboxPage(sandbox).ask("POST", "sign-in", body, {
      "content-type": "application/json",
    });
    expect([body.slice(0, 40), refused.status]).toEqual([body.slice(0, 40), 400]);
    expect(refused.body).toMatchObject({ title: "Bad Request", status: 400, detail: expect.stringMatching(/\w/) });
  }
});
