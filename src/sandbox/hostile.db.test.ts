import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestSandbox, rawRequest, type SandboxClient } from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
beforeAll(async () => {
  sandbox = await openTestSandbox();
});
afterAll(() => sandbox.end());

const id = "3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e01";
const writes = [
  "POST /app/users",
  `PATCH /app/users/${id}`,
  `POST /app/users/${id}/registration-mail`,
  "POST /app/account-groups",
  `PATCH /app/account-groups/${id}`,
  "POST /app/roles",
  `PUT /app/roles/${id}`,
  "PATCH /app/organization",
  "POST /app/organizations",
  "PATCH /app/settings",
  "POST /app/drill/faults",
  "PUT /app/drill/rate-limit",
  "POST /app/sign-in",
  "POST /app/password-links",
  "POST /app/links/x",
  "POST /v7/users",
  `PUT /v7/users/${id}`,
  "POST /v7/roles",
  `PUT /v7/roles/${id}`,
  "POST /v7/account-groups",
  `PUT /v7/account-groups/${id}`,
  "POST /scim/v2/Users",
  `PUT /scim/v2/Users/${id}`,
  `PATCH /scim/v2/Users/${id}`,
];

const send = async (method: string, path: string, body: string) => {
  const response = await fetch(`http://127.0.0.1:${sandbox.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${sandbox.token}`, "content-type": "application/json" },
    body,
  });
  return { status: response.status, text: await response.text() };
};

const nasty = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 1e308, "", "\u202e", "a@b.example", "x".repeat(600), [], {}, [[]], [null]),
  fc.string(),
  fc.uuid(),
);
const names = [
  ...["email", "name", "roles", "roleId", "accountGroupId", "active", "permissions", "plan", "admin", "password"],
  ...["kind", "method", "path", "times", "requestsPerMinute", "loginAccountGroupId", "allAccountGroupRoleIds"],
  ...["accountGroupRoles", "roleIds", "accountGroupName", "mode", "pageSize", "defaultRole", "defaultAccountGroups"],
  ...["schemas", "userName", "emails", "Operations", "constructor", "toString", "hasOwnProperty"],
];
const inner = fc.oneof(
  nasty,
  fc.array(fc.dictionary(fc.constantFrom(...names), nasty, { maxKeys: 4 }), { maxLength: 3 }),
);
const bodies = fc.oneof(nasty, fc.dictionary(fc.constantFrom(...names), inner, { maxKeys: 8 }));

test("whatever a client writes anywhere, it is not the sandbox that fails", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...writes), bodies, async (write, body) => {
      const [method = "", path = ""] = write.split(" ");
      // Nobody is locked out by what this test happens to switch on.
      sandbox.drill.clear();
      sandbox.setRateLimit("off");
      const { status, text } = await send(method, path, JSON.stringify(body));
      expect([write, status < 500 || status === 501, status < 400 || text.includes('"detail"')]).toEqual([
        write,
        true,
        true,
      ]);
    }),
    { numRuns: 400 },
  );
});

test.each(["{", "", "null", "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", '{"a":"\\u0000"}', '{"a":"\\ud800"}'])(
  "a body of %j is refused everywhere with a sentence",
  async (body) => {
    const withBody = writes.filter((write) => !write.endsWith("registration-mail"));
    for (const write of withBody) {
      const [method = "", path = ""] = write.split(" ");
      const { status, text } = await send(method, path, body);
      // What is looked up before the body is read may be missing.
      expect([write, status === 400 || status === 404, /"detail":".+\./.test(text)]).toEqual([write, true, true]);
    }
  },
);

test("whatever a client asks for, it is not the sandbox that fails", async () => {
  const reads = [
    "/app/users?search=",
    "/app/users?page=",
    "/app/users?count=",
    "/app/users/",
    "/app/activity?user=",
    "/app/activity?event=",
    "/app/activity?from=",
    "/app/activity?to=",
    "/app/activity?accountGroup=",
    "/app/activity?cursor=",
    "/app/outbox?to=",
    "/app/outbox?cursor=",
    "/app/links/",
    "/v7/users?aid=",
    "/v7/users?cursor=",
    "/v7/users/",
    "/v7/roles/",
    "/v7/account-groups/",
    "/v7/audit-user-events?window=",
    "/v7/audit-user-events?startDate=",
    "/v7/audit-user-events?endDate=",
    "/v7/audit-user-events?cursor=",
    "/scim/v2/Users?filter=",
    "/scim/v2/Users/",
  ];
  const values = [
    ...["%00", "%ff", "%ED%A0%80", "%", "'", "%27%20or%201=1", "..%2f..", "-1", "1e9", "999999999999999999999"],
    ...[
      "0000-01-01T00:00:00Z",
      "9999-12-31T23:59:59Z",
      "2030-02-31T00:00:00Z",
      "1h",
      "999999999w",
      "NaN",
      "x".repeat(5000),
    ],
  ];
  const headers = { authorization: `Bearer ${sandbox.token}` };
  const failed: string[] = [];
  for (const read of reads) {
    for (const value of values) {
      const status = await rawRequest(sandbox.port, read + value, { headers });
      if (status >= 500) failed.push(`${read}${value.slice(0, 30)} ${status}`);
    }
  }
  expect(failed).toEqual([]);
});
