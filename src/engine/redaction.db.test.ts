import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AttributeMapping, FilterGroup, ObjectMapping } from "#core";
import { day, type EngineRig, openEngineRig, type Scene } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

/** With signs that JSON, SCIM filters and addresses each spell in their own way. */
const secret = `Zq7"x'9 Omega`;
const another = `Zq8"y'3 Omega`;
const password = "Hunter-Two-22";
/** Parts of them that every spelling keeps. */
const needles = ["zq7", "zq8", "omega", "hunter"];

const row = (path: string, text: string, members: Partial<AttributeMapping> = {}) => ({
  targetAttributeName: path,
  source: { type: "Function" as const, name: "", expression: text, parameters: [] },
  ...members,
});

/** `externalId` and `title` hold what is redacted, `password` what is masked by its name; `nickName` shows the same value openly. */
const secretive =
  (rows: readonly (Partial<AttributeMapping> & { readonly targetAttributeName: string })[] = []) =>
  (mapping: ObjectMapping): ObjectMapping => {
    const [template] = mapping.attributeMappings;
    if (template === undefined) throw new Error("there is no mapping");
    const own = [
      row("externalId", "Redact([employeeId])"),
      row("title", 'IIF([employeeId]="none", "plain", Append(Redact([employeeId]), "!"))'),
      row("nickName", "StripSpaces([employeeId])"),
      row("password", `Append("Hunter-", "Two-22")`, { flowType: "ObjectAddOnly" }),
      ...rows,
    ];
    const kept = mapping.attributeMappings.filter(
      (one) => !own.some(({ targetAttributeName }) => targetAttributeName === one.targetAttributeName),
    );
    return {
      ...mapping,
      attributeMappings: [...kept, ...own.map((one) => ({ ...template, matchingPriority: 0, ...one }))],
    };
  };

/** Everything that anybody may read afterwards. */
const everything = async (scene: Scene, answers: readonly unknown[]): Promise<string> => {
  const { engine } = rig.life;
  const tables = [
    "journal.provisioning",
    "journal.audit",
    "provisioning.due",
    "provisioning.cycle",
    "provisioning.job",
  ];
  const texts = await Promise.all(
    tables.map(async (table) => {
      const { rows } = await sql`select * from ${sql.raw(table)}`.execute(rig.store.db);
      return JSON.stringify(rows);
    }),
  );
  const { rows: names } = await sql`select display_name from provisioning.link`.execute(rig.store.db);
  return JSON.stringify([
    texts,
    names,
    rig.logged,
    answers,
    await engine.status(scene.jobId),
    await engine.listFailed(scene.jobId, { limit: 100 }),
    await engine.listHeld(scene.jobId, { limit: 100 }),
  ]).toLowerCase();
};

/** The parts of secrets that can be read, each with what stands around it. */
const leaks = (text: string): string[] =>
  needles.flatMap((needle) => [...text.matchAll(new RegExp(`.{0,60}${needle}.{0,20}`, "g"))].map(([found]) => found));

const openly = async (scene: Scene, id: string, ...answers: readonly unknown[]): Promise<string[]> => {
  const { engine } = rig.life;
  const more = [
    await engine.testMapping(scene.jobId, id),
    await engine.previewScope(scene.jobId, { draft: await scene.draft(narrowed) }),
    await engine.provision(scene.jobId, id, { dry: true }).catch((error) => String(error)),
  ];
  return leaks(await everything(scene, [...answers, ...more]));
};

/** A filter that looks at the redacted attribute. */
const narrowed = (mapping: ObjectMapping): ObjectMapping => ({
  ...mapping,
  scope: {
    groups: [
      {
        name: "Staff",
        clauses: [{ sourceOperandName: "employeeId", operatorName: "EQUALS", targetOperand: { values: ["17"] } }],
      } satisfies FilterGroup,
    ],
    inputFilterGroups: [],
    categoryFilterGroups: [],
  },
});

const account = (scene: Scene) => {
  const { externalId, title, nickName } = scene.account("ada") ?? {};
  return { externalId, title, nickName };
};

