import { afterAll, beforeAll, expect, test } from "vitest";
import { day, type EngineRig, openEngineRig } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

test("the initial cycle creates exactly the assigned, enabled people", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada", { mailNickname: "ada.l" });
  await scene.assigned("blocked", { accountEnabled: false });
  await scene.person("stranger");

  const report = await scene.cycle();

  expect(rig.server.users.all()).toEqual([
    {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      id: expect.any(String),
      meta: expect.any(Object),
      userName: scene.upn("ada"),
      active: true,
      displayName: "Ada Example",
      emails: [expect.objectContaining({ type: "work", value: scene.upn("ada") })],
      name: { formatted: "ada Example" },
      externalId: "ada.l",
    },
  ]);
  expect(report).toMatchObject({
    kind: "initial",
    state: "succeeded",
    counts: { total: 2, done: 2, created: 1, skipped: 1, failed: 0, held: 0 },
  });
  expect(await scene.lastLog(ada)).toBe("create success");
  expect((await rig.life.engine.status(scene.jobId)).counts).toEqual({
    inScope: 1,
    inStep: 1,
    pending: 0,
    failed: 0,
    held: 0,
    givenUp: 0,
    ignored: 0,
  });
});

test("a second cycle writes nothing and asks for nobody", async () => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  await scene.assigned("bob");
  await scene.cycle();

  let report: Awaited<ReturnType<typeof scene.cycle>> | undefined;
  const asked = await scene.asked(async () => {
    report = await scene.cycle();
  });

  expect(asked).toEqual([]);
  expect(report).toMatchObject({ kind: "incremental", counts: { total: 0, done: 0, requests: 1 } });
});

test("everything due once more without a difference costs no request for anybody and leaves no entries", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.settings({ intervalSeconds: 120 });

  const asked = await scene.asked(() => scene.cycle());

  expect(asked).toEqual([]);
  expect(await scene.logs(ada)).toHaveLength(1);
});

test("a new display name arrives with one GET and one PATCH", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.change(ada, { displayName: "Ada King" });
  const { id } = scene.account("ada") ?? {};

  const asked = await scene.asked(() => scene.cycle());

  expect(asked).toEqual([`GET /Users/${id}`, `PATCH /Users/${id}`]);
  expect(scene.account("ada")).toMatchObject({ id, displayName: "Ada King", active: true });
  const [entry] = await scene.logs(ada);
  expect(entry).toMatchObject({
    provisioningAction: "update",
    provisioningStatusInfo: { status: "success", errorInformation: null },
    modifiedProperties: [{ displayName: "displayName", oldValue: "Ada Example", newValue: "Ada King" }],
    targetIdentity: { id },
  });
  expect(entry?.provisioningSteps.map(({ provisioningStepType, status }) => [provisioningStepType, status])).toEqual([
    ["import", "success"],
    ["scoping", "success"],
    ["matching", "success"],
    ["export", "success"],
  ]);
});

test("a new user principal name keeps the account", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  await scene.change(ada, { userPrincipalName: scene.upn("ada.king") });
  await scene.cycle();

  expect(rig.server.users.all()).toHaveLength(1);
  expect(scene.account("ada.king")).toMatchObject({ id, active: true });
});

test("blocked sign-in disables, and a later unblocking enables the same account", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};

  await scene.change(ada, { accountEnabled: false });
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 1 } });
  expect(scene.account("ada")).toMatchObject({ id, active: false });
  expect(await scene.lastLog(ada)).toBe("disable success");

  // While blocked, other changes wait: only what reads IsSoftDeleted is written.
  await scene.change(ada, { displayName: "Ada King" });
  expect(await scene.asked(() => scene.cycle())).toEqual([]);

  await scene.change(ada, { accountEnabled: true });
  expect(await scene.cycle()).toMatchObject({ counts: { enabled: 1 } });
  expect(scene.account("ada")).toMatchObject({ id, active: true, displayName: "Ada King" });
  expect((await scene.logs(ada))[0]?.explanation).toContain("back in scope");
});

test("unassigning disables once; afterwards changes and a purge send nothing", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  await scene.unassign(ada);

  expect(await scene.asked(() => scene.cycle())).toEqual([`GET /Users/${id}`, `PATCH /Users/${id}`]);
  expect(scene.account("ada")).toMatchObject({ active: false });
  const rest = await scene.asked(async () => {
    await scene.change(ada, { displayName: "Ada King" });
    await scene.cycle();
    await scene.softDelete(ada);
    await scene.cycle();
    await scene.purge(ada);
    await scene.cycle();
  });

  expect(rest).toEqual([]);
  expect(scene.account("ada")).toMatchObject({ id, active: false, displayName: "Ada Example" });
});

test("who is assigned again after leaving gets the same account back", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  await scene.unassign(ada);
  await scene.cycle();
  await scene.assign(ada);
  expect(await scene.cycle()).toMatchObject({ counts: { enabled: 1 } });
  expect(rig.server.users.all()).toMatchObject([{ id, active: true }]);
});

test("soft deletion disables, a restore enables, a purge deletes", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};

  await scene.softDelete(ada);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ id, active: false });
  await scene.restore(ada);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ id, active: true });
  await scene.softDelete(ada);
  await scene.cycle();
  await scene.purge(ada);
  expect(await scene.asked(() => scene.cycle())).toEqual([`GET /Users/${id}`, `DELETE /Users/${id}`]);

  expect(rig.server.state.removed).toEqual([id]);
  expect(await scene.lastLog(ada)).toBe("delete success");
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
});

test("a purge that comes before anybody saw the soft deletion still deletes", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.purge(ada);
  await scene.cycle();
  expect(rig.server.users.all()).toEqual([]);
});

