import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, newId, systemClock } from "#runtime";
import { schemaUrns } from "#scim";
import {
  openSandboxPage,
  openTestSandbox,
  type Reply,
  type SandboxClient,
  signInAtSandbox,
} from "#test/sandbox-client.ts";

const hour = 60 * 60_000;
let now = Date.UTC(2030, 0, 1);
const clock: Clock = { ...systemClock, now: () => new Date(now) };

let sandbox: SandboxClient;
let ask: (method: string, path: string, body?: unknown) => Promise<Reply>;
let north: string;
const roleNamed = async (name: string): Promise<string> =>
  (await ask("GET", "roles")).body.roles.find((role: { name: string }) => role.name === name).id;

beforeAll(async () => {
  sandbox = await openTestSandbox({ clock });
  ask = (await signInAtSandbox(sandbox)).ask;
  north = (await ask("POST", "account-groups", { name: "North" })).body.id;
});
afterAll(() => sandbox.end());

interface Line {
  readonly event: string;
  readonly actorEmail: string;
  readonly at: string;
  readonly accountGroupName: string | null;
}
const linesOf = ({ status, body }: Reply): readonly Line[] => {
  expect(status).toBe(200);
  return body.activity;
};
const activity = async (query = "") => linesOf(await ask("GET", `activity?limit=200&${query}`));
const eventsOf = (lines: readonly Line[]) => lines.map(({ event }) => event);
const scimUser = async (token = sandbox.token): Promise<string> => {
  const userName = `${newId().slice(0, 8)}@x.example`;
  const authorization = `Bearer ${token}`;
  const made = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName }, { authorization });
  expect(made.status).toBe(201);
  return userName;
};

test("lines are found by time, user, event and account group, alone and together", async () => {
  now += 1000;
  const begin = now;
  const first = await scimUser();
  now += hour / 4;
  const second = await scimUser();
  now += hour / 4;
  await ask("POST", "roles", { name: "Later", permissions: [] });
  const at = (milliseconds: number) => new Date(milliseconds).toISOString();
  expect(eventsOf(await activity(`from=${at(begin)}`))).toEqual(["Role created", "User created", "User created"]);
  expect(eventsOf(await activity(`from=${at(begin + 1)}`))).toEqual(["Role created", "User created"]);
  expect(eventsOf(await activity(`from=${at(begin + 1)}&to=${at(now)}`))).toEqual(["User created"]);
  expect(await activity(`to=${at(begin - 1000)}`)).toEqual([]);
  expect(eventsOf(await activity(`user=${first}`))).toEqual(["User created"]);
  expect((await activity("user=ADMIN@sandbox.example")).length).toBeGreaterThan(2);
  expect(await activity(`user=${second}&event=Role%20created`)).toEqual([]);
  expect(eventsOf(await activity("event=Role%20created"))).toEqual(["Role created"]);
  expect(await activity(`accountGroup=${north}`)).toEqual([]);
  for (const query of ["from=yesterday", "event=Nonsense", "accountGroup=North", "cursor=x", "limit=0", "limit=5000"]) {
    expect([query, (await ask("GET", `activity?${query}`)).status]).toEqual([query, 400]);
  }
  expect((await ask("GET", "activity?to=0001-01-01T00:00:00Z")).body.activity).toEqual([]);
});

test("pages follow each other by their cursors, without a gap, whatever is added meanwhile", async () => {
  for (let n = 0; n < 7; n++) await scimUser();
  const whole = await activity();
  const seen: Line[] = [];
  let cursor: string | null = null;
  do {
    const { body }: Reply = await ask("GET", `activity?limit=3${cursor === null ? "" : `&cursor=${cursor}`}`);
    seen.push(...body.activity);
    cursor = body.cursor;
    await scimUser();
  } while (cursor !== null);
  expect(seen).toEqual(whole);
});

/** A new user with one of the built-in roles, in one account group or (null) in all, and what that user sees. */
const viewer = async (role: string, accountGroupId: string | null) => {
  const email = `${newId().slice(0, 8)}@x.example`;
  await ask("POST", "users", { email, roles: [{ roleId: await roleNamed(role), accountGroupId }] });
  const token = await sandbox.issueToken(email);
  const view = async (query = "") =>
    openSandboxPage(sandbox).ask("GET", `activity?limit=200&${query}`, undefined, { authorization: `Bearer ${token}` });
  return { email, token, view };
};

