import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobSettings } from "#apps";
import { type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";
import type { Fault } from "#test/wire/fault-switches.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

type Policy = JobSettings["readBack"];
const code = "TargetIgnoredChange";

const open = (readBack: Policy) => rig.openScene({ template: "scim", readBack });
const lie = (fault: Omit<Fault, "times">) => rig.server.faults.add({ ...fault, times: null });

/** Somebody with an account, made while the target was honest. */
const withAccount = async (readBack: Policy) => {
  const scene = await open(readBack);
  const ada = await scene.assigned("ada", { jobTitle: "Clerk" });
  await scene.cycle();
  return { scene, ada };
};

/** How often the target was heard to ignore something, and in what words. */
const told = async (scene: Scene, id: string) =>
  (await scene.logs(id)).flatMap(({ provisioningAction, provisioningStatusInfo: { status, errorInformation } }) =>
    errorInformation?.errorCode === code ? [[provisioningAction, status, errorInformation.reason] as const] : [],
  );

const ignoredNow = async (scene: Scene) => (await rig.life.engine.status(scene.jobId)).counts.ignored;

/** A save of the schema makes everybody due; what is mapped stays as it is. */
const saveAnew = (scene: Scene): Promise<void> =>
  scene.mapUsers((mapping) => ({ ...mapping, attributeMappings: [...mapping.attributeMappings].reverse() }));

const writesOf = (asked: readonly string[]) => asked.filter((line) => !line.startsWith("GET"));

interface Row {
  readonly lie: Omit<Fault, "times">;
  readonly log: readonly [action: string, status: string];
  readonly says: RegExp;
  readonly act: (scene: Scene, ada: string) => Promise<void>;
}

const rows: Readonly<Record<string, Row>> = {
  "an update that shows what there was before": {
    lie: { kind: "ignoresWrite", method: "PATCH" },
    log: ["update", "warning"],
    says: /title was changed, but it was not: "Boss" was wanted, and the account has "Clerk"/,
    act: (scene, ada) => scene.change(ada, { jobTitle: "Boss" }),
  },
  "an update that shows what was sent": {
    lie: { kind: "claimsWrite", method: "PATCH" },
    log: ["update", "warning"],
    says: /"Boss" was wanted, and the account has "Clerk"/,
    act: (scene, ada) => scene.change(ada, { jobTitle: "Boss" }),
  },
  "one attribute of several": {
    lie: { kind: "claimsWrite", method: "PATCH", attributes: ["title"] },
    log: ["update", "warning"],
    says: /^[^.]*title was changed[^.]*\.$/,
    act: (scene, ada) => scene.change(ada, { jobTitle: "Boss", displayName: "Ada King" }),
  },
  "a disable": {
    lie: { kind: "claimsWrite", method: "PATCH" },
    log: ["disable", "failure"],
    says: /^The account can still be used\./,
    act: (scene, ada) => scene.unassign(ada),
  },
  "a disable for good": {
    lie: { kind: "ignoresWrite", method: "PATCH" },
    log: ["disable", "failure"],
    says: /^The account can still be used\./,
    act: (scene, ada) => scene.softDelete(ada),
  },
  "a delete": {
    lie: { kind: "ignoresWrite", method: "DELETE" },
    log: ["delete", "failure"],
    says: /answered that the account was deleted, but it is still there and can still be used\./,
    act: (scene, ada) => scene.purge(ada),
  },
};

describe.each(Object.entries(rows))("%s", (_what, row) => {
  test.each(["sampled", "always"] as const)("is told once, and not sent again (%s)", async (readBack) => {
    const { scene, ada } = await withAccount(readBack);
    lie(row.lie);
    await row.act(scene, ada);
    expect(writesOf(await scene.asked(() => scene.cycle()))).toHaveLength(1);
    const [first, ...more] = await told(scene, ada);
    expect([first?.slice(0, 2), more]).toEqual([row.log, []]);
    expect(first?.[2]).toMatch(row.says);
    for (let i = 0; i < 4; i++) expect(await scene.asked(() => scene.cycle())).toEqual([]);
    await saveAnew(scene);
    const asked = await scene.asked(async () => expect((await scene.cycle()).counts.done).toBeGreaterThan(0));
    expect(writesOf(asked)).toEqual([]);
    expect(await told(scene, ada)).toHaveLength(1);
    expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ ignored: 1, failed: 0, pending: 0 });
  });

  test("is believed where nothing is read back", async () => {
    const { scene, ada } = await withAccount("off");
    lie(row.lie);
    await row.act(scene, ada);
    const asked = await scene.asked(() => scene.cycle());
    expect(writesOf(asked)).toHaveLength(1);
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(await told(scene, ada)).toEqual([]);
    expect(await ignoredNow(scene)).toBe(0);
  });

  test("is tried again on demand and after a restart, told each time, and forgotten once it is done", async () => {
    const { scene, ada } = await withAccount("sampled");
    lie(row.lie);
    await row.act(scene, ada);
    await scene.cycle();
    const [first] = await scene.logs(ada);
    rig.clock.advance(60_000);
    const dry = await rig.life.engine.provision(scene.jobId, ada, { dry: true });
    expect(dry.entry.explanation).toMatch(/ since 2026-03-/);
    const asked = await scene.asked(() => rig.life.engine.provision(scene.jobId, ada, { dry: false }));
    expect(writesOf(asked)).toHaveLength(1);
    expect(await told(scene, ada)).toHaveLength(2);
    expect(await scene.asked(() => scene.cycle())).toEqual([]);
    await restart(scene);
    expect(writesOf(await scene.asked(() => scene.cycle()))).toHaveLength(1);
    expect(await told(scene, ada)).toHaveLength(3);
    rig.server.faults.clear();
    const done = await rig.life.engine.provision(scene.jobId, ada, { dry: false });
    expect(done.entry.provisioningStatusInfo.status).toBe("success");
    expect(await ignoredNow(scene)).toBe(0);
    expect(first?.provisioningStatusInfo.errorInformation?.recommendedAction).toMatch(/on demand/);
  });
});

