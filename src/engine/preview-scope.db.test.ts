import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FilterGroup, ObjectMapping, SynchronizationSchema } from "#core";
import type { ScopePreview } from "#engine";
import { type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

type Clause = readonly [attribute: string, operator: string, ...values: string[]];

/** Filters by their titles; each list of clauses must hold together. */
const scoped =
  (filters: Readonly<Record<string, readonly Clause[]>>) =>
  (mapping: ObjectMapping): ObjectMapping => ({
    ...mapping,
    scope: {
      groups: Object.entries(filters).map(
        ([name, clauses]): FilterGroup => ({
          name,
          clauses: clauses.map(([sourceOperandName, operatorName, ...values]) => ({
            sourceOperandName,
            operatorName,
            targetOperand: { values },
          })),
        }),
      ),
      inputFilterGroups: [],
      categoryFilterGroups: [],
    },
  });

const preview = (scene: Scene, draft?: SynchronizationSchema, first?: number) =>
  rig.life.engine.previewScope(scene.jobId, {
    ...(draft === undefined ? {} : { draft }),
    ...(first === undefined ? {} : { first }),
  });

const users = async (scene: Scene, draft?: SynchronizationSchema, first?: number): Promise<ScopePreview> => {
  const [only] = await preview(scene, draft, first);
  if (only === undefined) throw new Error("nothing was previewed");
  return only;
};

const brief = ({ count, first }: ScopePreview["entering"]) => [
  count,
  ...first.map(({ displayName, effect }) => `${displayName}: ${effect}`),
];

test("a changed filter names who enters and who leaves, why, and what becomes of their accounts; nothing is sent or saved", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada", { department: "Sales" });
  const bob = await scene.assigned("bob", { department: "Legal" });
  await scene.assigned("cem", { department: "IT" });
  await scene.person("dan", { department: "IT" });
  await scene.mapUsers(scoped({ Desk: [["department", "NOT EQUALS", "IT"]] }));
  await scene.cycle();
  const draft = await scene.draft(scoped({ Desk: [["department", "NOT EQUALS", "Sales"]] }));

  let found: readonly ScopePreview[] = [];
  const asked = await scene.asked(async () => {
    found = await preview(scene, draft);
  });

  expect(asked).toEqual([]);
  expect(found).toEqual([
    {
      objectType: "User",
      considered: 3,
      inScopeNow: 2,
      inScopeThen: 2,
      entering: {
        count: 1,
        first: [
          {
            objectId: expect.any(String),
            displayName: "Cem Example",
            userPrincipalName: scene.upn("cem"),
            because: 'Cem Example passes the scoping filter "Desk": department is "IT", as NOT EQUALS "Sales" wants.',
            effect: "create",
          },
        ],
      },
      leaving: {
        count: 1,
        first: [
          {
            objectId: ada,
            displayName: "Ada Example",
            userPrincipalName: scene.upn("ada"),
            because:
              'Ada Example does not pass the scoping filter "Desk": department is "Sales", and NOT EQUALS "Sales" is wanted.',
            effect: "disable",
          },
        ],
      },
      guard: null,
    },
  ]);
  expect(await scene.asked(() => scene.cycle())).toEqual([]);

  await scene.save(draft);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: false });
  expect(scene.account("cem")).toMatchObject({ active: true });
  // The way back: the account is there and was switched off by us.
  const back = await users(scene, await scene.draft((mapping) => ({ ...mapping, scope: null })));
  expect(brief(back.entering)).toEqual([1, "Ada Example: enable"]);
  expect(back.entering.first[0]?.because).toBe(
    'No scoping filter would keep Ada Example out any more: department is "Sales", and NOT EQUALS "Sales" was wanted.',
  );
  expect(await users(scene)).toMatchObject({
    considered: 3,
    inScopeNow: 2,
    inScopeThen: 2,
    entering: { count: 0, first: [] },
    leaving: { count: 0, first: [] },
  });
  await scene.change(bob, { department: "Sales" });
  expect((await users(scene)).inScopeNow).toBe(1);
});

