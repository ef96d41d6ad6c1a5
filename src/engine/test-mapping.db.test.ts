import { afterAll, beforeAll, expect, test } from "vitest";
import type { AttributeMapping, ObjectMapping, SynchronizationSchema } from "#core";
import type { MappingTest } from "#engine";
import { type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const expression = (text: string): Pick<AttributeMapping, "source"> => ({
  source: { type: "Function", name: "", expression: text, parameters: [] },
});

/** The mapping with these expressions, or other members, for these target attributes. */
const mapped =
  (rows: Readonly<Record<string, string | Partial<AttributeMapping>>>) =>
  (mapping: ObjectMapping): ObjectMapping => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.map((one) => {
      const row = rows[one.targetAttributeName];
      return row === undefined ? one : { ...one, ...(typeof row === "string" ? expression(row) : row) };
    }),
  });

const tested = (scene: Scene, id: string, draft?: SynchronizationSchema): Promise<MappingTest> =>
  rig.life.engine.testMapping(scene.jobId, id, draft === undefined ? {} : { draft });

/** Path, value, what is there now, and what becomes of it. */
const brief = ({ mappings }: MappingTest) =>
  mappings.map(({ path, value, present, outcome }) => [path, value, present, outcome]);

const rowOf = (result: MappingTest, path: string) => result.mappings.find((one) => one.path === path);

const sceneWithAda = async (attributes = {}) => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada", { mailNickname: "ada.l", ...attributes });
  return { scene, ada };
};

test("who has no account yet: every mapping with what it read and gives, in the order of the schema", async () => {
  const { scene, ada } = await sceneWithAda();
  let result: MappingTest | undefined;
  const asked = await scene.asked(async () => {
    result = await tested(scene, ada);
  });
  expect(asked).toEqual([`GET /Users?filter=userName eq "${scene.upn("ada")}"`]);
  const row = { flows: "always", from: "mapping", present: null, outcome: "add", matchingPriority: 0, message: null };
  expect(result).toEqual({
    objectId: ada,
    objectType: "User",
    displayName: "Ada Example",
    action: "create",
    explanation: "Ada Example is in scope (assigned as User) and had no account in ThousandEyes: it would be created.",
    mappings: [
      {
        ...row,
        path: "userName",
        kind: "direct",
        origin: "[userPrincipalName]",
        read: [{ name: "userPrincipalName", value: scene.upn("ada") }],
        value: scene.upn("ada"),
        matchingPriority: 1,
      },
      {
        ...row,
        path: "active",
        kind: "expression",
        origin: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
        read: [{ name: "IsSoftDeleted", value: false }],
        value: true,
      },
      {
        ...row,
        path: "displayName",
        kind: "direct",
        origin: "[displayName]",
        read: [{ name: "displayName", value: "Ada Example" }],
        value: "Ada Example",
      },
      {
        ...row,
        path: 'emails[type eq "work"].value',
        kind: "direct",
        origin: "[mail]",
        read: [{ name: "mail", value: scene.upn("ada") }],
        value: scene.upn("ada"),
      },
      {
        ...row,
        path: "externalId",
        kind: "direct",
        origin: "[mailNickname]",
        read: [{ name: "mailNickname", value: "ada.l" }],
        value: "ada.l",
      },
      {
        ...row,
        path: "name.formatted",
        kind: "expression",
        origin: 'Join(" ", [givenName], [surname])',
        read: [
          { name: "givenName", value: "ada" },
          { name: "surname", value: "Example" },
        ],
        value: "ada Example",
      },
    ],
    targetId: null,
    notAsked: null,
  });
  expect(rig.server.users.all()).toEqual([]);
  expect(await scene.logs(ada)).toEqual([]);
});

