import { sql } from "kysely";
import type { Store } from "#store";
import type { RestartScope } from "./contract.ts";

/**
 * Forgets what the scope names, so that the next cycle begins anew with it (graph-api A.4). Links and owed removals are never forgotten by the usual restart:
 * a pass over everything looks at every link.
 */
export const restartJob = async (store: Store, jobId: string, scope: RestartScope, now: Date): Promise<void> =>
  store.transaction(async (tx) => {
    if (scope.watermark || scope.connectorDataStore)
      await sql`update provisioning.job set everything_due = true where id = ${jobId}`.execute(tx);
    // What the target ignored is tried again.
    if (scope.watermark)
      await sql`update provisioning.link set desired_hash = null where job_id = ${jobId} and ignored is not null`.execute(
        tx,
      );
    if (scope.escrows) {
      await sql`
        update provisioning.due set due_at = ${now}, attempts = 0, first_failed_at = null, last_error = null, given_up = false, version = nextval('provisioning.due_version')
        where job_id = ${jobId} and held is null`.execute(tx);
    }
    if (scope.quarantineState) {
      await sql`update provisioning.job set quarantine = null, probe_failures = 0, next_attempt = null where id = ${jobId}`.execute(
        tx,
      );
    }
    if (scope.forceDeletes)
      await sql`update provisioning.due set held = null, approved = true, due_at = ${now} where job_id = ${jobId} and held is not null`.execute(
        tx,
      );
    if (scope.connectorDataStore) {
      // Whoever is linked stays owed: forgetting a link must not forget a leaver.
      await sql`
        insert into provisioning.due (job_id, object_type, object_id, lane, reason, due_at)
        select job_id, object_type, source_id, 3, 'Restart', ${now} from provisioning.link where job_id = ${jobId} on conflict do nothing`.execute(
        tx,
      );
      await sql`update provisioning.link set desired_hash = null where job_id = ${jobId}`.execute(tx);
    }
  });