const restart = async (scene: Scene): Promise<void> =>
  rig.life.engine.restartJob(scene.jobId, {
    watermark: true,
    escrows: true,
    quarantineState: true,
    connectorDataStore: false,
    forceDeletes: false,
  });

describe("an attribute that was ignored", () => {
  const withIgnoredTitle = async () => {
    const { scene, ada } = await withAccount("sampled");
    lie({ kind: "claimsWrite", method: "PATCH", attributes: ["title"] });
    await scene.change(ada, { jobTitle: "Boss" });
    await scene.cycle();
    return { scene, ada };
  };
  /** Bodies of the writes that the target got meanwhile. */
  const sentBy = async (work: () => Promise<unknown>): Promise<string> => {
    const before = rig.server.requests.length;
    await work();
    const sent = rig.server.requests.slice(before);
    return sent
      .filter(({ method }) => method !== "GET")
      .map(({ body }) => body)
      .join();
  };

  test("is not sent along when something else changes, and the log says since when it is ignored", async () => {
    const { scene, ada } = await withIgnoredTitle();
    await scene.change(ada, { displayName: "Ada King" });
    const sent = await sentBy(() => scene.cycle());
    expect(sent).toContain("Ada King");
    expect(sent).not.toContain("Boss");
    expect(await scene.lastLog(ada)).toBe("update success");
    expect((await scene.logs(ada))[0]?.explanation).toMatch(/has ignored the change of title since 2026-03-/);
    expect(await told(scene, ada)).toHaveLength(1);
    expect(await ignoredNow(scene)).toBe(1);
  });

  test("is sent and told again when another value is wanted", async () => {
    const { scene, ada } = await withIgnoredTitle();
    for (const jobTitle of ["Chief", "Chair"]) {
      await scene.change(ada, { jobTitle });
      expect(await sentBy(() => scene.cycle())).toContain(jobTitle);
      expect(await sentBy(() => scene.cycle())).toBe("");
    }
    const values = (await told(scene, ada)).map(([, , reason]) => /"(\w+)" was wanted/.exec(reason)?.[1]);
    expect(values).toEqual(["Chair", "Chief", "Boss"]);
  });

  test("is in step, and not ignored any more, once what the target has is wanted again", async () => {
    const { scene, ada } = await withIgnoredTitle();
    await scene.change(ada, { jobTitle: "Clerk" });
    expect(await sentBy(() => scene.cycle())).toBe("");
    expect(await ignoredNow(scene)).toBe(0);
  });

  test("is sent again when the target is seen to have another value than it had", async () => {
    const { scene, ada } = await withIgnoredTitle();
    rig.server.faults.clear();
    rig.server.users.keep({ ...scene.account("ada"), title: "Cook" });
    await scene.change(ada, { displayName: "Ada King" });
    expect(await sentBy(() => scene.cycle())).toContain("Boss");
    expect(scene.account("ada")).toMatchObject({ title: "Boss", displayName: "Ada King" });
    expect(await ignoredNow(scene)).toBe(0);
  });

  test("is sent again when its mapping is another one, though it gives the same", async () => {
    const { scene, ada } = await withIgnoredTitle();
    await scene.mapUsers((mapping) => ({
      ...mapping,
      attributeMappings: mapping.attributeMappings.map((one) =>
        one.targetAttributeName === "title"
          ? { ...one, source: { type: "Function", name: "", expression: 'Append([jobTitle], "")', parameters: [] } }
          : one,
      ),
    }));
    expect(await sentBy(() => scene.cycle())).toContain("Boss");
    expect(await told(scene, ada)).toHaveLength(2);
    expect(await sentBy(() => scene.cycle())).toBe("");
  });

  test("is not sent by another process either", async () => {
    const { scene, ada } = await withIgnoredTitle();
    await rig.life.end();
    rig.begin();
    await saveAnew(scene);
    expect(await sentBy(() => scene.cycle())).toBe("");
    await scene.change(ada, { jobTitle: "Chief" });
    await scene.cycle();
    expect(await told(scene, ada)).toHaveLength(2);
  });

  test("is found with everybody from then on, however many were written before", async () => {
    const scene = await open("sampled");
    const people: string[] = [];
    for (let i = 0; i < 6; i++) people.push(await scene.assigned(`many${i}`, { jobTitle: "Clerk" }));
    await scene.cycle();
    for (const id of people) await scene.change(id, { jobTitle: "Boss" });
    await scene.cycle();
    lie({ kind: "claimsWrite", method: "PATCH", attributes: ["title"] });
    const [first = "", second = ""] = people;
    await scene.change(first, { jobTitle: "Chief" });
    await rig.life.engine.provision(scene.jobId, first, { dry: false });
    await scene.change(second, { jobTitle: "Chief" });
    await scene.cycle();
    expect(await told(scene, second)).toHaveLength(1);
    expect(await ignoredNow(scene)).toBe(2);
    const { notices } = await rig.life.engine.status(scene.jobId);
    expect(notices.join()).toMatch(/^2 accounts where \S.* ignores changes/);
  });

  test("is not shown where logs must not show it", async () => {
    const { scene, ada } = await withAccount("always");
    lie({ kind: "claimsWrite", method: "PATCH", attributes: ["title"] });
    await scene.mapUsers((mapping) => ({
      ...mapping,
      attributeMappings: mapping.attributeMappings.map((one) =>
        one.targetAttributeName === "title"
          ? { ...one, source: { type: "Function", name: "", expression: "Redact([jobTitle])", parameters: [] } }
          : one,
      ),
    }));
    await scene.change(ada, { jobTitle: "Zebra" });
    await scene.cycle();
    const [[, , reason] = []] = await told(scene, ada);
    expect(reason).toMatch(/\[Redact\] was wanted, and the account has \[Redact\]/);
    const logs = JSON.stringify((await scene.logs(ada)).slice(0, 1));
    expect(logs).not.toMatch(/Zebra|Clerk/);
  });
});

