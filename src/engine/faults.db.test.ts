import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { listAudit } from "#journal";
import { day, type EngineRig, hour, minute, openEngineRig, type Scene, token } from "#test/engine-rig.ts";
import { settledFeed } from "#test/feed.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const status = (scene: Scene) => rig.life.engine.status(scene.jobId);

test.each(["502AfterCommit", "dropAfterCommit", "truncate201", "noId", "html"] as const)(
  "a create answered by %s makes one account, linked to its person",
  async (kind) => {
    const scene = await rig.openScene();
    const ada = await scene.assigned("ada");
    rig.server.faults.add({ kind, method: "POST" });
    const report = await scene.cycle();

    expect(report).toMatchObject({ state: "succeeded", counts: { created: 1, failed: 0 } });
    expect(rig.server.users.all()).toMatchObject([{ userName: scene.upn("ada"), active: true }]);
    expect(rig.server.state.accepted).toHaveLength(1);
    await scene.change(ada, { displayName: "Ada King" });
    await scene.cycle();
    expect(scene.account("ada")).toMatchObject({ displayName: "Ada King" });
  },
);

test.each(["500BeforeCommit", "dropBeforeCommit"] as const)("a create that met %s is repeated", async (kind) => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  rig.server.faults.add({ kind, method: "POST" });
  expect(await scene.cycle()).toMatchObject({ state: "succeeded", counts: { created: 1 } });
  expect(rig.server.state.accepted).toHaveLength(1);
});

test("a create that nobody answers is looked up, not repeated", async () => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  rig.server.faults.add({ kind: "hangAfterCommit", method: "POST" });
  const before = rig.holding();
  const running = scene.cycle();
  await before;
  rig.clock.timeOut();
  expect(await running).toMatchObject({ counts: { created: 1 } });
  expect(rig.server.state.accepted).toHaveLength(1);
});

test.each(["502AfterCommit", "dropAfterCommit", "500BeforeCommit"] as const)(
  "an update and a delete that met %s are done in the end",
  async (kind) => {
    const scene = await rig.openScene();
    const ada = await scene.assigned("ada");
    await scene.cycle();
    await scene.change(ada, { displayName: "Ada King" });
    rig.server.faults.add({ kind, method: "PATCH" });
    expect(await scene.cycle()).toMatchObject({ state: "succeeded", counts: { updated: 1 } });
    expect(scene.account("ada")).toMatchObject({ displayName: "Ada King" });
    await scene.purge(ada);
    rig.server.faults.add({ kind, method: "DELETE" });
    expect(await scene.cycle()).toMatchObject({ state: "succeeded", counts: { deleted: 1 } });
    expect(rig.server.users.all()).toEqual([]);
  },
);

test("an account that somebody else makes at the same moment is taken over after the 409", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  rig.server.faults.add({ kind: "hang", method: "POST" });
  const held = rig.holding();
  const running = scene.cycle();
  await held;
  rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: scene.upn("ada"),
    displayName: "Somebody else's",
  });
  rig.clock.timeOut();
  await running;
  expect(rig.server.users.all()).toMatchObject([{ displayName: "Ada Example" }]);
  expect((await status(scene)).counts).toMatchObject({ inStep: 1, failed: 0, pending: 0 });
  expect((await scene.logs(ada)).map(({ provisioningAction }) => provisioningAction)).toEqual(["update", "create"]);
});

test("somebody else's account is not disabled for a person whose own was never made", async () => {
  const scene = await rig.openScene();
  rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: scene.upn("ada"),
    active: true,
  });
  const ada = await scene.assigned("ada");
  rig.server.faults.add({ kind: "500", method: "GET", times: null });
  expect(await rig.life.engine.provision(scene.jobId, ada, { dry: false })).toMatchObject({ action: "fail" });
  await scene.unassign(ada);
  rig.server.faults.clear();
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
  expect(scene.account("ada")).toMatchObject({ active: true });
});

test("who leaves while nobody knows whether the create was done is looked for, and disabled", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  const died = rig.life.dieAt(2, true);
  void scene.cycle();
  await died;
  rig.begin();
  expect(scene.account("ada")).toMatchObject({ active: true });
  await scene.unassign(ada);
  expect(await scene.cycle()).toMatchObject({ counts: { disabled: 1 } });
  expect(scene.account("ada")).toMatchObject({ active: false });
});

