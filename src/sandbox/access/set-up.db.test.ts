import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#runtime";
import { schemaUrns } from "#scim";
import {
  openSandboxPage,
  openTestSandbox,
  type Reply,
  type SandboxClient,
  signInAtSandbox,
} from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
let ask: (method: string, path: string, body?: unknown) => Promise<Reply>;
beforeAll(async () => {
  sandbox = await openTestSandbox();
  ask = (await signInAtSandbox(sandbox)).ask;
});
afterAll(() => sandbox.end());

interface Named {
  readonly id: string;
  readonly name: string;
}

const roleNamed = async (name: string): Promise<string> =>
  (await ask("GET", "roles")).body.roles.find((role: Named) => role.name === name)?.id;
const makeRole = async (name: string, permissions: readonly string[]): Promise<string> => {
  const { status, body } = await ask("POST", "roles", { name, permissions });
  expect(status).toBe(201);
  return body.id;
};
const makeGroup = async (name: string): Promise<string> => (await ask("POST", "account-groups", { name })).body.id;
/** A token that acts as a new user with these permissions, in one account group or (null) in all. */
const tokenWith = async (permissions: readonly string[], accountGroupId: string | null = null): Promise<string> => {
  const roleId = await makeRole(`R ${newId()}`, permissions);
  const email = `${newId()}@x.example`;
  const made = await ask("POST", "users", { email, roles: [{ roleId, accountGroupId }] });
  expect(made.status).toBe(201);
  return sandbox.issueToken(email);
};
const askAs = async (token: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  openSandboxPage(sandbox).ask(method, path, body, { authorization: `Bearer ${token}` });

test("the built-in roles are there and fixed; a role of one's own has a lock when it can manage", async () => {
  const { roles } = (await ask("GET", "roles")).body;
  expect(roles.slice(0, 3)).toMatchObject([
    { name: "Account Admin", isBuiltIn: true, hasManagementPermissions: true },
    { name: "Organization Admin", isBuiltIn: true, hasManagementPermissions: true },
    { name: "Regular User", isBuiltIn: true, hasManagementPermissions: false },
  ]);
  for (const { id, name } of roles.slice(0, 3)) {
    expect((await ask("PUT", `roles/${id}`, { name, permissions: [] })).status).toBe(403);
    expect((await ask("DELETE", `roles/${id}`)).status).toBe(403);
  }
  const reader = await ask("POST", "roles", { name: "Reader", permissions: ["View all users", "API access"] });
  expect([reader.status, reader.body]).toEqual([
    201,
    {
      id: expect.any(String),
      name: "Reader",
      isBuiltIn: false,
      permissions: ["API access", "View all users"],
      hasManagementPermissions: false,
    },
  ]);
  const editor = { name: "Editor", permissions: ["Edit users"] };
  const changed = await ask("PUT", `roles/${reader.body.id}`, editor);
  expect([changed.status, changed.body]).toMatchObject([200, { ...editor, hasManagementPermissions: true }]);
  expect((await ask("POST", "roles", editor)).status).toBe(409);
  expect((await ask("DELETE", `roles/${reader.body.id}`)).status).toBe(204);
  expect((await ask("DELETE", `roles/${reader.body.id}`)).status).toBe(404);
  for (const body of [
    {},
    { name: "", permissions: [] },
    { name: "X", permissions: ["Fly"] },
    { name: "X", permissions: [], more: 1 },
  ]) {
    expect((await ask("POST", "roles", body)).status).toBe(400);
  }
});

test("nobody gives themselves more than they have", async () => {
  const admin = await tokenWith([
    "API access",
    "View roles",
    "Edit roles",
    "Edit users",
    "Edit users in all account groups",
  ]);
  const role = (permissions: string[]) => ({ name: `R ${newId()}`, permissions });
  expect((await askAs(admin, "POST", "roles", role(["View all users"]))).status).toBe(201);
  expect((await askAs(admin, "POST", "roles", role(["Assign management permissions"]))).status).toBe(403);
  const managing = await makeRole(`R ${newId()}`, ["Edit roles"]);
  expect((await askAs(admin, "PUT", `roles/${managing}`, role([]))).status).toBe(403);
  expect((await askAs(admin, "DELETE", `roles/${managing}`)).status).toBe(403);

  const email = `${newId()}@x.example`;
  const user = (roleId: string) => ({ email, roles: [{ roleId }] });
  expect((await askAs(admin, "POST", "users", user(managing))).status).toBe(403);
  const made = await askAs(admin, "POST", "users", user(await roleNamed("Regular User")));
  expect(made.status).toBe(201);
  expect((await askAs(admin, "PATCH", `users/${made.body.id}`, { roles: [{ roleId: managing }] })).status).toBe(403);
  await ask("PATCH", `users/${made.body.id}`, { roles: [{ roleId: managing }] });
  const demote = { roles: [{ roleId: await roleNamed("Regular User") }] };
  expect((await askAs(admin, "PATCH", `users/${made.body.id}`, demote)).status).toBe(403);

  const nobody = await tokenWith(["API access", "View own activity log"]);
  for (const [method, path, body] of [
    ["GET", "roles"],
    ["POST", "roles", role([])],
    ["POST", "account-groups", { name: "Mine" }],
    ["GET", "users"],
    ["GET", `users/${made.body.id}`],
    ["POST", "users", user(managing)],
    ["PATCH", `users/${made.body.id}`, { name: "X" }],
    ["DELETE", `users/${made.body.id}`],
    ["GET", "settings"],
    ["PATCH", "settings", { discovery: false }],
    ["PATCH", "organization", { name: "Mine" }],
    ["POST", "organizations", { name: "Mine", admin: { email, name: "Me" } }],
    ["GET", "drill"],
    ["POST", "drill/faults", { kind: "500" }],
    ["DELETE", "drill/faults"],
    ["PUT", "drill/rate-limit", { requestsPerMinute: "off" }],
  ] as const) {
    expect([method, path, (await askAs(nobody, method, path, body)).status]).toEqual([method, path, 403]);
  }
});

test("account groups are made, renamed and deleted; their names are unique", async () => {
  const id = await makeGroup("Branch");
  expect((await ask("POST", "account-groups", { name: "Branch" })).status).toBe(409);
  const renamed = await ask("PATCH", `account-groups/${id}`, { name: "Branch North" });
  expect([renamed.status, renamed.body]).toEqual([200, { id, name: "Branch North" }]);
  expect((await ask("PATCH", `account-groups/${id}`, { name: "Sandbox" })).status).toBe(409);
  expect((await ask("DELETE", `account-groups/${id}`)).status).toBe(204);
  expect((await ask("DELETE", `account-groups/${id}`)).status).toBe(404);
  for (const path of ["account-groups/x", "account-groups/'", "roles/x", "users/x", "drill/faults/x"]) {
    expect([path, (await ask("DELETE", path)).status]).toEqual([path, 404]);
  }

  const alone = await openTestSandbox();
  const page = await signInAtSandbox(alone);
  const [only] = (await page.ask("GET", "account-groups")).body.accountGroups;
  expect((await page.ask("DELETE", `account-groups/${only.id}`)).status).toBe(409);
  await alone.end();
});

test("who has a role in a deleted account group only is left without one", async () => {
  const groupId = await makeGroup("Short-lived");
  const roleId = await roleNamed("Regular User");
  const email = `${newId()}@x.example`;
  const { id } = (await ask("POST", "users", { email, roles: [{ roleId, accountGroupId: groupId }] })).body;
  expect((await ask("DELETE", `account-groups/${groupId}`)).status).toBe(204);
  expect((await ask("GET", `users/${id}`)).body.roles).toEqual([]);
});

test("SCIM settings follow the role and the account groups that they name, and keep them from being deleted", async () => {
  const [roleId, groupId] = [await makeRole("Joiner", ["API access"]), await makeGroup("Joiners")];
  await ask("PATCH", "settings", { defaultRole: "Joiner", defaultAccountGroups: ["Joiners"] });
  expect((await ask("PUT", `roles/${roleId}`, { name: "Newcomer", permissions: [] })).status).toBe(200);
  expect((await ask("PATCH", `account-groups/${groupId}`, { name: "Newcomers" })).status).toBe(200);
  expect((await ask("GET", "settings")).body.settings).toMatchObject({
    defaultRole: "Newcomer",
    defaultAccountGroups: ["Newcomers"],
  });
  const made = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: `${newId()}@x.example` });
  expect((await ask("GET", `users/${made.body.id}`)).body.roles).toMatchObject([
    { role: "Newcomer", accountGroup: "Newcomers" },
  ]);
  expect((await ask("DELETE", `roles/${roleId}`)).status).toBe(409);
  expect((await ask("DELETE", `account-groups/${groupId}`)).status).toBe(409);
  for (const [change, word] of [
    [{ defaultRole: "Nobody" }, "Nobody"],
    [{ defaultAccountGroups: ["Newcomers", "Nowhere"] }, "Nowhere"],
    [{ defaultAccountGroups: [] }, "defaultAccountGroups"],
    [{ groupsAnswer: "maybe" }, "groupsAnswer"],
    [{ pageSize: 0 }, "pageSize"],
    [{ wings: true }, "wings"],
  ] as const) {
    const refused = await ask("PATCH", "settings", change);
    expect([refused.status, refused.body.detail.includes(word)]).toEqual([400, true]);
  }
  await ask("PATCH", "settings", { defaultRole: "Regular User", defaultAccountGroups: null });
  expect((await ask("DELETE", `roles/${roleId}`)).status).toBe(409);
  await sandbox.call("DELETE", `/Users/${made.body.id}`);
  expect((await ask("DELETE", `roles/${roleId}`)).status).toBe(204);
});

