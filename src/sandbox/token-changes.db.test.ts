import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, newId, systemClock } from "#runtime";
import { schemaUrns } from "#scim";
import {
  linkValue,
  openSandboxPage,
  openTestSandbox,
  type SandboxClient,
  type SandboxPage,
  signInAtSandbox,
} from "#test/sandbox-client.ts";

const day = 24 * 60 * 60_000;
let now = Date.UTC(2030, 0, 1);
const clock: Clock = { ...systemClock, now: () => new Date(now) };

let sandbox: SandboxClient;
let admin: SandboxPage;
beforeAll(async () => {
  sandbox = await openTestSandbox({ clock });
});
afterAll(() => sandbox.end());

/** After a jump of the clock everybody has to sign in anew. */
const signIn = async () => {
  sandbox = await sandbox.reopen();
  admin = await signInAtSandbox(sandbox);
};

const make = async (name: string, kind = "bearer") => {
  const { status, body } = await admin.ask("POST", "profile/tokens", { name, kind });
  expect(status).toBe(201);
  return body as { id: string; value: string; expiresAt: string };
};
const regenerate = (id: string) => admin.ask("POST", `profile/tokens/${id}/regenerate`);
const revoke = async (id: string) => (await admin.ask("DELETE", `profile/tokens/${id}`)).status;
const works = async (value: string) =>
  (await sandbox.call("GET", "/Users?count=0", undefined, { authorization: `Bearer ${value}` })).status;
const regenerateByApi = async (value: string) => {
  const response = await fetch(`${sandbox.web}v7/api-tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${value}` },
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
  return { status: response.status, body: (await response.json()) as any };
};

test("a token's value is shown once, at its creation, and stored nowhere", async () => {
  await signIn();
  now += 1000;
  const token = await make("Entra");
  expect(await works(token.value)).toBe(200);
  expect(Date.parse(token.expiresAt) - now).toBe(2 * 365 * day);
  const profile = await admin.ask("GET", "profile");
  expect(profile.body.tokens).toEqual([
    {
      id: token.id,
      name: "Entra",
      kind: "bearer",
      createdAt: new Date(now).toISOString(),
      expiresAt: token.expiresAt,
      isReplaced: false,
    },
    expect.objectContaining({ name: "Shown at start" }),
  ]);
  const tables = await sql<{ text: string }>`
    select (select jsonb_agg(t)::text from sandbox.token t) || (select jsonb_agg(a)::text from sandbox.activity a) as text`.execute(
    sandbox.store.db,
  );
  for (const shown of [JSON.stringify(profile.body), tables.rows[0]?.text]) expect(shown).not.toContain(token.value);
});

test("a regenerated token has two years, the old one 14 days; no third one within them", async () => {
  await signIn();
  const first = await make("Rotated");
  now += 30 * day;
  await signIn();
  const { status, body: second } = await regenerate(first.id);
  expect([status, Date.parse(second.expiresAt) - now]).toEqual([201, 2 * 365 * day]);
  expect(second.value).not.toBe(first.value);
  expect((await regenerate(first.id)).status).toBe(409);
  expect((await regenerate(second.id)).status).toBe(409);
  expect((await regenerateByApi(first.value)).status).toBe(409);
  now += 14 * day - 1000;
  expect([await works(first.value), await works(second.value)]).toEqual([200, 200]);
  now += 1000;
  expect([await works(first.value), await works(second.value)]).toEqual([401, 200]);
  await signIn();
  expect((await regenerate(first.id)).status).toBe(409);
  expect((await regenerate(second.id)).status).toBe(201);
});

test("the old token does not get more than was left of it", async () => {
  await signIn();
  const first = await make("Old");
  now += 2 * 365 * day - 3 * day;
  await signIn();
  const { body: second } = await regenerate(first.id);
  const listed = (await admin.ask("GET", "profile")).body.tokens.find(({ id }: { id: string }) => id === first.id);
  expect([listed.expiresAt, listed.isReplaced]).toEqual([first.expiresAt, true]);
  now += 3 * day;
  expect([await works(first.value), await works(second.value)]).toEqual([401, 200]);
});

