import { sql } from "kysely";
import { setJobState } from "#apps";
import { quarantineAgain, quarantineEnds, tooManyFailures } from "#core";
import { recordAudit } from "#journal";
import { newId } from "#runtime";
import type { Store } from "#store";
import type { TargetFailure } from "#targets";
import type { JobContext } from "./job-context.ts";
import { type JobState, saveHealth } from "./job-state.ts";

/** Two probes this far apart must fail before a job is put into quarantine. */
const secondLook = 30_000;

/** The target did not answer a probe as it should: wait a little, and with the second failure slow down for good. */
export const noteUnreachable = async (
  store: Store,
  context: JobContext,
  state: JobState,
  failure: TargetFailure,
  now: Date,
): Promise<void> => {
  // A target that asks for patience is healthy.
  if (failure.status === 429) {
    const soon = new Date(now.getTime() + secondLook);
    const nextAttempt = failure.retryAt !== null && failure.retryAt > soon ? failure.retryAt : soon;
    await saveHealth(store.db, context.job.id, { ...state, nextAttempt });
    return;
  }
  // Somebody asked for a cycle before its time: that is not the second look, nor a step on the ladder.
  if (state.nextAttempt !== null && now < state.nextAttempt) return;
  if (state.probeFailures === 0 && state.quarantine === null) {
    await saveHealth(store.db, context.job.id, {
      quarantine: null,
      probeFailures: 1,
      nextAttempt: new Date(now.getTime() + secondLook),
    });
    return;
  }
  const quarantine = quarantineAgain(
    state.quarantine,
    { reason: "EncounteredQuarantineException", code: failure.code, message: failure.message },
    now,
  );
  await saveHealth(store.db, context.job.id, {
    quarantine,
    probeFailures: state.probeFailures + 1,
    nextAttempt: new Date(quarantine.nextAttempt),
  });
  if (state.quarantine === null) await noteInAudit(store, context, `In quarantine: ${failure.message}`, now);
  if (quarantineEnds(quarantine, now)) {
    await store.transaction((tx) => setJobState(tx, context.job.id, "Disabled", now));
    await noteInAudit(store, context, "Disabled after 28 days of quarantine", now);
  }
};

/** The target answers: whatever was wrong with the connection is over. */
export const noteReachable = async (store: Store, context: JobContext, state: JobState, now: Date): Promise<void> => {
  const isAtCase = state.probeFailures === 0 && (state.nextAttempt === null || state.quarantine !== null);
  if (isAtCase && state.quarantine?.reason !== "EncounteredQuarantineException") return;
  await saveHealth(store.db, context.job.id, { quarantine: null, probeFailures: 0, nextAttempt: null });
  if (state.quarantine !== null)
    await noteInAudit(store, context, "Quarantine has ended: the target answers again", now);
};

/** After a cycle: while too large a share of the job's objects stands failed, it is slowed down. */
export const noteFailures = async (store: Store, context: JobContext, state: JobState, now: Date): Promise<void> => {
  const { failed, size } = await standingFailures(store, context);
  if (tooManyFailures(failed, size, size)) {
    if (state.quarantine !== null && now < new Date(state.quarantine.nextAttempt)) return;
    const message = `${failed} of ${size} objects have failed. See the provisioning log for the reasons; when they are mended, restart or retry.`;
    const quarantine = quarantineAgain(
      state.quarantine,
      { reason: "EncounteredEscrowProportionThreshold", code: "EncounteredEscrowProportionThreshold", message },
      now,
    );
    await saveHealth(store.db, context.job.id, {
      quarantine,
      probeFailures: 0,
      nextAttempt: new Date(quarantine.nextAttempt),
    });
    if (state.quarantine === null) await noteInAudit(store, context, `In quarantine: ${message}`, now);
  } else if (state.quarantine?.reason === "EncounteredEscrowProportionThreshold") {
    await saveHealth(store.db, context.job.id, { quarantine: null, probeFailures: 0, nextAttempt: null });
    await noteInAudit(store, context, "Quarantine has ended: most objects succeed again", now);
  }
};

/** Objects whose last try failed, those that only wait for a rate limit left out, among all that are linked or owed. */
const standingFailures = async (store: Store, { links }: JobContext): Promise<{ failed: number; size: number }> => {
  const { rows } = await sql<{ failed: number; size: number }>`
    select
      (select count(*) from provisioning.due
        where job_id = ${links.jobId} and attempts > 0 and last_error ->> 'code' <> 'TooManyRequests') as failed,
      (select count(*) from (
        select object_id from provisioning.due where job_id = ${links.jobId}
        union select source_id from provisioning.link
          where job_id = ${links.jobId} and target_identity = ${links.identity} and managed) as known) as size`.execute(
    store.db,
  );
  return rows[0] ?? { failed: 0, size: 0 };
};

const noteInAudit = async (store: Store, context: JobContext, reason: string, now: Date): Promise<void> => {
  await store.transaction((tx) =>
    recordAudit(tx, [
      {
        id: newId(),
        activityDateTime: now.toISOString(),
        activityDisplayName: "Quarantine",
        category: "ProvisioningManagement",
        correlationId: newId(),
        loggedByService: "Account Provisioning",
        operationType: "Update",
        result: "success",
        resultReason: reason,
        initiatedBy: {
          user: null,
          app: {
            appId: null,
            displayName: "Lockstep Provisioning Service",
            servicePrincipalId: null,
            servicePrincipalName: null,
          },
        },
        targetResources: [
          {
            id: context.app.id,
            displayName: context.app.displayName,
            type: "ServicePrincipal",
            userPrincipalName: null,
            groupType: null,
            modifiedProperties: [],
          },
        ],
        additionalDetails: [{ key: "JobId", value: context.job.id }],
      },
    ]),
  );
};