test("a new account of which something is ignored is told once, and everything else of it is in step", async () => {
  const scene = await open("sampled");
  lie({ kind: "claimsWrite", attributes: ["title", "displayName"] });
  const ada = await scene.assigned("ada", { jobTitle: "Boss" });
  await scene.cycle();
  const [entry, ...more] = await told(scene, ada);
  expect([entry?.slice(0, 2), more]).toEqual([["create", "warning"], []]);
  expect(entry?.[2]).toMatch(/title .*"Boss" was wanted, and the account has nothing/);
  for (let i = 0; i < 5; i++) expect(await scene.asked(() => scene.cycle())).toEqual([]);
  expect(scene.account("ada")).toMatchObject({ userName: scene.upn("ada"), active: true });
  expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ inScope: 1, inStep: 1, ignored: 1 });
});

test("a target that shows a moment later what it did is not accused", async () => {
  const { scene, ada } = await withAccount("always");
  const id = String(scene.account("ada")?.id);
  // Nothing was written to it before, so that the look before the write is honest; the first one after it is not.
  rig.server.faults.add({ kind: "staleRead", method: "GET", path: `/Users/${id}`, times: 2 });
  await scene.change(ada, { jobTitle: "Boss" });
  const asked = await scene.asked(() => scene.cycle());
  expect(asked.filter((line) => line === `GET /Users/${id}`)).toHaveLength(3);
  expect([await scene.lastLog(ada), await ignoredNow(scene)]).toEqual(["update success", 0]);
});

