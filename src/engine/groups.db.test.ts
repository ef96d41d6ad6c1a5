import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listAssignments, setExpandNested } from "#apps";
import { createGroup } from "#directory";
import { day, type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const settleAll = async (scene: Scene): Promise<void> => {
  await scene.cycle();
  await scene.cycle();
};

const groupNamed = (displayName: string) =>
  rig.server.groups.all().find((one) => String(one.displayName).startsWith(displayName));

/** The user names that a group of the target lists as members. */
const membersOf = (displayName: string): string[] => {
  const names = new Map(rig.server.users.all().map((user) => [user.id, String(user.userName).split("@")[0]]));
  const members = (groupNamed(displayName)?.members ?? []) as readonly { value: string }[];
  return members.map(({ value }) => names.get(value) ?? value).sort();
};

const namesOf = (start: string): string[] =>
  rig.server.groups
    .all()
    .map(({ displayName }) => String(displayName))
    .filter((name) => name.startsWith(start));

const idOf = (scene: Scene, name: string): string => String(scene.account(name)?.id);

test("an assigned group arrives with its members, and one change of members costs one request", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ada, bob, cem] = [await scene.person("gada"), await scene.person("gbob"), await scene.person("gcem")];
  const team = await scene.group("Team One", [ada, bob]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  expect(membersOf("Team One")).toEqual(["gada", "gbob"]);

  await scene.join(team, cem);
  await settleAll(scene);
  expect(membersOf("Team One")).toEqual(["gada", "gbob", "gcem"]);

  await scene.leave(team, bob);
  const asked = await scene.asked(() => settleAll(scene));
  expect(membersOf("Team One")).toEqual(["gada", "gcem"]);
  expect(asked.filter((line) => line.includes("/Groups/"))).toEqual([expect.stringMatching(/^PATCH /)]);
  expect((await scene.logs(team))[0]).toMatchObject({
    provisioningAction: "update",
    provisioningStatusInfo: { status: "success" },
    explanation: expect.stringContaining("are as they should be. 1 member was removed."),
  });
});

test("a member who leaves scope leaves the group, and one who comes back is a member again", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [dan, eve] = [await scene.person("gdan"), await scene.person("geve")];
  const team = await scene.group("Team Two", [dan, eve]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  await scene.change(dan, { accountEnabled: false });
  await settleAll(scene);
  expect(membersOf("Team Two")).toEqual(["geve"]);
  await scene.change(dan, { accountEnabled: true });
  await settleAll(scene);
  expect(membersOf("Team Two")).toEqual(["gdan", "geve"]);
});

test("whoever leaves scope while the group is being written with them leaves it again", async () => {
  const scene = await rig.openScene({ template: "scim" });
  await scene.settings({ profile: { membersPerRequest: 1 } });
  const crowd: string[] = [];
  for (let at = 0; at < 40; at += 1) crowd.push(await scene.assigned(`gu${at}`));
  const team = await scene.group("Team Under Way");
  await scene.assign(team, "Group");
  await settleAll(scene);
  for (const id of crowd) await scene.join(team, id);
  await scene.change(crowd[0]!, { accountEnabled: false });
  // The group takes forty requests, and time goes by between them: the leaver is recorded first.
  rig.server.faults.add({ kind: "429", method: "PATCH", path: "/Groups", times: 3, retryAfter: "5" });
  await scene.cycle();
  expect(scene.account("gu0")).toMatchObject({ active: false });
  expect(membersOf("Team Under Way")).toEqual(
    crowd
      .slice(1)
      .map((_, at) => `gu${at + 1}`)
      .sort(),
  );
});

test.each(["dropAfterCommit", "502AfterCommit"] as const)(
  "whoever leaves scope after a membership was written, and its answer lost (%s), leaves the group all the same",
  async (kind) => {
    const scene = await rig.openScene({ template: "scim" });
    const [liv, leo] = [await scene.assigned("gliv"), await scene.person("gleo")];
    const team = await scene.group("Team Lost", [leo]);
    await scene.assign(team, "Group");
    await settleAll(scene);
    await scene.join(team, liv);
    rig.server.faults.add({ kind, method: "PATCH", path: "/Groups" });
    expect(await scene.cycle()).toMatchObject({ counts: { failed: 1 } });
    expect(membersOf("Team Lost")).toEqual(["gleo", "gliv"]);
    await scene.change(liv, { accountEnabled: false });
    await scene.cycle();
    rig.clock.advance(day);
    await settleAll(scene);
    expect(membersOf("Team Lost")).toEqual(["gleo"]);
    expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ pending: 0, failed: 0 });
    expect(await scene.asked(() => scene.cycle())).toEqual([]);
  },
);

