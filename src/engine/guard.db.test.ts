import { afterAll, beforeAll, expect, test } from "vitest";
import { day, type EngineRig, hour, openEngineRig, type Scene } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const people = async (scene: Scene, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(await scene.assigned(`p${i}`));
  return ids;
};

const leave = async (scene: Scene, ids: readonly string[]): Promise<void> => {
  for (const id of ids) await scene.unassign(id);
};

const held = async (scene: Scene): Promise<string[]> =>
  (await rig.life.engine.listHeld(scene.jobId, { limit: 1000 })).map(({ objectId }) => objectId);

const active = (): number => rig.server.users.all().filter((user) => user.active === true).length;

test("unassigning half writes nothing of it, lists everybody with the reason, and creates go on", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 30);
  await scene.cycle();
  const leavers = ids.slice(0, 15);
  await leave(scene, leavers);
  await scene.assigned("joiner");
  const report = await scene.cycle();

  expect(report.counts).toMatchObject({ created: 1, disabled: 0 });
  expect(active()).toBe(31);
  const list = await rig.life.engine.listHeld(scene.jobId, { limit: 1000 });
  expect(list.map(({ objectId }) => objectId)).toEqual([...leavers].sort());
  expect(list[0]).toMatchObject({ action: "disable", reason: "NotAssigned", objectType: "User" });
  expect(list[0]?.explanation).toBe(
    `${list[0]?.displayName} is not assigned to ThousandEyes, neither directly nor through a group. The account in ThousandEyes would be disabled.`,
  );
  expect(new Set(list.map(({ heldBecause }) => heldBecause?.slice(0, 29)))).toEqual(
    new Set(["15 accounts would be disabled"]),
  );
  expect(await scene.lastLog(leavers[0] ?? "")).toBe("stagedDelete skipped NotEffectivelyEntitled");
  const status = await rig.life.engine.status(scene.jobId);
  expect(status.counts).toMatchObject({ held: 15, inStep: 16, pending: 0, failed: 0 });
  expect(status.notices.join(" ")).toContain("15 removals are held");

  // Held work asks nothing of the target, however often the job runs, and is listed page by page.
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
  const first = await rig.life.engine.listHeld(scene.jobId, { limit: 10 });
  const next = await rig.life.engine.listHeld(scene.jobId, { limit: 10, after: first.at(-1)?.objectId ?? "" });
  expect([...first, ...next].map(({ objectId }) => objectId)).toEqual([...leavers].sort());
});

test("allowing some disables exactly those, allowing all the rest, also in another process", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 30);
  await scene.cycle();
  const leavers = ids.slice(0, 15);
  await leave(scene, leavers);
  await scene.cycle();
  const chosen = leavers.slice(0, 3);
  expect(await rig.life.engine.allowHeld(scene.jobId, chosen)).toBe(3);
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 3 } });
  expect(active()).toBe(27);
  expect(await held(scene)).toEqual([...leavers.slice(3)].sort());

  await rig.life.end();
  rig.begin();
  await scene.cycle();
  expect(await held(scene)).toHaveLength(12);
  expect(await rig.life.engine.allowHeld(scene.jobId, "all")).toBe(12);
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 12 } });
  expect(active()).toBe(15);
  expect(await held(scene)).toEqual([]);
});

test("rejecting keeps the accounts and asks no more", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 30);
  await scene.cycle();
  await leave(scene, ids.slice(0, 15));
  await scene.cycle();
  expect(await rig.life.engine.rejectHeld(scene.jobId, "all")).toBe(15);
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
  expect(active()).toBe(30);
  expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ held: 0, pending: 0, inStep: 15 });
});

test("who is assigned again while held is released and keeps the account", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 30);
  await scene.cycle();
  await leave(scene, ids.slice(0, 15));
  await scene.cycle();
  const [back = ""] = ids;
  await scene.assign(back);
  await scene.cycle();
  expect(await held(scene)).not.toContain(back);
  expect(await held(scene)).toHaveLength(14);
  expect(active()).toBe(30);
});

test("an approval is for what was listed: a new wave is held anew, and approved removals do not count for the day", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 40);
  await scene.cycle();
  await leave(scene, ids.slice(0, 12));
  await scene.cycle();
  await rig.life.engine.allowHeld(scene.jobId, "all");
  await scene.cycle();
  expect(active()).toBe(28);
  // Five of 28 are below the floor of ten, and the twelve were approved.
  await leave(scene, ids.slice(12, 17));
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 5, held: 0 } });
  await leave(scene, ids.slice(17, 30));
  await scene.cycle();
  expect(await held(scene)).toHaveLength(13);
});

