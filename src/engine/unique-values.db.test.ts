import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AttributeMapping } from "#core";
import { day, type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const status = (scene: Scene) => rig.life.engine.status(scene.jobId);

const expression = (text: string): Pick<AttributeMapping, "source"> => ({
  source: { type: "Function", name: "SelectUniqueValue", expression: text, parameters: [] },
});

/** `externalId` gets the first value that is free. */
const choosing = async (scene: Scene, rules: readonly string[], path = "externalId"): Promise<void> =>
  scene.mapUsers((mapping) => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.map((one) =>
      one.targetAttributeName === path ? { ...one, ...expression(`SelectUniqueValue(${rules.join(", ")})`) } : one,
    ),
  }));

const numbered = (count: number): string[] => [
  "[mailNickname]",
  ...Array.from({ length: count - 1 }, (_, at) => `Append([mailNickname], "${at + 2}")`),
];

const somebody = (scene: Scene, name: string, externalId: string) =>
  rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: scene.upn(name),
    externalId,
  });

const externalIds = () => rig.server.users.all().map(({ externalId }) => externalId);

test("the first value that nobody has is taken, at creation only, and the log tells which", async () => {
  const scene = await rig.openScene();
  await choosing(scene, numbered(4));
  somebody(scene, "x", "ada");
  somebody(scene, "y", "ada2");
  const ada = await scene.assigned("ada", { mailNickname: "ada" });

  const asked = await scene.asked(() => scene.cycle());

  expect(asked).toEqual([
    `GET /Users?filter=userName eq "${scene.upn("ada")}"`,
    'GET /Users?filter=externalId eq "ada"',
    'GET /Users?filter=externalId eq "ada2"',
    'GET /Users?filter=externalId eq "ada3"',
    "POST /Users",
  ]);
  expect(scene.account("ada")).toMatchObject({ externalId: "ada3" });
  expect((await scene.logs(ada))[0]?.modifiedProperties).toContainEqual({
    displayName: "externalId",
    oldValue: null,
    newValue: "ada3",
  });
  await scene.change(ada, { displayName: "Ada King", mailNickname: "adaking" });
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada King", externalId: "ada3" });
});

test("a hundred people with one name, side by side, get a hundred values", async () => {
  const scene = await rig.openScene();
  await choosing(scene, numbered(101));
  somebody(scene, "x", "sam7");
  for (let n = 0; n < 100; n++) await scene.assigned(`sam${n}`, { mailNickname: "sam" });

  const asked = await scene.asked(() => scene.cycle());

  expect(await status(scene)).toMatchObject({ counts: { inStep: 100, failed: 0, pending: 0 } });
  expect(externalIds().toSorted()).toEqual(
    ["sam", ...Array.from({ length: 100 }, (_, at) => `sam${at + 2}`)].toSorted(),
  );
  // Nobody asks again for what others were told.
  expect(asked.filter((line) => line.includes("externalId eq")).length).toBeLessThan(200);
});

test("who finds every value taken waits for a person, and is made once a value is free", async () => {
  const scene = await rig.openScene();
  await choosing(scene, numbered(2));
  somebody(scene, "x", "ada");
  somebody(scene, "y", "ada2");
  const ada = await scene.assigned("ada", { mailNickname: "ada" });
  expect(await scene.cycle()).toMatchObject({ state: "entryErrors", counts: { failed: 1, created: 0 } });

  expect(await scene.lastLog(ada)).toBe("other failure SelectUniqueValueFailed");
  const [entry] = await scene.logs(ada);
  expect(entry?.explanation).toContain('taken in ThousandEyes: "ada", "ada2". Add another rule');
  expect(entry?.provisioningStatusInfo.errorInformation?.recommendedAction).toContain("Add another rule");
  expect(await rig.life.engine.listFailed(scene.jobId, { limit: 9 })).toMatchObject([
    { objectId: ada, code: "SelectUniqueValueFailed", attempts: 1 },
  ]);
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
  const [holder] = rig.server.users.all();
  rig.server.users.remove(String(holder?.id));
  rig.clock.advance(day);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ externalId: "ada" });
});

