import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Progress } from "#engine";
import { type EngineRig, openEngineRig, type Scene, token } from "#test/engine-rig.ts";
import { startScimTestServer } from "#test/wire/scim-test-server.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const linksOf = async (scene: Scene): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from provisioning.link where job_id = ${scene.jobId}`.execute(rig.store.db);
  return rows[0]?.n ?? 0;
};

const nothing = {
  watermark: false,
  escrows: false,
  quarantineState: false,
  connectorDataStore: false,
  forceDeletes: false,
};

test.each(["watermark", "escrows", "quarantineState", "connectorDataStore"] as const)(
  "a restart with the scope %s keeps the removal that is owed",
  async (scope) => {
    const scene = await rig.openScene();
    const ada = await scene.assigned("ada");
    await scene.assigned("bob");
    await scene.cycle();
    await scene.unassign(ada);
    rig.server.faults.add({ kind: "403", method: "PATCH" });
    await scene.cycle();
    expect(scene.account("ada")).toMatchObject({ active: true });
    await rig.life.engine.restartJob(scene.jobId, { ...nothing, [scope]: true });
    await scene.cycle();
    await rig.life.engine.retry(scene.jobId, "all");
    await scene.cycle();
    expect(scene.account("ada")).toMatchObject({ active: false });
    expect(scene.account("bob")).toMatchObject({ active: true });
    expect(await linksOf(scene)).toBe(2);
  },
);

test("a restart with forceDeletes lets everything go that is held", async () => {
  const scene = await rig.openScene();
  const ids: string[] = [];
  for (let i = 0; i < 20; i++) ids.push(await scene.assigned(`p${i}`));
  await scene.cycle();
  for (const id of ids.slice(0, 12)) await scene.unassign(id);
  await scene.cycle();
  await rig.life.engine.restartJob(scene.jobId, { ...nothing, forceDeletes: true });
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 12 } });
});

test("a full restart looks at everybody, and writes only what somebody changed in the target", async () => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  await scene.assigned("bob");
  await scene.cycle();
  const { id } = scene.account("ada") ?? {};
  rig.server.users.patch(String(id), {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "displayName", value: "Tampered" }],
  });
  await rig.life.engine.restartJob(scene.jobId, { ...nothing, watermark: true, connectorDataStore: true });
  const asked = await scene.asked(async () => {
    expect(await scene.cycle()).toMatchObject({ kind: "initial", counts: { updated: 1, unchanged: 1 } });
  });
  expect(asked).toHaveLength(3);
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada Example" });
});

test("pausing stops between objects, and going on finishes without doubles", async () => {
  const scene = await rig.openScene();
  for (let i = 0; i < 60; i++) await scene.assigned(`p${i}`);
  rig.server.faults.add({ kind: "hang", method: "POST" });
  const held = rig.holding();
  const running = scene.cycle();
  await held;
  await rig.life.engine.pauseJob(scene.jobId);
  expect(await running).toMatchObject({ state: "interrupted" });
  const made = rig.server.users.all().length;
  expect(made).toBeLessThan(60);
  const status = await rig.life.engine.status(scene.jobId);
  expect(status).toMatchObject({ state: "paused", running: null, nextRun: null });
  expect(status.counts.inStep + status.counts.pending).toBe(60);

  await rig.life.engine.startJob(scene.jobId);
  expect(await scene.cycle()).toMatchObject({ state: "succeeded" });
  expect(rig.server.state.accepted).toHaveLength(60);
  expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ inStep: 60, pending: 0 });
});

test("an engine that stops in the middle of a cycle leaves the rest to the next one", async () => {
  const scene = await rig.openScene();
  for (let i = 0; i < 50; i++) await scene.assigned(`p${i}`);
  rig.server.faults.add({ kind: "hangAfterCommit", method: "POST" });
  const held = rig.holding();
  const running = scene.cycle();
  await held;
  await rig.life.end();
  await running;
  rig.begin();
  expect(await scene.cycle()).toMatchObject({ state: "succeeded" });
  expect(rig.server.state.accepted).toHaveLength(50);
});