test("small steps count together for a rolling day", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 40);
  await scene.cycle();
  await leave(scene, ids.slice(0, 8));
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 8 } });
  rig.clock.advance(hour);
  await leave(scene, ids.slice(8, 14));
  await scene.cycle();
  expect(await held(scene)).toHaveLength(6);
  expect(active()).toBe(32);

  // A day later the first eight have rolled off; whoever leaves then may go, while what is held stays held.
  rig.clock.advance(day);
  await scene.unassign(ids[20] ?? "");
  await scene.cycle();
  expect(await held(scene)).toHaveLength(6);
  expect(active()).toBe(31);
});

test("who left and came back within the day counts once in the whole that a share is taken of", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 40);
  await scene.cycle();
  await leave(scene, ids.slice(0, 8));
  await scene.cycle();
  for (const id of ids.slice(0, 8)) await scene.assign(id);
  await scene.cycle();
  expect(active()).toBe(40);
  await leave(scene, ids.slice(20, 24));
  await scene.cycle();
  const [first] = await rig.life.engine.listHeld(scene.jobId, { limit: 1 });
  expect(first?.heldBecause).toContain("more than 20 % of the 40 managed accounts");
});

test("a wave of soft deletions and a wave of purges are held as well", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 20);
  await scene.cycle();
  for (const id of ids.slice(0, 12)) await scene.softDelete(id);
  await scene.cycle();
  expect(await held(scene)).toHaveLength(12);
  for (const id of ids.slice(0, 12)) await scene.purge(id);
  await scene.cycle();
  expect(await held(scene)).toHaveLength(12);
  expect(rig.server.users.all()).toHaveLength(20);
  await rig.life.engine.allowHeld(scene.jobId, "all");
  await scene.cycle();
  expect(rig.server.users.all()).toHaveLength(8);
});

test("a wave of vanished accounts is not answered with creates", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 40);
  const late = await scene.assigned("late");
  await scene.cycle();
  for (const { id } of rig.server.users.all()) rig.server.users.remove(String(id));
  for (const id of ids) await scene.change(id, { jobTitle: "x", displayName: `New ${id}` });
  const report = await scene.cycle();

  expect(report.counts.created).toBeLessThanOrEqual(9);
  expect(report.counts.created + report.counts.held).toBe(40);
  const [first] = await rig.life.engine.listHeld(scene.jobId, { limit: 1 });
  expect(first).toMatchObject({ action: "create", reason: "AccountGone" });
  expect(first?.heldBecause).toContain("gone from the target");

  // They wait for a person, later ones with them, and do not count as removals meanwhile.
  const before = rig.server.users.all().length;
  await scene.change(late, { displayName: "Late" });
  await scene.cycle();
  expect(rig.server.users.all()).toHaveLength(before);
  expect(await held(scene)).toContain(late);
  await rig.life.engine.allowHeld(scene.jobId, "all");
  await scene.cycle();
  expect(rig.server.users.all()).toHaveLength(41);
});

test("switched off, or with other limits, the guard does as it is told", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 30);
  await scene.cycle();
  await scene.settings({ guard: { enabled: true, absolute: 2, percent: 20, floor: 10 } });
  await leave(scene, ids.slice(0, 3));
  await scene.cycle();
  expect(await held(scene)).toHaveLength(3);
  await scene.settings({ guard: { enabled: false, absolute: 2, percent: 20, floor: 10 } });
  await leave(scene, ids.slice(3, 20));
  await scene.cycle();
  expect(active()).toBe(10);
  expect(await rig.life.engine.guardLimits(scene.jobId)).toEqual({
    enabled: false,
    absolute: 2,
    percent: 20,
    floor: 10,
  });
});

test("updates and enabling go on while removals are held", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 24);
  await scene.cycle();
  await leave(scene, ids.slice(0, 12));
  await scene.change(ids[20] ?? "", { displayName: "Changed" });
  expect(await scene.cycle()).toMatchObject({ counts: { updated: 1, disabled: 0 } });
  expect(scene.account("p20")).toMatchObject({ displayName: "Changed" });
});

test("trying a held person on demand is no approval, and an allowed one may be tried", async () => {
  const scene = await rig.openScene();
  const ids = await people(scene, 30);
  await scene.cycle();
  const leavers = ids.slice(0, 15);
  await leave(scene, leavers);
  await scene.cycle();
  const [one = ""] = leavers;

  const tried = await rig.life.engine.provision(scene.jobId, one, { dry: false });
  expect(tried.action).toBe("hold");
  expect(tried.entry.explanation).toContain("waits for a decision");
  expect(await held(scene)).toContain(one);

  await rig.life.engine.allowHeld(scene.jobId, [one]);
  expect((await rig.life.engine.provision(scene.jobId, one, { dry: false })).action).toBe("disable");
  expect(await held(scene)).toEqual(leavers.filter((id) => id !== one).sort());
});