test("Default Access alone is skipped with an explanation, and another role as well provisions", async () => {
  const scene = await rig.openScene();
  const ada = await scene.person("ada");
  await scene.assign(ada, "User", "Default Access");
  await scene.cycle();

  expect(rig.server.users.all()).toEqual([]);
  expect(await scene.lastLog(ada)).toBe("other skipped NotEffectivelyEntitled");
  expect((await scene.logs(ada))[0]?.explanation).toContain("not effectively entitled");

  await scene.assign(ada, "User", "User");
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: true });
});

test("Default Access is provisioned where the template says so", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const ada = await scene.person("ada");
  await scene.assign(ada, "User", "Default Access");
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: true });
});

test("somebody whose sign-in is blocked never gets an account", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada", { accountEnabled: false });
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
  expect((await scene.logs(ada))[0]?.explanation).toContain("accountEnabled is false");
});

test("an account that is there already, in other letters, is taken over and corrected", async () => {
  const scene = await rig.openScene();
  const there = rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: scene.upn("ada").toUpperCase(),
    displayName: "Old name",
    active: false,
  });
  const ada = await scene.assigned("ada");
  await scene.cycle();

  expect(there.ok && rig.server.users.all()).toMatchObject([
    { id: there.ok ? there.value.id : "", active: true, displayName: "Ada Example" },
  ]);
  expect((await scene.logs(ada))[0]?.explanation).toContain("was taken over");
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
});

test("two accounts with the matching value are left alone and reported", async () => {
  const scene = await rig.openScene();
  await scene.mapUsers((mapping) => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.map((one) => ({
      ...one,
      matchingPriority: one.targetAttributeName === "displayName" ? 1 : 0,
    })),
  }));
  for (const name of ["one", "two"]) {
    rig.server.users.create({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: scene.upn(name),
      displayName: "Ada Example",
    });
  }
  const ada = await scene.assigned("ada");
  const report = await scene.cycle();

  expect(report).toMatchObject({ state: "entryErrors", counts: { failed: 1, created: 0 } });
  expect(await scene.lastLog(ada)).toBe("other failure DuplicateTargetEntries");
  expect(rig.server.users.all()).toHaveLength(2);
});

test("who comes back under a new id takes the account over, and the old one's purge sends nothing", async () => {
  const scene = await rig.openScene();
  const old = await scene.assigned("ada");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  await scene.softDelete(old);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: false });

  const again = await scene.assigned("ada");
  await scene.cycle();
  expect(rig.server.users.all()).toMatchObject([{ id, active: true }]);
  expect((await scene.logs(again))[0]?.explanation).toContain("taken over the account");

  await scene.purge(old);
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
  expect(scene.account("ada")).toMatchObject({ id, active: true });
});

test("a rehire with the login of somebody purged gets an account of their own", async () => {
  const scene = await rig.openScene();
  const old = await scene.assigned("ada");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  await scene.purge(old);
  await scene.cycle();
  await scene.assigned("ada");
  await scene.cycle();
  expect(rig.server.users.all()).toMatchObject([{ active: true }]);
  expect(scene.account("ada")?.id).not.toBe(id);
});

test("two people cannot share one account", async () => {
  const scene = await rig.openScene();
  await scene.mapUsers((mapping) => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.map((one) => ({
      ...one,
      matchingPriority: one.targetAttributeName === "externalId" ? 1 : 0,
    })),
  }));
  await scene.assigned("ada", { mailNickname: "same" });
  await scene.cycle();
  const bob = await scene.assigned("bob", { mailNickname: "same" });
  await scene.cycle();
  expect(await scene.lastLog(bob)).toBe("other failure DuplicateSourceEntries");
  expect(rig.server.users.all()).toMatchObject([{ userName: scene.upn("ada") }]);
});

test("an account that its own administrator suspended stays suspended", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  rig.server.users.patch(String(id), {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "active", value: false }],
  });
  await scene.change(ada, { displayName: "Ada King" });
  await scene.cycle();

  expect(scene.account("ada")).toMatchObject({ active: false, displayName: "Ada King" });
  expect((await scene.logs(ada))[0]?.explanation).toContain("suspended in the target");

  // It was not us who switched it off, so blocking and unblocking changes nothing about that.
  await scene.change(ada, { accountEnabled: false });
  await scene.cycle();
  await scene.change(ada, { accountEnabled: true });
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: false });
});

test("an account deleted in the target is created anew for who is in scope, and forgotten for who leaves", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  const bob = await scene.assigned("bob");
  await scene.cycle();
  for (const { id } of rig.server.users.all()) rig.server.users.remove(String(id));
  await scene.change(ada, { displayName: "Ada King" });
  await scene.unassign(bob);
  await scene.cycle();

  expect(rig.server.users.all()).toMatchObject([{ userName: scene.upn("ada"), displayName: "Ada King" }]);
  expect((await scene.logs(ada))[0]?.explanation).toContain("created anew");
  expect((await scene.logs(bob))[0]?.explanation).toContain("does not exist any more");
});

test("a leaver is not held up by a mapping that is broken for them", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.mapUsers((mapping) => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.map((one) =>
      one.targetAttributeName === "displayName"
        ? {
            ...one,
            source: { type: "Function", name: "CDate", expression: "CDate([displayName])", parameters: [] } as never,
          }
        : one,
    ),
  }));
  await scene.change(ada, { jobTitle: "Countess" });
  await scene.cycle();
  expect(await scene.lastLog(ada)).toBe("other failure MappingFailed");

  await scene.softDelete(ada);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: false });
});

test("the directory purges by itself after thirty days, and the account goes with it", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.softDelete(ada);
  await scene.cycle();
  rig.clock.advance(31 * day);
  await rig.life.engine.start();
  await scene.cycle();
  expect(rig.server.users.all()).toEqual([]);
});