test("a 409 for something that cannot be found is a conflict for a person to mend", async () => {
  const scene = await rig.openScene({ template: "scim" });
  const ada = await scene.assigned("ada");
  await scene.mapUsers((mapping) => ({
    ...mapping,
    attributeMappings: mapping.attributeMappings.map((one) => ({
      ...one,
      matchingPriority: one.targetAttributeName === "externalId" ? 1 : 0,
    })),
  }));
  rig.server.users.create({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: scene.upn("ada"),
  });
  await scene.cycle();
  expect(await scene.lastLog(ada)).toBe("create failure Conflict");
  expect(rig.server.users.all()).toHaveLength(1);
});

test("a change that comes while the request is under way is not lost", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.change(ada, { displayName: "First" });
  rig.server.faults.add({ kind: "hangAfterCommit", method: "PATCH" });
  const held = rig.holding();
  const running = scene.cycle();
  await held;
  const versionOf = async () => {
    const { rows } = await sql<{ version: number }>`
      select version from provisioning.due where job_id = ${scene.jobId} and object_id = ${ada}`.execute(rig.store.db);
    return rows[0]?.version ?? 0;
  };
  const claimed = await versionOf();
  await scene.change(ada, { displayName: "Second" });
  await settledFeed(rig.store.db, "directory.change");
  rig.life.engine.wake(scene.jobId);
  // The running cycle takes the change in while the request is still out.
  await vi.waitFor(async () => expect(await versionOf()).toBeGreaterThan(claimed));
  rig.clock.timeOut();
  await running;
  expect(scene.account("ada")).toMatchObject({ displayName: "Second" });
  expect((await status(scene)).counts).toMatchObject({ pending: 0, inStep: 1 });
});

test("accounts that a shifting listing misses are still taken over, not made twice", async () => {
  const scene = await rig.openScene();
  for (let i = 0; i < 130; i++) {
    rig.server.users.create({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: scene.upn(`p${i}`),
      displayName: "Old",
    });
  }
  for (let i = 0; i < 40; i++) await scene.assigned(`p${i + 90}`);
  rig.server.faults.add({ kind: "skipOne", method: "GET", path: "/Users?startIndex", times: null });
  const report = await scene.cycle();

  expect(report.counts).toMatchObject({ created: 0, failed: 0, enabled: 40 });
  expect(rig.server.users.all()).toHaveLength(130);
});

test("one person's permanent refusal stops nobody else, waits a day, and can be retried by hand", async () => {
  const scene = await rig.openScene();
  const bad = await scene.assigned("bad", { displayName: "Bad" });
  await scene.cycle();
  await scene.assigned("good");
  await scene.change(bad, { displayName: "Worse" });
  rig.server.faults.add({ kind: "403", method: "PATCH" });
  const report = await scene.cycle();

  expect(report).toMatchObject({ state: "entryErrors", counts: { created: 1, failed: 1 } });
  expect(scene.account("good")).toMatchObject({ active: true });
  const [failed] = await rig.life.engine.listFailed(scene.jobId, { limit: 10 });
  expect(failed).toMatchObject({ objectId: bad, code: "InsufficientRights", attempts: 1, displayName: "Worse" });
  expect(Date.parse(failed?.nextTry ?? "") - rig.clock.now().getTime()).toBe(day);
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
  expect((await status(scene)).counts).toMatchObject({ failed: 1, pending: 0, inStep: 1, inScope: 2 });

  expect(await rig.life.engine.retry(scene.jobId, [bad])).toBe(1);
  await scene.cycle();
  expect(scene.account("bad")).toMatchObject({ displayName: "Worse" });
  expect(await rig.life.engine.listFailed(scene.jobId, { limit: 10 })).toEqual([]);
});

