import type { ProfileChanges } from "#core";
import type { JsonObject } from "#scim";
import { memberIds } from "../../scim/resources.ts";
import type { Bench, Thing } from "../bench.ts";
import { has, valueAt } from "../compare.ts";
import { leanPersonOf, personOf } from "../people.ts";
import { idOf, nameOf } from "../throw-away.ts";
import { anybody, type Probe, sentence, withoutGroups, withTeam } from "./probe.ts";
import { complaintOf } from "./searching.ts";

export const groupCreation: Probe = {
  name: "Groups",
  isNeedless: withoutGroups,
  lacks: anybody,
  examine: async (bench) => {
    const listed = await bench.list("Group", [
      ["excludedAttributes", "members"],
      ["startIndex", "1"],
      ["count", "1"],
    ]);
    const { status } = listed;
    if (status === 400) {
      const whole = await bench.list("Group", [
        ["startIndex", "1"],
        ["count", "1"],
      ]);
      if (whole.trouble === null) bench.tell("membersNotLeftOut", { status });
    } else if (status === 404 || status === 405 || status === 501 || status === 403)
      return void bench.tell("noGroups", { status });
    const name = bench.name("team");
    const { thing, heard } = await bench.make("Group", name, { displayName: name, externalId: name });
    const made = thing === null ? (await bench.make("Group", name, { displayName: name })).thing : thing;
    if (made === null) {
      const said = sentence(heard) ?? "The answer shows no id, and the group is not found by its name.";
      return void bench.tell("groupRefused", { said, status: heard.status });
    }
    const { shown, status: seen } = await bench.look(made);
    if (shown === null)
      return void bench.tell("groupRefused", { said: `It cannot be read by its id (${seen ?? "no answer"}).` });
    bench.known.team = made;
    bench.tell("groupCreated");
  },
};

export const groupSearch: Probe = {
  name: "Searching for groups",
  isNeedless: withoutGroups,
  lacks: withTeam,
  examine: async (bench) => {
    const team = bench.known.team as Thing;
    const { shown } = await bench.look(team);
    const good: string[] = [];
    let asked = 0;
    for (const path of ["displayName", "externalId"]) {
      const value = shown === null ? undefined : valueAt(shown, path);
      if (typeof value !== "string") continue;
      asked += 1;
      const complaint = await complaintOf(bench, "Group", path, value, team.id);
      if (complaint === null) good.push(path);
      else bench.tell("groupFilterFails", { path, value: complaint });
    }
    if (good.length > 0) bench.tell("groupFilterable", { paths: good });
    if (good.length < asked) bench.tell("groupFilterableOnly", { paths: good });
    const second = await bench.make("Group", team.name, { displayName: team.name });
    const value =
      second.thing === null
        ? `is refused (${second.heard.status ?? "no answer"})`
        : second.thing.id === team.id
          ? "is answered with the first"
          : "is created beside it";
    bench.tell("groupDuplicate", { value });
    if (second.thing !== null && second.thing.id !== team.id) await bench.remove(second.thing);
  },
};

export const groupRename: Probe = {
  name: "Renaming a group",
  isNeedless: withoutGroups,
  lacks: withTeam,
  examine: async (bench) => {
    const team = bench.known.team as Thing;
    const name = bench.name("team-renamed");
    const change = [{ path: "displayName", value: name }];
    const isRenamed = async (): Promise<boolean> => {
      const { shown } = await bench.look(team);
      return shown !== null && has(shown, "displayName", name);
    };
    const { shown } = await bench.look(team);
    if (shown === null) return;
    const patched = await bench.patch(team, change, shown);
    if (await isRenamed()) return void bench.tell("groupRenamed", { name: "PATCH" });
    const put = await bench.put(team, change, shown);
    if (await isRenamed()) return void bench.tell("groupsByPut");
    bench.tell("groupNotRenamed", { said: (put.refused ?? patched.refused)?.trouble?.message });
  },
};

const membersOf = (shown: JsonObject | null): readonly string[] => (shown === null ? [] : memberIds(shown));

/** Users who join: the two that are there, and as many more as were asked for. */
const gather = async (bench: Bench): Promise<readonly Thing[]> => {
  const people = [bench.known.ann, bench.known.anna].filter((thing) => thing !== null);
  while (people.length < bench.members) {
    const what = `member${people.length}`;
    const { run, domain, known } = bench;
    const resource = known.isLean ? leanPersonOf(run, what, domain) : personOf(run, what, domain);
    const { thing } = await bench.make("User", nameOf(run, what, domain), resource);
    if (thing === null) break;
    people.push(thing);
  }
  return people.slice(0, Math.max(1, bench.members));
};