test("a target that does not find a new account at once is not accused, nor is one that fails when it is looked at", async () => {
  const { scene } = await withAccount("always");
  lie({ kind: "ignoresWrite", method: "POST", attributes: ["title"] });
  for (const [name, kind] of [
    ["bob", "404"],
    ["cem", "403"],
  ] as const) {
    const id = await scene.assigned(name, { jobTitle: "Cook" });
    rig.server.faults.add({ kind, method: "GET", path: "/Users/" });
    await scene.cycle();
    expect(await scene.lastLog(id)).toBe("create success");
  }
  expect(rig.server.state.faults).toMatchObject({ "404": 1, "403": 1 });
});

test("a change that somebody has yet to confirm at the target accuses nobody, but a new account has it at once", async () => {
  const { scene, ada } = await withAccount("always");
  await scene.settings({ profile: { confirmedLater: ["title"] } });
  await scene.cycle();
  lie({ kind: "claimsWrite", attributes: ["title"] });
  await scene.change(ada, { jobTitle: "Boss" });
  const bob = await scene.assigned("bob", { jobTitle: "Cook" });
  await scene.cycle();
  expect([await scene.lastLog(ada), await scene.lastLog(bob)]).toEqual(["update success", `create warning ${code}`]);
});

test("who keeps access stands out: the cycle counts a failure, and the status names them for as long as it is so", async () => {
  const { scene, ada } = await withAccount("sampled");
  lie({ kind: "claimsWrite", method: "PATCH", attributes: ["active"] });
  await scene.unassign(ada);
  const report = await scene.cycle();
  expect([report.state, report.counts.failed, report.counts.disabled]).toEqual(["entryErrors", 1, 0]);
  const { notices, quarantine } = await rig.life.engine.status(scene.jobId);
  expect(notices[0]).toMatch(/access was taken away and leaves it as it was: Ada Example\./);
  expect(quarantine).toBeNull();
  // Somebody ends it by hand: the next look sees it.
  rig.server.users.keep({ ...scene.account("ada"), active: false });
  await rig.life.engine.provision(scene.jobId, ada, { dry: false });
  expect((await rig.life.engine.status(scene.jobId)).notices).toEqual([]);
});

test("whoever comes back after a disable that was ignored is in step again", async () => {
  const { scene, ada } = await withAccount("sampled");
  lie({ kind: "claimsWrite", method: "PATCH", attributes: ["active"] });
  await scene.unassign(ada);
  await scene.cycle();
  await scene.assign(ada);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: true });
  expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ inStep: 1, ignored: 0 });
});

/** What the target was asked of groups. */
const groupRequests = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
  const before = rig.server.requests.length;
  await work();
  const sent = rig.server.requests.slice(before).filter(({ path }) => path.startsWith("/Groups"));
  return sent.map(({ method, path }) => (path.includes("filter=") ? "search" : method));
};

describe("members of a group", () => {
  const withTeam = async (readBack: Policy) => {
    const scene = await open(readBack);
    const [ada, bob] = [await scene.assigned("ada"), await scene.assigned("bob")];
    const team = await scene.group("Team", [ada]);
    await scene.assign(team, "Group");
    await scene.cycle();
    lie({ kind: "claimsWrite", method: "PATCH", path: "/Groups", attributes: ["members"] });
    return { scene, ada, bob, team };
  };

  test.each<[what: "join" | "leave", status: string, reason: RegExp]>([
    ["join", "warning", /but 1 that was added is not in it/],
    ["leave", "failure", /but 1 that was removed is still in it/],
  ])("that %s in vain are told once, and tried again on demand", async (what, status, reason) => {
    const { scene, ada, bob, team } = await withTeam("sampled");
    await (what === "join" ? scene.join(team, bob) : scene.leave(team, ada));
    // Denied twice, a moment apart, before the whole group is read.
    expect(await groupRequests(() => scene.cycle())).toEqual(["PATCH", "search", "search", "GET"]);
    const [entry, ...more] = await told(scene, team);
    expect([entry?.[1], more]).toEqual([status, []]);
    expect(entry?.[2]).toMatch(reason);
    const { explanation = "" } = (await scene.logs(team))[0] ?? {};
    expect(explanation).toMatch(/^The attributes of the group Team .* are as they should be\. /);
    expect(explanation.includes("1 member was to be added. ")).toBe(what === "join");
    expect(explanation).not.toContain("1 member was added");
    for (let i = 0; i < 5; i++) expect(await groupRequests(() => scene.cycle())).toEqual([]);
    expect(await ignoredNow(scene)).toBe(1);
    rig.server.faults.clear();
    await rig.life.engine.provision(scene.jobId, team, { dry: false });
    const members = (rig.server.groups.all()[0]?.members ?? []) as { value: string }[];
    const wanted = what === "join" ? ["ada", "bob"] : [];
    expect(members.map(({ value }) => value).sort()).toEqual(wanted.map((name) => scene.account(name)?.id).sort());
    expect(await ignoredNow(scene)).toBe(0);
  });

  test("are asked for one by one, never all, while the target is honest", async () => {
    const { scene, bob, team } = await withTeam("always");
    rig.server.faults.clear();
    await scene.join(team, bob);
    expect(await groupRequests(() => scene.cycle())).toEqual(["PATCH", "search"]);
  });

  test("are believed where nothing is read back, and where the target does not understand the question", async () => {
    const { scene, bob, team } = await withTeam("off");
    await scene.join(team, bob);
    expect(await groupRequests(() => scene.cycle())).toEqual(["PATCH"]);
    const second = await withTeam("always");
    rig.server.faults.clear();
    rig.server.faults.add({ kind: "emptyList", method: "GET", path: "/Groups?attributes", times: null });
    await second.scene.join(second.team, second.bob);
    await second.scene.cycle();
    expect(await told(second.scene, second.team)).toEqual([]);
  });
});