test("a draft against a linked account: what would change, be cleared and stay, and saving it does exactly that", async () => {
  const { scene, ada } = await sceneWithAda({ department: "IT" });
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  const draft = await scene.draft(
    mapped({
      displayName: 'Append([displayName], " (IT)")',
      externalId: { ...expression("[employeeId]"), nullBehaviour: "clear" },
      "name.formatted": {
        source: { type: "Constant", name: "Ada", expression: '"Ada"', parameters: [] },
        flowType: "ObjectAddOnly",
      },
    }),
  );
  const result = await tested(scene, ada, draft);
  expect(result).toMatchObject({ action: "update", targetId: id, notAsked: null });
  expect(brief(result)).toEqual([
    ["userName", scene.upn("ada"), scene.upn("ada"), "same"],
    ["active", true, true, "same"],
    ["displayName", "Ada Example (IT)", "Ada Example", "change"],
    ['emails[type eq "work"].value', scene.upn("ada"), scene.upn("ada"), "same"],
    ["externalId", null, "ada.l", "clear"],
    ["name.formatted", "Ada", "ada Example", "leave"],
  ]);
  expect(result.mappings.map(({ kind, flows }) => `${kind} ${flows}`).slice(-2)).toEqual([
    "direct update",
    "constant creation",
  ]);
  expect((await tested(scene, ada)).action).toBe("skip");
  await scene.save(draft);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada Example (IT)", name: { formatted: "ada Example" } });
  expect(scene.account("ada")).not.toHaveProperty("externalId");
});

test("an account that nobody linked is found by reading, and compared with", async () => {
  const { scene, ada } = await sceneWithAda();
  rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: scene.upn("ada"),
    displayName: "Somebody",
    active: false,
  });
  const result = await tested(scene, ada);
  expect(result).toMatchObject({ action: "enable", targetId: scene.account("ada")?.id });
  expect(rowOf(result, "displayName")).toMatchObject({ value: "Ada Example", present: "Somebody", outcome: "change" });
  expect(rowOf(result, "active")).toMatchObject({ present: false, outcome: "change" });
  expect(rowOf(result, "externalId")).toMatchObject({ present: null, outcome: "add" });
  expect(scene.account("ada")).toMatchObject({ displayName: "Somebody" });
});

test("a mapping that fails says why in its row, and the others still show what they give and what is there", async () => {
  const { scene, ada } = await sceneWithAda();
  await scene.cycle();
  const draft = await scene.draft(
    mapped({ displayName: "CDate([surname])", externalId: 'Append([mailNickname], "!")' }),
  );
  const result = await tested(scene, ada, draft);
  expect(result).toMatchObject({ action: "fail", targetId: scene.account("ada")?.id });
  expect(result.explanation).toContain("The mapping of displayName (CDate([surname])) has no value for this object");
  expect(rowOf(result, "displayName")).toMatchObject({
    value: null,
    from: "nothing",
    present: "Ada Example",
    outcome: "failed",
    read: [{ name: "surname", value: "Example" }],
    message: expect.stringContaining("has no value for this object"),
  });
  // Nothing is written while one mapping is broken.
  expect(rowOf(result, "externalId")).toMatchObject({ value: "ada.l!", present: "ada.l", outcome: "leave" });
  expect(rowOf(result, "userName")).toMatchObject({ outcome: "same" });
});

test("out of scope: it is told, and the mappings still show what they give", async () => {
  const scene = await rig.openScene();
  const dan = await scene.person("dan");
  const result = await tested(scene, dan);
  expect(result).toMatchObject({ action: "skip", targetId: null, notAsked: null });
  expect(result.explanation).toContain("is not assigned to ThousandEyes");
  expect(brief(result).slice(0, 3)).toEqual([
    ["userName", scene.upn("dan"), null, "leave"],
    ["active", false, null, "leave"],
    ["displayName", "Dan Example", null, "leave"],
  ]);

  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.unassign(ada);
  await scene.change(ada, { displayName: "Ada King" });
  const leaving = await tested(scene, ada);
  expect(leaving).toMatchObject({ action: "disable", targetId: scene.account("ada")?.id });
  expect(brief(leaving).slice(1, 3)).toEqual([
    ["active", false, true, "change"],
    ["displayName", "Ada King", "Ada Example", "leave"],
  ]);
  await scene.cycle();
  expect(await tested(scene, ada)).toMatchObject({ action: "skip", targetId: scene.account("ada")?.id });
});

