import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { defaultGuardLimits } from "#core";
import { newId } from "#runtime";
import type { Store } from "#store";
import { openTestStore } from "#test/database.ts";
import {
  type App,
  addApp,
  createJob,
  deleteJob,
  getJob,
  type Job,
  jobSettings,
  jobsOf,
  listJobs,
  listSecretsMasked,
  readSchema,
  readSecrets,
  resetSchema,
  type SecretPair,
  saveJobSettings,
  saveSchema,
  saveSecrets,
  setJobState,
  tenantId,
} from "./index.ts";

let store: Store;
let app: App;
let job: Job;
const now = new Date("2026-05-04T08:00:00Z");
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await sql`delete from apps.app`.execute(store.db);
  app = await store.transaction((tx) => addApp(tx, "thousandeyes", { now }));
  job = await store.transaction((tx) => createJob(tx, app.id, now));
  await sql`delete from apps.change`.execute(store.db);
});

const changes = async () => {
  const { rows } = await sql<{ what: string }>`
    select kind || ' ' || action as what from apps.change where object_id = ${app.id} order by xid, seq`.execute(
    store.db,
  );
  return rows.map((row) => row.what);
};
const save = (pairs: readonly SecretPair[]) =>
  store.transaction((tx) => saveSecrets(tx, store.sealer, app.id, pairs, now));
const plain = async () => Object.fromEntries(await readSecrets(store.db, store.sealer, app.id));
const address = { key: "BaseAddress", value: "https://api.example.com/scim/v2" };
const token = { key: "SecretToken", value: "not-a-real-token" };

test("a job is made disabled, under the template's name and the tenant's id, with the default schema", async () => {
  const tenant = (await tenantId(store.db)).replaceAll("-", "");
  expect(job).toEqual({
    id: expect.stringMatching(new RegExp(`^thousandeyes\\.${tenant}\\.[0-9a-f-]{36}$`)),
    appId: app.id,
    templateId: "thousandeyes",
    state: "Disabled",
    syncAll: false,
    schemaVersion: 0,
    createdAt: now,
  });
  const schema = await readSchema(store.db, job.id);
  expect({ id: schema.id, version: schema.version }).toEqual({ id: job.id, version: "v1.0" });
  expect(
    schema.synchronizationRules[0]?.objectMappings[0]?.attributeMappings.map((each) => each.targetAttributeName),
  ).toEqual(["userName", "active", "displayName", 'emails[type eq "work"].value', "externalId", "name.formatted"]);
  expect(await getJob(store.db, job.id)).toEqual(job);
  expect(await jobsOf(store.db, app.id)).toEqual([job]);
  expect(await getJob(store.db, "nothing\0")).toBeNull();
});

test("an app has one job; after it is deleted another one may be made", async () => {
  const again = () => store.transaction((tx) => createJob(tx, app.id, now));
  await expect(again()).rejects.toMatchObject({ code: "JobExists", facts: { jobId: job.id } });
  await store.transaction((tx) => deleteJob(tx, job.id, now));
  expect(await jobsOf(store.db, app.id)).toEqual([]);
  expect((await again()).id).not.toBe(job.id);
  expect(await changes()).toEqual(["settings delete", "schema create"]);
  await expect(store.transaction((tx) => createJob(tx, newId(), now))).rejects.toMatchObject({ code: "AppNotFound" });
});

test("a job is started and paused; saying it twice changes nothing", async () => {
  const set = (state: "Active" | "Paused") => store.transaction((tx) => setJobState(tx, job.id, state, now));
  expect((await set("Active")).state).toBe("Active");
  await set("Active");
  expect((await listJobs(store.db, { state: "Active" })).map((each) => each.id)).toEqual([job.id]);
  expect((await set("Paused")).state).toBe("Paused");
  expect(await listJobs(store.db, { state: "Active" })).toEqual([]);
  expect(await changes()).toEqual(["settings state", "settings state"]);
  await expect(store.transaction((tx) => setJobState(tx, "none", "Active", now))).rejects.toMatchObject({
    code: "JobNotFound",
  });
});

