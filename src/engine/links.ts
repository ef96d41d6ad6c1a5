import { sql } from "kysely";
import type { Ignored, Link, ObjectType } from "#core";
import { type JsonValue, sameJson } from "#scim";
import type { Queryable, Tx } from "#store";

/** A link as stored, with what only the engine needs of it. */
export interface StoredLink extends Link {
  /** Assigned groups that its scope rests on. */
  readonly pathGroups: readonly string[];
  /** As last evaluated. */
  readonly inScope: boolean;
}

interface LinkRow {
  source_id: string;
  target_id: string;
  object_type: ObjectType;
  managed: boolean;
  in_scope: boolean;
  origin: "created" | "adopted";
  disabled_by_us: boolean;
  last_known: Record<string, unknown> | null;
  desired_hash: string | null;
  display_name: string;
  path_groups: string[];
  ignored: readonly Ignored[] | null;
}

const columns = sql.raw(
  "source_id, target_id, object_type, managed, in_scope, origin, disabled_by_us, last_known, desired_hash, display_name, path_groups, ignored",
);

const linkOf = (row: LinkRow): StoredLink => ({
  sourceId: row.source_id,
  targetId: row.target_id,
  objectType: row.object_type,
  managed: row.managed,
  inScope: row.in_scope,
  origin: row.origin,
  disabledByUs: row.disabled_by_us,
  lastKnown: row.last_known,
  desiredHash: row.desired_hash,
  displayName: row.display_name,
  pathGroups: row.path_groups,
  ignored: row.ignored ?? [],
});

/** Which links: those of one job to one store of accounts. */
export interface LinkScope {
  readonly jobId: string;
  readonly identity: string;
}

const within = (scope: LinkScope) => sql`job_id = ${scope.jobId} and target_identity = ${scope.identity}`;

export const linksOf = async (
  q: Queryable,
  scope: LinkScope,
  sourceIds: readonly string[],
): Promise<Map<string, StoredLink>> => {
  if (sourceIds.length === 0) return new Map();
  const { rows } = await sql<LinkRow>`
    select ${columns} from provisioning.link where ${within(scope)} and source_id = any(${sourceIds}::uuid[])`.execute(
    q,
  );
  return new Map(rows.map((row) => [row.source_id, linkOf(row)]));
};

/** The accounts of those of the objects that have one which is managed and in scope. */
export const accountsOf = async (
  q: Queryable,
  scope: LinkScope,
  sourceIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (sourceIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; target_id: string }>`
    select source_id as id, target_id from provisioning.link
    where ${within(scope)} and managed and in_scope and source_id = any(${sourceIds}::uuid[])`.execute(q);
  return new Map(rows.map(({ id, target_id }) => [id, target_id]));
};

/** Links to the given accounts. */
export const linksTo = async (q: Queryable, scope: LinkScope, targetIds: readonly string[]): Promise<StoredLink[]> => {
  if (targetIds.length === 0) return [];
  const { rows } = await sql<LinkRow>`
    select ${columns} from provisioning.link where ${within(scope)} and target_id = any(${targetIds}::text[])`.execute(
    q,
  );
  return rows.map(linkOf);
};

/** A page of linked source ids of a type in order; `after` null begins. */
export const pageOfLinked = async (
  q: Queryable,
  scope: LinkScope,
  type: ObjectType,
  page: { readonly after: string | null; readonly limit: number; readonly restingOn?: readonly string[] },
): Promise<{ readonly id: string }[]> => {
  const resting = page.restingOn === undefined ? sql`true` : sql`path_groups && ${page.restingOn}::uuid[]`;
  const { rows } = await sql<{ id: string }>`
    select source_id as id from provisioning.link
    where ${within(scope)} and object_type = ${type} and ${resting} and (${page.after}::uuid is null or source_id > ${page.after}::uuid)
    order by source_id limit ${page.limit}`.execute(q);
  return rows;
};

/** Whether nothing about a link is different, so that it need not be written; the account is compared by identity only. */
export const isSameLink = (left: StoredLink, right: StoredLink): boolean =>
  left.targetId === right.targetId &&
  left.managed === right.managed &&
  left.inScope === right.inScope &&
  left.origin === right.origin &&
  left.disabledByUs === right.disabledByUs &&
  left.lastKnown === right.lastKnown &&
  left.desiredHash === right.desiredHash &&
  left.displayName === right.displayName &&
  (left.ignored === right.ignored ||
    sameJson(left.ignored as unknown as JsonValue, right.ignored as unknown as JsonValue)) &&
  left.pathGroups.length === right.pathGroups.length &&
  left.pathGroups.every((id, at) => id === right.pathGroups[at]);

export const saveLinks = async (tx: Tx, scope: LinkScope, links: readonly StoredLink[], now: Date): Promise<void> => {
  if (links.length === 0) return;
  const rows = links.map((link) => ({
    source_id: link.sourceId,
    target_id: link.targetId,
    object_type: link.objectType,
    managed: link.managed,
    in_scope: link.inScope,
    origin: link.origin,
    disabled_by_us: link.disabledByUs,
    last_known: link.lastKnown,
    desired_hash: link.desiredHash,
    display_name: link.displayName,
    path_groups: link.pathGroups,
    ignored: link.ignored.length === 0 ? null : link.ignored,
  }));
  await sql`
    insert into provisioning.link as l (job_id, target_identity, ${columns}, linked_at, changed_at)
    select ${scope.jobId}, ${scope.identity}, ${columns}, ${now}, ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (
      source_id uuid, target_id text, object_type text, managed boolean, in_scope boolean, origin text, disabled_by_us boolean,
      last_known jsonb, desired_hash text, display_name text, path_groups uuid[], ignored jsonb)
    on conflict (job_id, target_identity, source_id) do update set
      target_id = excluded.target_id, managed = excluded.managed, in_scope = excluded.in_scope, origin = excluded.origin,
      disabled_by_us = excluded.disabled_by_us, last_known = excluded.last_known, desired_hash = excluded.desired_hash,
      display_name = excluded.display_name, path_groups = excluded.path_groups, ignored = excluded.ignored, changed_at = excluded.changed_at`.execute(
    tx,
  );
};

export const dropLinks = async (tx: Tx, scope: LinkScope, sourceIds: readonly string[]): Promise<void> => {
  if (sourceIds.length === 0) return;
  await sql`delete from provisioning.link where ${within(scope)} and source_id = any(${sourceIds}::uuid[])`.execute(tx);
};

/** Managed links whose account is not disabled by us: the whole that the guard takes its share of. */
export const countManaged = async (q: Queryable, scope: LinkScope): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from provisioning.link where ${within(scope)} and managed and not disabled_by_us`.execute(q);
  return rows[0]?.n ?? 0;
};
