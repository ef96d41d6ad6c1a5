import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog } from "#runtime";
import { openSandbox } from "#sandbox";
import { type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

/** Everybody's name before the @ with + for active and - for disabled accounts. */
const accounts = (): string[] =>
  rig.server.users
    .all()
    .map(({ userName, active }) => `${active === true ? "+" : "-"}${String(userName).split("@")[0]}`)
    .sort();

test("members of an assigned group are provisioned with the path in the log; who joins and leaves later follows", async () => {
  const scene = await rig.openScene();
  const [ada, bob, cem] = [await scene.person("ada"), await scene.person("bob"), await scene.person("cem")];
  const team = await scene.group("Team", [ada, bob]);
  await scene.assign(team, "Group");
  await scene.cycle();
  expect(accounts()).toEqual(["+ada", "+bob"]);
  expect((await scene.logs(ada))[0]?.explanation).toContain("via Team");

  await scene.join(team, cem);
  await scene.leave(team, bob);
  await scene.cycle();
  expect(accounts()).toEqual(["+ada", "+cem", "-bob"]);

  await scene.join(team, bob);
  await scene.cycle();
  expect(accounts()).toEqual(["+ada", "+bob", "+cem"]);
});

test("a group that is assigned later brings its members, and takes them along when it is unassigned", async () => {
  const scene = await rig.openScene();
  const [ada, bob] = [await scene.person("ada"), await scene.person("bob")];
  const team = await scene.group("Team", [ada, bob]);
  await scene.cycle();
  expect(accounts()).toEqual([]);
  await scene.assign(team, "Group");
  await scene.assign(bob);
  await scene.cycle();
  expect(accounts()).toEqual(["+ada", "+bob"]);
  await scene.unassign(team);
  await scene.cycle();
  expect(accounts()).toEqual(["+bob", "-ada"]);
});

test.each(["deleted", "purged"] as const)("a group that is %s takes its members along", async (how) => {
  const scene = await rig.openScene();
  const [ada, bob] = [await scene.person("ada"), await scene.person("bob")];
  const team = await scene.group("Team", [ada, bob]);
  await scene.assign(team, "Group");
  await scene.assign(bob);
  await scene.cycle();
  await scene.deleteGroup(team);
  if (how === "purged") await scene.purgeGroup(team);
  await scene.cycle();
  expect(accounts()).toEqual(["+bob", "-ada"]);
  if (how === "deleted") {
    await scene.restoreGroup(team);
    await scene.cycle();
    expect(accounts()).toEqual(["+ada", "+bob"]);
  }
});

test("members of a group within an assigned group are not in scope", async () => {
  const scene = await rig.openScene();
  const [ada, bob] = [await scene.person("ada"), await scene.person("bob")];
  const inner = await scene.group("Inner", [bob]);
  await scene.assign(await scene.group("Outer", [ada, inner]), "Group");
  await scene.cycle();
  expect(accounts()).toEqual(["+ada"]);
});

test("somebody in two assigned groups stays until the last one is gone", async () => {
  const scene = await rig.openScene();
  const ada = await scene.person("ada");
  const [one, two] = [await scene.group("One", [ada]), await scene.group("Two", [ada])];
  await scene.assign(one, "Group");
  await scene.assign(two, "Group");
  await scene.cycle();
  await scene.leave(one, ada);
  await scene.cycle();
  expect(accounts()).toEqual(["+ada"]);
  await scene.unassign(two);
  await scene.cycle();
  expect(accounts()).toEqual(["-ada"]);
});

test("with everybody in scope the assignments do not matter", async () => {
  const scene = await rig.openScene();
  await scene.secret("SyncAll", "true");
  const ada = await scene.person("ada");
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: true });
  const eve = await scene.person("eve");
  await scene.cycle();
  expect(scene.account("eve")).toMatchObject({ active: true });
  await scene.secret("SyncAll", "false");
  await scene.assign(ada);
  await scene.cycle();
  await rig.life.engine.allowHeld(scene.jobId, "all");
  await scene.cycle();
  expect([scene.account("ada")?.active, scene.account("eve")?.active]).toEqual([true, false]);
  expect((await scene.logs(eve))[0]?.explanation).toContain("not assigned");
});