test("reading back costs a handful of requests, however many accounts are made", async () => {
  const cost = async (readBack: Policy) => {
    const scene = await open(readBack);
    for (let i = 0; i < 40; i++) await scene.assigned(`crowd${i}`);
    return (await scene.asked(() => scene.cycle())).length;
  };
  const none = await cost("off");
  expect([(await cost("sampled")) - none, (await cost("always")) - none]).toEqual([3, 40]);
});

/** One change of the history: who gets which values. */
const names = ["title", "displayName", "nickName"] as const;
const histories = fc.record({
  ignored: fc.subarray([...names]),
  shows: fc.constantFrom("ignoresWrite" as const, "claimsWrite" as const),
  changes: fc.array(fc.record({ who: fc.nat(2), name: fc.constantFrom(...names), value: fc.nat(3) }), {
    maxLength: 12,
  }),
});

test("whatever a target ignores, the accounts have everything else, and each ignored value is told once", async () => {
  const sources = { title: "jobTitle", displayName: "displayName", nickName: "department" } as const;
  await fc.assert(
    fc.asyncProperty(histories, async ({ ignored, shows, changes }) => {
      const scene = await open("always");
      await scene.mapUsers((mapping) => {
        const [template] = mapping.attributeMappings;
        if (template === undefined) throw new Error("there is no mapping");
        const others = mapping.attributeMappings.filter(
          ({ targetAttributeName }) => targetAttributeName !== "nickName",
        );
        const nickName = {
          ...template,
          targetAttributeName: "nickName",
          matchingPriority: 0,
          source: { type: "Attribute" as const, name: "department", expression: "[department]", parameters: [] },
        };
        return { ...mapping, attributeMappings: [...others, nickName] };
      });
      const values = () => ({ title: "first", displayName: "first", nickName: "first" });
      const wanted = [values(), values(), values()];
      const people: string[] = [];
      for (const [at] of wanted.entries())
        people.push(await scene.assigned(`p${at}`, { jobTitle: "first", displayName: "first", department: "first" }));
      await scene.cycle();
      lie({ kind: shows, method: "PATCH", attributes: ignored });
      // What is told is told of each value that is wanted next, and not of one that is there already.
      let expected = 0;
      for (const { who, name, value } of changes) {
        const [id, one] = [people[who] ?? "", wanted[who] ?? values()];
        const next = `value ${value}`;
        if (ignored.includes(name) && one[name] !== next) expected += 1;
        one[name] = next;
        await scene.change(id, { [sources[name]]: next });
        await scene.cycle();
      }
      for (const [at, one] of wanted.entries()) {
        const kept = Object.fromEntries(ignored.map((name) => [name, "first"]));
        expect(scene.account(`p${at}`)).toMatchObject({ ...one, ...kept, active: true });
      }
      const all = await Promise.all(people.map((id) => told(scene, id)));
      expect(all.flat()).toHaveLength(expected);
      await saveAnew(scene);
      expect(writesOf(await scene.asked(() => scene.cycle()))).toEqual([]);
      expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ inScope: 3, inStep: 3, failed: 0 });
    }),
    { numRuns: 12, seed: 20_261_124 },
  );
}, 120_000);