test("what may pass by itself is tried after 1, 5 and 30 minutes, 2, 6 and 12 hours, then daily, and given up after 28 days", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.change(ada, { displayName: "Ada King" });
  rig.server.faults.add({ kind: "500BeforeCommit", method: "PATCH", times: null });
  const waits: number[] = [];
  const began = rig.clock.now().getTime();
  for (;;) {
    await scene.cycle();
    const [failed] = await rig.life.engine.listFailed(scene.jobId, { limit: 10 });
    if (failed === undefined || failed.nextTry === null || waits.length > 60) break;
    const wait = Date.parse(failed.nextTry) - rig.clock.now().getTime();
    waits.push(wait);
    rig.clock.advance(wait);
  }
  expect(waits.slice(0, 8)).toEqual([minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour, 12 * hour, day, day]);
  expect(new Set(waits.slice(6))).toEqual(new Set([day]));
  expect(Math.floor((rig.clock.now().getTime() - began) / day)).toBe(28);
  expect((await status(scene)).counts).toMatchObject({ givenUp: 1, failed: 0 });
  expect((await status(scene)).notices.join(" ")).toContain("28 days");

  rig.server.faults.clear();
  await rig.life.engine.retry(scene.jobId, "all");
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ displayName: "Ada King" });
});

test("an owed removal is never given up", async () => {
  const scene = await rig.openScene();
  const ada = await scene.assigned("ada");
  await scene.cycle();
  await scene.unassign(ada);
  rig.server.faults.add({ kind: "500BeforeCommit", method: "PATCH", times: null });
  await scene.cycle();
  rig.clock.advance(40 * day);
  await scene.cycle();
  expect((await status(scene)).counts).toMatchObject({ givenUp: 0, failed: 1 });
  rig.server.faults.clear();
  rig.clock.advance(2 * day);
  await scene.cycle();
  expect(scene.account("ada")).toMatchObject({ active: false });
});

test("a token that is refused twice, 30 seconds apart, puts the job into quarantine until it works again", async () => {
  const scene = await rig.openScene({ token: "wrong-token-55" });
  await scene.assigned("ada");
  expect(await scene.cycle()).toMatchObject({
    state: "failed",
    error: { code: expect.stringContaining("Credentials") },
  });
  rig.clock.advance(1000);
  await scene.cycle();
  expect((await status(scene)).quarantine).toBeNull();
  rig.clock.advance(30_000);
  await scene.cycle();
  const quarantined = await status(scene);
  expect(quarantined.quarantine).toMatchObject({ reason: "EncounteredQuarantineException", attempts: 1 });
  expect(quarantined.quarantine?.message).toMatch(/401/);
  expect(quarantined.notices.join(" ")).toContain("in quarantine since");
  rig.clock.advance(minute);
  await scene.cycle();
  expect((await status(scene)).quarantine).toMatchObject({ attempts: 2 });

  await scene.credentials(rig.server.baseUrl, token);
  await scene.cycle();
  expect((await status(scene)).quarantine).toBeNull();
  expect(scene.account("ada")).toMatchObject({ active: true });
  const audit = await listAudit(rig.store.db, { targetId: scene.app.id, activity: "Quarantine" });
  expect(audit.items.map(({ resultReason }) => resultReason)).toEqual([
    expect.stringContaining("has ended"),
    expect.stringContaining("In quarantine"),
  ]);
});

