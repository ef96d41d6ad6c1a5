import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#runtime";
import type { NewOrganization } from "#sandbox";
import { messageUrns, schemaUrns } from "#scim";
import {
  linkValue,
  openSandboxPage,
  openTestSandbox,
  type Reply,
  type SandboxClient,
  type SandboxPage,
  signInAtSandbox,
} from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
let other: NewOrganization;
let here: SandboxPage;
let there: SandboxPage;
beforeAll(async () => {
  sandbox = await openTestSandbox();
  other = await sandbox.createOrganization({
    name: "Acme",
    plan: "Enterprise",
    admin: { email: "boss@acme.example", name: "Boss" },
  });
  here = await signInAtSandbox(sandbox);
  there = await signInAtSandbox({ ...sandbox, signInLink: other.signInLink });
});
afterAll(() => sandbox.end());

const callThere = (method: string, path: string, body?: unknown): Promise<Reply> =>
  sandbox.call(method, path, body, { authorization: `Bearer ${other.token}` });
const name = () => `${newId().slice(0, 8)}@x.example`;
const user = (userName: string, more: object = {}) => ({ schemas: [schemaUrns.user], userName, ...more });
/** The notices that Acme has written to somebody. */
const mailsOf = async (recipient: string) =>
  (
    await sql`select recipient from sandbox.mail where recipient = ${recipient} and subject = 'You have been added to Acme' and link is null`.execute(
      sandbox.store.db,
    )
  ).rows;
const mailsTo = async (page: SandboxPage, to: string) => (await page.ask("GET", `outbox?to=${to}`)).body.mails;

