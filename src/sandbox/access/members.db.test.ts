import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, newId, systemClock } from "#runtime";
import { schemaUrns } from "#scim";
import {
  linkValue,
  openSandboxPage,
  openTestSandbox,
  type Reply,
  type SandboxClient,
  signInAtSandbox,
} from "#test/sandbox-client.ts";

let offset = 0;
const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + offset) };

let sandbox: SandboxClient;
let ask: (method: string, path: string, body?: unknown) => Promise<Reply>;
const signIn = async () => {
  ask = (await signInAtSandbox(sandbox)).ask;
};
beforeAll(async () => {
  sandbox = await openTestSandbox({ clock });
  await signIn();
});
afterAll(() => sandbox.end());

const roleNamed = async (name: string): Promise<string> =>
  (await ask("GET", "roles")).body.roles.find((role: { name: string }) => role.name === name).id;
const makeGroup = async (name: string): Promise<string> => (await ask("POST", "account-groups", { name })).body.id;
const mailsTo = async (to: string) => (await ask("GET", `outbox?to=${to}`)).body.mails;
const newUser = async (more: object = {}) => {
  const email = `${newId().slice(0, 8)}@x.example`;
  const made = await ask("POST", "users", { email, roles: [{ roleId: await roleNamed("Regular User") }], ...more });
  expect(made.status).toBe(201);
  return made.body;
};

test("a user who is added by hand is invited, registers by the link, and has roles where they were given", async () => {
  const [regular, account] = [await roleNamed("Regular User"), await roleNamed("Account Admin")];
  const branch = await makeGroup("Branch");
  const email = "hand@x.example";
  const roles = [{ roleId: account, accountGroupId: branch }, { roleId: regular }];
  const made = await ask("POST", "users", { email, roles, loginAccountGroupId: branch });
  expect([made.status, made.body]).toEqual([
    201,
    {
      id: expect.any(String),
      email,
      pendingEmail: null,
      name: null,
      userName: email,
      externalId: null,
      active: true,
      isRegistrationPending: true,
      createdAt: expect.any(String),
      modifiedAt: expect.any(String),
      lastLoginAt: null,
      loginAccountGroup: { id: branch, name: "Branch" },
      roles: [
        {
          roleId: account,
          role: "Account Admin",
          accountGroupId: branch,
          accountGroup: "Branch",
          hasManagementPermissions: true,
        },
        {
          roleId: regular,
          role: "Regular User",
          accountGroupId: null,
          accountGroup: null,
          hasManagementPermissions: false,
        },
      ],
      hasManagementPermissions: true,
      waysToSignIn: "password",
    },
  ]);
  const [mail] = await mailsTo(email);
  expect(mail.subject).toBe("Register with Sandbox");
  const page = openSandboxPage(sandbox);
  const registered = await page.ask("POST", `links/${linkValue(mail.link)}`, {
    password: "Correct-Horse-1",
    name: "Hand Made",
  });
  expect([registered.status, registered.body]).toEqual([200, { kind: "registration", email }]);
  expect((await page.ask("POST", "sign-in", { email, password: "Correct-Horse-1" })).status).toBe(200);
  expect((await page.ask("GET", "session")).body.accountGroup).toEqual({ id: branch, name: "Branch" });
  const shown = (await ask("GET", `users/${made.body.id}`)).body;
  expect(shown).toMatchObject({ name: "Hand Made", isRegistrationPending: false, lastLoginAt: expect.any(String) });
  // SCIM finds whom a page has made.
  const found = await sandbox.call("GET", `/Users?filter=${encodeURIComponent(`userName eq "${email}"`)}`);
  expect(found.body.Resources).toMatchObject([{ id: made.body.id, displayName: "Hand Made", active: true }]);
});

test("the registration mail is sent again once in 24 hours, and the earlier link ends", async () => {
  const { id, email } = await newUser();
  const first = linkValue((await mailsTo(email))[0].link);
  expect((await ask("POST", `users/${id}/registration-mail`)).status).toBe(409);
  offset += 24 * 60 * 60_000;
  sandbox = await sandbox.reopen();
  await signIn();
  expect((await ask("POST", `users/${id}/registration-mail`)).status).toBe(204);
  expect((await ask("POST", `users/${id}/registration-mail`)).status).toBe(409);
  const [second] = await mailsTo(email);
  const follow = (value: string) => ask("POST", `links/${value}`, { password: "Correct-Horse-1" });
  expect((await follow(first)).status).toBe(404);
  expect((await follow(linkValue(second.link))).status).toBe(200);
  expect((await ask("POST", `users/${id}/registration-mail`)).status).toBe(409);
});

test.each([
  ["no role", { roles: [] }],
  ["an unknown role", { roles: [{ roleId: "3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e01" }] }],
  ["a role by its name", { roles: [{ roleId: "Regular User" }] }],
  ["no e-mail", { email: undefined }],
  ["an e-mail that is none", { email: "nobody" }],
  ["an unknown attribute", { wings: 2 }],
  ["an unknown login account group", { loginAccountGroupId: "3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e01" }],
])("a new user with %s is refused, and leaves nothing behind", async (_, wrong) => {
  const email = `${newId()}@x.example`;
  const roleId = await roleNamed("Regular User");
  const refused = await ask("POST", "users", { email, roles: [{ roleId }], ...wrong });
  expect([refused.status, refused.body.detail]).toEqual([400, expect.stringMatching(/\w/)]);
  expect((await ask("GET", `users?search=${email}`)).body.total).toBe(0);
  expect(await mailsTo(email)).toEqual([]);
});

