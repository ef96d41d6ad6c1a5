import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { day, type EngineRig, hour, openEngineRig, type Scene } from "#test/engine-rig.ts";
import type { Fault } from "#test/wire/fault-switches.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

/** What becomes of somebody while the target lies: the log's last line about them, and what it advises. */
const told = async (scene: Scene, id: string) => {
  const [entry] = await scene.logs(id);
  const advice = entry?.provisioningStatusInfo.errorInformation?.recommendedAction ?? "";
  return [await scene.lastLog(id), advice] as const;
};

type Row = readonly [lie: Fault["kind"], log: string, advice: RegExp];
const incompatible = "SystemForCrossDomainIdentityManagementServiceIncompatible";

const onCreate: readonly Row[] = [
  ["402", "create failure LicenseLimitExceeded", /seats/],
  ["403", "create failure InsufficientRights", /Admin permissions/],
  ["405", "create failure MethodNotAllowed", /does not offer/],
  ["409", "create failure Conflict", /Change the value that is taken/],
  ["412", "create failure UnprocessableEntity", /own words/],
  ["413", "create failure UnprocessableEntity", /own words/],
  ["422", "create failure UnprocessableEntity", /own words/],
  ["429", "create failure TooManyRequests", /Nothing needs to be done/],
  ["500", "create failure InternalServerError", /tried again by itself/],
  ["501", "create failure NotImplemented", /lacks this operation/],
  ["503", "create failure InternalServerError", /tried again by itself/],
  ["dropBeforeCommit", "create failure WebExceptionProtocolError", /connection broke/],
  ["errorIn200", "create failure InsufficientRights", /Admin permissions/],
  // What was done all the same is found, and is a success.
  ["502AfterCommit", "create success", /^$/],
  ["dropAfterCommit", "create success", /^$/],
  ["noId", "create success", /^$/],
  ["noBody", "create success", /^$/],
  ["204Create", "create success", /^$/],
  ["onlyLocation", "create success", /^$/],
  ["locationUndefined", "create success", /^$/],
  ["idUndefined", "create success", /^$/],
  ["truncate201", "create success", /^$/],
  ["upperCase", "create success", /^$/],
  ["wrongType", "create success", /^$/],
  ["415", "create success", /^$/],
];

const onUpdate: readonly Row[] = [
  ["403", "update failure InsufficientRights", /Admin permissions/],
  ["405", "update failure MethodNotAllowed", /does not offer/],
  ["409", "update failure Conflict", /Change the value that is taken/],
  ["412", "update failure UnprocessableEntity", /own words/],
  ["422", "update failure UnprocessableEntity", /own words/],
  ["429", "update failure TooManyRequests", /Nothing needs to be done/],
  ["500", "update failure InternalServerError", /tried again by itself/],
  ["501", "update failure NotImplemented", /lacks this operation/],
  ["dropBeforeCommit", "update failure WebExceptionProtocolError", /connection broke/],
  ["html", `update failure ${incompatible}`, /not SCIM/],
  ["errorIn200", "update failure InsufficientRights", /Admin permissions/],
  ["428", "update success", /^$/],
  ["415", "update success", /^$/],
  ["502AfterCommit", "update success", /^$/],
  ["dropAfterCommit", "update success", /^$/],
];

/** The weather clears: everything that waits is tried again. */
const clear = async (scene: Scene): Promise<void> => {
  rig.server.faults.clear();
  for (let tries = 0; tries < 3; tries++) {
    rig.clock.advance(2 * day);
    await scene.cycle();
  }
};

describe("a create", () => {
  test.each(onCreate)("that meets %s: %s", async (kind, log, advice) => {
    const scene = await rig.openScene({ template: "scim", readBack: "always" });
    const ada = await scene.assigned("ada");
    rig.server.faults.add({ kind, method: "POST", times: null });
    await scene.cycle();
    const [line, recommended] = await told(scene, ada);
    expect(line).toBe(log);
    expect(recommended).toMatch(advice);
    await clear(scene);
    expect(rig.server.users.all()).toMatchObject([{ userName: scene.upn("ada"), active: true }]);
  });
});

describe("an update", () => {
  test.each(onUpdate)("that meets %s: %s", async (kind, log, advice) => {
    const scene = await rig.openScene({ template: "scim", readBack: "always" });
    const ada = await scene.assigned("ada");
    await scene.cycle();
    await scene.change(ada, { displayName: "Ada King" });
    rig.server.faults.add({ kind, method: "PATCH", times: null });
    await scene.cycle();
    const [line, recommended] = await told(scene, ada);
    expect(line).toBe(log);
    expect(recommended).toMatch(advice);
    await clear(scene);
    expect(rig.server.users.all()).toMatchObject([{ displayName: "Ada King", active: true }]);
  });
});