test("a saved schema keeps its content, moves its version, and can be taken back to the default", async () => {
  const before = await readSchema(store.db, job.id);
  const changed = { ...before, id: "other", version: "v9", synchronizationRules: [] };
  const saved = await store.transaction((tx) => saveSchema(tx, job.id, changed, now));
  expect(saved).toEqual({ ...changed, id: job.id, version: "v1.1" });
  expect(await readSchema(store.db, job.id)).toEqual(saved);
  const reset = await store.transaction((tx) => resetSchema(tx, job.id, now));
  expect(reset.version).toBe("v1.2");
  expect(reset.synchronizationRules[0]?.objectMappings).toEqual(before.synchronizationRules[0]?.objectMappings);
  expect((await getJob(store.db, job.id))?.schemaVersion).toBe(2);
  expect(await changes()).toEqual(["schema update", "schema update"]);
  await expect(store.transaction((tx) => saveSchema(tx, "none", changed, now))).rejects.toMatchObject({
    code: "JobNotFound",
  });
  await expect(readSchema(store.db, "none")).rejects.toMatchObject({ code: "JobNotFound" });
});

test("the published exchange of secrets: put, get masked, put back with the token kept, delete by empty values", async () => {
  const fixture = JSON.parse(readFileSync(new URL("../../test/fixtures/graph/secrets.json", import.meta.url), "utf8"));
  await save(fixture.put.value);
  expect(await listSecretsMasked(store.db, app.id)).toEqual(fixture.get.value);
  await save(fixture.putBackUnchangedToken.value);
  expect(await plain()).toEqual({
    BaseAddress: "https://api.thousandeyes.example.com/scim/v2",
    SecretToken: "not-a-real-token",
    SyncAll: "true",
    SkipOutOfScopeDeletions: "True",
  });
  expect((await getJob(store.db, job.id))?.syncAll).toBe(true);
  await save(fixture.deleteByEmptyValues.value);
  expect(await listSecretsMasked(store.db, app.id)).toEqual(fixture.getAfterDelete.value);
});

test("keys are taken in any case, unknown and repeated ones are refused, and nothing is half saved", async () => {
  await save([
    { key: "baseaddress", value: ` ${address.value}\n` },
    { key: "SECRETTOKEN", value: "t\r\n" },
  ]);
  expect(await plain()).toEqual({ BaseAddress: address.value, SecretToken: "t" });
  await expect(save([token, { key: "Sekret", value: "x" }])).rejects.toMatchObject({ code: "UnknownSecret" });
  await expect(save([token, { key: "secrettoken", value: "x" }])).rejects.toMatchObject({ code: "DuplicateSecret" });
  expect(await plain()).toEqual({ BaseAddress: address.value, SecretToken: "t" });
});

test.each([
  ["BaseAddress", "api.example.com"],
  ["BaseAddress", "ftp://api.example.com"],
  ["BaseAddress", "https://user:secret@api.example.com"],
  ["BaseAddress", "https://api.example.com/scim/{directoryId}"],
  ["SecretToken", "two\nlines"],
  ["SecretToken", "*"],
  ["SyncAll", "maybe"],
  ["SyncNotificationSettings", "[1]"],
  ["SyncNotificationSettings", "{"],
  ["Domain", "a\0b"],
  ["Oauth2ClientSecret", "two\nlines"],
  ["SecretToken", "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----"],
])("%s cannot be %j", async (key, value) => {
  await expect(save([{ key, value }])).rejects.toMatchObject({ code: "InvalidSecret", facts: { key } });
});

test("the private key with which a client signs is kept with its lines", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const value = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await save([{ key: "Oauth2ClientSecret", value: value.replaceAll("\n", "\r\n") }]);
  expect(createPrivateKey((await plain()).Oauth2ClientSecret as string).equals(privateKey)).toBe(true);
});

test("a kept token never follows an address to another place, not even in two steps", async () => {
  const kept = { key: "SecretToken", value: "*" };
  await save([address, token]);
  for (const value of [
    "https://elsewhere.example.com/scim/v2",
    "http://api.example.com/scim/v2",
    "https://api.example.com:8443/scim/v2",
    "",
  ]) {
    await expect(save([{ key: "BaseAddress", value }, kept])).rejects.toMatchObject({ code: "SecretMustBeReentered" });
  }
  await expect(save([kept])).rejects.toMatchObject({ code: "SecretMustBeReentered" });
  await expect(
    save([address, kept, { key: "Oauth2TokenExchangeUri", value: "https://elsewhere.example.com" }]),
  ).rejects.toMatchObject({ code: "SecretMustBeReentered" });
  await save([{ ...address, value: "https://API.example.com/scim" }, kept]);
  expect(await plain()).toEqual({ BaseAddress: "https://API.example.com/scim", SecretToken: token.value });
  await save([
    { ...address, value: "https://elsewhere.example.com" },
    { ...token, value: "another" },
  ]);
  expect(await plain()).toEqual({ BaseAddress: "https://elsewhere.example.com", SecretToken: "another" });
});