test("whoever leaves scope after a process has ended in the middle of writing them into a group leaves it again", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [kim, kay] = [await scene.assigned("gkim"), await scene.person("gkay")];
  const team = await scene.group("Team Dying", [kay]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  await scene.join(team, kim);
  // The question whether the target is there comes first.
  const died = rig.life.dieAt(1, true);
  void scene.cycle();
  await died;
  expect(membersOf("Team Dying")).toEqual(["gkay", "gkim"]);
  rig.begin();
  await scene.leave(team, kim);
  await scene.unassign(kim);
  await settleAll(scene);
  expect(membersOf("Team Dying")).toEqual(["gkay"]);
});

test("a target that refuses to take out who is not in the group is told of each alone, and nobody waits for it", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const people = [await scene.person("sia"), await scene.person("sol"), await scene.person("sam")];
  const team = await scene.group("Team Absent", people);
  await scene.assign(team, "Group");
  await settleAll(scene);
  const group = groupNamed("Team Absent")!;
  const members = (group.members as readonly { value: string }[]).filter(({ value }) => value !== idOf(scene, "sia"));
  rig.server.groups.keep({ ...group, members });
  rig.server.faults.add({ kind: "noTargetForAbsent", path: "/Groups/", times: null });
  for (const id of people.slice(0, 2)) await scene.leave(team, id);
  const asked = await scene.asked(() => settleAll(scene));
  rig.server.faults.clear();
  expect(membersOf("Team Absent")).toEqual(["sam"]);
  expect(asked.filter((line) => line.startsWith("PATCH") && line.includes("/Groups/"))).toHaveLength(3);
  expect((await scene.logs(team))[0]).toMatchObject({
    provisioningStatusInfo: { status: "success" },
    explanation: expect.stringContaining("are as they should be. 2 members were removed."),
  });
});

test("whoever was deleted when the group was made and is restored since is a member of it", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ria, rob] = [await scene.person("ria"), await scene.person("rob")];
  const team = await scene.group("Team Restored", [ria, rob]);
  await scene.softDelete(ria);
  await scene.assign(team, "Group");
  await settleAll(scene);
  expect(membersOf("Team Restored")).toEqual(["rob"]);
  await scene.restore(ria);
  await settleAll(scene);
  expect(membersOf("Team Restored")).toEqual(["ria", "rob"]);
});

test("members who have no account yet become members when they get one, and others who wait go on waiting", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const blocked = { accountEnabled: false };
  const [ann, ben, cleo] = [
    await scene.person("late-ann"),
    await scene.person("late-ben", blocked),
    await scene.person("late-cleo", blocked),
  ];
  const team = await scene.group("Team Late", [ann, ben, cleo]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  expect(membersOf("Team Late")).toEqual(["late-ann"]);
  await scene.change(ben, { accountEnabled: true });
  await settleAll(scene);
  expect(membersOf("Team Late")).toEqual(["late-ann", "late-ben"]);
  await scene.change(cleo, { accountEnabled: true });
  const asked = await scene.asked(() => settleAll(scene));
  expect(membersOf("Team Late")).toEqual(["late-ann", "late-ben", "late-cleo"]);
  expect(asked.filter((line) => line.includes("/Groups/"))).toHaveLength(1);
});

test("a change of members that fails is not forgotten, whatever else happens to the group meanwhile", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ada, bob, cem] = [await scene.person("fada"), await scene.person("fbob"), await scene.person("fcem")];
  const team = await scene.group("Team Failing", [ada, bob]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  rig.server.faults.add({ kind: "403", method: "PATCH", path: "/Groups", times: null });
  await scene.leave(team, bob);
  await scene.cycle();
  expect(await scene.lastLog(team)).toBe("other failure InsufficientRights");
  await scene.join(team, cem);
  await scene.changeGroup(team, { displayName: "Team Failed" });
  await settleAll(scene);
  rig.server.faults.clear();
  await rig.life.engine.retry(scene.jobId, "all");
  await settleAll(scene);
  expect(membersOf("Team Failed")).toEqual(["fada", "fcem"]);
});