test("of several clauses the new one decides, and of several filters the first that holds", async () => {
  const scene = await rig.openScene();
  await scene.assigned("ada", { department: "IT", city: "Oslo" });
  const both = await scene.draft(
    scoped({
      Never: [["department", "EQUALS", "None"]],
      "IT in Oslo": [
        ["department", "EQUALS", "IT"],
        ["city", "EQUALS", "Oslo"],
      ],
    }),
  );
  await scene.mapUsers(
    scoped({
      "IT in Bergen": [
        ["department", "EQUALS", "IT"],
        ["city", "EQUALS", "Bergen"],
      ],
    }),
  );
  const { entering } = await users(scene, both);
  expect(entering.first[0]?.because).toBe(
    'Ada Example passes the scoping filter "IT in Oslo": city is "Oslo", as EQUALS "Oslo" wants.',
  );
});

test("a large list names the first by name and counts all", async () => {
  const scene = await rig.openScene();
  for (const name of ["eve", "cem", "ada", "dan", "bob"]) await scene.assigned(name);
  await scene.mapUsers(scoped({ None: [["department", "EQUALS", "x"]] }));
  const everybody = await scene.draft((mapping) => ({ ...mapping, scope: null }));
  expect(brief((await users(scene, everybody, 2)).entering)).toEqual([5, "Ada Example: create", "Bob Example: create"]);
  expect(brief((await users(scene, everybody, 0)).entering)).toEqual([5]);
});

const nobody = scoped({ None: [["department", "EQUALS", "nowhere"]] });
const unticked = (flowTypes: string) => (mapping: ObjectMapping) => ({ ...mapping, flowTypes });
const withoutSwitch = (mapping: ObjectMapping): ObjectMapping => ({
  ...mapping,
  attributeMappings: mapping.attributeMappings.filter(({ targetAttributeName }) => targetAttributeName !== "active"),
});

test.each<[what: string, prepare: (scene: Scene) => Promise<void>, draft: (mapping: ObjectMapping) => ObjectMapping]>([
  ["leavers keep their accounts by policy", (scene) => scene.secret("SkipOutOfScopeDeletions", "True"), nobody],
  ["updates are unticked", async () => undefined, (mapping) => unticked("Add, Delete")(nobody(mapping))],
  ["no mapping can disable", async () => undefined, (mapping) => withoutSwitch(nobody(mapping))],
  ["the mapping of users is switched off", async () => undefined, (mapping) => ({ ...mapping, enabled: false })],
])("where %s, nothing becomes of the accounts of those who leave", async (_what, prepare, change) => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  await scene.cycle();
  await prepare(scene);
  const draft = await scene.draft(change);
  expect(brief((await users(scene, draft)).leaving)).toEqual([1, "Ada Example: nothing"]);
  await scene.save(draft);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: true });
});

test("who enters without a way to get an account is told so, and who is blocked does not enter", async () => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  await scene.assigned("bob", { accountEnabled: false });
  await scene.mapUsers(nobody);
  const draft = await scene.draft((mapping) => unticked("Update, Delete")({ ...mapping, scope: null }));
  expect(brief((await users(scene, draft)).entering)).toEqual([1, "Ada Example: nothing"]);
});

test("an account that its own administrator suspended is not said to be disabled", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  const account = scene.account("ada");
  rig.server.users.replace(String(account?.id), { ...account, active: false });
  await scene.change(ada, { displayName: "Ada King" });
  await scene.cycle();
  expect(brief((await users(scene, await scene.draft(nobody))).leaving)).toEqual([1, "Ada King: nothing"]);
});

test("a job without credentials is previewed all the same, and a draft that cannot be used says all that is wrong", async () => {
  const scene = await rig.openScene({ baseUrl: null });
  await scene.assigned("ada");
  expect(await users(scene, await scene.draft(nobody))).toMatchObject({
    considered: 1,
    inScopeNow: 1,
    inScopeThen: 0,
    leaving: { count: 1, first: [{ effect: "nothing" }] },
    guard: null,
  });
  const broken = await scene.draft((mapping) => ({
    ...scoped({ A: [["department", "LIKES", "x"]], B: [["department", "REGEX MATCH", "("]] })(mapping),
    attributeMappings: mapping.attributeMappings.map((one) => ({
      ...one,
      source: { type: "Function", name: "", expression: "Nothing(", parameters: [] },
    })),
  }));
  const error = await preview(scene, broken).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "SchemaInvalid", message: expect.stringContaining("draft") });
  expect(error.facts.problems.length).toBe(
    2 + broken.synchronizationRules[0]!.objectMappings[0]!.attributeMappings.length,
  );
  expect(error.facts.problems[0]).toEqual({ path: expect.stringMatching(/^\$\./), message: expect.any(String) });
});

