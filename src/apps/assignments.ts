import { sql } from "kysely";
import { isGuid, newToken } from "#runtime";
import type { Queryable, Tx } from "#store";
import { appOf } from "./apps.ts";
import { appendChange } from "./changes.ts";
import { AppsError } from "./errors.ts";
import { getTemplate } from "./gallery/templates.ts";
import { type App, type Assignment, type AssignmentPage, defaultAccessRoleId, type PrincipalType } from "./types.ts";

/** What Default Access is called on screen and in commands. */
export const defaultAccessName = "Default Access";

/**
 * Lets a user or group use an app in a role. Whether the principal exists is the caller's business.
 * @param role id, value or display name of a role, in any case; "Default Access" or the all-zero id for Default Access
 * @throws AppsError `AppNotFound`, `InvalidPrincipal`, `RoleNotFound`, `AlreadyAssigned`
 */
export const assign = async (
  tx: Tx,
  appId: string,
  principal: { id: string; type: PrincipalType },
  role: string,
  options: { now: Date; expandNested?: boolean },
): Promise<Assignment> => {
  const app = await appOf(tx, appId);
  if (!isGuid(principal.id)) {
    throw new AppsError("InvalidPrincipal", `"${principal.id}" is no id of a user or group. Give a GUID.`);
  }
  const found = findRole(app, role);
  const { rows } = await sql<{ id: string }>`
    insert into apps.assignment (id, app_id, principal_id, principal_type, role_id, expand_nested, created_at)
    values (${newToken()}, ${app.id}, ${principal.id}, ${principal.type}, ${found.id}, ${options.expandNested ?? false},
      ${options.now})
    on conflict do nothing
    returning id`.execute(tx);
  const [row] = rows;
  if (row === undefined) {
    throw new AppsError(
      "AlreadyAssigned",
      `This ${principal.type.toLowerCase()} has the role ${found.name} of ${app.displayName} already.`,
      { facts: { appId: app.id, principalId: principal.id, roleId: found.id } },
    );
  }
  await appendChange(tx, { kind: "assignment", action: "add", objectIds: [principal.id], appId: app.id }, options.now);
  return existing(tx, row.id);
};

const findRole = (app: App, role: string): { readonly id: string; readonly name: string } => {
  const wanted = role.trim().toLowerCase();
  if (wanted === defaultAccessRoleId || wanted === defaultAccessName.toLowerCase()) {
    return { id: defaultAccessRoleId, name: defaultAccessName };
  }
  const enabled = app.roles.filter((each) => each.isEnabled);
  const found =
    enabled.find((each) => each.id === wanted) ??
    enabled.find((each) => each.value?.toLowerCase() === wanted) ??
    enabled.find((each) => each.displayName.toLowerCase() === wanted);
  if (found !== undefined) return { id: found.id, name: found.displayName };
  const names = [...enabled.map((each) => each.displayName), defaultAccessName];
  throw new AppsError("RoleNotFound", `${app.displayName} has no role "${role}". Its roles are ${names.join(", ")}.`, {
    facts: { appId: app.id, role, roles: names },
  });
};

/** @throws AppsError `AssignmentNotFound` */
export const unassign = async (tx: Tx, assignmentId: string, now: Date): Promise<Assignment> => {
  const assignment = await existing(tx, assignmentId);
  await remove(tx, [assignment], now);
  return assignment;
};

/**
 * Takes all roles from principals, of one app or of every app (a user or group that is purged).
 * @returns what was removed
 */
export const unassignPrincipals = async (
  tx: Tx,
  appId: string | null,
  principalIds: readonly string[],
  now: Date,
): Promise<readonly Assignment[]> => {
  const found = await readAssignments(
    tx,
    sql`where assignment.principal_id = any(${principalIds}::uuid[])
      and (${appId}::uuid is null or assignment.app_id = ${appId}::uuid)
      order by assignment.position`,
  );
  const assignments = found.map((row) => row.assignment);
  await remove(tx, assignments, now);
  return assignments;
};

const remove = async (tx: Tx, assignments: readonly Assignment[], now: Date): Promise<void> => {
  await sql`delete from apps.assignment where id = any(${assignments.map((each) => each.id)}::text[])`.execute(tx);
  for (const [appId, ofApp] of Map.groupBy(assignments, (each) => each.appId)) {
    const principals = [...new Set(ofApp.map((each) => each.principalId))];
    await appendChange(tx, { kind: "assignment", action: "remove", objectIds: principals, appId }, now);
  }
};

/**
 * Switches whether members of nested groups count.
 * @throws AppsError `AssignmentNotFound`
 */
export const setExpandNested = async (
  tx: Tx,
  assignmentId: string,
  expandNested: boolean,
  now: Date,
): Promise<Assignment> => {
  const { appId, principalId } = await existing(tx, assignmentId);
  await sql`update apps.assignment set expand_nested = ${expandNested} where id = ${assignmentId}`.execute(tx);
  await appendChange(tx, { kind: "assignment", action: "update", objectIds: [principalId], appId }, now);
  return existing(tx, assignmentId);
};

const existing = async (q: Queryable, id: string): Promise<Assignment> => {
  const found = await getAssignment(q, id);
  if (found !== null) return found;
  throw new AppsError("AssignmentNotFound", `There is no assignment ${id}. List the app's assignments to see them.`, {
    facts: { id },
  });
};

/** @returns null when there is none */
export const getAssignment = async (q: Queryable, assignmentId: string): Promise<Assignment | null> => {
  if (!/^[\w-]+$/.test(assignmentId)) return null;
  const [row] = await readAssignments(q, sql`where assignment.id = ${assignmentId}`);
  return row?.assignment ?? null;
};

