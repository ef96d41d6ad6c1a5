import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type AttributeChanges, deleteUser, purgeUser, updateUser } from "#directory";
import { systemClock } from "#runtime";
import type { SandboxSettings } from "#sandbox";
import { testDatabaseUrl } from "#test/database.ts";
import { settledFeed } from "#test/feed.ts";
import {
  linkValue,
  openTestSandbox,
  type SandboxClient,
  type SandboxPage,
  signInAtSandbox,
} from "#test/sandbox-client.ts";
import { type Crowd, makeCrowd, openWholeEngine, personOf, type WholeEngine } from "#test/whole-engine.ts";

const users = 12;
const mailOf = (number: number) => `p.${number}@mail.example`;
const upnOf = (number: number) => personOf(number, true).userPrincipalName;

let sandbox: SandboxClient;
let page: SandboxPage;
let whole: WholeEngine;
let crowd: Crowd;

beforeEach(async () => {
  sandbox = await openTestSandbox();
  page = await signInAtSandbox(sandbox);
  const databaseUrl = testDatabaseUrl(sandbox.store);
  const place = databaseUrl === undefined ? { template: inject("databaseTemplate") } : { databaseUrl };
  whole = await openWholeEngine({ folder: null, ...place });
  const { baseUrl, token } = sandbox;
  crowd = await makeCrowd(whole.store, { users, baseUrl, token, more: (number) => ({ mail: mailOf(number) }) });
});
afterEach(async () => {
  await whole.close();
  await sandbox.end();
});

const cycle = async () => {
  await settledFeed(whole.store.db, "directory.change");
  await settledFeed(whole.store.db, "apps.change");
  const { counts } = await whole.engine.run(crowd.jobId);
  const { created, updated, disabled, enabled, deleted, failed } = counts;
  return { created, updated, disabled, enabled, deleted, failed };
};
const nothing = { created: 0, updated: 0, disabled: 0, enabled: 0, deleted: 0, failed: 0 };

const change = (number: number, attributes: AttributeChanges) =>
  whole.store.transaction((tx) => updateUser(tx, crowd.userIds[number]!, attributes, systemClock.now()));

interface Shown {
  readonly id: string;
  readonly userName: string;
  readonly email: string;
  readonly pendingEmail: string | null;
  readonly name: string;
  readonly active: boolean;
  readonly roles: readonly { readonly role: string }[];
}
const everyone = async (): Promise<readonly Shown[]> =>
  (await page.ask("GET", "users?search=@example.test&count=100")).body.users;
const account = async (number: number): Promise<Shown | undefined> =>
  (await everyone()).find(({ userName }) => userName === upnOf(number));

test.each<SandboxSettings["disableAction"]>(["keep-inactive", "remove"])(
  "people whose userPrincipalName is not their mail are provisioned, changed, disabled, brought back and deleted (%s)",
  async (disableAction) => {
    await sandbox.changeSettings({ disableAction });
    expect(await cycle()).toEqual({ ...nothing, created: users });
    expect((await everyone()).map(({ userName, email, active }) => [userName, email, active]).sort()).toEqual(
      Array.from({ length: users }, (_, number) => [upnOf(number), mailOf(number), true]),
    );
    expect((await page.ask("GET", "outbox")).body.mails).toEqual([]);

    // Roles that an administrator gives by hand stay.
    const before = await account(1);
    const { roles } = (await page.ask("GET", "roles")).body;
    await page.ask("PATCH", `users/${before?.id}`, { roles: [{ roleId: roles[0].id }] });
    await change(1, { displayName: "Renamed" });
    expect(await cycle()).toEqual({ ...nothing, updated: 1 });
    expect(await account(1)).toMatchObject({ id: before?.id, name: "Renamed", roles: [{ role: roles[0].name }] });

    // A new mail waits for its two confirmations, and the job neither fails nor asks for it again and again.
    await change(2, { mail: "new@mail.example" });
    expect(await cycle()).toMatchObject({ created: 0, failed: 0 });
    expect(await cycle()).toEqual(nothing);
    expect(await account(2)).toMatchObject({ email: mailOf(2), pendingEmail: "new@mail.example" });
    const { mails } = (await page.ask("GET", "outbox")).body;
    expect(mails).toHaveLength(2);
    for (const { link } of mails) await page.ask("POST", `links/${linkValue(link)}`, {});
    expect(await cycle()).toEqual(nothing);
    expect(await account(2)).toMatchObject({ email: "new@mail.example", pendingEmail: null });

    const first = await account(3);
    await change(3, { accountEnabled: false });
    expect(await cycle()).toEqual({ ...nothing, disabled: 1 });
    expect(await account(3)).toEqual(
      disableAction === "remove" ? undefined : expect.objectContaining({ id: first?.id, active: false }),
    );
    await change(3, { accountEnabled: true });
    expect(await cycle()).toEqual(disableAction === "remove" ? { ...nothing, created: 1 } : { ...nothing, enabled: 1 });
    const second = await account(3);
    expect(second).toMatchObject({ email: mailOf(3), active: true });
    expect(second?.id === first?.id).toBe(disableAction === "keep-inactive");

    await whole.store.transaction(async (tx) => {
      await deleteUser(tx, crowd.userIds[4]!, systemClock.now());
      await purgeUser(tx, crowd.userIds[4]!, systemClock.now());
    });
    expect(await cycle()).toEqual({ ...nothing, deleted: 1 });
    expect(await everyone()).toHaveLength(users - 1);
    expect(await cycle()).toEqual(nothing);
  },
);

test("a drill costs no account and makes none twice", async () => {
  const fault = async (kind: string, times: number, more: object = {}) =>
    expect((await page.ask("POST", "drill/faults", { kind, times, ...more })).status).toBe(201);
  await fault("dropAfter", 2, { method: "POST" });
  await fault("502After", 1, { method: "POST" });
  await fault("truncatedJson", 1, { method: "POST" });
  await fault("noId", 1, { method: "POST" });
  await fault("500", 1, { method: "POST" });
  await fault("429", 1, { method: "GET", retryAfterSeconds: 0 });
  await cycle();
  for (let rest = 0; rest < 3 && (await everyone()).length < users; rest++) await cycle();
  expect((await everyone()).map(({ userName }) => userName).sort()).toEqual(
    Array.from({ length: users }, (_, number) => upnOf(number)),
  );
  const { faults } = (await page.ask("GET", "drill")).body;
  expect(faults.map(({ kind, left }: { kind: string; left: number }) => `${kind} ${left}`)).toEqual([
    "dropAfter 0",
    "502After 0",
    "truncatedJson 0",
    "noId 0",
    "500 0",
    "429 0",
  ]);
});