test("an unknown account group is refused", async () => {
  const roles = [{ roleId: await roleNamed("Regular User"), accountGroupId: await roleNamed("Regular User") }];
  expect((await ask("POST", "users", { email: "a@x.example", roles })).status).toBe(400);
});

test("a login is had once", async () => {
  const { email } = await newUser();
  const roles = [{ roleId: await roleNamed("Regular User") }];
  expect((await ask("POST", "users", { email: email.toUpperCase(), roles })).status).toBe(409);
  expect(await mailsTo(email)).toHaveLength(1);
});

test("a change with one part that is refused changes nothing", async () => {
  const { id, roles } = await newUser();
  const other = await newUser();
  const account = await roleNamed("Account Admin");
  const refused = await ask("PATCH", `users/${id}`, {
    name: "Changed",
    roles: [{ roleId: account }],
    email: other.email,
  });
  expect(refused.status).toBe(409);
  expect((await ask("GET", `users/${id}`)).body).toMatchObject({ name: null, roles });
});

test("a user is deactivated and comes back, and is found by any part of name and e-mail", async () => {
  const { id, email } = await newUser({ name: "Zoë Çelik" });
  for (const active of [false, true]) {
    expect((await ask("PATCH", `users/${id}`, { active })).body.active).toBe(active);
    expect((await sandbox.call("GET", `/Users/${id}`)).body.active).toBe(active);
  }
  for (const search of ["zoë", "ÇELIK", email.toUpperCase(), email.slice(2, 9)]) {
    const { users } = (await ask("GET", `users?search=${encodeURIComponent(search)}`)).body;
    expect([search, users.map((user: { id: string }) => user.id)]).toEqual([search, [id]]);
  }
  for (const search of ["%", "_", "'", "\\", "zoë%"]) {
    expect((await ask("GET", `users?search=${encodeURIComponent(search)}`)).body.total).toBe(0);
  }
  const page = (await ask("GET", "users?page=2&count=1")).body;
  expect([page.users.length, page.page, page.total > 2]).toEqual([1, 2, true]);
  for (const query of ["page=0", "page=x", "count=1000"]) expect((await ask("GET", `users?${query}`)).status).toBe(400);
  expect((await ask("DELETE", `users/${id}`)).status).toBe(204);
  expect((await sandbox.call("GET", `/Users/${id}`)).status).toBe(404);
});

test("an Account Admin edits the users of the own account group, and nobody else's", async () => {
  const [north, south] = [await makeGroup("North"), await makeGroup("South")];
  const [regular, account] = [await roleNamed("Regular User"), await roleNamed("Account Admin")];
  const boss = await newUser({ roles: [{ roleId: account, accountGroupId: north }] });
  const token = await sandbox.issueToken(boss.email);
  const asBoss = async (method: string, path: string, body?: unknown) =>
    (await openSandboxPage(sandbox).ask(method, path, body, { authorization: `Bearer ${token}` })).status;
  const inNorth = await newUser({ roles: [{ roleId: regular, accountGroupId: north }] });
  const inSouth = await newUser({ roles: [{ roleId: regular, accountGroupId: south }] });
  const inAll = await newUser();
  for (const { id } of [inSouth, inAll]) {
    expect(await asBoss("PATCH", `users/${id}`, { name: "X" })).toBe(403);
    expect(await asBoss("DELETE", `users/${id}`)).toBe(403);
    expect((await sandbox.call("DELETE", `/Users/${id}`, undefined, { authorization: `Bearer ${token}` })).status).toBe(
      403,
    );
  }
  expect(await asBoss("PATCH", `users/${inNorth.id}`, { name: "X" })).toBe(200);
  const move = (accountGroupId: string | null) => ({ roles: [{ roleId: regular, accountGroupId }] });
  expect(await asBoss("PATCH", `users/${inNorth.id}`, move(south))).toBe(403);
  expect(await asBoss("PATCH", `users/${inNorth.id}`, move(null))).toBe(403);
  const hire = (accountGroupId: string | null) => ({ email: `${newId()}@x.example`, ...move(accountGroupId) });
  expect([await asBoss("POST", "users", hire(north)), await asBoss("POST", "users", hire(south))]).toEqual([201, 403]);
  expect(await asBoss("POST", "users", hire(null))).toBe(403);
  expect(await asBoss("DELETE", `users/${inNorth.id}`)).toBe(204);
});

test("whether an update gives the default access again is a switch", async () => {
  const { body } = await sandbox.call("POST", "/Users", {
    schemas: [schemaUrns.user],
    userName: `${newId()}@x.example`,
  });
  await ask("PATCH", `users/${body.id}`, { roles: [{ roleId: await roleNamed("Account Admin") }] });
  const put = async (displayName: string) =>
    (
      await sandbox.call("PUT", `/Users/${body.id}`, {
        schemas: [schemaUrns.user],
        userName: body.userName,
        displayName,
      })
    ).body.roles;
  expect(await put("One")).toEqual([{ value: "Account Admin", primary: true }]);
  await sandbox.changeSettings({ updatesResetRoles: true });
  expect(await put("Two")).toEqual([{ value: "Regular User", primary: true }]);
  expect((await ask("GET", `users/${body.id}`)).body.roles).toMatchObject([
    { role: "Regular User", accountGroup: null },
  ]);
  await sandbox.changeSettings({ updatesResetRoles: false });
});