const onlySales = (scene: Scene) =>
  scene.mapUsers((mapping) => ({
    ...mapping,
    scope: {
      categoryFilterGroups: [],
      inputFilterGroups: [],
      groups: [
        {
          name: "Sales",
          clauses: [{ sourceOperandName: "department", operatorName: "EQUALS", targetOperand: { values: ["Sales"] } }],
        },
      ],
    },
  }));

test("a saved filter disables who does not pass, writes nothing for the others, and keeps the links", async () => {
  const scene = await rig.openScene();
  const [ada, bob] = [
    await scene.assigned("ada", { department: "Sales" }),
    await scene.assigned("bob", { department: "IT" }),
  ];
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  await onlySales(scene);
  const asked = await scene.asked(() => scene.cycle());
  expect(accounts()).toEqual(["+ada", "-bob"]);
  expect(asked).toHaveLength(2);
  expect(asked.join()).not.toContain(String(id));
  const [entry] = await scene.logs(bob);
  expect(entry?.explanation).toContain('"Sales": department is "IT", and EQUALS "Sales" is wanted');

  await scene.change(bob, { department: "Sales" });
  await scene.change(ada, { department: "IT" });
  await scene.cycle();
  expect(accounts()).toEqual(["+bob", "-ada"]);
});

test("SkipOutOfScopeDeletions keeps who is unassigned, and still disables the blocked and the deleted", async () => {
  const scene = await rig.openScene();
  await scene.secret("SkipOutOfScopeDeletions", "true");
  const [ada, bob, cem] = [await scene.assigned("ada"), await scene.assigned("bob"), await scene.assigned("cem")];
  await scene.cycle();
  await scene.unassign(ada);
  await scene.change(bob, { accountEnabled: false });
  await scene.softDelete(cem);
  await scene.cycle();
  expect(accounts()).toEqual(["+ada", "-bob", "-cem"]);
  expect((await scene.logs(ada))[0]?.explanation).toContain("SkipOutOfScopeDeletions");
  await scene.secret("SkipOutOfScopeDeletions", "false");
  await scene.cycle();
  expect(accounts()).toEqual(["-ada", "-bob", "-cem"]);
});

test("actions that the mapping does not allow are not done", async () => {
  const scene = await rig.openScene();
  const [ada, bob] = [await scene.assigned("ada"), await scene.assigned("bob")];
  await scene.cycle();
  await scene.mapUsers((mapping) => ({ ...mapping, flowTypes: "Update" }));
  const eve = await scene.assigned("eve");
  await scene.purge(bob);
  await scene.change(ada, { displayName: "Ada King" });
  await scene.cycle();
  expect(accounts()).toEqual(["+ada", "+bob"]);
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada King" });
  expect((await scene.logs(eve))[0]?.explanation).toContain("Target object actions: Create");
  expect((await scene.logs(bob))[0]?.explanation).toContain("Target object actions: Delete");

  await scene.mapUsers((mapping) => ({ ...mapping, flowTypes: "Add" }));
  await scene.change(ada, { displayName: "Ada Queen" });
  await scene.cycle();
  expect(accounts()).toEqual(["+ada", "+bob", "+eve"]);
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada King" });
  // Once allowed again, the difference that waited is written.
  await scene.mapUsers((mapping) => ({ ...mapping, flowTypes: "Add, Update, Delete" }));
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada Queen" });
});

test("without a mapping that reads IsSoftDeleted nobody is disabled, and the log says why", async () => {
  const scene = await rig.openScene();
  await scene.mapUsers((mapping) => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.filter(({ targetAttributeName }) => targetAttributeName !== "active"),
  }));
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.unassign(ada);
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 0, skipped: 1 } });
  expect((await scene.logs(ada))[0]?.explanation).toContain("no mapping reads IsSoftDeleted");
});

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