test("an Organization Admin sees all, an Account Admin the own account group, a Regular User the own logins", async () => {
  await sandbox.changeSettings({ defaultAccountGroups: ["North"] });
  const boss = await viewer("Account Admin", north);
  const stranger = await viewer("Regular User", null);
  const inNorth = await scimUser(boss.token);
  await sandbox.changeSettings({ defaultAccountGroups: null });
  await scimUser();

  const all = linesOf(await (await viewer("Organization Admin", null)).view());
  expect(new Set(all.map(({ accountGroupName }) => accountGroupName))).toEqual(new Set([null, "North", "Sandbox"]));
  const seen = linesOf(await boss.view());
  expect(seen.map(({ event, actorEmail, accountGroupName }) => [event, actorEmail, accountGroupName])).toEqual([
    ["User created", boss.email, "North"],
  ]);
  expect(linesOf(await boss.view(`user=${inNorth}`))).toHaveLength(1);
  expect(linesOf(await stranger.view())).toEqual([]);

  const page = openSandboxPage(sandbox);
  await page.ask("POST", "password-links", { email: stranger.email });
  const [mail] = (await ask("GET", `outbox?to=${stranger.email}`)).body.mails;
  await page.ask("POST", `links/${mail.link.split("/").at(-1)}`, { password: "Correct-Horse-1" });
  await page.ask("POST", "sign-in", { email: stranger.email, password: "Wrong-Horse-1" });
  await page.ask("POST", "sign-in", { email: stranger.email, password: "Correct-Horse-1" });
  await page.ask("PATCH", "profile", { name: "Stranger" });
  await page.ask("DELETE", "session");
  expect(eventsOf(linesOf(await stranger.view()))).toEqual(["Logout", "Login successful", "Login failed"]);

  const none = await ask("POST", "roles", { name: "Blind", permissions: ["API access"] });
  const blind = await viewer("Blind", null);
  expect([none.status, (await blind.view()).status]).toEqual([201, 403]);
});

test("the REST API tells the events of the account group, or of all that the caller may see, with windows and pages", async () => {
  const events = async (query: string, token = sandbox.token) =>
    sandbox.call("GET", `/../../v7/audit-user-events${query}`, undefined, { authorization: `Bearer ${token}` });
  const boss = await viewer("Account Admin", north);
  await sandbox.changeSettings({ defaultAccountGroups: ["North"] });
  await scimUser(boss.token);
  await sandbox.changeSettings({ defaultAccountGroups: null });
  const groupsOf = ({ body }: Reply) => [
    ...new Set(body.auditEvents.map((line: { accountGroupName?: string }) => line.accountGroupName)),
  ];
  expect(groupsOf(await events(""))).toEqual(["Sandbox"]);
  expect(groupsOf(await events(`?aid=${north}`))).toEqual(["North"]);
  expect(groupsOf(await events("?useAllPermittedAids=true"))).toEqual(
    expect.arrayContaining(["Sandbox", "North", undefined]),
  );
  expect(groupsOf(await events("?useAllPermittedAids=true", boss.token))).toEqual(["North"]);

  now += 2 * hour;
  // Sessions lie idle too long; tokens do not mind.
  await scimUser();
  const last = await events("?window=1h");
  expect([last.body.auditEvents.length, last.body.startDate, last.body.endDate]).toEqual([
    1,
    new Date(now - hour).toISOString(),
    new Date(now).toISOString(),
  ]);
  const until = new Date(now - hour).toISOString();
  expect((await events(`?startDate=2029-01-01T00:00:00Z&endDate=${until}`)).body.auditEvents.length).toBeGreaterThan(5);
  for (const query of [
    "?window=1y",
    "?window=h",
    `?window=1h&startDate=${until}`,
    "?startDate=x",
    "?cursor=x",
    "?useAllPermittedAids=1",
  ]) {
    expect([query, (await events(query)).status]).toEqual([query, 400]);
  }
  for (let n = 0; n < 110; n++) await scimUser();
  const page = await events("?window=1d");
  expect(page.body.auditEvents).toHaveLength(100);
  const next = await fetch(page.body._links.next.href, { headers: { authorization: `Bearer ${sandbox.token}` } });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
  const rest = (await next.json()) as any;
  expect(rest._links).toBeUndefined();
  expect(rest.auditEvents.length).toBeGreaterThan(10);
});

test("what is older than two years is neither shown nor kept", async () => {
  const userName = await scimUser();
  now += 2 * 365 * 24 * hour + 25 * hour;
  sandbox = await sandbox.reopen();
  ask = (await signInAtSandbox(sandbox)).ask;
  expect(eventsOf(await activity())).toEqual(["Login successful"]);
  expect(await activity(`user=${userName}`)).toEqual([]);
});
