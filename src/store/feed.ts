import { sql } from "kysely";
import type { Queryable, Tx } from "./store.ts";

/** A table of changes with the columns xid, seq, kind, object_id, related_id, action, at; named in public.lockstep_feed too. */
export type FeedTable = "directory.change" | "apps.change";

/** A place in a feed: everything up to and including it has been read. Plain JSON, to be stored as it is. */
export interface Watermark {
  /** Which life of the feed the place belongs to; restoring a backup begins another. */
  readonly epoch: string;
  /** A transaction id as text: it does not fit a double. */
  readonly xid: string;
  readonly seq: number;
}

export interface FeedRow {
  readonly kind: string;
  readonly objectId: string;
  /** The group of a membership, the new manager of a manager change; else null. */
  readonly relatedId: string | null;
  readonly action: string;
  readonly at: Date;
}

export type FeedPage =
  | {
      readonly kind: "changes";
      readonly rows: readonly FeedRow[];
      /** Where to go on: the place of the last row, or where the reader stood if there were none. */
      readonly watermark: Watermark;
    }
  /** What lies after the watermark is no longer all there: begin anew from `feedHead` and read everything. */
  | { readonly kind: "expired" };

interface PageRow {
  readonly epoch: string;
  readonly kept: boolean;
  readonly xid: string | null;
  readonly seq: number;
  readonly kind: string;
  readonly object_id: string;
  readonly related_id: string | null;
  readonly action: string;
  readonly at: Date;
}

/**
 * The changes after `watermark` (null: from the very first), at most `limit`, in an order in which none is ever skipped: only
 * those of transactions older than every running one, so that a transaction which commits late is still ahead of the reader.
 */
export const readFeed = async (
  q: Queryable,
  table: FeedTable,
  watermark: Watermark | null,
  limit: number,
): Promise<FeedPage> => {
  const xid = watermark?.xid ?? "0";
  const seq = watermark?.seq ?? 0;
  // One statement, so that the rows and the mark of what was pruned are seen at the same moment.
  const { rows } = await sql<PageRow>`
    select f.epoch, (${xid}::xid8, ${seq}::bigint) >= (f.pruned_xid, f.pruned_seq) as kept, c.*
    from public.lockstep_feed f
    left join lateral (
      select xid::text as xid, seq, kind, object_id, related_id, action, at
      from ${sql.table(table)} t
      where (t.xid, t.seq) > (${xid}::xid8, ${seq}::bigint) and t.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by t.xid, t.seq
      limit ${limit}
    ) c on true
    where f.table_name = ${table}
    order by c.xid::xid8, c.seq`.execute(q);
  const first = rows[0];
  if (first === undefined) throw new TypeError(`no feed is kept of ${table}`);
  if (!first.kept || (watermark !== null && watermark.epoch !== first.epoch)) return { kind: "expired" };
  const read = rows.filter((row) => row.xid !== null);
  const last = read.at(-1);
  return {
    kind: "changes",
    rows: read.map((row) => ({
      kind: row.kind,
      objectId: row.object_id,
      relatedId: row.related_id,
      action: row.action,
      at: row.at,
    })),
    watermark: { epoch: first.epoch, xid: last?.xid ?? xid, seq: last?.seq ?? seq },
  };
};

/**
 * A watermark that lies before every change which is not yet visible. Whoever takes it first and then reads the tables misses
 * nothing by going on from it.
 */
export const feedHead = async (q: Queryable, table: FeedTable): Promise<Watermark> => {
  const { rows } = await sql<Watermark>`
    select epoch, pg_snapshot_xmin(pg_current_snapshot())::text as xid, 0 as seq
    from public.lockstep_feed where table_name = ${table}`.execute(q);
  const head = rows[0];
  if (head === undefined) throw new TypeError(`no feed is kept of ${table}`);
  return head;
};

/** What to append; `at` is the same for all of one call. */
export interface NewFeedRow {
  readonly kind: string;
  readonly objectId: string;
  readonly relatedId?: string | null;
  readonly action: string;
}

/** Appends changes in the transaction that makes them. */
export const appendToFeed = async (
  tx: Tx,
  table: FeedTable,
  changes: readonly NewFeedRow[],
  at: Date,
): Promise<void> => {
  if (changes.length === 0) return;
  await sql`
    insert into ${sql.table(table)} (kind, object_id, related_id, action, at)
    select c.kind, c.object_id, c.related_id, c.action, ${at}
    from unnest(
      ${changes.map((change) => change.kind)}::text[],
      ${changes.map((change) => change.objectId)}::uuid[],
      ${changes.map((change) => change.relatedId ?? null)}::uuid[],
      ${changes.map((change) => change.action)}::text[]
    ) with ordinality as c (kind, object_id, related_id, action, place)
    order by c.place`.execute(tx);
};

export interface FeedDelay {
  /** When the oldest change was written that is committed and that no reader may see yet; null if there is none. */
  readonly heldSince: Date | null;
  /** Since when the oldest writing transaction runs, on the whole server; null if none runs or the server does not tell us. */
  readonly oldestTransaction: Date | null;
}

/** What holds the feed back: a transaction that somebody left open anywhere on the server stalls every reader. */
export const feedDelay = async (q: Queryable, table: FeedTable): Promise<FeedDelay> => {
  const { rows } = await sql<FeedDelay>`
    select
      (select min(at) from ${sql.table(table)} where xid >= pg_snapshot_xmin(pg_current_snapshot())) as "heldSince",
      (select min(xact_start) from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid())
        as "oldestTransaction"`.execute(q);
  return rows[0] ?? { heldSince: null, oldestTransaction: null };
};

/**
 * Deletes changes written before `before`. A reader that had not read them meets `expired`.
 * @returns how many were deleted
 */
export const pruneFeed = async (tx: Tx, table: FeedTable, before: Date): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    with kept as (
      select xid, seq from ${sql.table(table)} where at >= ${before} order by xid, seq limit 1
    ), gone as (
      delete from ${sql.table(table)} t
      where t.at < ${before} and t.xid < pg_snapshot_xmin(pg_current_snapshot())
        and not exists (select 1 from kept k where (t.xid, t.seq) > (k.xid, k.seq))
      returning t.xid, t.seq
    ), last as (
      select xid, seq from gone order by xid desc, seq desc limit 1
    ), marked as (
      update public.lockstep_feed set pruned_xid = l.xid, pruned_seq = l.seq
      from last l where table_name = ${table} and (pruned_xid, pruned_seq) < (l.xid, l.seq)
    )
    select count(*) as count from gone`.execute(tx);
  return rows[0]?.count ?? 0;
};

/**
 * Begins a new life of every feed; to be called after a restore. Transaction ids of another server mean nothing here and could
 * lie in the future, so those of the rows become 0; every older watermark meets `expired`.
 */
export const newEpoch = async (tx: Tx): Promise<void> => {
  const { rows } = await sql<{ table_name: FeedTable }>`
    update public.lockstep_feed set epoch = gen_random_uuid(), pruned_xid = '0', pruned_seq = 0
    returning table_name`.execute(tx);
  for (const { table_name } of rows) {
    const { rows: found } = await sql<{
      there: boolean;
    }>`select to_regclass(${table_name}) is not null as there`.execute(tx);
    if (found[0]?.there) await sql`update ${sql.table(table_name)} set xid = '0' where xid <> '0'`.execute(tx);
  }
};