test("a manager is referred to as soon as the manager has an account, and follows every change", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ada, bob, cem] = [await scene.assigned("ada"), await scene.person("bob"), await scene.assigned("cem")];
  await scene.manager(ada, bob);
  await scene.cycle();
  const managerOf = () => (scene.account("ada")?.[enterprise] as { manager?: { value?: string } })?.manager?.value;
  expect(managerOf()).toBeUndefined();

  await scene.assign(bob);
  await scene.cycle();
  expect(managerOf()).toBe(scene.account("bob")?.id);
  await scene.manager(ada, cem);
  await scene.cycle();
  expect(managerOf()).toBe(scene.account("cem")?.id);

  // A manager whose account had to be made anew is referred to by the new one.
  rig.server.users.remove(String(scene.account("cem")?.id));
  await scene.change(cem, { displayName: "Cem New" });
  await scene.cycle();
  expect(managerOf()).toBe(scene.account("cem")?.id);

  await scene.manager(ada, null);
  await scene.cycle();
  expect(managerOf()).toBeUndefined();
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
});

test("a tenant that removes disabled accounts makes a new one for who comes back", async () => {
  const sandbox = await openSandbox({
    store: rig.store,
    clock: rig.clock,
    log: silentLog,
    port: 0,
    rateLimit: "off",
    settings: { disableAction: "remove" },
  });
  try {
    const scene = await rig.openScene({ baseUrl: sandbox.baseUrl, token: sandbox.token });
    const read = async () => {
      const response = await fetch(`${sandbox.baseUrl}/Users?filter=userName%20eq%20%22${scene.upn("ada")}%22`, {
        headers: { authorization: `Bearer ${sandbox.token}` },
      });
      const { Resources = [] } = (await response.json()) as { Resources?: { id: string; active: boolean }[] };
      return Resources;
    };
    const ada = await scene.assigned("ada");
    expect(await scene.cycle()).toMatchObject({ counts: { created: 1, failed: 0 } });
    const [before] = await read();
    expect(before).toMatchObject({ active: true });
    await scene.change(ada, { accountEnabled: false });
    expect(await scene.cycle()).toMatchObject({ counts: { disabled: 1, failed: 0 } });
    expect(await read()).toEqual([]);
    await scene.change(ada, { accountEnabled: true });
    expect(await scene.cycle()).toMatchObject({ counts: { created: 1, failed: 0 } });
    const [after] = await read();
    expect(after).toMatchObject({ active: true });
    expect(after?.id).not.toBe(before?.id);
    await scene.purge(ada);
    expect(await scene.cycle()).toMatchObject({ counts: { deleted: 1, failed: 0 } });
    expect(await read()).toEqual([]);
  } finally {
    await sandbox.close();
  }
});

test("whom somebody else's change leaves as they were, and who left earlier, get no entry unless somebody asks", async () => {
  const scene = await rig.openScene();
  const [ada, bob] = [await scene.person("ada"), await scene.person("bob")];
  const team = await scene.group("Team", [ada, bob]);
  await scene.assign(team, "Group");
  await scene.cycle();
  await scene.unassign(team);
  await scene.assign(ada);
  await scene.cycle();
  expect(accounts()).toEqual(["+ada", "-bob"]);
  const count = async (id: string) => (await scene.logs(id)).length;
  const before = [await count(ada), await count(bob)];

  // A second way in changes nothing for her; his department is nobody's business any more.
  await scene.assign(await scene.group("Second", [ada]), "Group");
  await scene.change(bob, { department: "Sales" });
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
  expect([await count(ada), await count(bob)]).toEqual(before);

  // A change of her own is answered, also where no mapping reads it.
  await scene.change(ada, { employeeType: "Contractor" });
  await scene.cycle();
  await rig.life.engine.provision(scene.jobId, bob, { dry: false });
  expect([await count(ada), await count(bob)]).toEqual(before.map((entries) => entries + 1));
  expect((await scene.logs(bob))[0]?.explanation).toContain("left scope earlier");
});