const removals: readonly ProfileChanges[] = [{ memberRemoval: "filter" }, { memberRemoval: "value" }];

export const membership: Probe = {
  name: "Members of a group",
  isNeedless: withoutGroups,
  lacks: (bench) => withTeam(bench) ?? (bench.known.ann === null ? "no user could be created." : null),
  examine: async (bench) => {
    const team = bench.known.team as Thing;
    const ann = bench.known.ann as Thing;
    const present = async (): Promise<ReadonlySet<string>> => new Set(membersOf((await bench.look(team)).shown));
    const joined = await bench.changeMembers(team, { add: [ann.id], remove: [] });
    let isIn = (await present()).has(ann.id);
    if (!isIn && bench.profile.updateGroups === "patch") {
      await bench.changeMembers(team, { add: [ann.id], remove: [] }, { updateGroups: "put" });
      isIn = (await present()).has(ann.id);
      if (isIn) bench.tell("groupsByPut");
    }
    if (!isIn) return void bench.tell("membersNotAdded", { said: joined.refused?.trouble?.message });

    await lookWithoutMembers(bench, team);
    if (bench.known.searches) await askWhoIsIn(bench, team, ann);
    const isRemoved = await leave(bench, team, ann, present);
    if (!isRemoved) return;

    const people = await gather(bench);
    const ids = people.map(({ id }) => id);
    await bench.changeMembers(team, { add: ids, remove: [] });
    let size = ids.length;
    let there = await present();
    while (size > 1 && !ids.slice(0, size).every((id) => there.has(id))) {
      size = Math.floor(size / 2);
      for (let from = 0; from < ids.length; from += size)
        await bench.changeMembers(team, {
          add: ids.slice(from, from + size).filter((id) => !there.has(id)),
          remove: [],
        });
      there = await present();
      if (ids.every((id) => there.has(id))) break;
    }
    if (size < ids.length) bench.tell("membersAtOnce", { count: size, of: ids.length });
    const leaving = ids.filter((id) => there.has(id));
    await bench.changeMembers(team, { add: [], remove: leaving });
    const still = await present();
    const stuck = leaving.filter((id) => still.has(id));
    if (stuck.length > 0)
      bench.tell("membersNotRemoved", { said: `Of ${leaving.length} in one request ${stuck.length} stayed.` });
    else bench.tell("membersChange", { count: leaving.length });
  },
};

/** Takes a member out, in the wording of the profile or else in the other. @returns whether it went */
const leave = async (
  bench: Bench,
  team: Thing,
  person: Thing,
  present: () => Promise<ReadonlySet<string>>,
): Promise<boolean> => {
  const usual = await bench.changeMembers(team, { add: [], remove: [person.id] });
  if (!(await present()).has(person.id)) return true;
  if (bench.profile.updateGroups === "patch") {
    for (const knob of removals) {
      await bench.changeMembers(team, { add: [], remove: [person.id] }, knob);
      if ((await present()).has(person.id)) continue;
      bench.tell(knob.memberRemoval === "value" ? "membersByValue" : "membersByFilter");
      return true;
    }
    await bench.changeMembers(team, { add: [], remove: [person.id] }, { updateGroups: "put" });
    if (!(await present()).has(person.id)) {
      bench.tell("groupsByPut");
      return true;
    }
  }
  bench.tell("membersNotRemoved", { said: usual.refused?.trouble?.message });
  return false;
};

const lookWithoutMembers = async (bench: Bench, team: Thing): Promise<void> => {
  const { body, status, trouble } = await bench.wire.ask({
    purpose: "get",
    method: "GET",
    path: bench.wire.pathOf("Group", team.id),
    query: [["excludedAttributes", "members"]],
  });
  if (trouble !== null || body === null) bench.tell("membersNotLeftOut", { status });
  else bench.tell(memberIds(body).length === 0 ? "membersLeftOut" : "membersAnyway");
};

const askWhoIsIn = async (bench: Bench, team: Thing, person: Thing): Promise<void> => {
  const filter = `id eq ${JSON.stringify(team.id)} and members eq ${JSON.stringify(person.id)}`;
  const { all, trouble, status } = await bench.list("Group", [
    ["attributes", "id"],
    ["filter", filter],
  ]);
  if (trouble !== null) bench.tell("doesNotFindMembers", { value: `the search is refused (${status ?? "no answer"})` });
  else if (all.some((one) => idOf(one) === team.id)) bench.tell("findsMembers");
  else bench.tell("doesNotFindMembers", { value: "the search finds nobody" });
};
