import { sql } from "kysely";
import { expect, test } from "vitest";
import { openTestStore } from "#test/database.ts";
import { memberDueMigration } from "./0010-member-due.ts";

test("groups that were provisioned before memberships were owed one by one are compared as a whole once", async () => {
  const store = await openTestStore();
  await sql`drop table provisioning.member_due`.execute(store.db);
  await sql`insert into provisioning.job (id, app_id) values ('job', gen_random_uuid())`.execute(store.db);
  await sql`
    insert into provisioning.link (job_id, target_identity, object_type, source_id, target_id, managed, in_scope, origin, linked_at, changed_at)
    select 'job', identity, type, id::uuid, identity || id, true, true, 'created', now(), now()
    from (values ('here', 'User', '00000000-0000-4000-8000-000000000001'), ('here', 'Group', '00000000-0000-4000-8000-000000000002'),
      ('there', 'Group', '00000000-0000-4000-8000-000000000002')) as l (identity, type, id)`.execute(store.db);
  await sql.raw(memberDueMigration).execute(store.db);
  const { rows } = await sql`select group_id, member_id, look from provisioning.member_due`.execute(store.db);
  expect(rows).toEqual([
    {
      group_id: "00000000-0000-4000-8000-000000000002",
      member_id: "00000000-0000-0000-0000-000000000000",
      look: false,
    },
  ]);
  await store.close();
});
