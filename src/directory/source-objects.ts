import { sql } from "kysely";
import type { Queryable, Tx } from "#store";
import { appendToFeed } from "#store";
import { appendMembers } from "./groups.ts";
import {
  type DirectoryGroup,
  type DirectoryUser,
  type ObjectKind,
  type ObjectRow,
  objectColumns,
  objectOf,
} from "./objects.ts";

/** By which attribute a source recognised people at its last import; null before the first. */
export const anchorFieldOf = async (q: Queryable, source: string): Promise<string | null> => {
  const { rows } = await sql<{ field: string | null }>`
    select anchor_field as field from directory.source where name = ${source}`.execute(q);
  return rows[0]?.field ?? null;
};

/** Remembers by which attribute a source recognises people. */
export const setAnchorField = async (tx: Tx, source: string, field: string): Promise<void> => {
  await sql`
    insert into directory.source (name, anchor_field) values (${source}, ${field})
    on conflict (name) do update set anchor_field = excluded.anchor_field`.execute(tx);
};

/** Objects of a source by anchor, soft-deleted ones too; anchors that nobody has are absent. */
export const getByAnchor = async (
  q: Queryable,
  kind: ObjectKind,
  source: string,
  anchors: readonly string[],
): Promise<ReadonlyMap<string, DirectoryUser | DirectoryGroup>> => {
  const { rows } = await sql<ObjectRow>`
    select ${objectColumns} from directory.object o
    where o.source = ${source} and o.kind = ${kind} and o.anchor = any(${anchors}::text[])`.execute(q);
  return new Map(rows.map((row) => [row.anchor!, objectOf(row)]));
};

/** Live objects of a source in the database's order of anchors, those after `after`. */
export const listByAnchor = async (
  q: Queryable,
  kind: ObjectKind,
  source: string,
  after: string | null,
  limit: number,
): Promise<readonly { readonly anchor: string; readonly name: string }[]> => {
  const { rows } = await sql<{ anchor: string; name: string }>`
    select anchor, coalesce(attributes ->> 'userPrincipalName', attributes ->> 'displayName') as name
    from directory.object
    where source = ${source} and kind = ${kind} and deleted_at is null and (${after}::text is null or anchor > ${after})
    order by anchor limit ${limit}`.execute(q);
  return rows;
};

/**
 * Soft-deletes live objects of a source by anchor; anchors that nobody has are passed over.
 * @returns how many were deleted
 */
export const deleteByAnchor = async (
  tx: Tx,
  kind: ObjectKind,
  source: string,
  anchors: readonly string[],
  now: Date,
): Promise<number> => {
  const { rows } = await sql<{ id: string }>`
    update directory.object set deleted_at = ${now}, principal_key = null
    where source = ${source} and kind = ${kind} and anchor = any(${anchors}::text[]) and deleted_at is null
    returning id`.execute(tx);
  const ids = rows.map((row) => row.id);
  const changes = ids.map((id) => ({ kind, objectId: id, action: "deleted" }));
  await appendToFeed(tx, "directory.change", changes, now);
  if (kind === "group") await appendMembers(tx, ids, "removed", now);
  return ids.length;
};