test("a token regenerates itself over the REST API; revoking the old one ends the overlap", async () => {
  await signIn();
  const first = await make("By API");
  const second = await regenerateByApi(first.value);
  expect([second.status, second.body]).toEqual([
    201,
    { bearerToken: expect.stringMatching(/^[\w-]{43}$/), validUntil: new Date(now + 2 * 365 * day).toISOString() },
  ]);
  expect((await regenerateByApi(second.body.bearerToken)).status).toBe(409);
  expect(await revoke(first.id)).toBe(204);
  expect(await works(first.value)).toBe(401);
  expect((await regenerateByApi(second.body.bearerToken)).status).toBe(201);
});

test("of many regenerations at the same moment one succeeds", async () => {
  await signIn();
  const { id } = await make("Raced");
  const replies = await Promise.all(Array.from({ length: 5 }, () => regenerate(id)));
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
});

test("a revoked token ends at once; nobody revokes, or regenerates, somebody else's", async () => {
  await signIn();
  const { id, value } = await make("Revoked");
  expect(await works(value)).toBe(200);
  const email = `${newId()}@x.example`;
  await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: email });
  await openSandboxPage(sandbox).ask("POST", "password-links", { email });
  const link = linkValue((await admin.ask("GET", `outbox?to=${email}`)).body.mails[0].link);
  await openSandboxPage(sandbox).ask("POST", `links/${link}`, { password: "Correct-Horse-1" });
  const other = openSandboxPage(sandbox);
  await other.ask("POST", "sign-in", { email, password: "Correct-Horse-1" });
  expect((await other.ask("DELETE", `profile/tokens/${id}`)).status).toBe(404);
  expect((await other.ask("POST", `profile/tokens/${id}/regenerate`)).status).toBe(404);
  expect(await works(value)).toBe(200);

  // A Regular User's token is known, and may not do anything here.
  const own = await other.ask("POST", "profile/tokens", { name: "Mine" });
  expect([own.status, await works(own.body.value)]).toEqual([201, 403]);

  expect([await revoke(id), await revoke(id), await works(value)]).toEqual([204, 404, 401]);
  expect((await admin.ask("DELETE", "profile/tokens/'; drop table x; --")).status).toBe(404);
});

test("who loses the permission keeps the token, and may do nothing with it; who is deleted loses it", async () => {
  await signIn();
  const roles = (await admin.ask("GET", "roles")).body.roles as { id: string; name: string }[];
  const idOf = (name: string) => roles.find((role) => role.name === name)?.id;
  const email = `${newId()}@x.example`;
  const { body } = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: email });
  const promote = (role: string) => admin.ask("PATCH", `users/${body.id}`, { roles: [{ roleId: idOf(role) }] });
  const token = await sandbox.issueToken(email);
  expect(await works(token)).toBe(403);
  expect((await promote("Organization Admin")).status).toBe(200);
  expect(await works(token)).toBe(200);
  await promote("Regular User");
  expect(await works(token)).toBe(403);
  const powerless = await admin.ask("POST", "roles", { name: "No API", permissions: ["View all users"] });
  await admin.ask("PATCH", `users/${body.id}`, { roles: [{ roleId: powerless.body.id }] });
  expect(await works(token)).toBe(403);
  await admin.ask("DELETE", `users/${body.id}`);
  expect(await works(token)).toBe(401);
});

test("an account has twenty tokens at most", async () => {
  const fresh = await openTestSandbox();
  const page = await signInAtSandbox(fresh);
  const statuses: number[] = [];
  for (let n = 0; n < 20; n++) {
    statuses.push((await page.ask("POST", "profile/tokens", { name: `T${n}` })).status);
  }
  expect(statuses).toEqual([...Array(19).fill(201), 409]);
  await fresh.end();
});

test("what happened to tokens is in the activity log, by name", async () => {
  await signIn();
  const { id } = await make("Logged");
  const { body } = await regenerate(id);
  await revoke(body.id);
  const { activity } = (await admin.ask("GET", "activity?limit=3")).body;
  expect(activity.map((row: { event: string; resources: unknown; source: string }) => row)).toMatchObject([
    { event: "API token revoked", source: "Page", resources: [{ type: "tokenName", name: "Logged" }] },
    { event: "API token regenerated", source: "Page", resources: [{ type: "tokenName", name: "Logged" }] },
    { event: "API token created", source: "Page", resources: [{ type: "tokenName", name: "Logged" }] },
  ]);
});