test.each([
  "upperCase",
  "numbersAsTexts",
  "wrongType",
  "plainJson",
  "listForOne",
  "objectList",
  "lowTotal",
  "highTotal",
] as const)("a target that answers everything in its own way (%s) is kept in step all the same", async (kind) => {
  const scene = await rig.openScene({ template: "scim", readBack: "always" });
  const [ada, bob] = [await scene.assigned("ada"), await scene.assigned("bob")];
  const paths: Partial<Record<Fault["kind"], string>> = { listForOne: "/Users/", objectList: "/Users" };
  const path = paths[kind];
  rig.server.faults.add({ kind, times: null, ...(path === undefined ? {} : { method: "GET", path }) });
  await scene.cycle();
  await scene.change(ada, { displayName: "Ada King" });
  await scene.unassign(bob);
  await scene.cycle();
  rig.server.faults.clear();
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada King", active: true });
  expect(scene.account("bob")).toMatchObject({ active: false });
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
});

test("a 5xx where a duplicate is meant makes nobody twice: the account is found and taken over once it can be", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const ada = await scene.assigned("ada");
  // The account is there, but the first looks do not show it.
  rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: scene.upn("ada"),
    active: true,
  });
  rig.server.faults.add({ kind: "emptyList", method: "GET", path: "/Users?filter", times: 2 });
  rig.server.faults.add({ kind: "500OnDuplicate", method: "POST", times: null });
  await scene.cycle();
  await clear(scene);
  expect(rig.server.users.all()).toMatchObject([{ userName: scene.upn("ada"), displayName: "Ada Example" }]);
  expect((await scene.logs(ada)).some(({ provisioningStatusInfo: { status } }) => status === "success")).toBe(true);
});

test("an account whose id is no longer known is looked for by its name, and made again when it has vanished", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ada, bob] = [await scene.assigned("ada"), await scene.assigned("bob")];
  await scene.cycle();
  const idOf = (name: string): string => String(scene.account(name)?.id);
  // Ada's account has another id by now, Bob's is gone.
  const account = scene.account("ada") ?? {};
  rig.server.users.remove(idOf("ada"));
  rig.server.users.create(Object.fromEntries(Object.entries(account).filter(([name]) => name !== "id")));
  rig.server.users.remove(idOf("bob"));
  await scene.change(ada, { displayName: "Ada King" });
  await scene.change(bob, { displayName: "Bob King" });
  await scene.cycle();
  await scene.cycle();
  expect(
    rig.server.users
      .all()
      .map(({ displayName }) => displayName)
      .sort(),
  ).toEqual(["Ada King", "Bob King"]);
  expect(await scene.lastLog(bob)).toBe("create success");
});

test("a group that shows a thousand members that nobody asked for is matched and renamed, and keeps to its own", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const ada = await scene.person("lada");
  const team = await scene.group("Lying Team", [ada]);
  await scene.assign(team, "Group");
  rig.server.faults.add({ kind: "membersAnyway", times: null, path: "/Groups" });
  await scene.cycle();
  await scene.changeGroup(team, { displayName: "Honest Team" });
  await scene.cycle();
  rig.server.faults.clear();
  expect(rig.server.groups.all()).toMatchObject([
    { displayName: "Honest Team", members: [{ value: scene.account("lada")?.id }] },
  ]);
});

test("a target that can search for nothing is read instead, and nobody is made twice", async () => {
  const scene = await rig.openScene({ template: "scim" });
  await scene.settings({ profile: { filterable: [], filterableGroups: [] } });
  for (let i = 0; i < 30; i++) {
    const userName = scene.upn(`there${i}`);
    rig.server.users.create({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName, displayName: "Old" });
  }
  for (let i = 20; i < 40; i++) await scene.assigned(`there${i}`);
  const asked = await scene.asked(() => scene.cycle());
  expect(asked.filter((line) => line.includes("filter="))).toEqual([]);
  // The test of the connection looks at a page; after it, one listing answers for all of them.
  expect(asked.filter((line) => line.startsWith("GET /Users?startIndex"))).toHaveLength(2);
  expect(rig.server.users.all()).toHaveLength(40);
  const newcomer = await scene.assigned("newcomer");
  await scene.cycle();
  expect(await scene.lastLog(newcomer)).toBe("create success");
  rig.clock.advance(hour);
  await scene.cycle();
  expect(rig.server.users.all()).toHaveLength(41);
});
