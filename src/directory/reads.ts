import { type RawBuilder, sql } from "kysely";
import { isGuid } from "#runtime";
import type { Queryable } from "#store";
import { foldName } from "./keys.ts";
import {
  type DirectoryGroup,
  type DirectoryUser,
  groupOf,
  type ObjectKind,
  type ObjectRow,
  objectColumns,
  objectOf,
  userOf,
} from "./objects.ts";

/** A page by id: those after `after` (null or absent: from the start), at most `limit`. */
export interface PageOptions {
  readonly after?: string | null | undefined;
  readonly limit: number;
}

export interface ListOptions extends PageOptions {
  /** Soft-deleted ones too. */
  readonly includeDeleted?: boolean | undefined;
  /** Part of displayName, userPrincipalName or mail, in any case. */
  readonly search?: string | undefined;
}

const lowest = "00000000-0000-0000-0000-000000000000";

/** The id after which a page begins; nothing has the lowest one. */
export const pageStart = (page: PageOptions): string =>
  page.after !== undefined && page.after !== null && isGuid(page.after) ? page.after : lowest;

const select = async (q: Queryable, kind: ObjectKind, where: RawBuilder<unknown>, limit = 1_000_000) => {
  const { rows } = await sql<ObjectRow>`
    select ${objectColumns} from directory.object o
    where o.kind = ${kind} and ${where} order by o.id limit ${limit}`.execute(q);
  return rows;
};

const guids = (ids: readonly string[]): readonly string[] => ids.filter(isGuid);

/** A live user by id or by userPrincipalName in any case; null without one. */
export const getUser = async (q: Queryable, idOrUserPrincipalName: string): Promise<DirectoryUser | null> => {
  const where = isGuid(idOrUserPrincipalName)
    ? sql`o.id = ${idOrUserPrincipalName}::uuid and o.deleted_at is null`
    : sql`o.principal_key = ${idOrUserPrincipalName.toLowerCase()}`;
  const row = (await select(q, "user", where))[0];
  return row === undefined ? null : userOf(row);
};

/** Users by id, soft-deleted ones too (`deletedAt` tells); ids that no user has are absent. */
export const getUsers = async (q: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, DirectoryUser>> => {
  const rows = await select(q, "user", sql`o.id = any(${guids(ids)}::uuid[])`);
  return new Map(rows.map((row) => [row.id, userOf(row)]));
};

/** Live users by a value, compared without case; mail and employeeId may fit more than one. */
export const findUsers = async (
  q: Queryable,
  by: "userPrincipalName" | "mail" | "employeeId",
  value: string,
): Promise<readonly DirectoryUser[]> => {
  const key = { userPrincipalName: "o.principal_key", mail: "o.mail_key", employeeId: "o.employee_key" }[by];
  const rows = await select(q, "user", sql`${sql.ref(key)} = ${value.toLowerCase()} and o.deleted_at is null`);
  return rows.map(userOf);
};

const list = (q: Queryable, kind: ObjectKind, options: ListOptions): Promise<readonly ObjectRow[]> => {
  const live = options.includeDeleted === true ? sql`true` : sql`o.deleted_at is null`;
  const search = options.search === undefined || options.search === "" ? sql`true` : searching(options.search);
  return select(q, kind, sql`o.id > ${pageStart(options)}::uuid and ${live} and ${search}`, options.limit);
};

const searching = (text: string): RawBuilder<unknown> => {
  const part = text.toLowerCase();
  return sql`(strpos(o.name_key, ${foldName(text)}) > 0 or strpos(o.principal_key, ${part}) > 0 or strpos(o.mail_key, ${part}) > 0)`;
};

/** Users by id, a page at a time. */
export const listUsers = async (q: Queryable, options: ListOptions): Promise<readonly DirectoryUser[]> =>
  (await list(q, "user", options)).map(userOf);

/** How many live users there are. */
export const countUsers = (q: Queryable): Promise<number> => count(q, "user");

/** Live users whose manager is `managerId`, by id. */
export const listReports = async (
  q: Queryable,
  managerId: string,
  page: PageOptions,
): Promise<readonly DirectoryUser[]> => {
  if (!isGuid(managerId)) return [];
  const where = sql`o.manager_id = ${managerId}::uuid and o.deleted_at is null and o.id > ${pageStart(page)}::uuid`;
  return (await select(q, "user", where, page.limit)).map(userOf);
};

/** A live group by id; null without one. */
export const getGroup = async (q: Queryable, id: string): Promise<DirectoryGroup | null> => {
  if (!isGuid(id)) return null;
  const row = (await select(q, "group", sql`o.id = ${id}::uuid and o.deleted_at is null`))[0];
  return row === undefined ? null : groupOf(row);
};

/** Groups by id, soft-deleted ones too (`deletedAt` tells); ids that no group has are absent. */
export const getGroups = async (q: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, DirectoryGroup>> => {
  const rows = await select(q, "group", sql`o.id = any(${guids(ids)}::uuid[])`);
  return new Map(rows.map((row) => [row.id, groupOf(row)]));
};

/** Live groups of this displayName; case, width and spaces make no difference. */
export const findGroups = async (q: Queryable, displayName: string): Promise<readonly DirectoryGroup[]> => {
  const key = foldName(displayName).slice(0, 500).toWellFormed();
  return (await select(q, "group", sql`o.name_key = ${key} and o.deleted_at is null`)).map(groupOf);
};

/** Groups by id, a page at a time. */
export const listGroups = async (q: Queryable, options: ListOptions): Promise<readonly DirectoryGroup[]> =>
  (await list(q, "group", options)).map(groupOf);

/** How many live groups there are. */
export const countGroups = (q: Queryable): Promise<number> => count(q, "group");

const count = async (q: Queryable, kind: ObjectKind): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from directory.object where kind = ${kind} and deleted_at is null`.execute(q);
  return rows[0]!.count;
};

/** Soft-deleted users by id. */
export const listDeletedUsers = async (q: Queryable, page: PageOptions): Promise<readonly DirectoryUser[]> =>
  (await listDeleted(q, "user", page)).map(userOf);

/** Soft-deleted groups by id. */
export const listDeletedGroups = async (q: Queryable, page: PageOptions): Promise<readonly DirectoryGroup[]> =>
  (await listDeleted(q, "group", page)).map(groupOf);

const listDeleted = (q: Queryable, kind: ObjectKind, page: PageOptions): Promise<readonly ObjectRow[]> =>
  select(q, kind, sql`o.deleted_at is not null and o.id > ${pageStart(page)}::uuid`, page.limit);

/** A user or group by id, soft-deleted ones too; null without one. */
export const getObject = async (q: Queryable, id: string): Promise<DirectoryUser | DirectoryGroup | null> => {
  if (!isGuid(id)) return null;
  const { rows } = await sql<ObjectRow>`
    select ${objectColumns} from directory.object o where o.id = ${id}::uuid`.execute(q);
  return rows[0] === undefined ? null : objectOf(rows[0]);
};
