import { sql } from "kysely";
import type { ObjectType } from "#core";
import type { Queryable, Tx } from "#store";
import type { Lane } from "#targets";

/** Lanes as numbers, most urgent first. */
export const laneNumbers = { onDemand: 0, removal: 1, change: 2, bulk: 3 } as const satisfies Record<Lane, number>;
const laneNames = ["onDemand", "removal", "change", "bulk"] as const satisfies readonly Lane[];

/** An object that is owed an evaluation. */
export interface Due {
  readonly type: ObjectType;
  readonly id: string;
  readonly lane: Lane;
  readonly reason: string;
  /** As claimed; the row is deleted only while it still has this version. 0: there is no row. */
  readonly version: number;
  readonly attempts: number;
  readonly firstFailedAt: Date | null;
  readonly approved: boolean;
}

/** An object that is looked at although no row says that it is owed. */
export const dueUnasked = (type: ObjectType, id: string, lane: Lane, reason: string): Due => ({
  type,
  id,
  lane,
  reason,
  version: 0,
  attempts: 0,
  firstFailedAt: null,
  approved: false,
});

interface DueRow {
  object_type: ObjectType;
  object_id: string;
  lane: number;
  reason: string;
  version: number;
  attempts: number;
  first_failed_at: Date | null;
  approved: boolean;
}

export const dueOf = (row: DueRow): Due => ({
  type: row.object_type,
  id: row.object_id,
  lane: laneNames[row.lane] ?? "bulk",
  reason: row.reason,
  version: row.version,
  attempts: row.attempts,
  firstFailedAt: row.first_failed_at,
  approved: row.approved,
});

/**
 * Makes objects due now. One that is due already gets a new version, so that an evaluation under way does not count for the change that came meanwhile;
 * what was held or had failed is looked at afresh.
 */
export const owe = async (
  tx: Queryable,
  jobId: string,
  type: ObjectType,
  ids: readonly string[],
  lane: Lane,
  reason: string,
  now: Date,
): Promise<number> => {
  if (ids.length === 0) return 0;
  const { numAffectedRows } = await sql`
    insert into provisioning.due (job_id, object_type, object_id, lane, reason, due_at)
    select ${jobId}, ${type}, id, ${laneNumbers[lane]}, ${reason}, ${now}
    from (select distinct unnest(${ids}::uuid[]) as id) as changed
    on conflict (job_id, object_id) do update set
      version = nextval('provisioning.due_version'), lane = least(due.lane, excluded.lane), reason = excluded.reason, due_at = excluded.due_at,
      attempts = 0, first_failed_at = null, last_error = null, given_up = false, held = null, approved = false`.execute(
    tx,
  );
  return Number(numAffectedRows ?? 0);
};

/** The next objects to evaluate: what the guard has judged, most urgent first, users before groups. `passOver` are those in flight; `slowest` is the last lane that is wanted. */
export const nextDue = async (
  q: Queryable,
  jobId: string,
  {
    limit,
    slowest,
    passOver,
  }: { readonly limit: number; readonly slowest: number; readonly passOver: readonly string[] },
  now: Date,
): Promise<Due[]> => {
  const { rows } = await sql<DueRow>`
    select object_type, object_id, lane, reason, version, attempts, first_failed_at, approved from provisioning.due
    where job_id = ${jobId} and held is null and not given_up and due_at <= ${now} and judged >= version and lane <= ${slowest} and object_id <> all(${passOver}::uuid[])
    order by lane, object_type desc, version
    limit ${limit}`.execute(q);
  return rows.map(dueOf);
};

/** Whether anything waits to be evaluated now. */
export const anythingDue = async (q: Queryable, jobId: string, now: Date): Promise<boolean> => {
  const { rows } = await sql`
    select 1 from provisioning.due where job_id = ${jobId} and held is null and not given_up and due_at <= ${now} limit 1`.execute(
    q,
  );
  return rows.length > 0;
};

export const countDue = async (q: Queryable, jobId: string, now: Date): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from provisioning.due where job_id = ${jobId} and held is null and not given_up and due_at <= ${now}`.execute(
    q,
  );
  return rows[0]?.n ?? 0;
};

/** Deletes what has been dealt with, each row only at the version that was evaluated. */
export const settle = async (tx: Tx, jobId: string, done: readonly Due[]): Promise<void> => {
  const rows = done.filter(({ version }) => version > 0);
  if (rows.length === 0) return;
  await sql`
    delete from provisioning.due using unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ version }) => version)}::bigint[]) as done (id, version)
    where due.job_id = ${jobId} and due.object_id = done.id and due.version = done.version`.execute(tx);
};

export interface Postponed {
  readonly due: Due;
  /** Null: given up. */
  readonly until: Date | null;
  readonly firstFailedAt: Date;
  readonly error: { readonly code: string; readonly message: string; readonly transient: boolean };
  readonly inScope: boolean;
  readonly removal: boolean;
  readonly displayName: string;
}

/** Puts failed objects off. A row that has changed meanwhile stays due as it is. */
export const postpone = async (tx: Tx, jobId: string, failed: readonly Postponed[]): Promise<void> => {
  if (failed.length === 0) return;
  const rows = failed.map((one) => ({
    id: one.due.id,
    type: one.due.type,
    version: one.due.version,
    until: (one.until ?? one.firstFailedAt).toISOString(),
    given_up: one.until === null,
    first: one.firstFailedAt.toISOString(),
    error: one.error,
    in_scope: one.inScope,
    removal: one.removal,
    name: one.displayName,
  }));
  await sql`
    with failed as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as f (id uuid, type text, version bigint, until timestamptz, given_up boolean, first timestamptz, error jsonb, in_scope boolean, removal boolean, name text)
    )
    insert into provisioning.due as d (job_id, object_type, object_id, lane, reason, due_at, attempts, first_failed_at, last_error, given_up, in_scope, removal, display_name)
    select ${jobId}, type, id, ${laneNumbers.change}, 'Retry', until, 1, first, error, given_up, in_scope, removal, name from failed
    on conflict (job_id, object_id) do update set
      due_at = excluded.due_at, attempts = d.attempts + 1, first_failed_at = excluded.first_failed_at, last_error = excluded.last_error,
      given_up = excluded.given_up, in_scope = excluded.in_scope, removal = excluded.removal, display_name = excluded.display_name, reason = 'Retry'
    where d.version = (select f.version from failed f where f.id = d.object_id)`.execute(tx);
};

/** Makes failed objects due now. @returns how many */
export const retryNow = async (tx: Tx, jobId: string, ids: readonly string[] | "all", now: Date): Promise<number> => {
  const { numAffectedRows } = await sql`
    update provisioning.due set due_at = ${now}, given_up = false, lane = least(lane, ${laneNumbers.change}), version = nextval('provisioning.due_version')
    where job_id = ${jobId} and (attempts > 0 or given_up)
      and (${ids === "all"} or object_id = any(${ids === "all" ? [] : ids}::uuid[]))`.execute(tx);
  return Number(numAffectedRows ?? 0);
};