test("a rule without a value is reached only when those before it are taken, and then says so", async () => {
  const scene = await rig.openScene();
  await choosing(scene, ["[mailNickname]", "CDate([surname])"]);
  const ada = await scene.assigned("ada", { mailNickname: "ada" });
  const bob = await scene.assigned("bob", { mailNickname: "ada", surname: "Bobson" });
  const report = await scene.cycle();
  expect(report).toMatchObject({ counts: { created: 1, failed: 1 } });
  expect([await scene.lastLog(ada), await scene.lastLog(bob)].toSorted()).toEqual([
    "create success",
    "other failure MappingFailed",
  ]);
});

test("a value that somebody took a moment ago is refused with 409, and the next is tried", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const name = (text: string) => `Join("@", "${text}", Word([userPrincipalName], 2, "@"))`;
  await scene.mapUsers((mapping) => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.map((one) => {
      if (one.targetAttributeName === "externalId") return { ...one, matchingPriority: 1 };
      if (one.targetAttributeName !== "userName") return one;
      return { ...one, matchingPriority: 0, ...expression(`SelectUniqueValue(${name("ada")}, ${name("ada2")})`) };
    }),
  }));
  const ada = await scene.assigned("ada", { mailNickname: "ada" });
  rig.server.faults.add({ kind: "hang", method: "POST" });
  const held = rig.holding();
  const running = scene.cycle();
  await held;
  somebody(scene, "ada", "another");
  rig.clock.timeOut();
  expect(await running).toMatchObject({ counts: { created: 1, failed: 0 } });
  expect(scene.account("ada2")).toMatchObject({ externalId: "ada" });
  expect(await scene.lastLog(ada)).toBe("create success");
});