test("a worker that was only slow records nothing once another has taken the job over", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  rig.server.faults.add({ kind: "hangAfterCommit", method: "POST" });
  const slow = rig.life;
  const held = rig.holding();
  const running = scene.cycle();
  await held;
  rig.begin();
  expect(await scene.cycle()).toMatchObject({ state: "succeeded", counts: { created: 0, unchanged: 1 } });
  const { rows: before } = await sql`select * from provisioning.link where job_id = ${scene.jobId}`.execute(
    rig.store.db,
  );

  rig.clock.timeOut();
  expect(await running).toMatchObject({ state: "interrupted" });
  const { rows: after } = await sql`select * from provisioning.link where job_id = ${scene.jobId}`.execute(
    rig.store.db,
  );
  expect(after).toEqual(before);
  expect(await scene.logs(ada)).toHaveLength(1);
  expect(rig.server.state.accepted).toHaveLength(1);
  await slow.end();
});

test("a cycle that is asked for while one runs is another one", async () => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  const reports = await Promise.all([scene.cycle(), scene.cycle(), scene.cycle()]);
  expect(new Set(reports.map(({ id }) => id)).size).toBe(3);
  expect(rig.server.state.accepted).toHaveLength(1);
});

test("progress tells the phases and ends with done", async () => {
  const scene = await rig.openScene();
  for (let i = 0; i < 5; i++) await scene.assigned(`p${i}`);
  const seen: Progress[] = [];
  const end = rig.life.engine.watch(scene.jobId, (progress) => seen.push(progress));
  const report = await scene.cycle();
  end();
  expect(seen.at(-1)).toMatchObject({ phase: "done", secondsLeft: 0, cycle: { id: report.id, counts: { done: 5 } } });
  expect((await rig.life.engine.status(scene.jobId)).lastCycle).toEqual(report);
});

test("another store of accounts behind the same app is matched anew, and the way back finds the old links", async () => {
  const other = await startScimTestServer({ token });
  try {
    const scene = await rig.openScene();
    const ada = await scene.assigned("ada");
    const bob = await scene.assigned("bob");
    await scene.cycle();
    const { id } = scene.account("ada") ?? {};
    const there = other.users.create({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: scene.upn("ada"),
      displayName: "In the other tenant",
    });

    await scene.credentials(other.baseUrl);
    expect(await scene.cycle()).toMatchObject({ kind: "initial", counts: { created: 1 } });
    expect(other.users.all()).toMatchObject([
      { id: there.ok ? there.value.id : "", displayName: "Ada Example" },
      { userName: scene.upn("bob") },
    ]);
    expect(await linksOf(scene)).toBe(4);
    expect((await rig.life.engine.status(scene.jobId)).counts).toMatchObject({ inScope: 2, inStep: 2 });
    await scene.change(ada, { displayName: "Ada King" });
    await scene.unassign(bob);
    await scene.cycle();
    expect(scene.account("ada")).toMatchObject({ displayName: "Ada Example" });

    await scene.credentials(rig.server.baseUrl);
    await scene.cycle();
    expect(scene.account("ada")).toMatchObject({ id, displayName: "Ada King" });
    expect(scene.account("bob")).toMatchObject({ active: false });
    expect(rig.server.users.all()).toHaveLength(2);
  } finally {
    await other.close();
  }
});

test("on demand provisions one person at once, with the five steps, and takes them off the list", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  const bob = await scene.assigned("bob");
  const result = await rig.life.engine.provision(scene.jobId, ada, { dry: false });
  expect(result).toMatchObject({ action: "create", dry: false });
  expect(result.entry.provisioningSteps.map(({ provisioningStepType }) => provisioningStepType)).toEqual([
    "import",
    "scoping",
    "matching",
    "export",
  ]);
  expect(await scene.logs(ada)).toEqual([result.entry]);
  expect(rig.server.users.all()).toMatchObject([{ userName: scene.upn("ada") }]);
  expect(await scene.cycle()).toMatchObject({ counts: { created: 1 } });
  expect(await scene.lastLog(bob)).toBe("create success");

  // It looks at the account even though nothing is due, and mends what somebody changed there.
  const { id } = scene.account("ada") ?? {};
  rig.server.users.patch(String(id), {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "displayName", value: "Tampered" }],
  });
  expect(await rig.life.engine.provision(scene.jobId, ada, { dry: false })).toMatchObject({
    action: "update",
    changes: [{ path: "displayName", before: "Tampered", after: "Ada Example" }],
  });
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada Example" });
});

