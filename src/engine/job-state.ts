import { sql } from "kysely";
import type { Quarantine } from "#core";
import type { Queryable, Store, Tx } from "#store";
import type { CycleReport } from "./contract.ts";

/** A job's memory between cycles. */
export interface JobState {
  readonly fence: number;
  readonly targetIdentity: string | null;
  readonly quarantine: Quarantine | null;
  readonly probeFailures: number;
  /** No cycle by itself before this time; null: at any time. */
  readonly nextAttempt: Date | null;
  readonly lastCycleId: string | null;
  readonly everythingDue: boolean;
}

export const readJobState = async (q: Queryable, jobId: string): Promise<JobState | null> => {
  const { rows } = await sql<JobState>`
    select fence, target_identity as "targetIdentity", quarantine, probe_failures as "probeFailures", next_attempt as "nextAttempt",
      last_cycle_id as "lastCycleId", everything_due as "everythingDue"
    from provisioning.job where id = ${jobId}`.execute(q);
  return rows[0] ?? null;
};

/** Makes the job's row when this is the first that the engine hears of it. */
export const rememberJob = async (q: Queryable, jobId: string, appId: string): Promise<void> => {
  await sql`insert into provisioning.job (id, app_id) values (${jobId}, ${appId}) on conflict do nothing`.execute(q);
};

/** Takes the job over: whoever wrote for it before can record nothing any more. @returns the new fence */
export const claimJob = async (tx: Tx, jobId: string, cycle: CycleReport): Promise<number> => {
  const { rows } = await sql<{ fence: number }>`
    update provisioning.job set fence = fence + 1, cycle_id = ${cycle.id} where id = ${jobId} returning fence`.execute(
    tx,
  );
  await sql`update provisioning.cycle set state = 'interrupted', ended_at = ${cycle.beganAt} where job_id = ${jobId} and state = 'running'`.execute(
    tx,
  );
  await sql`
    insert into provisioning.cycle (id, job_id, kind, began_at, counts)
    values (${cycle.id}, ${jobId}, ${cycle.kind}, ${cycle.beganAt}, ${JSON.stringify(cycle.counts)}::jsonb)`.execute(
    tx,
  );
  return rows[0]?.fence ?? 0;
};

/** Writes down how far a cycle has come, or how it ended. */
const saveCycle = async (q: Queryable, cycle: CycleReport): Promise<void> => {
  await sql`
    update provisioning.cycle set kind = ${cycle.kind}, state = ${cycle.state}, ended_at = ${cycle.endedAt}, counts = ${JSON.stringify(cycle.counts)}::jsonb,
      error = ${cycle.error === null ? null : JSON.stringify(cycle.error)}::jsonb
    where id = ${cycle.id}`.execute(q);
};

export const endCycle = async (tx: Tx, cycle: CycleReport, steady: boolean): Promise<void> => {
  await saveCycle(tx, cycle);
  const good = cycle.state === "succeeded" || cycle.state === "entryErrors";
  await sql`
    update provisioning.job set cycle_id = null, last_cycle_id = ${cycle.id},
      last_success_id = case when ${good} then ${cycle.id}::uuid else last_success_id end,
      steady_first = case when ${steady} then coalesce(steady_first, ${cycle.endedAt}::timestamptz) else steady_first end,
      steady_last = case when ${steady} then ${cycle.endedAt}::timestamptz else steady_last end
    where id = ${cycle.jobId}`.execute(tx);
  // A job keeps its last thousand cycles; the provisioning log keeps what they did.
  await sql`
    delete from provisioning.cycle where job_id = ${cycle.jobId} and began_at < (
      select began_at from provisioning.cycle where job_id = ${cycle.jobId} order by began_at desc offset 1000 limit 1)`.execute(
    tx,
  );
};

export const readCycle = async (q: Queryable, cycleId: string): Promise<CycleReport | null> => {
  const { rows } = await sql<Omit<CycleReport, "beganAt" | "endedAt"> & { beganAt: Date; endedAt: Date | null }>`
    select id, job_id as "jobId", kind, state, began_at as "beganAt", ended_at as "endedAt", counts, error from provisioning.cycle where id = ${cycleId}`.execute(
    q,
  );
  const [row] = rows;
  return row === undefined
    ? null
    : { ...row, beganAt: row.beganAt.toISOString(), endedAt: row.endedAt?.toISOString() ?? null };
};

export const saveHealth = async (
  q: Queryable,
  jobId: string,
  health: { readonly quarantine: Quarantine | null; readonly probeFailures: number; readonly nextAttempt: Date | null },
): Promise<void> => {
  await sql`
    update provisioning.job set quarantine = ${health.quarantine === null ? null : JSON.stringify(health.quarantine)}::jsonb,
      probe_failures = ${health.probeFailures}, next_attempt = ${health.nextAttempt}
    where id = ${jobId}`.execute(q);
};

/** Links belong to a store of accounts: at another address (or another tenant) everybody is matched anew. */
export const rememberIdentity = async (
  q: Queryable,
  jobId: string,
  identity: string,
  before: string | null,
): Promise<void> => {
  await sql`
    update provisioning.job set target_identity = ${identity}, everything_due = everything_due or ${before !== null} where id = ${jobId}`.execute(
    q,
  );
};

/** Gives the links of one store of accounts to its new address. */
export const moveTarget = (store: Store, appId: string, from: string, to: string): Promise<void> =>
  store.transaction(async (tx) => {
    const jobs = sql`select id from provisioning.job where app_id = ${appId}`;
    await sql`update provisioning.link set target_identity = ${to} where target_identity = ${from} and job_id in (${jobs})`.execute(
      tx,
    );
    await sql`update provisioning.member_link set target_identity = ${to} where target_identity = ${from} and job_id in (${jobs})`.execute(
      tx,
    );
    await sql`update provisioning.job set target_identity = ${to} where target_identity = ${from} and app_id = ${appId}`.execute(
      tx,
    );
  });
