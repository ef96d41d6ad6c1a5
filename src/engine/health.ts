import { setJobState } from "#apps";
import { quarantineAgain, quarantineEnds, tooManyFailures } from "#core";
import { recordAudit } from "#journal";
import { newId } from "#runtime";
import type { Store } from "#store";
import type { TargetFailure } from "#targets";
import type { CycleReport } from "./contract.ts";
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
  if (state.probeFailures === 0 && state.quarantine?.reason !== "EncounteredQuarantineException") return;
  await saveHealth(store.db, context.job.id, { quarantine: null, probeFailures: 0, nextAttempt: null });
  if (state.quarantine !== null)
    await noteInAudit(store, context, "Quarantine has ended: the target answers again", now);
};

/** After a cycle: too large a share of failures slows the job down; a good cycle ends that. */
export const noteFailures = async (
  store: Store,
  context: JobContext,
  state: JobState,
  report: CycleReport,
  size: number,
  now: Date,
): Promise<void> => {
  const { failed, done } = report.counts;
  if (tooManyFailures(failed, done, size)) {
    const message = `${failed} of ${done} objects failed. See the provisioning log for the reasons; when they are mended, restart or retry.`;
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