test("credentials that were removed do not hide whose accounts there are", async () => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  await scene.cycle();
  await scene.credentials(rig.server.baseUrl, "");
  await expect(scene.cycle()).rejects.toMatchObject({ code: "NotConfigured" });
  expect(brief((await users(scene, await scene.draft(nobody))).leaving)).toEqual([1, "Ada Example: disable"]);
});

test("groups are previewed beside users, also when a draft begins or ends to provision them", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const [ada, bob] = [await scene.person("ada"), await scene.person("bob")];
  const team = await scene.group("Team", [ada, bob]);
  await scene.assign(team, "Group");
  await scene.cycle();
  const off = await scene.draft((mapping) => ({ ...mapping, enabled: false }), "Group");
  const [, leaving] = await preview(scene, off);
  expect(leaving).toMatchObject({
    objectType: "Group",
    considered: 1,
    inScopeNow: 1,
    inScopeThen: 0,
    leaving: { count: 1, first: [{ objectId: team, userPrincipalName: null, effect: "nothing" }] },
  });
  expect(leaving?.leaving.first[0]?.because).toContain("objects of type Group would not be provisioned");
  await scene.save(off);
  await scene.cycle();
  expect(await preview(scene)).toHaveLength(1);
  const [, entering] = await preview(scene, await scene.draft((mapping) => ({ ...mapping, enabled: true }), "Group"));
  expect(entering).toMatchObject({ inScopeNow: 0, inScopeThen: 1, entering: { count: 1 } });
});

test("the guard counts those who leave with those who are held or have left since", async () => {
  const scene = await rig.openScene();
  await scene.settings({ guard: { enabled: true, absolute: 3, percent: 100, floor: 1 } });
  const ids: string[] = [];
  for (let n = 0; n < 8; n++) ids.push(await scene.assigned(`p${n}`, { department: n < 3 ? "A" : n < 5 ? "B" : "C" }));
  await scene.cycle();
  const withoutB = await scene.draft(scoped({ F: [["department", "NOT EQUALS", "B"]] }));
  expect((await users(scene, withoutB)).guard).toBeNull();
  for (const id of ids.slice(0, 2)) await scene.unassign(id);
  expect((await users(scene, withoutB)).guard).toBe(
    "They would be held until somebody allows or rejects them: 4 accounts would be disabled or deleted, more than 3. 2 of them have left scope for other reasons.",
  );
  await scene.save(withoutB);
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 0 } });
  expect(await rig.life.engine.listHeld(scene.jobId, { limit: 9 })).toHaveLength(4);
});

test("a job and its preview: unknown ids are refused", async () => {
  await expect(rig.life.engine.previewScope("nothing")).rejects.toMatchObject({ code: "JobNotFound" });
});

const departments = ["A", "B", "C", ""] as const;
const clause: fc.Arbitrary<Clause> = fc.oneof(
  fc.tuple(
    fc.constant("department"),
    fc.constantFrom("EQUALS", "NOT EQUALS", "Includes"),
    fc.constantFrom("A", "B", "C"),
  ),
  fc.tuple(fc.constant("department"), fc.constantFrom("IS NULL", "IS NOT NULL")),
  fc.tuple(fc.constant("city"), fc.constantFrom("EQUALS", "NOT EQUALS"), fc.constantFrom("Oslo", "Rome")),
);
const filters = fc.dictionary(fc.constantFrom("One", "Two"), fc.array(clause, { minLength: 1, maxLength: 2 }));
const member = fc.record({
  department: fc.constantFrom(...departments),
  city: fc.constantFrom("Oslo", "Rome", null),
  accountEnabled: fc.constantFrom(true, true, true, false),
  assigned: fc.constantFrom("direct", "direct", "group", "no"),
  deleted: fc.constantFrom(false, false, false, true),
});

