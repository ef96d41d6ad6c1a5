import { sql } from "kysely";
import { type Clock, newId } from "#runtime";
import type { Store, Tx } from "#store";
import { recordSystemActivity } from "./activity.ts";
import type { DefaultGrant } from "./default-grant.ts";
import { SandboxError } from "./errors.ts";
import { events } from "./events.ts";
import { builtInRoles, hasManagementPermissions } from "./permissions.ts";
import { readSettings, type SandboxSettings } from "./settings.ts";

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** Shown as information; nothing depends on it. */
  readonly plan: string;
  readonly settings: SandboxSettings;
  readonly grant: DefaultGrant;
}

/** E-mail of the administrator who owns the sandbox's first token. */
export const firstOwnerEmail = "admin@sandbox.example";

/** An organisation with one account group of the same name and the built-in roles. @returns its id */
export const insertOrganization = async (
  tx: Tx,
  clock: Clock,
  { name, plan }: { name: string; plan: string },
): Promise<string> => {
  const id = newId();
  const now = clock.now();
  await sql`insert into sandbox.organization (id, name, plan, settings, created_at)
    values (${id}, ${name}, ${plan}, '{}', ${now})`.execute(tx);
  await sql`insert into sandbox.account_group (id, organization_id, name) values (${newId()}, ${id}, ${name})`.execute(
    tx,
  );
  for (const role of builtInRoles) {
    await sql`insert into sandbox.role (id, organization_id, name, built_in, permissions)
      values (${newId()}, ${id}, ${role.name}, true, ${role.permissions}::text[])`.execute(tx);
  }
  await recordSystemActivity(tx, {
    organizationId: id,
    at: now,
    actor: "system",
    event: events.organizationCreated,
    source: "System",
    address: null,
    resources: [{ type: "organization", name }],
  });
  return id;
};

const resolveGrant = async (
  db: Tx,
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

type Bare = Omit<Organization, "grant">;

const readBare = async (tx: Tx, id: string, lock: "share" | "update"): Promise<Bare | null> => {
  const { rows } = await sql<Omit<Bare, "settings"> & { settings: unknown }>`
    select id, name, plan, settings from sandbox.organization where id = ${id} ${lock === "update" ? sql`for update` : sql`for share`}`.execute(
    tx,
  );
  return rows[0] === undefined ? null : { ...rows[0], settings: readSettings(rows[0].settings) };
};

/** Null for an id that no organisation has. */
export const readOrganization = (store: Store, id: string): Promise<Organization | null> =>
  store.transaction(async (tx) => {
    // What the settings name is not renamed between the two queries.
    const bare = await readBare(tx, id, "share");
    return bare === null ? null : { ...bare, grant: await resolveGrant(tx, id, bare.settings) };
  });

/** Keeps roles, account groups and settings as they are until the transaction ends: the settings name roles and groups. */
export const lockOrganization = async (tx: Tx, id: string): Promise<Bare> => {
  const organization = await readBare(tx, id, "update");
  if (organization === null) throw new TypeError("the organisation of the request is gone");
  return organization;
};

/** Keeps the settings that are given beside those that are not. @throws SandboxError `InvalidSettings`, `UnknownRole`, `UnknownAccountGroup` */
export const saveSettings = async (
  tx: Tx,
  id: string,
  change: Readonly<Record<string, unknown>>,
): Promise<Organization> => {
  const organization = await lockOrganization(tx, id);
  const settings = readSettings({ ...organization.settings, ...change });
  const grant = await resolveGrant(tx, id, settings);
  await sql`update sandbox.organization set settings = ${JSON.stringify(settings)}::jsonb where id = ${id}`.execute(tx);
  return { ...organization, settings, grant };
};

/** Opens the first organisation of the store, making it at the first time, and changes the settings that are given. @throws SandboxError */
export const openOrganization = (store: Store, clock: Clock, change: Partial<SandboxSettings>): Promise<Organization> =>
  store.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('sandbox.organization'))`.execute(tx);
    const { rows } = await sql<{ id: string }>`
      select id from sandbox.organization order by created_at, id limit 1`.execute(tx);
    const id = rows[0]?.id ?? (await insertOrganization(tx, clock, { name: "Sandbox", plan: "Standard" }));
    return saveSettings(tx, id, change);
  });