test("without credentials, or while the target does not answer, everything else is told from memory", async () => {
  const bare = await rig.openScene({ baseUrl: null });
  const bob = await bare.assigned("bob");
  const untold = await tested(bare, bob);
  expect(untold).toMatchObject({
    action: "create",
    targetId: null,
    notAsked: expect.stringContaining("has no token yet"),
  });
  expect(rowOf(untold, "displayName")).toMatchObject({ value: "Bob Example", present: null, outcome: "add" });

  const { scene, ada } = await sceneWithAda();
  await scene.cycle();
  await scene.change(ada, { displayName: "Ada King" });
  rig.server.faults.add({ kind: "500", times: null });
  const result = await tested(scene, ada);
  expect(result).toMatchObject({ action: "update", targetId: null, notAsked: expect.stringContaining("500") });
  expect(brief(result).slice(0, 3)).toEqual([
    ["userName", scene.upn("ada"), null, "same"],
    ["active", true, null, "same"],
    ["displayName", "Ada King", null, "change"],
  ]);
  rig.server.faults.clear();
});

test("a removal that the guard would hold, or holds already, is told as held", async () => {
  const { scene, ada } = await sceneWithAda();
  await scene.cycle();
  await scene.settings({ guard: { enabled: true, absolute: 0, percent: 100, floor: 1 } });
  await scene.unassign(ada);
  const result = await tested(scene, ada);
  expect(result).toMatchObject({ action: "hold", explanation: expect.stringContaining("This is held") });
  expect(rowOf(result, "active")).toMatchObject({ value: false, present: true, outcome: "leave" });
  await scene.cycle();
  await scene.settings({ guard: { enabled: false, absolute: 0, percent: 100, floor: 1 } });
  expect((await tested(scene, ada)).action).toBe("hold");
});

test("defaults, None mappings, missing and unmapped attributes are told for what they are", async () => {
  const { scene, ada } = await sceneWithAda();
  const draft = await scene.draft((mapping) => {
    const changed = mapped({
      externalId: { ...expression("[employeeId]"), defaultValue: "none" },
      "name.formatted": { source: null, defaultValue: "Nobody" },
      displayName: expression("IgnoreFlowIfNullOrEmpty([department])") as Partial<AttributeMapping>,
    })(mapping);
    return {
      ...changed,
      attributeMappings: changed.attributeMappings
        .filter((one) => one.targetAttributeName !== "userName")
        .map((one) => ({ ...one, matchingPriority: one.targetAttributeName.startsWith("emails") ? 1 : 0 })),
    };
  });
  const result = await tested(scene, ada, draft);
  expect(result.mappings.map(({ path, kind, from, flows, value }) => [path, kind, from, flows, value])).toEqual([
    ["active", "expression", "mapping", "always", true],
    ["displayName", "expression", "nothing", "always", null],
    ['emails[type eq "work"].value', "direct", "mapping", "always", scene.upn("ada")],
    ["externalId", "direct", "default", "creation", "none"],
    ["name.formatted", "none", "default", "whenEmpty", "Nobody"],
    ["userName", "unmapped", "nothing", "never", null],
  ]);
  expect(result.mappings.at(-1)?.message).toContain("no mapping gives it a value");
  const required = await scene.draft(mapped({ userName: "[employeeId]", displayName: { matchingPriority: 2 } }));
  const missing = await tested(scene, ada, required);
  expect(missing.action).toBe("fail");
  expect(rowOf(missing, "userName")).toMatchObject({
    value: null,
    outcome: "leave",
    message: expect.stringContaining("gives no value"),
  });
});

test("a suspended account's switch is left alone, and the row says why", async () => {
  const { scene, ada } = await sceneWithAda();
  await scene.cycle();
  const account = scene.account("ada");
  rig.server.users.replace(String(account?.id), { ...account, active: false });
  expect(rowOf(await tested(scene, ada), "active")).toMatchObject({
    value: true,
    present: false,
    outcome: "leave",
    message: expect.stringContaining("suspended in the target by somebody else"),
  });
});