test("a renamed group keeps its account, and a purged one is deleted", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const team = await scene.group("Team Three", [await scene.person("gfay")]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  await scene.changeGroup(team, { displayName: "Team Third" });
  const asked = await scene.asked(() => settleAll(scene));
  expect(namesOf("Team Thi")).toEqual(["Team Third"]);
  expect(namesOf("Team Three")).toEqual([]);
  expect(membersOf("Team Third")).toEqual(["gfay"]);
  expect(asked.map((line) => line.split(" ")[0])).toEqual(["GET", "PATCH"]);
  await scene.deleteGroup(team);
  await settleAll(scene);
  await scene.purgeGroup(team);
  await settleAll(scene);
  expect(namesOf("Team Thi")).toEqual([]);
});

test("members move in as few requests as the profile allows, in the form that it wants", async () => {
  const scene = await rig.openScene({ template: "scim" });
  await scene.settings({ profile: { membersPerRequest: 2, patchOperations: 1 } });
  const people: string[] = [];
  for (let at = 0; at < 5; at++) people.push(await scene.person(`chunk${at}`));
  const team = await scene.group("Team Chunk", people);
  await scene.assign(team, "Group");
  const joining = await scene.asked(() => settleAll(scene));
  expect(joining.filter((line) => line.startsWith("PATCH /Groups"))).toHaveLength(3);
  for (const person of people.slice(0, 3)) await scene.leave(team, person);
  const leaving = await scene.asked(() => settleAll(scene));
  expect(leaving.filter((line) => line.startsWith("PATCH /Groups"))).toHaveLength(3);
  expect(membersOf("Team Chunk")).toEqual(["chunk3", "chunk4"]);
});

test("a pass over everything compares the target's own members: who is missing comes back, who is strange is reported or sent away", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ada, bob] = [await scene.person("wada"), await scene.person("wbob")];
  const team = await scene.group("Team Whole", [ada, bob]);
  await scene.assign(team, "Group");
  await settleAll(scene);
  const group = groupNamed("Team Whole");
  const swap = () =>
    rig.server.groups.patch(String(group?.id), {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "members", value: [{ value: idOf(scene, "wada") }, { value: "stranger" }] }],
    });
  swap();
  // A change of one member looks at nothing else.
  await scene.leave(team, ada);
  await settleAll(scene);
  expect(membersOf("Team Whole")).toEqual(["stranger"]);
  await scene.join(team, ada);
  await settleAll(scene);
  swap();

  const everything = {
    watermark: true,
    escrows: false,
    quarantineState: false,
    connectorDataStore: false,
    forceDeletes: false,
  };
  await rig.life.engine.restartJob(scene.jobId, everything);
  await settleAll(scene);
  expect(membersOf("Team Whole")).toEqual(["stranger", "wada", "wbob"]);
  const explained = (await scene.logs(team)).map(({ explanation }) => explanation);
  expect(explained[0]).toMatch(/\. 1 member was added\. 1 member that the directory does not know of was left alone\./);

  await scene.settings({ extraMembers: "remove" });
  await settleAll(scene);
  expect(membersOf("Team Whole")).toEqual(["wada", "wbob"]);
});

test("a group that is there already is taken over with the members that it has", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const ada = await scene.assigned("tada");
  await scene.cycle();
  const name = "Team There";
  const team = await scene.group(name, [ada]);
  rig.server.groups.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
    displayName: `${name} ${scene.upn("x").split("@")[1]}`,
    members: [{ value: idOf(scene, "tada") }, { value: "somebody" }],
  });
  await scene.assign(team, "Group");
  await settleAll(scene);
  expect(membersOf(name)).toEqual(["somebody", "tada"]);
  expect(rig.server.groups.all().filter(({ displayName }) => String(displayName).startsWith(name))).toHaveLength(1);
});

