import { sql } from "kysely";
import type { Queryable } from "#store";

/** Source ids for which a create was begun and not confirmed. */
export const intendedAmong = async (
  q: Queryable,
  jobId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> => {
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    select source_id as id from provisioning.intent where job_id = ${jobId} and source_id = any(${ids}::uuid[])`.execute(
    q,
  );
  return new Set(rows.map(({ id }) => id));
};

/** Commits that creates are about to be sent, before the first of them is: after a crash nobody repeats one blindly. */
export const intend = async (q: Queryable, jobId: string, ids: readonly string[], now: Date): Promise<void> => {
  if (ids.length === 0) return;
  await sql`
    insert into provisioning.intent (job_id, source_id, began_at) select ${jobId}, id, ${now} from unnest(${ids}::uuid[]) as id
    on conflict do nothing`.execute(q);
};

export const forgetIntents = async (tx: Queryable, jobId: string, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return;
  await sql`delete from provisioning.intent where job_id = ${jobId} and source_id = any(${ids}::uuid[])`.execute(tx);
};