test("creating fails when the token's owner may not grant the default access, and a change of a role counts at once", async () => {
  const roleId = await makeRole("Plain", ["View all users"]);
  await ask("PATCH", "settings", { defaultRole: "Plain" });
  const token = await tokenWith(["API access", "Edit users", "Edit users in all account groups"]);
  const create = async () =>
    sandbox.call(
      "POST",
      "/Users",
      { schemas: [schemaUrns.user], userName: `${newId()}@x.example` },
      { authorization: `Bearer ${token}` },
    );
  expect((await create()).status).toBe(201);
  await ask("PUT", `roles/${roleId}`, { name: "Plain", permissions: ["Edit users"] });
  const refused = await create();
  expect([refused.status, refused.body.detail]).toEqual([
    403,
    'The default role Plain has management permissions, and the token\'s owner lacks "Assign management permissions".',
  ]);
  await ask("PATCH", "settings", { defaultRole: "Regular User" });
  expect((await create()).status).toBe(201);
});

test("name and plan are shown, and can be changed", async () => {
  const changed = await ask("PATCH", "organization", { plan: "Premium" });
  expect([changed.status, (await ask("GET", "organization")).body]).toEqual([
    200,
    { id: expect.any(String), name: "Sandbox", plan: "Premium" },
  ]);
});