test("a value that must be unique is asked for, and nothing is kept from others", async () => {
  const { scene, ada } = await sceneWithAda();
  rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: scene.upn("x"),
    externalId: "ada.l",
  });
  const draft = await scene.draft(
    mapped({ externalId: 'SelectUniqueValue([mailNickname], Append([mailNickname], "2"))' }),
  );
  expect(rowOf(await tested(scene, ada, draft), "externalId")).toMatchObject({
    value: "ada.l2",
    flows: "creation",
    outcome: "add",
  });
  const taken = await scene.draft(mapped({ externalId: 'SelectUniqueValue([mailNickname], "ada.l")' }));
  const result = await tested(scene, ada, taken);
  expect(result.action).toBe("fail");
  expect(rowOf(result, "externalId")).toMatchObject({
    outcome: "failed",
    message: expect.stringContaining("is taken"),
  });
  expect(rowOf(result, "displayName")).toMatchObject({ value: "Ada Example", outcome: "leave" });
});

test("a manager is told by name, and by account once there is one", async () => {
  const scene = await rig.openScene({ template: "asana" });
  const boss = await scene.person("boss");
  const ada = await scene.assigned("ada");
  await scene.manager(ada, boss);
  const path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
  expect(rowOf(await tested(scene, ada), path)).toMatchObject({
    value: null,
    outcome: "leave",
    message: "It is written once Boss Example has an account.",
  });
  await scene.assign(boss);
  await scene.cycle();
  const { id } = scene.account("boss") ?? {};
  await scene.cycle();
  expect(rowOf(await tested(scene, ada), path)).toMatchObject({
    value: id,
    present: id,
    outcome: "same",
    message: "It means Boss Example.",
  });
});

test("a group shows its members as a count with the first names, and what would change of them", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) ids.push(await scene.person(`member${n}`));
  const team = await scene.group("Team", ids.slice(0, 6));
  await scene.assign(team, "Group");
  const before = await tested(scene, team);
  expect(before).toMatchObject({ objectType: "Group", action: "create" });
  expect(rowOf(before, "members")).toMatchObject({
    value: expect.stringMatching(/^6 members: (?:Member\d Example, ){4}Member\d Example and 1 more$/),
    present: null,
    outcome: "leave",
    message: "0 would be added and 0 removed. 6 have no account yet.",
  });
  await scene.cycle();
  await scene.cycle();
  expect(rowOf(await tested(scene, team), "members")).toMatchObject({ present: "6 members", outcome: "same" });
  await scene.assign(ids[6] ?? "");
  await scene.cycle();
  await scene.leave(team, ids[0] ?? "");
  await scene.join(team, ids[6] ?? "");
  expect(rowOf(await tested(scene, team), "members")).toMatchObject({
    present: "6 members",
    outcome: "change",
    message: "1 would be added and 1 removed.",
  });
});

test("what cannot be tested is refused with a sentence", async () => {
  const { scene, ada } = await sceneWithAda();
  const team = await scene.group("Team");
  const nobody = "00000000-0000-4000-8000-000000000000";
  await expect(tested(scene, nobody)).rejects.toMatchObject({ code: "ObjectNotFound" });
  await expect(tested(scene, "ada")).rejects.toMatchObject({ code: "ObjectNotFound" });
  await expect(tested(scene, team)).rejects.toMatchObject({ code: "NotMapped" });
  await expect(rig.life.engine.testMapping("nothing", ada)).rejects.toMatchObject({ code: "JobNotFound" });
  const broken = await scene.draft(mapped({ displayName: "Nothing(", externalId: "Also(" }));
  await expect(tested(scene, ada, broken)).rejects.toMatchObject({
    code: "SchemaInvalid",
    facts: { problems: [{ message: expect.any(String) }, { message: expect.any(String) }] },
  });
});