test("a target that hides who has a value is believed when it says so", async () => {
  const sent: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = (status: number, resource: object) =>
      response.writeHead(status, { "content-type": "application/scim+json" }).end(JSON.stringify(resource));
    if (request.method === "GET") {
      answer(200, { schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], totalResults: 0, Resources: [] });
      return;
    }
    const { externalId } = JSON.parse(body);
    sent.push(externalId);
    if (externalId === "ada3") answer(201, { ...JSON.parse(body), id: "1" });
    else
      answer(409, {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
        status: "409",
        detail: `'${externalId}' was used before.`,
      });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const scene = await rig.openScene({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2` });
  await choosing(scene, numbered(4));
  const ada = await scene.assigned("ada", { mailNickname: "ada" });
  expect(await scene.cycle()).toMatchObject({ counts: { created: 1, failed: 0 } });
  expect(sent).toEqual(["ada", "ada2", "ada3"]);
  expect(await scene.lastLog(ada)).toBe("create success");
  server.closeAllConnections();
  server.close();
});

test("a 409 about something else stays a conflict, and no more values are tried", async () => {
  const scene = await rig.openScene({ template: "scim" });
  await scene.mapUsers((mapping) => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.map((one) => {
      if (one.targetAttributeName === "userName") return { ...one, matchingPriority: 0 };
      if (one.targetAttributeName === "displayName") return { ...one, matchingPriority: 1 };
      if (one.targetAttributeName !== "externalId") return one;
      return { ...one, ...expression('SelectUniqueValue([mailNickname], "b", "c")') };
    }),
  }));
  const ada = await scene.assigned("ada", { mailNickname: "a" });
  somebody(scene, "ada", "other");
  const asked = await scene.asked(() => scene.cycle());
  expect(asked.filter((line) => line === "POST /Users")).toHaveLength(1);
  expect(await scene.lastLog(ada)).toBe("create failure Conflict");
});

test("a target that cannot be searched by the attribute is told of clearly", async () => {
  const scene = await rig.openScene();
  await choosing(scene, ["[displayName]", "[mail]"], "displayName");
  const ada = await scene.assigned("ada");
  expect(await scene.asked(() => scene.cycle())).toEqual([`GET /Users?filter=userName eq "${scene.upn("ada")}"`]);
  expect(await scene.lastLog(ada)).toBe("other failure SelectUniqueValueFailed");
  expect((await scene.logs(ada))[0]?.explanation).toContain("can be searched by externalId, userName only");

  const other = await rig.openScene({ template: "scim" });
  await choosing(other, ["[displayName]", "[mail]"], "displayName");
  const bob = await other.assigned("bob");
  rig.server.faults.add({ kind: "403", method: "GET", path: "/Users?filter=displayName", times: null });
  await other.cycle();
  expect(rig.server.users.all()).toEqual([]);
  expect(await other.lastLog(bob)).toBe("other failure SelectUniqueValueFailed");
  expect((await other.logs(bob))[0]?.explanation).toMatch(/could not be searched by displayName: .*403/);
});

test("a target that turns out not to search by the attribute is read instead", async () => {
  const scene = await rig.openScene({ template: "scim" });
  await choosing(scene, ["[displayName]", "[mail]"], "displayName");
  const userName = scene.upn("other");
  rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName,
    displayName: "Bob Example",
  });
  const bob = await scene.assigned("bob");
  rig.server.faults.add({ kind: "501", method: "GET", path: "/Users?filter=displayName", times: null });
  await scene.cycle();
  expect(await scene.lastLog(bob)).toBe("create success");
  expect(scene.account("bob")).toMatchObject({ displayName: scene.upn("bob") });
});

test("a question that fails for a moment is asked again later", async () => {
  const scene = await rig.openScene();
  await choosing(scene, numbered(2));
  const ada = await scene.assigned("ada", { mailNickname: "ada" });
  rig.server.faults.add({ kind: "503", method: "GET", path: "/Users?filter=externalId", times: 3 });
  await scene.cycle();
  expect(await scene.lastLog(ada)).toBe("other failure InternalServerError");
  rig.clock.advance(day);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ externalId: "ada" });
});

test.each(["502AfterCommit", "dropAfterCommit", "500BeforeCommit", "dropBeforeCommit"] as const)(
  "a create that met %s keeps its value, and nobody else gets it",
  async (kind) => {
    const scene = await rig.openScene();
    await choosing(scene, numbered(5));
    for (const name of ["ada", "bob", "cem"]) await scene.assigned(name, { mailNickname: "same" });
    rig.server.faults.add({ kind, method: "POST" });
    expect(await scene.cycle()).toMatchObject({ counts: { created: 3, failed: 0 } });
    expect(externalIds().toSorted()).toEqual(["same", "same2", "same3"]);
    expect(rig.server.state.accepted).toHaveLength(3);
  },
);

test.each([
  ["before its create arrives", false],
  ["after its create has arrived", true],
])("a process that dies %s leaves one account with one value", async (_when, sent) => {
  const scene = await rig.openScene();
  await choosing(scene, numbered(3));
  somebody(scene, "x", "ada");
  const ada = await scene.assigned("ada", { mailNickname: "ada" });
  // The probe, the search for the account, two questions about values, then the create.
  const died = rig.life.dieAt(4, sent);
  void scene.cycle();
  await died;
  rig.begin();
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ externalId: "ada2" });
  expect(rig.server.state.accepted.filter(({ name }) => name === scene.upn("ada"))).toHaveLength(1);
  expect(await scene.lastLog(ada)).toMatch(/^(?:create|other|update) success$/);
});

test("a dry run asks and keeps nothing from others", async () => {
  const scene = await rig.openScene();
  await choosing(scene, numbered(3));
  somebody(scene, "x", "ada");
  const ada = await scene.assigned("ada", { mailNickname: "ada" });
  const bob = await scene.assigned("bob", { mailNickname: "ada" });
  const dry = (id: string) => rig.life.engine.provision(scene.jobId, id, { dry: true });
  const chosen = (result: Awaited<ReturnType<typeof dry>>) =>
    result.changes.find(({ path }) => path === "externalId")?.after;
  expect([chosen(await dry(ada)), chosen(await dry(bob))]).toEqual(["ada2", "ada2"]);
  expect(chosen(await rig.life.engine.provision(scene.jobId, bob, { dry: false }))).toBe("ada2");
  expect(chosen(await dry(ada))).toBe("ada3");
  await scene.cycle();
  expect(externalIds().toSorted()).toEqual(["ada", "ada2", "ada3"]);
});

test("an account that is taken over keeps the value that it has", async () => {
  const scene = await rig.openScene();
  await choosing(scene, numbered(2));
  somebody(scene, "ada", "hers");
  await scene.assigned("ada", { mailNickname: "ada" });
  await scene.cycle();
  expect(rig.server.users.all()).toMatchObject([{ externalId: "hers", displayName: "Ada Example" }]);
});