test("organisations share nothing but people", async () => {
  const made = await sandbox.call("POST", "/Users", user(name()));
  const { id, userName } = made.body;
  expect((await callThere("GET", `/Users/${id}`)).status).toBe(404);
  expect((await callThere("PATCH", `/Users/${id}`, { schemas: [messageUrns.patchOp], Operations: [] })).status).toBe(
    404,
  );
  expect((await callThere("DELETE", `/Users/${id}`)).status).toBe(404);
  expect((await there.ask("GET", `users/${id}`)).status).toBe(404);
  expect((await there.ask("PATCH", `users/${id}`, { name: "X" })).status).toBe(404);
  const found = await callThere("GET", `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
  expect(found.body.totalResults).toBe(0);

  const [role, group] = [
    (await here.ask("POST", "roles", { name: "Ours", permissions: [] })).body,
    (await here.ask("POST", "account-groups", { name: "Ours" })).body,
  ];
  expect((await there.ask("DELETE", `roles/${role.id}`)).status).toBe(404);
  expect((await there.ask("DELETE", `account-groups/${group.id}`)).status).toBe(404);
  const roles = [{ roleId: role.id, accountGroupId: null }];
  expect((await there.ask("POST", "users", { email: name(), roles })).status).toBe(400);
  const { accountGroups } = (await there.ask("GET", "account-groups")).body;
  expect(accountGroups.map((each: { name: string }) => each.name)).toEqual(["Acme"]);
  expect((await there.ask("GET", "organization")).body).toMatchObject({ name: "Acme", plan: "Enterprise" });

  await there.ask("PATCH", "settings", { groupsAnswer: "501" });
  expect([(await sandbox.call("GET", "/Groups")).status, (await callThere("GET", "/Groups")).status]).toEqual([
    404, 501,
  ]);
  const { activity } = (await there.ask("GET", "activity?limit=200")).body;
  expect(JSON.stringify(activity)).not.toContain(userName);
});

test("each organisation has a budget of its own", async () => {
  sandbox.setRateLimit(2, other.id);
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await callThere("GET", "/Users?count=0")).status);
  expect([...statuses, (await sandbox.call("GET", "/Users?count=0")).status]).toEqual([200, 200, 429, 200]);
  sandbox.setRateLimit("off");
  expect((await callThere("GET", "/Users?count=0")).status).toBe(200);
});

test("a person of another organisation is added with the default access, or refused", async () => {
  const login = name();
  const first = (await sandbox.call("POST", "/Users", user(login, { displayName: "Mira" }))).body;
  await there.ask("PATCH", "settings", { knownPersonAnswer: "409" });
  const refused = await callThere(
    "POST",
    "/Users",
    user("upn@acme.example", { emails: [{ value: login.toUpperCase() }] }),
  );
  expect([refused.status, refused.body.scimType]).toEqual([409, "uniqueness"]);

  await there.ask("PATCH", "settings", { knownPersonAnswer: "link", linkNotice: true });
  const linked = await callThere("POST", "/Users", user("upn@acme.example", { emails: [{ value: login }] }));
  expect(linked.status).toBe(201);
  expect(linked.body).toMatchObject({
    userName: "upn@acme.example",
    roles: [{ value: "Regular User", primary: true }],
  });
  expect(linked.body.id).not.toBe(first.id);
  expect(await mailsOf(login)).toMatchObject([{ recipient: login }]);
  expect((await callThere("POST", "/Users", user("second@acme.example", { emails: [{ value: login }] }))).status).toBe(
    409,
  );

  const quiet = name();
  await sandbox.call("POST", "/Users", user(quiet));
  await there.ask("PATCH", "settings", { linkNotice: false });
  expect((await callThere("POST", "/Users", user(quiet))).status).toBe(201);
  expect(await mailsOf(quiet)).toEqual([]);
  // A person who is added by hand is told, and has nothing to confirm.
  const byHand = name();
  await sandbox.call("POST", "/Users", user(byHand));
  const { roles } = (await there.ask("GET", "roles")).body;
  const made = await there.ask("POST", "users", { email: byHand, roles: [{ roleId: roles[2].id }] });
  expect([made.status, made.body.isRegistrationPending]).toEqual([201, false]);
  expect(await mailsOf(byHand)).toMatchObject([{ recipient: byHand }]);

  // Leaving one organisation ends that membership only; who has left all is nobody any more.
  expect((await callThere("DELETE", `/Users/${linked.body.id}`)).status).toBe(204);
  expect((await sandbox.call("GET", `/Users/${first.id}`)).body.active).toBe(true);
  expect((await sandbox.call("DELETE", `/Users/${first.id}`)).status).toBe(204);
  await there.ask("PATCH", "settings", { knownPersonAnswer: "409" });
  const anew = await callThere("POST", "/Users", user(login));
  expect(anew.status).toBe(201);
  await there.ask("PATCH", "settings", { knownPersonAnswer: "link" });
});

test("a confirmed change of the login holds everywhere", async () => {
  const [old, next] = [name(), name()];
  const emails = [{ value: old, type: "work", primary: true }];
  const one = (await sandbox.call("POST", "/Users", user(name(), { emails }))).body;
  const two = (await callThere("POST", "/Users", user(name(), { emails: [...emails, { value: name() }] }))).body;
  await here.ask("PATCH", `users/${one.id}`, { email: next });
  for (const to of [old, next]) {
    await openSandboxPage(sandbox).ask("POST", `links/${linkValue((await mailsTo(here, to))[0].link)}`, {});
  }
  expect((await sandbox.call("GET", `/Users/${one.id}`)).body.emails[0].value).toBe(next);
  expect((await callThere("GET", `/Users/${two.id}`)).body.emails).toMatchObject([{ value: next }, {}]);

  await sandbox.changeSettings({ confirmEmailChanges: false });
  const third = name();
  await sandbox.call("PUT", `/Users/${one.id}`, user(one.userName, { emails: [{ value: third }] }));
  expect((await callThere("GET", `/Users/${two.id}`)).body.emails).toMatchObject([{ value: third }, {}]);
  await sandbox.changeSettings({ confirmEmailChanges: true });
});

test("an organisation does not get hold of a person of another one through mail that it may read", async () => {
  const [login, wanted] = [name(), name()];
  await sandbox.call("POST", "/Users", user(login));
  const two = (await callThere("POST", "/Users", user(login))).body;
  await there.ask("PATCH", `users/${two.id}`, { email: wanted });
  expect((await there.ask("GET", `users/${two.id}`)).body.pendingEmail).toBe(wanted);
  for (const to of [login, wanted]) expect(await mailsTo(there, to)).toEqual([]);
  // Mail to its own people, and to nobody's mailbox yet, it reads.
  const own = (await callThere("POST", "/Users", user(name()))).body;
  const next = name();
  await there.ask("PATCH", `users/${own.id}`, { email: next });
  for (const to of [own.userName, next]) expect(await mailsTo(there, to)).toHaveLength(1);

  const asked = await there.ask("POST", "organizations", { name: "Trap", admin: { email: login, name: "Not me" } });
  expect(asked.status).toBe(409);
  const mine = await there.ask("POST", "organizations", {
    name: "Mine",
    admin: { email: "boss@acme.example", name: "Boss" },
  });
  expect(mine.status).toBe(201);
});

test("an organisation that wants no confirmation does not get hold of a person of another one either", async () => {
  const [login, wanted] = [name(), name()];
  await sandbox.call("POST", "/Users", user(login));
  const two = (await callThere("POST", "/Users", user(login))).body;
  const own = (await callThere("POST", "/Users", user(name()))).body;
  await there.ask("PATCH", "settings", { confirmEmailChanges: false });
  const changed = await callThere("PUT", `/Users/${two.id}`, user(login, { emails: [{ value: wanted }] }));
  expect([changed.status, changed.body.emails]).toEqual([200, [{ value: login }]]);
  await there.ask("PATCH", `users/${two.id}`, { email: wanted });
  const asked = (await there.ask("GET", `users/${two.id}`)).body;
  expect([asked.email, asked.pendingEmail]).toEqual([login, wanted]);

  const next = name();
  await there.ask("PATCH", `users/${own.id}`, { email: next });
  expect((await there.ask("GET", `users/${own.id}`)).body).toMatchObject({ email: next, pendingEmail: null });
  await there.ask("PATCH", "settings", { confirmEmailChanges: true });
});

test("a person in two organisations signs in once and works in either, where a password is enough", async () => {
  const login = name();
  await sandbox.call("POST", "/Users", user(login));
  const two = (await callThere("POST", "/Users", user(login))).body;
  const page = openSandboxPage(sandbox);
  await page.ask("POST", "password-links", { email: login });
  await page.ask("POST", `links/${linkValue((await mailsTo(here, login))[0].link)}`, { password: "Correct-Horse-1" });
  expect((await page.ask("POST", "sign-in", { email: login, password: "Correct-Horse-1" })).status).toBe(200);
  const session = (await page.ask("GET", "session")).body;
  expect([
    session.organization.name,
    session.memberships.map((each: { organizationName: string }) => each.organizationName),
  ]).toEqual(["Sandbox", ["Acme", "Sandbox"]]);
  const go = (organizationId: string, accountGroupId: string | null = null) =>
    page.ask("PATCH", "session", { organizationId, accountGroupId });
  expect((await go("3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e01")).status).toBe(403);
  await there.ask("PATCH", "settings", { singleSignOn: "forced" });
  expect((await go(other.id)).status).toBe(403);
  await there.ask("PATCH", "settings", { singleSignOn: "off" });
  const [acmeGroup] = (await there.ask("GET", "account-groups")).body.accountGroups;
  expect((await go(session.organization.id, acmeGroup.id)).status).toBe(403);
  expect((await go(other.id, "3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e01")).status).toBe(403);
  expect((await go(other.id, acmeGroup.id)).status).toBe(204);
  expect((await page.ask("GET", "session")).body).toMatchObject({
    organization: { name: "Acme" },
    user: { id: two.id },
  });

  // The person alone chooses where to land; the next sign-in leads there.
  const acme = (await there.ask("POST", "account-groups", { name: "Acme East" })).body;
  expect((await there.ask("PATCH", `users/${two.id}`, { loginAccountGroupId: acme.id })).status).toBe(403);
  expect((await page.ask("PATCH", "profile", { loginAccountGroupId: acme.id })).status).toBe(200);
  await page.ask("DELETE", "session");
  await page.ask("POST", "sign-in", { email: login, password: "Correct-Horse-1" });
  expect((await page.ask("GET", "session")).body.organization.name).toBe("Acme");
  const foreign = (await here.ask("POST", "account-groups", { name: "Closed" })).body;
  expect((await page.ask("PATCH", "profile", { loginAccountGroupId: foreign.id })).status).toBe(200);
});

test("another organisation is made over HTTP as well, by who may hand out any access", async () => {
  const made = await here.ask("POST", "organizations", {
    name: "Third",
    admin: { email: "third@x.example", name: "Third" },
  });
  expect([made.status, made.body]).toEqual([
    201,
    { id: expect.any(String), name: "Third", token: expect.any(String), signInLink: expect.any(String) },
  ]);
  const authorization = `Bearer ${made.body.token}`;
  const { body } = await sandbox.call("GET", "/Users", undefined, { authorization });
  expect(body.Resources).toMatchObject([{ userName: "third@x.example", roles: [{ value: "Organization Admin" }] }]);
  const wrong = { name: "Fourth", admin: { email: "nobody", name: "N" } };
  expect((await here.ask("POST", "organizations", wrong)).status).toBe(400);
  await expect(sandbox.createOrganization({ plan: "Standard", ...wrong })).rejects.toMatchObject({
    code: "InvalidOrganization",
  });
});
