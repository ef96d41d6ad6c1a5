import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { addApp, createJob, jobSettings, saveSecrets } from "#apps";
import { usualProfile } from "#core";
import { systemClock } from "#runtime";
import type { Store } from "#store";
import { openTestStore, testDatabaseUrl } from "#test/database.ts";
import { openWholeEngine, type WholeEngine } from "#test/whole-engine.ts";
import { type ScimTestServer, startScimTestServer } from "#test/wire/scim-test-server.ts";

const token = "token-of-the-examined-target";
let database: Store | null = null;
let whole: WholeEngine;
let target: ScimTestServer;

beforeAll(async () => {
  if (process.env.TEST_DATABASE_URL) database = await openTestStore();
  const databaseUrl = database === null ? undefined : testDatabaseUrl(database);
  whole = await openWholeEngine({
    folder: null,
    ...(databaseUrl === undefined ? { template: inject("databaseTemplate") } : { databaseUrl }),
  });
  target = await startScimTestServer({ token });
});
afterAll(async () => {
  await whole.close();
  await target.close();
  await database?.close();
});
beforeEach(() => target.reset());

/** An app for the target, with its job. */
const connect = (baseUrl = target.baseUrl) =>
  whole.store.transaction(async (tx) => {
    const now = systemClock.now();
    const app = await addApp(tx, "scim", { now });
    const job = await createJob(tx, app.id, now);
    const secrets = [
      { key: "BaseAddress", value: baseUrl },
      { key: "SecretToken", value: token },
    ];
    await saveSecrets(tx, whole.store.sealer, app.id, secrets, now);
    return { appId: app.id, jobId: job.id };
  });

const examine = (appId: string, signal = new AbortController().signal) =>
  whole.engine.examine(appId, {}, { members: 2, measuresPace: false }, { signal, onProgress: () => undefined });

test("of the template only what is not the usual is told", async () => {
  const te = await whole.store.transaction((tx) => addApp(tx, "thousandeyes", { now: systemClock.now() }));
  await whole.store.transaction((tx) => createJob(tx, te.id, systemClock.now()));
  const { template, effective } = await whole.engine.profileOf(te.id);
  expect(template).toEqual({
    supportsGroups: false,
    filterable: ["externalId", "userName"],
    confirmedLater: ["emails"],
    requestsPerMinute: 240,
  });
  expect(effective).toEqual({ ...usualProfile, ...template });
});

test("what was found is kept for the job, and counts for the address at which it was found", async () => {
  target.faults.add({ kind: "501", method: "PATCH", times: null });
  const { appId, jobId } = await connect();
  const { profile, at } = await examine(appId);
  expect(profile).toMatchObject({ updateUsers: "put", updateGroups: "put" });
  const found = { baseUrl: target.baseUrl, at, profile };
  expect((await jobSettings(whole.store.db, jobId)).foundProfile).toEqual(found);
  expect(await whole.engine.profileOf(appId)).toMatchObject({ found, foundCounts: true, own: {}, effective: profile });

  const moveTo = (baseAddress: string) =>
    whole.store.transaction((tx) =>
      saveSecrets(
        tx,
        whole.store.sealer,
        appId,
        [
          { key: "BaseAddress", value: baseAddress },
          { key: "SecretToken", value: token },
        ],
        systemClock.now(),
      ),
    );
  await moveTo(`${target.baseUrl}/`);
  expect(await whole.engine.profileOf(appId)).toMatchObject({ found, foundCounts: true, effective: profile });
  for (const other of ["https://elsewhere.example.net/scim", `${target.baseUrl}?tenant=b`]) {
    await moveTo(other);
    expect(await whole.engine.profileOf(appId)).toMatchObject({
      found,
      foundCounts: false,
      effective: { updateUsers: "patch" },
    });
  }
});

test("stopped from outside, it removes what it made and concludes nothing; meanwhile nobody else examines the target", async () => {
  const [one, other] = [await connect(), await connect()];
  target.faults.add({ kind: "hang", method: "GET", path: "/Groups?excludedAttributes=members&startIndex" });
  const stop = new AbortController();
  const first = examine(one.appId, stop.signal);
  await target.held(1);
  expect(target.state.users.length).toBeGreaterThan(0);
  await expect(examine(other.appId)).rejects.toMatchObject({ code: "ExaminationRunning" });
  stop.abort();
  expect(await first).toMatchObject({ interrupted: true, profile: {}, cleanUp: { left: [] } });
  expect([target.state.users, target.state.groups]).toEqual([[], []]);
  expect((await whole.engine.profileOf(one.appId)).found).toBeNull();
  expect(await whole.engine.removeLeftovers(other.appId, {}, new AbortController().signal)).toMatchObject({
    removed: 0,
    left: [],
  });
});

test("a target that nobody can reach teaches nothing, and an app without credentials is told so", async () => {
  const { appId, jobId } = await connect("http://127.0.0.1:9/scim");
  expect(await examine(appId)).toMatchObject({ verdict: "cannot", profile: {} });
  expect((await jobSettings(whole.store.db, jobId)).foundProfile).toBeNull();
  const bare = await whole.store.transaction((tx) => addApp(tx, "scim", { now: systemClock.now() }));
  await expect(examine(bare.id)).rejects.toMatchObject({ code: "NotConfigured" });
});
