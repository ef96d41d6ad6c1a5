import { sql } from "kysely";
import { expect, test } from "vitest";
import { newId, silentLog, systemClock } from "#runtime";
import { openSandbox } from "#sandbox";
import { openTestStore } from "#test/database.ts";
import { sandboxMigration } from "./0005-sandbox.ts";
import { tenantMigration } from "./0008-tenant.ts";

test("a tenant of before keeps its users, their roles, their tokens and its settings", async () => {
  const store = await openTestStore();
  const { db } = store;
  await sql`drop schema sandbox cascade`.execute(db);
  await sql.raw(sandboxMigration).execute(db);
  const [organization, group, role, admin] = [newId(), newId(), newId(), newId()];
  await sql`insert into sandbox.organization values (${organization}, 'Old', 'Standard', '{"groupsAnswer":"501"}', now())`.execute(
    db,
  );
  await sql`insert into sandbox.account_group values (${group}, ${organization}, 'Old')`.execute(db);
  await sql`insert into sandbox.role values (${role}, ${organization}, 'Regular User', true, '{"API access","View all users"}'),
    (${newId()}, ${organization}, 'Organization Admin', true, '{"API access","View all users"}')`.execute(db);
  for (const [id, login] of [
    [admin, "Admin@sandbox.example"],
    [newId(), "mira@x.example"],
  ] as const) {
    await sql`insert into sandbox.account (id, organization_id, user_name, user_name_key, email, email_key, pending_email, external_id,
        display_name, emails, active, created_at, modified_at)
      values (${id}, ${organization}, ${login}, ${login.toLowerCase()}, ${login}, ${login.toLowerCase()}, 'later@x.example', 'ext', 'Name',
        ${JSON.stringify([{ value: login }])}::jsonb, true, now(), now())`.execute(db);
    await sql`insert into sandbox.account_role values (${id}, ${role}, null)`.execute(db);
  }
  await sql`insert into sandbox.activity (organization_id, at, actor_email, event, source, resources)
    values (${organization}, now(), 'system', 'Organization created', 'System', '[]')`.execute(db);
  await sql.raw(tenantMigration).execute(db);

  const sandbox = await openSandbox({ store, clock: systemClock, log: silentLog, port: 0 });
  const headers = { authorization: `Bearer ${await sandbox.issueToken("MIRA@x.example")}` };
  const users = (await (await fetch(`${sandbox.baseUrl}/Users`, { headers })).json()) as { Resources: object[] };
  expect(users.Resources).toMatchObject([
    { id: admin, userName: "Admin@sandbox.example", roles: [{}, {}] },
    {
      userName: "mira@x.example",
      externalId: "ext",
      displayName: "Name",
      emails: [{ value: "mira@x.example" }],
      active: true,
    },
  ]);
  expect((await fetch(`${sandbox.baseUrl}/Groups`, { headers })).status).toBe(501);
  await sandbox.close();
  await store.close();
});
