import { sql } from "kysely";
import { isGuid, newId } from "#runtime";
import type { Queryable, Tx } from "#store";
import { appendAppChange } from "./changes.ts";
import { AppsError } from "./errors.ts";
import { getTemplate } from "./gallery/templates.ts";
import type { App, AppRole } from "./types.ts";

/** The id of this installation as a tenant: made once, never changed. */
export const tenantId = async (q: Queryable): Promise<string> => {
  const { rows } = await sql<{ tenant_id: string }>`select tenant_id from apps.installation`.execute(q);
  const [row] = rows;
  if (row === undefined) throw new TypeError("the installation has no tenant id");
  return row.tenant_id;
};

/**
 * Adds an enterprise app with the roles User and msiam_access. It has no job, no credentials and no assignments yet.
 * @param templateId short name or GUID
 * @throws AppsError `TemplateNotFound`, `InvalidName`
 */
export const addApp = async (
  tx: Tx,
  templateId: string,
  options: { displayName?: string; now: Date },
): Promise<App> => {
  const template = getTemplate(templateId);
  if (template === null) {
    throw new AppsError(
      "TemplateNotFound",
      `The gallery has no template "${templateId}". List the gallery, or take "scim" for any application that speaks SCIM 2.0.`,
      { facts: { templateId } },
    );
  }
  const name = readName(options.displayName ?? template.displayName);
  const id = newId();
  await sql`
    insert into apps.app (id, application_object_id, app_id, template_id, display_name, permission_scope_id, created_at)
    values (${id}, ${newId()}, ${newId()}, ${template.id}, ${name}, ${newId()}, ${options.now})`.execute(tx);
  for (const [position, role] of ["User", "msiam_access"].entries()) {
    await sql`
      insert into apps.app_role (app_id, id, position, display_name, description, value, is_enabled, allowed_member_types)
      values (${id}, ${newId()}, ${position}, ${role}, ${role}, null, true, array['User'])`.execute(tx);
  }
  await appendAppChange(tx, id, "app", "add", options.now);
  return appOf(tx, id);
};

const readName = (text: string): string => {
  const name = text.trim();
  if (name !== "" && name.length <= 256 && isStorable(name)) return name;
  throw new AppsError("InvalidName", "An app's name must have 1 to 256 characters, without control characters.");
};

const controlCharacter = /\p{Cc}/u;
const isStorable = (text: string): boolean => !controlCharacter.test(text) && text.isWellFormed();

/**
 * An app by its servicePrincipal id, application object id, appId, or display name in any case.
 * @returns null when there is none
 * @throws AppsError `AmbiguousApp` when several apps have the name
 */
export const getApp = async (q: Queryable, idOrName: string): Promise<App | null> => {
  const text = idOrName.trim();
  if (!isStorable(text)) return null;
  if (isGuid(text)) {
    const [found] = await readApps(
      q,
      sql`where app.id = ${text} or app.application_object_id = ${text} or app.app_id = ${text}`,
    );
    if (found !== undefined) return found;
  }
  const named = await readApps(q, sql`where lower(app.display_name) = lower(${text})`);
  if (named.length > 1) {
    throw new AppsError(
      "AmbiguousApp",
      `${named.length} apps are called "${text}". Name the one that you mean by its id: ${named.map((app) => app.id).join(", ")}.`,
      { facts: { ids: named.map((app) => app.id) } },
    );
  }
  return named[0] ?? null;
};

/**
 * The app with this servicePrincipal id.
 * @throws AppsError `AppNotFound`
 */
export const appOf = async (q: Queryable, appId: string): Promise<App> => {
  const [found] = isGuid(appId) ? await readApps(q, sql`where app.id = ${appId}`) : [];
  if (found === undefined) throw notFound(appId);
  return found;
};

const notFound = (appId: string): AppsError =>
  new AppsError("AppNotFound", `There is no enterprise app ${appId}. List the apps to see their names and ids.`, {
    facts: { appId },
  });

/** All apps, by name. */
export const listApps = (q: Queryable): Promise<readonly App[]> => readApps(q, sql``);

/** @throws AppsError `AppNotFound`, `InvalidName` */
export const renameApp = async (tx: Tx, appId: string, displayName: string, now: Date): Promise<App> => {
  const app = await appOf(tx, appId);
  await sql`update apps.app set display_name = ${readName(displayName)} where id = ${app.id}`.execute(tx);
  await appendAppChange(tx, app.id, "app", "rename", now);
  return appOf(tx, app.id);
};

/**
 * Forgets the app with its job, credentials and assignments. The accounts in the target stay as they are.
 * @throws AppsError `AppNotFound`
 */
export const deleteApp = async (tx: Tx, appId: string, now: Date): Promise<void> => {
  const app = await appOf(tx, appId);
  await sql`delete from apps.app where id = ${app.id}`.execute(tx);
  await appendAppChange(tx, app.id, "app", "delete", now);
};

/**
 * Adds an owner; somebody who is one already stays one.
 * @throws AppsError `AppNotFound`, `InvalidPrincipal`
 */
export const addOwner = async (tx: Tx, appId: string, ownerId: string, now: Date): Promise<void> => {
  const app = await appOf(tx, appId);
  if (!isGuid(ownerId)) throw new AppsError("InvalidPrincipal", `"${ownerId}" is no id of a user. Give a GUID.`);
  await sql`
    insert into apps.owner (app_id, owner_id, created_at) values (${app.id}, ${ownerId}, ${now})
    on conflict do nothing`.execute(tx);
};

/** @returns false when they were no owner */
export const removeOwner = async (tx: Tx, appId: string, ownerId: string): Promise<boolean> => {
  if (!isGuid(appId) || !isGuid(ownerId)) return false;
  const result = await sql`delete from apps.owner where app_id = ${appId} and owner_id = ${ownerId}`.execute(tx);
  return Number(result.numAffectedRows ?? 0n) > 0;
};

/** Ids of the owners, the first one first. */
export const listOwners = async (q: Queryable, appId: string): Promise<readonly string[]> => {
  const { rows } = await sql<{ owner_id: string }>`
    select owner_id from apps.owner where app_id = ${appId} order by created_at, owner_id`.execute(q);
  return rows.map((row) => row.owner_id);
};

interface AppRow {
  id: string;
  application_object_id: string;
  app_id: string;
  template_id: string;
  display_name: string;
  permission_scope_id: string;
  created_at: Date;
  roles: AppRole[];
}

const readApps = async (q: Queryable, where: ReturnType<typeof sql>): Promise<App[]> => {
  const { rows } = await sql<AppRow>`
    select app.*, coalesce((
      select jsonb_agg(jsonb_build_object(
        'id', role.id, 'displayName', role.display_name, 'description', role.description, 'value', role.value,
        'isEnabled', role.is_enabled, 'allowedMemberTypes', role.allowed_member_types) order by role.position)
      from apps.app_role role where role.app_id = app.id), '[]') as roles
    from apps.app app ${where}
    order by lower(app.display_name), app.id`.execute(q);
  return rows.map((row) => ({
    id: row.id,
    applicationObjectId: row.application_object_id,
    appId: row.app_id,
    templateId: row.template_id,
    displayName: row.display_name,
    permissionScopeId: row.permission_scope_id,
    createdAt: row.created_at,
    roles: row.roles,
  }));
};