test("members of nested groups count where the assignment says so, however deep and in a circle, and the way is told", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ada, bob, cem] = [await scene.person("nada"), await scene.person("nbob"), await scene.person("ncem")];
  const inner = await scene.group("Inner", [cem]);
  const middle = await scene.group("Middle", [bob, inner]);
  const outer = await scene.group("Outer", [ada, middle]);
  // Round in a circle.
  await scene.join(inner, outer);
  await scene.assign(outer, "Group");
  await settleAll(scene);
  const active = (): string[] => ["nada", "nbob", "ncem"].filter((name) => scene.account(name)?.active === true);
  expect([active(), membersOf("Outer")]).toEqual([["nada"], ["nada"]]);
  expect(namesOf("Middle")).toEqual([]);

  const { items } = await listAssignments(rig.store.db, { appId: scene.app.id });
  const expand = (on: boolean) =>
    rig.store.transaction((tx) => setExpandNested(tx, items[0]?.id ?? "", on, rig.clock.now()));
  await expand(true);
  await settleAll(scene);
  expect([active(), membersOf("Outer")]).toEqual([
    ["nada", "nbob", "ncem"],
    ["nada", "nbob", "ncem"],
  ]);
  expect(namesOf("Middle")).toEqual([]);
  const domain = scene.upn("x").split("@")[1];
  expect((await scene.logs(cem))[0]?.explanation).toContain(`via Outer ${domain} › Middle ${domain} › Inner ${domain}`);

  // Somebody joins deep inside: one member more, by one request.
  const dora = await scene.person("ndora");
  await scene.join(inner, dora);
  const asked = await scene.asked(() => settleAll(scene));
  expect(membersOf("Outer")).toEqual(["nada", "nbob", "ncem", "ndora"]);
  expect(asked.filter((line) => line.includes("/Groups"))).toHaveLength(1);

  // A whole group leaves: everybody who was in by it alone goes.
  await scene.leave(middle, inner);
  await settleAll(scene);
  expect([active(), membersOf("Outer")]).toEqual([
    ["nada", "nbob"],
    ["nada", "nbob"],
  ]);
  await scene.join(outer, inner);
  await settleAll(scene);
  expect(membersOf("Outer")).toEqual(["nada", "nbob", "ncem", "ndora"]);

  // The group between is deleted, and comes back.
  await scene.deleteGroup(middle);
  await settleAll(scene);
  expect(membersOf("Outer")).toEqual(["nada", "ncem", "ndora"]);
  await scene.restoreGroup(middle);
  await settleAll(scene);
  expect(membersOf("Outer")).toEqual(["nada", "nbob", "ncem", "ndora"]);

  await expand(false);
  await settleAll(scene);
  expect([active(), membersOf("Outer")]).toEqual([["nada"], ["nada"]]);
});

/** What lives on the heap once everything that nobody needs is gone. */
const heldBytes = (): number => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
};

test("a change of one member in a group of 100,000 is one request, reads nothing of the group, and takes no memory to speak of", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const many = 100_000;
  const ada = await scene.assigned("mada");
  const team = await rig.store.transaction((tx) =>
    createGroup(tx, { attributes: { displayName: "Team Many" } }, rig.clock.now()),
  );
  await scene.assign(team.id, "Group");
  await settleAll(scene);
  // Everybody else has been there for long: in the directory, with an account, and written as a member.
  await rig.store.transaction(async (tx) => {
    await sql`
      insert into directory.object (kind, attributes, principal_key, name_key, created_at)
      select 'user', jsonb_build_object('userPrincipalName', 'many' || n || '@many.example', 'displayName', 'Many ' || n, 'accountEnabled', true),
        'many' || n || '@many.example', 'many ' || n, now()
      from generate_series(1, ${many}::int) as n`.execute(tx);
    await sql`
      insert into directory.member (group_id, member_id) select ${team.id}::uuid, id from directory.object where principal_key like '%@many.example'`.execute(
      tx,
    );
    await sql`
      insert into provisioning.link (job_id, target_identity, object_type, source_id, target_id, managed, in_scope, origin, display_name, last_known, desired_hash, path_groups, linked_at, changed_at)
      select l.job_id, l.target_identity, 'User', m.member_id, m.member_id::text, true, true, 'created', '', jsonb_build_object('displayName', repeat('x', 200)), null, array[${team.id}::uuid], now(), now()
      from directory.member m cross join (select distinct job_id, target_identity from provisioning.link where job_id = ${scene.jobId}) l
      where m.group_id = ${team.id}`.execute(tx);
    await sql`
      insert into provisioning.member_link (job_id, target_identity, group_id, member_id, member_target_id)
      select job_id, target_identity, ${team.id}::uuid, source_id, target_id from provisioning.link where job_id = ${scene.jobId} and path_groups @> array[${team.id}::uuid]`.execute(
      tx,
    );
  });
  await sql`analyze`.execute(rig.store.db);

  const before = heldBytes();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().heapUsed);
  }, 5);
  await scene.join(team.id, ada);
  const joining = await scene.asked(() => scene.cycle());
  await scene.leave(team.id, ada);
  const leaving = await scene.asked(() => scene.cycle());
  clearInterval(watch);
  const url = expect.stringMatching(/^PATCH \/Groups\/[^/]+$/);
  expect({ joining, leaving }).toEqual({ joining: [url], leaving: [url] });
  expect((most - before) / 2 ** 20).toBeLessThan(60);
  expect((heldBytes() - before) / 2 ** 20).toBeLessThan(10);
}, 180_000);