test("a dry run tells what would happen, and writes nothing anywhere", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  const asked = await scene.asked(async () => {
    const result = await rig.life.engine.provision(scene.jobId, ada, { dry: true });
    expect(result).toMatchObject({ action: "create", dry: true });
    expect(result.entry.provisioningSteps.at(-1)?.description).toBe("The account in ThousandEyes would be created");
    expect(result.changes).toContainEqual(expect.objectContaining({ path: "userName", after: scene.upn("ada") }));
  });
  expect(asked).toEqual([`GET /Users?filter=userName eq "${scene.upn("ada")}"`]);
  expect(await scene.logs(ada)).toEqual([]);
  expect(await linksOf(scene)).toBe(0);
  const { rows } = await sql`select 1 from provisioning.intent where job_id = ${scene.jobId}`.execute(rig.store.db);
  expect(rows).toEqual([]);
});

test("on demand for somebody who is not assigned explains it, and for a stranger is an error", async () => {
  const scene = await rig.openScene();
  const eve = await scene.person("eve");
  const result = await rig.life.engine.provision(scene.jobId, eve, { dry: false });
  expect(result).toMatchObject({ action: "skip" });
  expect(result.entry.explanation).toContain("not assigned to ThousandEyes");
  await expect(
    rig.life.engine.provision(scene.jobId, "11111111-2222-4333-8444-555555555555", { dry: true }),
  ).rejects.toMatchObject({ code: "ObjectNotFound" });
  await expect(rig.life.engine.provision("no.such.job", eve, { dry: true })).rejects.toMatchObject({
    code: "JobNotFound",
  });
});

test("on demand and a cycle never handle one person at the same time", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  rig.server.faults.add({ kind: "hangAfterCommit", method: "POST" });
  const held = rig.holding();
  const running = scene.cycle();
  await held;
  const demanded = rig.life.engine.provision(scene.jobId, ada, { dry: false });
  rig.clock.timeOut();
  await running;
  expect(await demanded).toMatchObject({ action: "skip" });
  expect(rig.server.state.accepted).toHaveLength(1);
});

test("the connection test tells success, a refused token with advice, and what is not configured", async () => {
  const scene = await rig.openScene();
  expect(await rig.life.engine.testConnection(scene.app.id)).toMatchObject({ ok: true, code: null });
  const refused = await rig.life.engine.testConnection(scene.app.id, {
    credentials: { kind: "bearer", token: "wrong-token-77" },
  });
  expect(refused).toMatchObject({ ok: false, exchange: { status: 401 } });
  expect(refused.advice.join(" ")).toContain("Admin permissions");
  expect(JSON.stringify(refused)).not.toContain("wrong-token-77");
  const nowhere = await rig.life.engine.testConnection(scene.app.id, { baseAddress: "not an address" });
  expect(nowhere.ok).toBe(false);
});

test("a job without credentials says so, and a forgotten job is forgotten", async () => {
  const scene = await rig.openScene({ template: "scim" });
  await scene.credentials("", "");
  await expect(scene.cycle()).rejects.toMatchObject({ code: "NotConfigured" });
  expect(await rig.life.engine.status(scene.jobId)).toMatchObject({ state: "notConfigured", lastCycle: null });

  await scene.credentials(rig.server.baseUrl);
  await scene.assigned("ada");
  await scene.cycle();
  await rig.life.engine.forgetJob(scene.jobId);
  expect(await linksOf(scene)).toBe(0);
  expect(scene.account("ada")).toMatchObject({ active: true });
});