/**
 * Assignments of an app, of a principal, or all, oldest first.
 * @param options `limit` 1 to 1000, 100 unless told; `after` is the page's `next`
 */
export const listAssignments = async (
  q: Queryable,
  filter: { appId?: string; principalId?: string; principalType?: PrincipalType },
  options: { after?: string; limit?: number } = {},
): Promise<AssignmentPage> => {
  const limit = Math.min(Math.max(options.limit ?? 100, 1), 1000);
  const after = /^\d{1,15}$/.test(options.after ?? "") ? Number(options.after) : 0;
  const rows = await readAssignments(
    q,
    sql`where assignment.position > ${after}
      ${filter.appId === undefined ? sql`` : sql`and assignment.app_id = ${filter.appId}`}
      ${filter.principalId === undefined ? sql`` : sql`and assignment.principal_id = ${filter.principalId}`}
      ${filter.principalType === undefined ? sql`` : sql`and assignment.principal_type = ${filter.principalType}`}
      order by assignment.position limit ${limit + 1}`,
  );
  const page = rows.slice(0, limit);
  return {
    items: page.map((row) => row.assignment),
    next: rows.length > limit ? String(page.at(-1)?.position) : null,
  };
};

/** Direct assignments of these users and groups to an app. */
export const assignmentsOf = async (
  q: Queryable,
  appId: string,
  principalIds: readonly string[],
): Promise<readonly Assignment[]> => {
  const rows = await readAssignments(
    q,
    sql`where assignment.app_id = ${appId} and assignment.principal_id = any(${principalIds}::uuid[])
      order by assignment.position`,
  );
  return rows.map((row) => row.assignment);
};

/** Groups that are assigned to an app, each once. */
export const assignedGroupIds = async (q: Queryable, appId: string): Promise<readonly string[]> => {
  const { rows } = await sql<{ principal_id: string }>`
    select distinct principal_id from apps.assignment
    where app_id = ${appId} and principal_type = 'Group' order by principal_id`.execute(q);
  return rows.map((row) => row.principal_id);
};

/** Those of them of which an assignment lets members of nested groups count. */
export const expandedGroupIds = async (q: Queryable, appId: string): Promise<readonly string[]> => {
  const { rows } = await sql<{ principal_id: string }>`
    select distinct principal_id from apps.assignment
    where app_id = ${appId} and principal_type = 'Group' and expand_nested order by principal_id`.execute(q);
  return rows.map((row) => row.principal_id);
};

/** Ids of the users, or groups, that are assigned to an app themselves: each once, by id, those after `after`. */
export const assignedIds = async (
  q: Queryable,
  appId: string,
  type: PrincipalType,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly string[]> => {
  const { rows } = await sql<{ principal_id: string }>`
    select distinct principal_id from apps.assignment
    where app_id = ${appId} and principal_type = ${type} and (${page.after}::uuid is null or principal_id > ${page.after}::uuid)
    order by principal_id limit ${page.limit}`.execute(q);
  return rows.map((row) => row.principal_id);
};

/** Which of these users and groups are assigned to which apps, each pair once. */
export const appsAssignedTo = async (
  q: Queryable,
  principalIds: readonly string[],
): Promise<readonly { appId: string; principalId: string }[]> => {
  const { rows } = await sql<{ appId: string; principalId: string }>`
    select distinct app_id as "appId", principal_id as "principalId" from apps.assignment
    where principal_id = any(${principalIds}::uuid[]) order by 1, 2`.execute(q);
  return rows;
};

/** The same by the apps' jobs: apps without a job have no entry. */
export const jobsForPrincipals = async (
  q: Queryable,
  principalIds: readonly string[],
): Promise<readonly { jobId: string; appId: string; principalId: string }[]> => {
  const { rows } = await sql<{ jobId: string; appId: string; principalId: string }>`
    select distinct job.id as "jobId", job.app_id as "appId", assignment.principal_id as "principalId"
    from apps.assignment assignment join apps.job job on job.app_id = assignment.app_id
    where assignment.principal_id = any(${principalIds}::uuid[]) order by 1, 3`.execute(q);
  return rows;
};

interface AssignmentRow {
  id: string;
  position: number;
  app_id: string;
  template_id: string;
  principal_id: string;
  principal_type: PrincipalType;
  role_id: string;
  role_name: string | null;
  role_value: string | null;
  role_enabled: boolean | null;
  expand_nested: boolean;
  created_at: Date;
}

const readAssignments = async (
  q: Queryable,
  rest: ReturnType<typeof sql>,
): Promise<readonly { readonly assignment: Assignment; readonly position: number }[]> => {
  const { rows } = await sql<AssignmentRow>`
    select assignment.*, app.template_id, role.display_name as role_name, role.value as role_value,
      role.is_enabled as role_enabled
    from apps.assignment assignment
    join apps.app app on app.id = assignment.app_id
    left join apps.app_role role on role.app_id = assignment.app_id and role.id = assignment.role_id
    ${rest}`.execute(q);
  return rows.map((row) => ({ position: row.position, assignment: assignmentOf(row) }));
};

const assignmentOf = (row: AssignmentRow): Assignment => ({
  id: row.id,
  appId: row.app_id,
  principalId: row.principal_id,
  principalType: row.principal_type,
  roleId: row.role_id,
  roleName: row.role_name ?? defaultAccessName,
  roleValue: row.role_value,
  provisionable: row.role_enabled ?? getTemplate(row.template_id)?.defaultAccessProvisionable ?? true,
  expandNested: row.expand_nested,
  createdAt: row.created_at,
});
