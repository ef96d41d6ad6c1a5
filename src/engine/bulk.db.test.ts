import { afterAll, beforeAll, expect, test } from "vitest";
import { day, type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";
import type { Fault } from "#test/wire/fault-switches.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const bulk = { operations: 100, payloadBytes: 1_000_000 };
const people = 40;

const gather = async (): Promise<{ readonly scene: Scene; readonly ids: readonly string[] }> => {
  const scene = await rig.openScene({ template: "scim" });
  await scene.settings({ profile: { bulk }, guard: { enabled: false, absolute: 500, percent: 20, floor: 10 } });
  const ids: string[] = [];
  for (let number = 0; number < people; number += 1) ids.push(await scene.assigned(`p${number}`));
  return { scene, ids };
};

/** The weather clears: everything that waits is tried again. */
const clear = async (scene: Scene): Promise<void> => {
  rig.server.faults.clear();
  for (let tries = 0; tries < 3; tries += 1) {
    rig.clock.advance(2 * day);
    await scene.cycle();
  }
};

const isBulk = (line: string): boolean => line.startsWith("POST /Bulk");

test("people are made, changed and taken away by bulk requests, a few of them for all", async () => {
  const { scene, ids } = await gather();
  const first = await scene.asked(() => scene.cycle());
  expect(rig.server.users.all()).toHaveLength(people);
  const creates = first.filter((line) => line.startsWith("POST /Users")).length;
  // Whoever comes first goes alone.
  expect(creates).toBeLessThan(people / 2);
  expect(first.some(isBulk)).toBe(true);
  for (const id of ids.slice(0, 20)) await scene.change(id, { jobTitle: "Pilot" });
  await scene.cycle();
  expect(rig.server.users.all().filter(({ title }) => title === "Pilot")).toHaveLength(20);
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
});

const lies: readonly Fault["kind"][] = [
  "bulkMissesOne",
  "bulkSaysTwice",
  "bulkReversed",
  "bulkOnePlace",
  "bulkWrongPlaces",
  "bulkNoNames",
  "bulkStopsAt400",
  "bulkTakesTwo",
  "bulkAll429",
  "dropAfterCommit",
  "502AfterCommit",
  "truncateJson",
  "html",
  "404",
];

test.each(lies)(
  "a target that meets bulk requests with %s has everybody once in the end, as they are",
  async (kind) => {
    const { scene, ids } = await gather();
    rig.server.faults.add({ kind, path: "/Bulk", times: 3 });
    await scene.cycle();
    for (const id of ids.slice(0, 10)) await scene.change(id, { jobTitle: "Pilot" });
    for (const id of ids.slice(10, 15)) await scene.unassign(id);
    await scene.cycle();
    expect(rig.server.state.faults[kind]).toBeGreaterThan(0);
    await clear(scene);
    const users = rig.server.users.all();
    const wanted = ids.map((_, number) => ({
      userName: scene.upn(`p${number}`),
      active: number < 10 || number >= 15,
      title: number < 10 ? "Pilot" : undefined,
    }));
    const sorted = <Row extends { userName: unknown }>(rows: readonly Row[]) =>
      rows.toSorted((left, right) => (String(left.userName) < String(right.userName) ? -1 : 1));
    expect(sorted(users.map(({ userName, active, title }) => ({ userName, active, title })))).toEqual(sorted(wanted));
    const accepted = rig.server.state.accepted.map(({ name }) => name);
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(await scene.asked(() => scene.cycle())).toEqual([]);
  },
);