test("what is redacted reaches the target and nobody else: create, update, clearing and on demand", async () => {
  const scene = await rig.openScene();
  await scene.mapUsers(secretive());
  const ada = await scene.assigned("ada", { employeeId: secret });
  const created = await rig.life.engine.provision(scene.jobId, ada, { dry: false });
  expect(created.exchanges.map(({ method }) => method)).toContain("POST");
  expect(account(scene)).toEqual({ externalId: secret, title: `${secret}!`, nickName: secret.replaceAll(" ", "") });
  expect(rig.server.requests.find(({ method }) => method === "POST")?.body).toContain(password);

  await scene.change(ada, { employeeId: another });
  await scene.cycle();
  expect(account(scene).externalId).toBe(another);
  const [entry] = await scene.logs(ada);
  expect(entry?.modifiedProperties).toContainEqual({
    displayName: "externalId",
    oldValue: "[Redact]",
    newValue: "[Redact]",
  });
  // The branch that shows a plain value is as hidden: it replaces the secret, and the log tells both.
  await scene.change(ada, { employeeId: "none" });
  const updated = await rig.life.engine.provision(scene.jobId, ada, { dry: false });
  expect(updated.changes.map(({ path }) => path)).toContain("title");
  await scene.change(ada, { employeeId: secret });
  expect(await openly(scene, ada, created, updated)).toEqual([]);
});