test("a log entry has the shape of the provisioning log", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  const report = await scene.cycle();
  const [entry] = await scene.logs(ada);
  expect(entry).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    jobId: scene.jobId,
    cycleId: report.id,
    changeId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    provisioningAction: "create",
    durationInMilliseconds: expect.any(Number),
    initiatedBy: { initiatorType: "system" },
    servicePrincipal: { id: scene.app.id, displayName: "ThousandEyes" },
    sourceIdentity: { id: ada, identityType: "User", details: { UserPrincipalName: scene.upn("ada") } },
    targetIdentity: { id: scene.account("ada")?.id },
    provisioningStatusInfo: { status: "success", errorInformation: null },
  });
  expect(entry?.provisioningSteps.map(({ name }) => name)).toEqual([
    "EntryImportAdd",
    "EntrySynchronizationScoping",
    "EntrySynchronizationAdd",
    "EntryExportAdd",
  ]);
  expect(entry?.modifiedProperties).toContainEqual({ displayName: "active", oldValue: null, newValue: "True" });
  expect(entry?.modifiedProperties).toContainEqual({
    displayName: 'emails[type eq "work"].value',
    oldValue: null,
    newValue: scene.upn("ada"),
  });
  expect(entry?.provisioningSteps[1]?.details).toMatchObject({
    "Active in the source system": "True",
    "Assigned to the application": "True",
    "User has the required role": "True",
    "Scoping filter evaluation passed": "True",
    ScopeEvaluationResult: "{}",
  });
});

test("an id that is none is refused with a sentence, not by the database", async () => {
  const scene = await rig.openScene();
  for (const ask of [
    () => rig.life.engine.retry(scene.jobId, ["123"]),
    () => rig.life.engine.allowHeld(scene.jobId, ["123"]),
    () => rig.life.engine.rejectHeld(scene.jobId, ["123"]),
    () => rig.life.engine.provision(scene.jobId, "123", { dry: true }),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code: "ObjectNotFound", message: expect.stringContaining("'123'") });
  }
});

test("an OAuth client's token is fetched for a whole cycle once, and its secret is in no log", async () => {
  const asked: string[] = [];
  const tokens = createServer((request, response) => {
    asked.push(request.headers.authorization ?? "");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ access_token: token, token_type: "bearer", expires_in: 3600 }));
  });
  await new Promise<void>((done) => tokens.listen(0, "127.0.0.1", done));
  try {
    const scene = await rig.openScene();
    await scene.secret("AuthenticationType", "OAuth2ClientCredentialsGrant");
    await scene.secret("Oauth2ClientId", "lockstep");
    await scene.secret("Oauth2ClientSecret", "client-secret-7731");
    await scene.secret("Oauth2TokenExchangeUri", `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`);
    const people = [await scene.assigned("ada"), await scene.assigned("bea")];
    expect((await scene.cycle()).counts).toMatchObject({ created: 2, failed: 0 });
    expect(asked).toEqual([`Basic ${Buffer.from("lockstep:client-secret-7731").toString("base64")}`]);
    rig.server.faults.add({ kind: "500", times: null });
    await scene.change(people[0]!, { displayName: "client-secret-7731" });
    await scene.cycle();
    expect(JSON.stringify((await scene.logs(people[0]!)).map(({ exchanges }) => exchanges))).not.toContain(
      "client-secret-7731",
    );
  } finally {
    tokens.closeAllConnections();
    await new Promise((closed) => tokens.close(closed));
  }
});

test("a token that no header can carry is refused for what it is, and nothing is sent", async () => {
  const scene = await rig.openScene();
  const asked = await scene.asked(async () => {
    const test = await rig.life.engine.testConnection(scene.app.id, {
      credentials: { kind: "bearer", token: "a\nb" },
    });
    expect(test).toMatchObject({ ok: false, code: "InvalidToken", message: expect.stringContaining("line break") });
  });
  expect(asked).toEqual([]);
});
