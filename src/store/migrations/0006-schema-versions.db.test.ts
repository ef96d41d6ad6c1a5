import { sql } from "kysely";
import { expect, test } from "vitest";
import { addApp, createJob, listSchemaVersions, readSchema, readSchemaVersion, saveSchema } from "#apps";
import { openTestStore } from "#test/database.ts";
import { schemaVersionsMigration } from "./0006-schema-versions.ts";

test("jobs from before versions were kept bring their present schema along", async () => {
  const store = await openTestStore();
  const now = new Date("2026-05-04T08:00:00Z");
  const [untouched = "", changed = ""] = await store.transaction(async (tx) => {
    const ids = [];
    for (const name of ["One", "Two"])
      ids.push((await createJob(tx, (await addApp(tx, "scim", { now, displayName: name })).id, now)).id);
    return ids;
  });
  const schema = await readSchema(store.db, changed);
  await store.transaction((tx) => saveSchema(tx, changed, { ...schema, synchronizationRules: [] }, now));
  await sql`drop table apps.schema_version`.execute(store.db);
  await sql.raw(schemaVersionsMigration).execute(store.db);

  expect(await listSchemaVersions(store.db, untouched, { limit: 9 })).toMatchObject([
    { version: "v1.0", savedAt: now },
  ]);
  expect(await listSchemaVersions(store.db, changed, { limit: 9 })).toMatchObject([
    { version: "v1.1", note: expect.stringContaining("began to be kept") },
  ]);
  expect(await readSchemaVersion(store.db, changed, "v1.1")).toEqual(await readSchema(store.db, changed));
  await store.close();
});