test("whatever people, filters and policies there are, the next cycle does what was previewed", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { minLength: 1, maxLength: 10 }),
      filters,
      filters,
      filters,
      fc.record({
        syncAll: fc.constantFrom(true, false, false),
        keeps: fc.constantFrom(true, false, false),
        flowTypes: fc.constantFrom("Add, Update, Delete", "Add, Update, Delete", "Add", "Update"),
        floor: fc.constantFrom(1, 100),
      }),
      async (people, first, before, after, policy) => {
        const scene = await rig.openScene();
        const guard = { enabled: true, absolute: 500, percent: 1, floor: policy.floor };
        await scene.settings({ guard: { ...guard, enabled: false } });
        if (policy.syncAll) await scene.secret("SyncAll", "true");
        if (policy.keeps) await scene.secret("SkipOutOfScopeDeletions", "true");
        const team = await scene.group("Team");
        await scene.assign(team, "Group");
        const names = new Map<string, string>();
        for (const [at, { department, city, accountEnabled, assigned, deleted }] of people.entries()) {
          const id = await scene.person(`p${at}`, {
            accountEnabled,
            ...(department === "" ? {} : { department }),
            ...(city === null ? {} : { city }),
          });
          names.set(id, scene.upn(`p${at}`));
          if (assigned === "direct") await scene.assign(id);
          if (assigned === "group") await scene.join(team, id);
          if (deleted) await scene.softDelete(id);
        }
        const none = (mapping: ObjectMapping) => ({ ...mapping, scope: null });
        const filter = (all: typeof before) => (Object.keys(all).length === 0 ? none : scoped(all));
        for (const filters of [first, before]) {
          await scene.mapUsers(filter(filters));
          await scene.cycle();
        }
        await scene.settings({ guard });
        await scene.mapUsers((mapping) => ({ ...mapping, flowTypes: policy.flowTypes }));
        await scene.cycle();
        // People of other scenes are in this directory as well; where the job syncs all they have accounts, too.
        const ours = new Set([...names.keys()]);
        const wasActive = new Map(rig.server.users.all().map(({ userName, active }) => [userName, active]));

        const draft = await scene.draft(filter(after));
        const [found] = await preview(scene, draft, 10_000);
        await scene.save(draft);
        await scene.cycle();

        const isActive = new Map(rig.server.users.all().map(({ userName, active }) => [userName, active]));
        const became = (test: (was: unknown, is: unknown) => boolean) =>
          [...names.values()].filter((name) => test(wasActive.get(name), isActive.get(name))).sort();
        const effects = (list: ScopePreview["entering"] | undefined, effect: string) =>
          (list?.first ?? [])
            .filter((move) => ours.has(move.objectId) && move.effect === effect)
            .map(({ objectId }) => names.get(objectId))
            .sort();
        expect(became((was, is) => was === undefined && is !== undefined)).toEqual(effects(found?.entering, "create"));
        expect(became((was, is) => was === false && is === true)).toEqual(effects(found?.entering, "enable"));
        const held = await rig.life.engine.listHeld(scene.jobId, { limit: 1000 });
        const disabled = effects(found?.leaving, "disable");
        expect(became((was, is) => was === true && is === false)).toEqual(found?.guard === null ? disabled : []);
        const ourHeld = held.flatMap(({ objectId }) => names.get(objectId) ?? []).sort();
        expect(ourHeld).toEqual(found?.guard === null ? [] : disabled);
        expect((await users(scene)).inScopeNow).toBe(found?.inScopeThen);
        for (const effect of ["create", "enable"]) if (effects(found?.entering, effect).length > 0) seen.add(effect);
        if (disabled.length > 0) seen.add(found?.guard === null ? "disable" : "held");
      },
    ),
    { numRuns: 25, seed: 20_260_505, endOnFailure: true },
  );
  expect([...seen].sort()).toEqual(["create", "disable", "enable", "held"]);
}, 120_000);
