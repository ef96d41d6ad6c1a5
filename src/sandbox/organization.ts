import { sql } from "kysely";
import { type Clock, newId } from "#runtime";
import type { Queryable, Store, Tx } from "#store";
import { SandboxError } from "./errors.ts";
import { builtInRoles, hasManagementPermissions } from "./permissions.ts";
import { readSettings, type SandboxSettings } from "./settings.ts";

/** The access that the SCIM settings give to a new account. */
export interface DefaultGrant {
  readonly roleId: string;
  readonly roleName: string;
  readonly isManagement: boolean;
  /** Null: all account groups. */
  readonly accountGroupIds: readonly string[] | null;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly settings: SandboxSettings;
  readonly grant: DefaultGrant;
}

/** E-mail of the administrator who owns the sandbox's first token. */
export const firstOwnerEmail = "admin@sandbox.example";

const create = async (tx: Tx, clock: Clock): Promise<void> => {
  const id = newId();
  const now = clock.now();
  await sql`insert into sandbox.organization (id, name, plan, settings, created_at)
    values (${id}, 'Sandbox', 'Standard', '{}', ${now})`.execute(tx);
  await sql`insert into sandbox.account_group (id, organization_id, name) values (${newId()}, ${id}, 'Sandbox')`.execute(
    tx,
  );
  for (const role of builtInRoles) {
    await sql`insert into sandbox.role (id, organization_id, name, built_in, permissions)
      values (${newId()}, ${id}, ${role.name}, true, ${role.permissions}::text[])`.execute(tx);
  }
  await sql`insert into sandbox.activity (organization_id, at, actor_email, event, source, resources)
    values (${id}, ${now}, 'system', 'Organization created', 'System', ${JSON.stringify([{ type: "organization", name: "Sandbox" }])}::jsonb)`.execute(
    tx,
  );
};

const resolveGrant = async (
  db: Queryable,
  organizationId: string,
  { defaultRole, defaultAccountGroups }: SandboxSettings,
): Promise<DefaultGrant> => {
  const roles = await sql<{ id: string; permissions: string[] }>`
    select id, permissions from sandbox.role where organization_id = ${organizationId} and name = ${defaultRole}`.execute(
    db,
  );
  const role = roles.rows[0];
  if (role === undefined) {
    throw new SandboxError("UnknownRole", `The tenant has no role "${defaultRole}". Name one that it has.`, {
      facts: { role: defaultRole },
    });
  }
  const grant = { roleId: role.id, roleName: defaultRole, isManagement: hasManagementPermissions(role.permissions) };
  if (defaultAccountGroups === null) return { ...grant, accountGroupIds: null };
  const groups = await sql<{ id: string; name: string }>`
    select id, name from sandbox.account_group
    where organization_id = ${organizationId} and name = any(${defaultAccountGroups}::text[])`.execute(db);
  const missing = defaultAccountGroups.find((name) => !groups.rows.some((group) => group.name === name));
  if (missing !== undefined) {
    throw new SandboxError("UnknownAccountGroup", `The tenant has no account group "${missing}". Name one it has.`, {
      facts: { accountGroup: missing },
    });
  }
  return { ...grant, accountGroupIds: groups.rows.map((group) => group.id) };
};

/** Opens the tenant, making it at the first time, and changes the settings that are given. @throws SandboxError */
export const openOrganization = (store: Store, clock: Clock, change: Partial<SandboxSettings>): Promise<Organization> =>
  store.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('sandbox.organization'))`.execute(tx);
    const read = () =>
      sql<{ id: string; name: string; plan: string; settings: object }>`
        select id, name, plan, settings from sandbox.organization order by created_at limit 1`.execute(tx);
    let [row] = (await read()).rows;
    if (row === undefined) {
      await create(tx, clock);
      [row] = (await read()).rows;
    }
    if (row === undefined) throw new TypeError("the organisation that was just made cannot be read");
    const settings = readSettings({ ...row.settings, ...change });
    const grant = await resolveGrant(tx, row.id, settings);
    if (Object.keys(change).length > 0) {
      await sql`update sandbox.organization set settings = ${JSON.stringify(settings)}::jsonb where id = ${row.id}`.execute(
        tx,
      );
    }
    return { id: row.id, name: row.name, plan: row.plan, settings, grant };
  });
