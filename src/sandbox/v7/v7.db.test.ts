import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#runtime";
import { schemaUrns } from "#scim";
import { openTestSandbox, type Reply, rawRequest, type SandboxClient } from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
let branch: string;
let roles: Record<string, string>;
beforeAll(async () => {
  sandbox = await openTestSandbox();
  branch = (await v7("POST", "account-groups", { accountGroupName: "Branch" })).body.aid;
  const listed = (await v7("GET", "roles")).body.roles as { roleId: string; name: string }[];
  roles = Object.fromEntries(listed.map(({ roleId, name }) => [name, roleId]));
});
afterAll(() => sandbox.end());

const v7 = (method: string, path: string, body?: unknown, token = sandbox.token): Promise<Reply> =>
  sandbox.call(method, `/../../v7/${path}`, body, {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  });
const email = () => `${newId().slice(0, 8)}@x.example`;
const regular = () => roles["Regular User"]!;
const newUser = async (more: object = {}) => {
  const made = await v7("POST", "users", { email: email(), allAccountGroupRoleIds: [regular()], ...more });
  expect(made.status).toBe(201);
  return made.body;
};
const problemOf = (status: number, title: string) => ({
  type: "about:blank",
  title,
  status,
  detail: expect.stringMatching(/\w/),
  instance: expect.stringMatching(/^\/v7\//),
});

test("a user is created, read, listed and deleted, in the shapes of the REST API", async () => {
  const login = email();
  const made = await v7("POST", "users", {
    name: "Mira Lind",
    email: login,
    loginAccountGroupId: branch,
    accountGroupRoles: [{ accountGroupId: branch, roleIds: [regular(), roles["Account Admin"]] }],
    allAccountGroupRoleIds: [regular()],
  });
  const { uid } = made.body;
  const self = `${sandbox.web}v7/users/${uid}`;
  expect([made.status, made.headers.get("location"), made.headers.get("content-type")]).toEqual([
    201,
    self,
    "application/hal+json",
  ]);
  const shortRole = (name: string, hasManagementPermissions: boolean) => ({
    roleId: roles[name],
    name,
    isBuiltin: true,
    hasManagementPermissions,
  });
  const shown = {
    uid: expect.any(String),
    name: "Mira Lind",
    email: login,
    loginAccountGroup: { aid: branch, accountGroupName: "Branch" },
    accountGroupRoles: [
      {
        accountGroup: { aid: branch, accountGroupName: "Branch" },
        roles: [shortRole("Account Admin", true), shortRole("Regular User", false)],
      },
    ],
    allAccountGroupRoles: [shortRole("Regular User", false)],
    _links: { self: { href: self } },
  };
  expect(made.body).toEqual(shown);
  expect((await v7("GET", `users/${uid}`)).body).toEqual(shown);
  const { users, _links } = (await v7("GET", "users")).body;
  expect(users.find((user: { uid: string }) => user.uid === uid)).toEqual({
    uid,
    name: "Mira Lind",
    email: login,
    loginAccountGroup: { aid: branch, accountGroupName: "Branch" },
  });
  expect(Object.keys(_links)).toEqual(["self"]);
  const gone = await v7("DELETE", `users/${uid}`);
  expect([gone.status, gone.body]).toEqual([204, ""]);
  const missing = await v7("GET", `users/${uid}`);
  expect([missing.status, missing.headers.get("content-type"), missing.body]).toEqual([
    404,
    "application/problem+json",
    problemOf(404, "Not Found"),
  ]);
  expect((await v7("DELETE", `users/${uid}`)).status).toBe(404);
});

test("a user whom SCIM made has the same id here, and has registered", async () => {
  const made = await sandbox.call("POST", "/Users", {
    schemas: [schemaUrns.user],
    userName: email(),
    displayName: "S",
  });
  expect((await v7("GET", `users/${made.body.id}`)).body).toMatchObject({
    uid: made.body.id,
    name: "S",
    dateRegistered: made.body.meta.created,
    accountGroupRoles: [],
    allAccountGroupRoles: [{ name: "Regular User" }],
  });
});

test("an update replaces the roles that it names, and leaves what it does not name", async () => {
  const { uid } = await newUser({ accountGroupRoles: [{ accountGroupId: branch, roleIds: [regular()] }] });
  const put = async (body: object) => {
    const reply = await v7("PUT", `users/${uid}`, body);
    expect(reply.status).toBe(200);
    const namesIn = (held: { name: string }[]) => held.map(({ name }) => name);
    return [
      reply.body.accountGroupRoles.map((each: { roles: { name: string }[] }) => namesIn(each.roles)),
      namesIn(reply.body.allAccountGroupRoles),
    ];
  };
  expect(await put({ name: "Renamed" })).toEqual([[["Regular User"]], ["Regular User"]]);
  const inBranch = (roleIds: unknown[]) => [{ accountGroupId: branch, roleIds }];
  expect(await put({ accountGroupRoles: inBranch([roles["Account Admin"]]) })).toEqual([
    [["Account Admin"]],
    ["Regular User"],
  ]);
  expect(await put({ allAccountGroupRoleIds: [] })).toEqual([[["Account Admin"]], []]);
  expect(await put({ accountGroupRoles: [], allAccountGroupRoleIds: [regular()] })).toEqual([[], ["Regular User"]]);
  expect((await v7("PUT", `users/${uid}`, { accountGroupRoles: [], allAccountGroupRoleIds: [] })).status).toBe(400);
});

test("a new e-mail waits for its confirmations here too", async () => {
  const { uid, email: old } = await newUser();
  const changed = await v7("PUT", `users/${uid}`, { email: email() });
  expect([changed.status, changed.body.email]).toEqual([200, old]);
});

test.each([
  ["no body", "", 400],
  ["no e-mail", { allAccountGroupRoleIds: ["x"] }, 400],
  ["an unknown role", { email: "a@x.example", allAccountGroupRoleIds: ["57"] }, 400],
  ["roles that are none", { email: "a@x.example", allAccountGroupRoleIds: "57" }, 400],
  ["no role", { email: "a@x.example" }, 400],
  ["a taken e-mail", { email: "admin@sandbox.example" }, 409],
])("a user with %s is refused with a problem", async (_, body, status) => {
  const given = status === 409 ? { ...(body as object), allAccountGroupRoleIds: [regular()] } : body;
  const refused = await v7("POST", "users", given);
  expect([refused.status, refused.body]).toEqual([
    status,
    expect.objectContaining({ status, detail: expect.any(String) }),
  ]);
  expect(refused.headers.get("content-type")).toBe("application/problem+json");
});

test("fields that are wrong are listed", async () => {
  const refused = await v7("POST", "users", { email: 5, name: "" });
  expect(refused.body.errors).toEqual([
    { code: "too_small", field: "name", message: expect.any(String) },
    { code: "invalid_type", field: "email", message: expect.any(String) },
  ]);
});

test("the account group of a request is the one that aid names, with the permissions there", async () => {
  const { email: login } = await newUser({
    allAccountGroupRoleIds: undefined,
    accountGroupRoles: [{ accountGroupId: branch, roleIds: [roles["Account Admin"]] }],
  });
  const token = await sandbox.issueToken(login);
  const { body: south } = await v7("POST", "account-groups", { accountGroupName: "South" });
  const status = async (query: string) => (await v7("GET", `users${query}`, undefined, token)).status;
  expect([await status(""), await status(`?aid=${branch}`)]).toEqual([200, 200]);
  expect([await status(`?aid=${south.aid}`), await status("?aid=1234"), await status("?aid='")]).toEqual([
    403, 403, 403,
  ]);
  const groups = (await v7("GET", "account-groups", undefined, token)).body.accountGroups;
  expect(groups).toEqual([
    {
      aid: branch,
      accountGroupName: "Branch",
      isCurrentAccountGroup: true,
      isDefaultAccountGroup: true,
      organizationName: "Sandbox",
      orgId: expect.any(String),
    },
  ]);
  await v7("PUT", `users/${(await v7("GET", "users/current", undefined, token)).body.uid}`, {
    accountGroupRoles: [
      { accountGroupId: branch, roleIds: [roles["Account Admin"]] },
      { accountGroupId: south.aid, roleIds: [regular()] },
    ],
  });
  expect([await status(`?aid=${branch}`), await status(`?aid=${south.aid}`)]).toEqual([200, 403]);
  const current = await v7("GET", `users/current?aid=${south.aid}`, undefined, token);
  expect(current.body.accountGroupRoles).toHaveLength(2);
  expect((await v7("DELETE", `account-groups/${south.aid}`, undefined, token)).status).toBe(403);
  expect((await v7("DELETE", `account-groups/${south.aid}`)).status).toBe(204);
});

test("roles and their permissions", async () => {
  const { permissions } = (await v7("GET", "permissions")).body;
  const idOf = (label: string) => permissions.find((each: { label: string }) => each.label === label).permissionId;
  expect(permissions[0]).toEqual({
    permissionId: "1",
    label: "API access",
    permission: "API_ACCESS",
    isManagementPermission: false,
  });
  const made = await v7("POST", "roles", { name: "Reader", permissions: [idOf("View all users"), idOf("API access")] });
  expect([made.status, made.headers.get("location")]).toEqual([201, `${sandbox.web}v7/roles/${made.body.roleId}`]);
  expect(made.body).toMatchObject({
    name: "Reader",
    isBuiltin: false,
    permissions: [{ label: "API access" }, { label: "View all users" }],
  });
  const changed = await v7("PUT", `roles/${made.body.roleId}`, { name: "Editor", permissions: [idOf("Edit users")] });
  expect(changed.body.permissions).toMatchObject([{ label: "Edit users", isManagementPermission: true }]);
  expect((await v7("GET", "roles")).body.roles).toContainEqual({
    roleId: made.body.roleId,
    name: "Editor",
    isBuiltin: false,
    hasManagementPermissions: true,
  });
  expect((await v7("POST", "roles", { name: "X", permissions: ["999"] })).status).toBe(400);
  expect((await v7("PUT", `roles/${regular()}`, { name: "X", permissions: [] })).status).toBe(403);
  expect((await v7("DELETE", `roles/${made.body.roleId}`)).status).toBe(204);
  expect((await v7("GET", `roles/${made.body.roleId}`)).status).toBe(404);
});

test("account groups", async () => {
  const made = await v7("POST", "account-groups", { accountGroupName: "West", agents: ["1"] });
  const { aid } = made.body;
  expect([made.status, made.headers.get("location"), made.body.accountGroupName]).toEqual([
    201,
    `${sandbox.web}v7/account-groups/${aid}`,
    "West",
  ]);
  expect((await v7("POST", "account-groups", { accountGroupName: "West" })).status).toBe(409);
  expect((await v7("PUT", `account-groups/${aid}`, { accountGroupName: "East" })).body.accountGroupName).toBe("East");
  expect((await v7("GET", `account-groups/${aid}`)).body).toMatchObject({ aid, accountGroupName: "East" });
  expect((await v7("DELETE", `account-groups/${aid}`)).status).toBe(204);
  expect((await v7("GET", `account-groups/${aid}`)).status).toBe(404);
});

test("other methods, addresses, media types and tokens are refused in the API's own words", async () => {
  const refusals: [string, string, number][] = [
    ["PATCH", "users", 405],
    ["DELETE", "permissions", 405],
    ["POST", "audit-user-events", 405],
    ["GET", "nowhere", 404],
    ["GET", "users/'", 404],
    ["GET", "users?cursor=x", 400],
  ];
  for (const [method, path, status] of refusals) {
    const refused = await v7(method, path);
    expect([method, path, refused.status, refused.headers.get("content-type")]).toEqual([
      method,
      path,
      status,
      "application/problem+json",
    ]);
  }
  const text = await sandbox.call("POST", "/../../v7/users", "x", { "content-type": "text/plain" });
  expect(text.status).toBe(415);
  const unknown = await v7("GET", "users", undefined, "wrong");
  expect([unknown.status, unknown.body]).toEqual([
    401,
    { error: "invalid_token", error_description: expect.any(String) },
  ]);
  for (const target of [
    "/v7/%75sers",
    "/v7//users",
    "//v7/users",
    "/v7/users/../users",
    "/V7/users",
    "/v7/users%2fcurrent",
  ]) {
    expect([target, await rawRequest(sandbox.port, target)]).toEqual([target, 401]);
  }
  const headers = { authorization: `Bearer ${sandbox.token}` };
  expect(await rawRequest(sandbox.port, "/v7/users?aid=%00", { headers })).toBe(400);
});

test("SCIM and REST share one budget, and the REST API can be switched off", async () => {
  sandbox.setRateLimit(3);
  const first = await v7("GET", "users/current");
  await sandbox.call("GET", "/Users?count=0");
  expect([first.headers.get("x-organization-rate-limit-remaining"), (await v7("GET", "roles")).status]).toEqual([
    "2",
    200,
  ]);
  const refused = await v7("GET", "roles");
  expect([refused.status, refused.body, (await sandbox.call("GET", "/Users?count=0")).status]).toEqual([
    429,
    problemOf(429, "Too Many Requests"),
    429,
  ]);
  sandbox.setRateLimit("off");
  await sandbox.changeSettings({ restApi: false });
  expect([(await v7("GET", "users")).status, (await sandbox.call("GET", "/Users?count=0")).status]).toEqual([404, 200]);
  await sandbox.changeSettings({ restApi: true });
});
