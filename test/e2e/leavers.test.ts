import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { endAll, openPlace, type Place, type Started, sampleFacts, start, until } from "./command-line.ts";

const sample = sampleFacts();
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

let place: Place;
let server: Started;

interface Entry {
  readonly id: string;
  readonly provisioningAction: string;
  readonly provisioningStatusInfo: { readonly status: string };
  readonly explanation: string;
  readonly modifiedProperties: readonly {
    readonly displayName: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
  readonly provisioningSteps: readonly { readonly provisioningStepType: string; readonly description: string }[];
}

const entriesOf = async (user: string): Promise<readonly Entry[]> =>
  (await server.ask(`/lockstep/v1/logs?user=${encodeURIComponent(user)}`)).value;

const counts = async () => {
  const { apps } = await server.ask("/lockstep/v1/status");
  return apps[0].jobs[0].counts;
};

/** Runs a command, and waits for the next entry of the log about a person. */
const follow = async (user: string, ...command: readonly string[]): Promise<Entry> => {
  const before = new Set((await entriesOf(user)).map(({ id }) => id));
  await server.json(...command);
  const entry = await until(`lockstep ${command.join(" ")} is in the log`, async () =>
    (await entriesOf(user)).find(({ id }) => !before.has(id)),
  );
  expect(entry.provisioningStatusInfo.status).toBe("success");
  return entry;
};

const changesOf = ({ modifiedProperties }: Entry) =>
  modifiedProperties.map(({ displayName, oldValue, newValue }) => [displayName, oldValue, newValue]);

const [ada, bo, cleo, dina] = sample.provisioned as [string, string, string, string];
const [newcomer, another] = sample.unassigned as [string, string];
const allIds = new Map<string, string>();

beforeAll(async () => {
  place = await openPlace();
  server = await start(place);
  await until("the first cycle is over", async () => (await counts()).inStep === sample.provisioned.length, 120);
  for (const { userName, id } of await server.sandbox.all()) allIds.set(userName, id);
});
afterAll(async () => {
  expect(await server.end("SIGTERM")).toMatchObject({ code: 0 });
  await endAll();
  await place.end();
});

const account = async (user: string) => (await server.sandbox.call("GET", `/Users/${allIds.get(user)}`)).body;

test("a new display name arrives", async () => {
  const entry = await follow(ada, "user", "update", ada, "--display-name", "Åda Żółć 李");
  expect(entry.provisioningAction).toBe("update");
  expect(changesOf(entry)).toContainEqual(["displayName", sample.nameOf(ada), "Åda Żółć 李"]);
  expect((await account(ada)).displayName).toBe("Åda Żółć 李");
});

test("a new e-mail address arrives, once both mailboxes have confirmed it", async () => {
  const { emails } = await account(bo);
  const entry = await follow(bo, "user", "update", bo, "--mail", "new.address@sundhaven.example");
  expect(entry.provisioningAction).toBe("update");
  expect(changesOf(entry).map(([name, , value]) => [name, value])).toContainEqual([
    'emails[type eq "work"].value',
    "new.address@sundhaven.example",
  ]);
  expect((await account(bo)).emails).toEqual(emails);
  const { mails } = (await server.sandbox.call("GET", "/../../app/outbox")).body;
  expect(mails.map(({ to }: { to: string }) => to).sort()).toEqual(
    [emails[0].value, "new.address@sundhaven.example"].sort(),
  );
  for (const { link } of mails) {
    expect((await server.sandbox.call("POST", `/../../app${new URL(link).pathname}`, {})).status).toBe(200);
  }
  expect((await account(bo)).emails).toEqual([
    expect.objectContaining({ type: "work", value: "new.address@sundhaven.example" }),
  ]);
});

test("a disabled person's account is disabled, and enabled again", async () => {
  const off = await follow(cleo, "user", "update", cleo, "--disable");
  expect([off.provisioningAction, changesOf(off)]).toEqual(["disable", [["active", "True", "False"]]]);
  expect((await account(cleo)).active).toBe(false);
  const on = await follow(cleo, "user", "update", cleo, "--enable");
  expect([on.provisioningAction, changesOf(on)]).toEqual(["update", [["active", "False", "True"]]]);
  expect((await account(cleo)).active).toBe(true);
});

test("an unassigned person's account is disabled and then left alone, also when the person is purged", async () => {
  expect((await follow(another, "assign", another)).provisioningAction).toBe("create");
  allIds.set(another, (await server.sandbox.find(another)).id);
  const entry = await follow(another, "unassign", another);
  expect(entry.provisioningAction).toBe("disable");
  expect(entry.explanation).toMatch(/is not assigned to ThousandEyes/);
  expect((await account(another)).active).toBe(false);
  await server.json("user", "delete", another);
  await server.json("user", "purge", another, "--yes");
  await until("nothing is due", async () => (await counts()).pending === 0);
  expect(await account(another)).toMatchObject({ userName: another, active: false });
});

test("a deleted person's account is disabled, enabled when restored, and deleted when purged", async () => {
  expect((await follow(dina, "user", "delete", dina)).provisioningAction).toBe("disable");
  expect((await account(dina)).active).toBe(false);
  const restored = await follow(dina, "user", "restore", dina);
  expect(changesOf(restored)).toEqual([["active", "False", "True"]]);
  expect((await account(dina)).active).toBe(true);
  await follow(dina, "user", "delete", dina);
  const purged = await follow(dina, "user", "purge", dina, "--yes");
  expect(purged.provisioningAction).toBe("delete");
  expect((await server.sandbox.call("GET", `/Users/${allIds.get(dina)}`)).status).toBe(404);
});

test("an account that is there already, its name in other case, is adopted", async () => {
  const made = await server.sandbox.call("POST", "/Users", {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: newcomer.toUpperCase(),
    displayName: "Somebody",
    emails: [{ type: "work", value: newcomer.toUpperCase(), primary: true }],
    active: true,
  });
  expect(made.status).toBe(201);
  const entry = await follow(newcomer, "assign", newcomer);
  expect(entry.provisioningAction).toBe("update");
  const same = (await server.sandbox.all()).filter(({ userName }) => userName.toLowerCase() === newcomer.toLowerCase());
  expect(same).toEqual([expect.objectContaining({ id: made.body.id, displayName: sample.nameOf(newcomer) })]);
});

test("half of the people unassigned: nothing is written, all is held and listed with its reason, and runs when allowed", async () => {
  const before = (await server.sandbox.all()).filter(({ active }) => active).length;
  const { inStep } = await counts();
  const groups = ["Network Operations", "Site Reliability Engineering"];
  await server.json("unassign", ...groups, "--type", "group");
  await until("the guard holds them", async () => {
    const now = await counts();
    return now.held > 20 && now.pending === 0;
  });
  const { held } = await counts();
  expect(held).toBeGreaterThanOrEqual(inStep / 2);
  expect((await server.sandbox.all()).filter(({ active }) => active)).toHaveLength(before);

  const list = (await server.json("held", "list")).value;
  expect(list).toHaveLength(held);
  for (const one of list) {
    expect(one).toMatchObject({ action: "disable", objectType: "User" });
    expect(["NotAssigned", "NotEffectivelyEntitled"]).toContain(one.reason);
    expect(one.explanation).toContain(one.displayName);
  }
  const text = await server.run(["held", "list"]);
  expect(text).toMatchObject({
    code: 0,
    out: expect.stringContaining(`${held} removals held. Decide with: npx lockstep held allow|reject`),
    err: "",
  });
  const status = await server.run(["status"]);
  expect(status.out).toContain(`${held} removals are held`);

  const all = await server.run(["held", "allow"]);
  expect(all).toMatchObject({ code: 2, out: "", err: expect.stringContaining("Say so with --all") });
  const [kept, first] = list;
  expect(await server.json("held", "reject", kept.objectId)).toEqual({ count: 1 });
  expect(await server.json("held", "allow", first.objectId)).toEqual({ count: 1 });
  const activeOf = async (id: string) => (await server.sandbox.call("GET", `/Users/${id}`)).body.active;
  await until("the one that was allowed is disabled", async () => (await activeOf(first.targetId)) === false);
  expect((await counts()).held).toBe(held - 2);
  expect(await server.json("held", "allow", "--all")).toEqual({ count: held - 2 });
  await until("nothing is held or due", async () => {
    const now = await counts();
    return now.held === 0 && now.pending === 0;
  });
  const after = await server.sandbox.all();
  expect(after.filter(({ active }) => active)).toHaveLength(before - held + 1);
  expect(after.find(({ id }) => id === kept.targetId).active).toBe(true);
  expect(await server.json("provision", kept.objectId)).toMatchObject({ action: "skip" });
});