const closedPort = async (): Promise<string> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}/scim/v2`;
};

test("a target that is down is told of, costs a handful of requests, and is served once it is back", async () => {
  const scene = await rig.openScene({ baseUrl: await closedPort() });
  await scene.assigned("ada");
  await scene.assigned("bob");
  const report = await scene.cycle();
  expect(report).toMatchObject({ state: "failed", counts: { done: 0, failed: 0 } });
  expect(report.counts.requests).toBeLessThanOrEqual(3);
  expect((await status(scene)).notices.join(" ")).toContain("The last attempt to reach ThousandEyes failed");
  expect((await status(scene)).counts).toMatchObject({ pending: 2, failed: 0 });

  await scene.credentials(rig.server.baseUrl);
  await scene.cycle();
  expect((await status(scene)).counts).toMatchObject({ inStep: 2, pending: 0 });
  expect((await status(scene)).notices).toEqual([]);
});

test.each(["html", "truncateJson", "malformedJson", "wrongJson", "redirect", "404", "500"] as const)(
  "a target that answers everything by %s is told of, costs a handful of requests, and recovers",
  async (kind) => {
    const scene = await rig.openScene();
    await scene.assigned("ada");
    await scene.assigned("bob");
    rig.server.faults.add({ kind, times: null });
    const report = await scene.cycle();
    expect(report).toMatchObject({ state: "failed", counts: { failed: 0 } });
    expect(rig.server.requests.length).toBeLessThanOrEqual(3);
    expect((await status(scene)).lastCycle?.error?.message).not.toBe("");
    expect((await status(scene)).counts).toMatchObject({ pending: 2, failed: 0 });

    rig.server.faults.clear();
    expect(await scene.cycle()).toMatchObject({ state: "succeeded", counts: { created: 2 } });
  },
);

test("a target that breaks down in the middle of a cycle is not asked for everybody", async () => {
  const scene = await rig.openScene();
  const ids: string[] = [];
  for (let i = 0; i < 120; i++) ids.push(await scene.person(`p${i}`));
  await scene.assign(await scene.group("everybody", ids), "Group");
  await scene.cycle();
  for (const [i, id] of ids.entries()) await scene.change(id, { displayName: `New ${i}` });
  rig.server.faults.add({ kind: "hangAfterCommit", method: "PATCH" });
  const held = rig.holding();
  const running = scene.cycle();
  await held;
  rig.server.faults.add({ kind: "401", times: null });
  rig.clock.timeOut();
  expect(await running).toMatchObject({ state: "failed" });
  expect(rig.server.state.faults["401"]).toBeLessThan(80);
  expect((await status(scene)).counts.pending).toBeGreaterThan(80);

  rig.server.faults.clear();
  rig.clock.advance(minute);
  await scene.cycle();
  expect((await status(scene)).counts).toMatchObject({ pending: 0, failed: 0, inStep: 120 });
  expect(rig.server.users.all().every(({ displayName }) => String(displayName).startsWith("New"))).toBe(true);
});

test("a storm of 429 with Retry-After quarantines nothing and all ends well", async () => {
  const scene = await rig.openScene({ template: "scim" });
  for (let i = 0; i < 30; i++) await scene.assigned(`p${i}`);
  rig.server.faults.add({ kind: "429", method: "POST", times: 40, retryAfter: "7" });
  for (let i = 0; i < 4; i++) {
    await scene.cycle();
    expect((await status(scene)).quarantine).toBeNull();
    rig.clock.advance(hour);
  }
  expect((await status(scene)).counts).toMatchObject({ inStep: 30, failed: 0, pending: 0 });
  expect(rig.server.state.accepted).toHaveLength(30);
});

test("a target that only ever answers 429 is left alone for a while, and not quarantined", async () => {
  const scene = await rig.openScene();
  await scene.assigned("ada");
  rig.server.faults.add({ kind: "429", times: null, retryAfter: "30" });
  for (let i = 0; i < 3; i++) {
    expect(await scene.cycle()).toMatchObject({ state: "failed", error: { code: "TooManyRequests" } });
    rig.clock.advance(minute);
  }
  expect(await status(scene)).toMatchObject({ quarantine: null, counts: { pending: 1, failed: 0 } });
  rig.server.faults.clear();
  expect(await scene.cycle()).toMatchObject({ counts: { created: 1 } });
});

test("too large a share of failures slows the job down, and ends by itself when they are mended", async () => {
  const scene = await rig.openScene();
  for (let i = 0; i < 24; i++) await scene.assigned(`p${i}`);
  rig.server.faults.add({ kind: "403", method: "POST", times: null });
  await scene.cycle();
  expect((await status(scene)).quarantine).toMatchObject({ reason: "EncounteredEscrowProportionThreshold" });
  rig.clock.advance(minute);
  await scene.cycle();
  expect((await status(scene)).quarantine).not.toBeNull();

  rig.server.faults.clear();
  await rig.life.engine.retry(scene.jobId, "all");
  await scene.cycle();
  expect((await status(scene)).quarantine).toBeNull();
  expect((await status(scene)).counts).toMatchObject({ inStep: 24 });
});

test("nothing that is written down holds the token", async () => {
  const { rows } = await sql<{ text: string }>`
    select coalesce(string_agg(entry::text, ''), '') as text from journal.provisioning
    union all select coalesce(string_agg(a::text, ''), '') from journal.audit a
    union all select coalesce(string_agg(c::text, ''), '') from provisioning.cycle c
    union all select coalesce(string_agg(j::text, ''), '') from provisioning.job j
    union all select coalesce(string_agg(d::text, ''), '') from provisioning.due d`.execute(rig.store.db);
  const text = rows.map((row) => row.text).join("");
  expect(text.length).toBeGreaterThan(1000);
  expect(text).not.toContain(token);
  expect(text).not.toContain("wrong-token-55");
});