test("confidential values are sealed at their own place and never stand in the database", async () => {
  await save([address, token, { key: "Password", value: "hidden" }]);
  const { rows } = await sql<{ text: string }>`
    select coalesce(string_agg(secret::text, ' '), '') as text from apps.secret secret`.execute(store.db);
  expect(rows[0]?.text).toContain(address.value);
  expect(rows[0]?.text).not.toMatch(/not-a-real-token|hidden/);
  await sql`update apps.secret set sealed = (select sealed from apps.secret where key = 'Password')
    where key = 'SecretToken'`.execute(store.db);
  await expect(plain()).rejects.toMatchObject({ code: "Sealed" });
  // A token that cannot be opened any more can still be replaced.
  expect((await save([address, token])).changed).toEqual(["SecretToken", "Password"]);
});

test("the engine hears what kind of setting changed, and nothing when none did", async () => {
  const scope = { key: "SyncAll", value: "true" };
  const mail = { key: "SyncNotificationSettings", value: '{"Enabled":true}' };
  expect((await save([address, token])).changed).toEqual(["BaseAddress", "SecretToken"]);
  expect((await save([address, token])).changed).toEqual([]);
  expect((await save([address, { ...token, value: "*" }, scope])).changed).toEqual(["SyncAll"]);
  expect((await save([address, { ...token, value: "*" }, scope, mail])).changed).toEqual(["SyncNotificationSettings"]);
  expect((await save([])).changed.toSorted()).toEqual([
    "BaseAddress",
    "SecretToken",
    "SyncAll",
    "SyncNotificationSettings",
  ]);
  expect(await changes()).toEqual([
    "settings credentials",
    "settings scope",
    "settings update",
    "settings scope",
    "settings update",
    "settings credentials",
  ]);
});

test("settings come from Graph's pairs, Lockstep's own, and defaults", async () => {
  expect(await jobSettings(store.db, job.id)).toEqual({
    syncAll: false,
    skipOutOfScopeDeletions: false,
    notifications: { enabled: false, recipients: [] },
    mode: "automatic",
    intervalSeconds: 60,
    guard: { enabled: true, absolute: 500, percent: 20, floor: 10 },
    membershipGuard: { enabled: false, absolute: 500, percent: 20, floor: 10 },
    extraMembers: "report",
    readBack: "sampled",
    profile: {},
    foundProfile: null,
  });
  await save([
    { key: "SyncAll", value: "True" },
    { key: "SkipOutOfScopeDeletions", value: "true" },
    {
      key: "SyncNotificationSettings",
      value:
        '{"Enabled":"true","Recipients":"a@example.com; b@example.com","DeleteThresholdEnabled":"False","DeleteThresholdValue":"30"}',
    },
  ]);
  expect(await jobSettings(store.db, job.id)).toMatchObject({
    syncAll: true,
    skipOutOfScopeDeletions: true,
    notifications: { enabled: true, recipients: ["a@example.com", "b@example.com"] },
    guard: { ...defaultGuardLimits, enabled: false, absolute: 30 },
  });
  const guard = { enabled: true, absolute: 7, percent: 1, floor: 2 };
  await store.transaction((tx) => saveJobSettings(tx, job.id, { guard }, now));
  const saved = await store.transaction((tx) => saveJobSettings(tx, job.id, { mode: "review" }, now));
  expect(saved).toMatchObject({ guard, mode: "review", intervalSeconds: 60 });
  expect(await jobSettings(store.db, job.id)).toEqual(saved);
});

test("settings out of bounds and jobs that do not exist are refused", async () => {
  const set = (jobId: string, changes: Parameters<typeof saveJobSettings>[2]) =>
    store.transaction((tx) => saveJobSettings(tx, jobId, changes, now));
  const guard = { enabled: true, absolute: 1, percent: 101, floor: 0 };
  for (const bad of [
    { intervalSeconds: 0 },
    { intervalSeconds: 1.5 },
    { profile: { requestsPerMinute: -1 } },
    { guard },
  ]) {
    await expect(set(job.id, bad)).rejects.toMatchObject({ code: "InvalidSetting" });
  }
  await expect(set("none", { mode: "review" })).rejects.toMatchObject({ code: "JobNotFound" });
  await expect(jobSettings(store.db, "none")).rejects.toMatchObject({ code: "JobNotFound" });
});