/** A service that has nobody, and says back in its refusal all that it was sent. */
const echoing = async (status: number, words: (body: string) => string): Promise<string> => {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = (code: number, resource: object) =>
      response.writeHead(code, { "content-type": "application/scim+json" }).end(JSON.stringify(resource));
    if (request.method === "GET") {
      answer(200, { schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], totalResults: 0, Resources: [] });
    } else
      answer(status, {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
        status: String(status),
        detail: words(body),
      });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`;
};
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

test.each<[what: string, status: number, words: (body: string) => string]>([
  ["400 with the value in it", 400, () => `'${secret}' is no employee number.`],
  ["400 with the value in capitals", 400, () => `${secret.toUpperCase()} IS NO EMPLOYEE NUMBER`],
  ["400 with the value where the sentence is cut", 400, () => `${"x".repeat(290)} ${secret} is no employee number.`],
  ["400 with the whole request in it", 400, (body) => body],
  ["409 with the value in it", 409, () => `${secret} is taken.`],
  ["500 with the whole request in it", 500, (body) => `Cannot save ${body}`],
  ["422 with the password in it", 422, () => `The password ${password} was used before.`],
])("a create that is refused by %s", async (_what, status, words) => {
  const scene = await rig.openScene({ baseUrl: await echoing(status, words) });
  await scene.mapUsers(secretive());
  const ada = await scene.assigned("ada", { employeeId: secret });
  await scene.cycle();
  const [entry] = await scene.logs(ada);
  expect(entry).toMatchObject({ provisioningStatusInfo: { status: "failure" } });
  expect(entry?.exchanges?.length).toBeGreaterThan(0);
  expect(JSON.stringify(entry?.exchanges)).toContain("[Redact]");
  expect(await rig.life.engine.listFailed(scene.jobId, { limit: 9 })).toHaveLength(1);
  rig.clock.advance(day);
  expect(await openly(scene, ada, await rig.life.engine.provision(scene.jobId, ada, { dry: false }))).toEqual([]);
});

test.each(["502AfterCommit", "truncate201", "noId", "html", "403", "malformedJson", "tooLarge"] as const)(
  "an answer of %s to a create or an update",
  async (kind) => {
    const scene = await rig.openScene();
    await scene.mapUsers(secretive());
    const ada = await scene.assigned("ada", { employeeId: secret });
    rig.server.faults.add({ kind, method: "POST", times: 2 });
    await scene.cycle();
    rig.server.faults.clear();
    rig.clock.advance(day);
    await scene.cycle();
    await scene.change(ada, { employeeId: another });
    rig.server.faults.add({ kind, method: "PATCH", times: 2 });
    const result = await rig.life.engine.provision(scene.jobId, ada, { dry: false });
    rig.server.faults.clear();
    expect(result.exchanges.length).toBeGreaterThan(0);
    expect(await openly(scene, ada, result)).toEqual([]);
  },
);

test("a held removal, a filter that looks at it, and an account that is matched by it", async () => {
  const scene = await rig.openScene({ template: "scim" });
  await scene.settings({ guard: { enabled: true, absolute: 0, percent: 100, floor: 1 } });
  await scene.mapUsers((mapping) =>
    secretive([row("externalId", 'Append(Redact([employeeId]), "")', { matchingPriority: 1 })])({
      ...mapping,
      attributeMappings: mapping.attributeMappings.map((one) => ({ ...one, matchingPriority: 0 })),
    }),
  );
  const ada = await scene.assigned("ada", { employeeId: secret });
  const bob = await scene.assigned("bob", { employeeId: another });
  for (const name of ["x", "y"])
    rig.server.users.create({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: scene.upn(name),
      externalId: another,
    });
  await scene.cycle();
  expect(rig.server.requests.some(({ path }) => decodeURIComponent(path).includes('externalId eq "Zq7\\"x'))).toBe(
    true,
  );
  // Two accounts have Bob's number.
  expect(await scene.lastLog(bob)).toBe("other failure DuplicateTargetEntries");
  await scene.mapUsers(narrowed);
  await scene.cycle();
  const held = await rig.life.engine.listHeld(scene.jobId, { limit: 9 });
  expect(held).toMatchObject([{ objectId: ada, explanation: expect.stringContaining('employeeId is "[Redact]"') }]);
  rig.server.faults.add({ kind: "403", method: "GET", times: null });
  const failed = await rig.life.engine.provision(scene.jobId, bob, { dry: false });
  expect(await openly(scene, ada, failed)).toEqual([]);
  expect(await openly(scene, bob)).toEqual([]);
  rig.server.faults.clear();
});

test("a redacted name is replaced by the login, and that by the id, wherever people are named", async () => {
  const scene = await rig.openScene();
  const upnOf = (name: string) => scene.upn(name);
  await scene.mapUsers(secretive([row("displayName", "Redact([displayName])")]));
  const ada = await scene.assigned("ada", { displayName: "Omega Hunter", employeeId: secret });
  const failing = await scene.assigned("bob", { displayName: "Omega Zq7", employeeId: another });
  rig.server.faults.add({ kind: "403", method: "POST" });
  await scene.cycle();
  rig.server.faults.clear();
  expect((await scene.logs(ada))[0]?.sourceIdentity.displayName).toBe(upnOf("ada"));
  expect((await rig.life.engine.testMapping(scene.jobId, ada)).displayName).toBe(upnOf("ada"));
  expect(await openly(scene, ada)).toEqual([]);
  expect(await openly(scene, failing)).toEqual([]);
  await scene.mapUsers(secretive([row("displayName", "Redact(Append([displayName], [userPrincipalName]))")]));
  expect((await rig.life.engine.testMapping(scene.jobId, ada)).displayName).toBe(ada);
});

test("what was written while it was redacted stays hidden when Redact is taken away", async () => {
  const scene = await rig.openScene();
  await scene.mapUsers(secretive([row("displayName", 'Redact(Join(" ", [displayName], [employeeId]))')]));
  const ada = await scene.assigned("ada", { displayName: "Plain", employeeId: secret });
  await scene.cycle();
  expect(scene.account("ada")?.displayName).toBe(`Plain ${secret}`);
  await scene.mapUsers(secretive([row("displayName", "ToUpper([displayName])")]));
  await scene.cycle();
  expect(scene.account("ada")?.displayName).toBe("PLAIN");
  expect((await scene.logs(ada))[0]?.modifiedProperties).toContainEqual({
    displayName: "displayName",
    oldValue: "[Redact]",
    newValue: "PLAIN",
  });
  expect(await openly(scene, ada)).toEqual([]);
});

test("where nothing is redacted, everything is shown as it is", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada", { mailNickname: "omega" });
  const result = await rig.life.engine.provision(scene.jobId, ada, { dry: false });
  expect(result.exchanges.some(({ requestBody }) => requestBody?.includes("omega"))).toBe(true);
  expect(result.changes).toContainEqual(expect.objectContaining({ path: "externalId", after: "omega" }));
});
