import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readSchemaDocument, type SynchronizationSchema } from "#core";
import type { Store } from "#store";
import { openTestStore } from "#test/database.ts";
import {
  type App,
  addApp,
  createJob,
  deleteJob,
  getJob,
  type Job,
  listSchemaVersions,
  readSchema,
  readSchemaVersion,
  resetSchema,
  restoreSchemaVersion,
  type SaveOptions,
  saveSchema,
} from "./index.ts";

let store: Store;
let app: App;
let job: Job;
let first: SynchronizationSchema;
const now = new Date("2026-05-04T08:00:00Z");
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await sql`delete from apps.app`.execute(store.db);
  app = await store.transaction((tx) => addApp(tx, "thousandeyes", { now }));
  job = await store.transaction((tx) => createJob(tx, app.id, now));
  first = await readSchema(store.db, job.id);
  await sql`delete from apps.change`.execute(store.db);
});

const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const save = (document: SynchronizationSchema, minutes: number, options?: SaveOptions) =>
  store.transaction((tx) => saveSchema(tx, job.id, document, later(minutes), options));
const versions = (page: { after?: string; limit: number } = { limit: 100 }) =>
  listSchemaVersions(store.db, job.id, page);
/** The document with another name for its first rule. */
const renamed = (name: string): SynchronizationSchema => ({
  ...first,
  synchronizationRules: first.synchronizationRules.map((rule) => ({ ...rule, name })),
});
const madeDue = async () => {
  const { rows } = await sql<{ what: string }>`
    select kind || ' ' || action as what from apps.change where object_id = ${app.id} order by xid, seq`.execute(
    store.db,
  );
  return rows.map(({ what }) => what);
};

test("a job begins with version v1.0, and each save keeps the document with its time and note", async () => {
  await save(renamed("one"), 1, { note: "Ada: rename" });
  await save(renamed("two"), 2);
  expect(await versions()).toEqual([
    { version: "v1.2", savedAt: later(2), note: "" },
    { version: "v1.1", savedAt: later(1), note: "Ada: rename" },
    { version: "v1.0", savedAt: now, note: "The template's mappings" },
  ]);
  expect(await readSchemaVersion(store.db, job.id, "v1.0")).toEqual(first);
  expect(await readSchemaVersion(store.db, job.id, "v1.1")).toEqual({ ...renamed("one"), version: "v1.1" });
  expect(await versions({ limit: 1 })).toMatchObject([{ version: "v1.2" }]);
  expect(await versions({ after: "v1.2", limit: 1 })).toMatchObject([{ version: "v1.1" }]);
  expect(await versions({ after: "v1.0", limit: 1 })).toEqual([]);
});

test("bringing an earlier version back, or the template's mappings, is a save like any other", async () => {
  await save(renamed("one"), 1);
  const restored = await store.transaction((tx) => restoreSchemaVersion(tx, job.id, "v1.0", later(2)));
  expect(restored).toEqual({ ...first, version: "v1.2" });
  expect(await readSchema(store.db, job.id)).toEqual(restored);
  const reset = await store.transaction((tx) => resetSchema(tx, job.id, later(3), { note: "Bob" }));
  expect(reset.version).toBe("v1.3");
  expect((await versions()).map(({ version, note }) => `${version} ${note}`)).toEqual([
    "v1.3 Bob",
    "v1.2 v1.0 brought back",
    "v1.1 ",
    "v1.0 The template's mappings",
  ]);
  expect(await madeDue()).toEqual(["schema update", "schema update", "schema update"]);
});

test("a document that says what the saved one says makes no version and nobody due, however it is written", async () => {
  const shuffled = JSON.parse(JSON.stringify(first), (_name, value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value,
  );
  const spaced = JSON.parse(JSON.stringify(first).replaceAll(", [surname]", " ,  [surname]"));
  const reading = readSchemaDocument(spaced);
  expect(JSON.stringify(spaced)).not.toBe(JSON.stringify(first));
  for (const same of [
    first,
    shuffled,
    { ...first, id: "other", version: "v1.7" },
    reading.ok ? reading.document : null,
  ])
    expect(await save(same, 1, { note: "again" })).toEqual(first);
  expect(await store.transaction((tx) => restoreSchemaVersion(tx, job.id, "v1.0", later(1)))).toEqual(first);
  expect(await versions()).toHaveLength(1);
  expect((await getJob(store.db, job.id))?.schemaVersion).toBe(0);
  expect(await madeDue()).toEqual([]);
});

test("who expected another version is refused, and nothing of theirs is saved", async () => {
  await save(renamed("one"), 1, { expected: "v1.0" });
  await expect(save(renamed("two"), 2, { expected: "v1.0" })).rejects.toMatchObject({
    code: "SchemaChanged",
    message: expect.stringMatching(/v1\.1 now.*v1\.0/),
    facts: { expected: "v1.0", saved: "v1.1" },
  });
  const again = (expected: string) =>
    store.transaction((tx) => restoreSchemaVersion(tx, job.id, "v1.0", later(2), { expected }));
  await expect(again("v1.0")).rejects.toMatchObject({ code: "SchemaChanged" });
  expect(await readSchema(store.db, job.id)).toMatchObject({
    version: "v1.1",
    synchronizationRules: [{ name: "one" }],
  });
  expect((await again("v1.1")).version).toBe("v1.2");
});

test("of two saves at once from one version, one is saved and the other is told", async () => {
  const results = await Promise.allSettled([
    save(renamed("one"), 1, { expected: "v1.0" }),
    save(renamed("two"), 1, { expected: "v1.0" }),
  ]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "SchemaChanged" } });
  await Promise.all(["three", "four", "five"].map((name) => save(renamed(name), 2)));
  expect((await versions()).map(({ version }) => version)).toEqual(["v1.4", "v1.3", "v1.2", "v1.1", "v1.0"]);
});

test("the last 200 versions are kept", async () => {
  for (let n = 1; n <= 203; n++) await save(renamed(`name ${n}`), n);
  const kept = await versions({ limit: 1000 });
  expect(kept).toHaveLength(200);
  expect([kept[0]?.version, kept.at(-1)?.version]).toEqual(["v1.203", "v1.4"]);
  await expect(readSchemaVersion(store.db, job.id, "v1.3")).rejects.toMatchObject({ code: "SchemaVersionNotFound" });
});

test("what does not exist is refused, and a job that is deleted takes its versions along", async () => {
  for (const version of ["v1.1", "v2.0", "1.0", "v1.99999999999", ""])
    await expect(readSchemaVersion(store.db, job.id, version)).rejects.toMatchObject({
      code: "SchemaVersionNotFound",
      facts: { version },
    });
  await store.transaction((tx) => deleteJob(tx, job.id, now));
  const unknown = { code: "JobNotFound" };
  await expect(readSchemaVersion(store.db, job.id, "v1.0")).rejects.toMatchObject(unknown);
  await expect(versions()).rejects.toMatchObject(unknown);
  await expect(save(first, 1)).rejects.toMatchObject(unknown);
  await expect(store.transaction((tx) => resetSchema(tx, job.id, now))).rejects.toMatchObject(unknown);
  const { rows } = await sql`select 1 from apps.schema_version`.execute(store.db);
  expect(rows).toEqual([]);
});
