import { afterAll, beforeAll, expect, test } from "vitest";
import type { ProfileChanges } from "#core";
import { getUsers, importObjects } from "#directory";
import { foldCase, isJsonArray, isJsonObject, type JsonObject } from "#scim";
import { accountsOf, wantedOf } from "#test/e2e/oracle.ts";
import { type EngineRig, hour, openEngineRig, type Scene } from "#test/engine-rig.ts";
import { personOf } from "#test/whole-engine.ts";
import type { Fault, FaultMix } from "#test/wire/fault-switches.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const people = 240;
const teams = 6;

/** Of a hundred writes, five are answered 5xx, two are done and their answers lost, others are cut short, reset or put off. */
const writes: FaultMix = {
  "429": 0.05,
  "500": 0.02,
  "503": 0.02,
  "500BeforeCommit": 0.01,
  "502AfterCommit": 0.01,
  dropAfterCommit: 0.01,
  dropBeforeCommit: 0.01,
  truncate201: 0.02,
};
const reads: FaultMix = { "429": 0.05, "500": 0.03, "503": 0.02, dropBeforeCommit: 0.01, truncateJson: 0.02 };

interface Staff {
  readonly ids: readonly string[];
  readonly teams: readonly { readonly id: string; readonly members: Set<string> }[];
}

const hire = async (scene: Scene): Promise<Staff> => {
  const rows = Array.from({ length: people }, (_, number) => {
    const name = `p${number}@${scene.upn("").slice(1)}`;
    return {
      anchor: String(number),
      locator: null,
      attributes: { ...personOf(number, true), userPrincipalName: name, mail: name },
    };
  });
  const outcomes = await rig.store.transaction((tx) => importObjects(tx, "user", scene.jobId, rows, rig.clock.now()));
  const ids = outcomes.flatMap((outcome) => (outcome.kind === "added" ? [outcome.id] : []));
  expect(ids).toHaveLength(people);
  const staff: { id: string; members: Set<string> }[] = [];
  for (let team = 0; team < teams; team += 1) {
    const members = ids.filter((_, number) => number % teams === team || number % 7 === team);
    const id = await scene.group(`Team ${team}`, members);
    await scene.assign(id, "Group");
    staff.push({ id, members: new Set(members) });
  }
  return { ids, teams: staff };
};

/** Everybody is touched by something: a new name, a new team, a farewell. */
const reorganise = async (scene: Scene, { ids, teams }: Staff): Promise<void> => {
  for (const [number, id] of ids.entries()) {
    if (number % 4 === 0) await scene.change(id, { displayName: `Renamed ${number}` });
    if (number % 9 === 0) await scene.change(id, { accountEnabled: false });
    const to = teams[(number + 1) % teams.length]!;
    if (number % 3 === 0 && !to.members.has(id)) {
      await scene.join(to.id, id);
      to.members.add(id);
    }
    const from = teams[number % teams.length]!;
    if (number % 5 === 0 && from.members.delete(id)) await scene.leave(from.id, id);
  }
};

/** For a while nothing comes through. */
const storm = (times: number, where: Pick<Fault, "method" | "path"> = {}): void =>
  rig.server.faults.add({ kind: "429", times, retryAfter: "2", ...where });

/** @param where what a storm stops in the middle of the first cycle, for longer than a dozen objects are patient */
const work = async (scene: Scene, where: Pick<Fault, "method" | "path">): Promise<void> => {
  storm(60, where);
  for (let time = 0; time < 30; time += 1) {
    // Now and then one that even the question whether the target is there does not outlast.
    if (time % 4 === 1) storm(12);
    await scene.cycle();
    const { counts, quarantine } = await rig.life.engine.status(scene.jobId);
    expect(quarantine).toBeNull();
    if (time > 1 && counts.pending + counts.failed === 0) return;
    rig.clock.advance(7 * hour);
  }
  throw new Error("thirty rounds were not enough");
};

const compare = async ({ ids, teams }: Staff): Promise<void> => {
  const { users, groups, accepted, removed } = rig.server.state;
  const directory = await getUsers(rig.store.db, ids);
  const isMember = (id: string): boolean => teams.some(({ members }) => members.has(id));
  const isInScope = (id: string): boolean => directory.get(id)?.attributes.accountEnabled === true && isMember(id);
  const nameOf = (id: string): string => foldCase(String(directory.get(id)?.attributes.userPrincipalName));
  const accounts = accountsOf(users);
  const wanted = ids.map((id) => [nameOf(id), wantedOf(directory.get(id)!)] as const);
  const found = [...accounts].map(([name, account]) => [name, account] as const);
  const active = (all: typeof found) => Object.fromEntries(all.filter(([, account]) => account.active === true));
  expect(active(found)).toEqual(Object.fromEntries(wanted.filter((_, at) => isInScope(ids[at]!))));
  // Nobody else is there but leavers, each of whom was made once; nothing was deleted.
  expect(found.filter(([name]) => !wanted.some(([other]) => other === name))).toEqual([]);
  expect(accepted.map(({ type, name }) => `${type} ${foldCase(name)}`).sort()).toEqual(
    [
      ...users.map(({ userName }) => `User ${foldCase(String(userName))}`),
      ...groups.map(({ displayName }) => `Group ${foldCase(String(displayName))}`),
    ].sort(),
  );
  expect(removed).toEqual([]);
  const names = new Map(users.map(({ id, userName }) => [id, foldCase(String(userName))]));
  const membersOf = ({ members }: JsonObject): readonly unknown[] =>
    (isJsonArray(members) ? members : [])
      .map((member) => names.get(isJsonObject(member) ? member.value : member))
      .sort();
  expect(
    Object.fromEntries(groups.map((group) => [String(group.displayName).split(" ")[1], membersOf(group)])),
  ).toEqual(
    Object.fromEntries(teams.map(({ members }, at) => [String(at), [...members].filter(isInScope).map(nameOf).sort()])),
  );
};

test.each<[name: string, profile: ProfileChanges, seed: number]>([
  ["in any way that it likes", {}, 20_260_305],
  ["by PUT alone", { updateUsers: "put", updateGroups: "put" }, 20_260_306],
  ["one operation and five members at a time", { patchOperations: 1, membersPerRequest: 5 }, 20_260_307],
  ["without filters", { filterable: [], filterableGroups: [] }, 20_260_308],
  // Fewer writes, fewer draws: last, so that what was met before counts too.
  ["by bulk requests", { bulk: { operations: 100, payloadBytes: 1_000_000 } }, 20_260_310],
])(
  "in rough weather that never ends, a target that is spoken to %s ends up as the directory has it, and nobody is there twice",
  {
    timeout: 240_000,
  },
  async (_name, profile, seed) => {
    const scene = await rig.openScene({ template: "scim" });
    await scene.settings({ profile, guard: { enabled: false, absolute: 500, percent: 20, floor: 10 } });
    const staff = await hire(scene);
    rig.server.faults.mix(seed, writes, reads);
    await work(scene, { method: "POST" });
    await compare(staff);
    await reorganise(scene, staff);
    await work(scene, { path: "/Users/" });
    await compare(staff);
    const met = Object.keys(rig.server.state.faults);
    expect(met.sort()).toEqual([...new Set([...Object.keys(writes), ...Object.keys(reads)])].sort());
  },
);
