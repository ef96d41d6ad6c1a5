import { type Clock, codeOf, type Logger, newId, sentenceOf } from "#runtime";
import type { Store } from "#store";
import type { CycleReport } from "./contract.ts";
import { drain } from "./drain.ts";
import { anythingDue, countDue } from "./due.ts";
import { noteFailures, noteReachable, noteUnreachable } from "./health.ts";
import { type JobContext, mappingOf } from "./job-context.ts";
import { claimJob, endCycle, readJobState, rememberIdentity, rememberJob } from "./job-state.ts";
import { readListing } from "./listing.ts";
import { noCounts, openTracker, type Tracker } from "./progress.ts";
import { guardStateOf, judgeDue } from "./provisional.ts";
import type { ReadBackMemory } from "./read-back-memory.ts";
import type { Reservations } from "./reservations.ts";
import { ownerOf } from "./steps/choose.ts";
import { intake } from "./steps/intake.ts";

/** What one job's cycles share within this process. */
export interface JobRuntime {
  /** Objects that are handled on demand at this moment. */
  readonly busy: Set<string>;
  /** Objects that the running cycle asks about, writes, or has not recorded yet. */
  readonly inFlight: Set<string>;
  /** Objects that were handled on demand: what a cycle has read of them before is out of date. */
  readonly stale: Set<string>;
  /** What is known of how writes turned out. */
  readonly readBack: ReadBackMemory;
  /** Set when something changed; a running cycle takes it in at once. */
  poked: boolean;
  /** When the target last answered as it should (milliseconds), 0 for never. */
  answeredAt: number;
  tracker: Tracker | null;
  /** The fence that this process holds while a cycle runs, else null. */
  fence: number | null;
}

export interface CycleInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: (count: number) => Uint8Array;
  readonly context: JobContext;
  readonly runtime: JobRuntime;
  readonly reservations: Reservations;
  readonly signal: AbortSignal;
  /** True: somebody asked for it. It runs although nothing may be due, and although the job should wait. */
  readonly asked: boolean;
  readonly changed: () => void;
}

/** A target that answered within this time (milliseconds) need not prove again that it is there. */
const trustFor = 60_000;

/**
 * One pass of a job (architecture section 6): connection, intake, provisional decisions, drain, finish.
 * @returns null when there was nothing to do
 */
export const runCycle = async (input: CycleInput): Promise<CycleReport | null> => {
  const { store, clock, context, runtime, signal } = input;
  const jobId = context.job.id;
  await rememberJob(store.db, jobId, context.app.id);
  const state = await readJobState(store.db, jobId);
  if (state === null) return null;
  if (!input.asked && state.nextAttempt !== null && state.nextAttempt > clock.now()) return null;
  if (state.targetIdentity !== context.target.identity)
    await rememberIdentity(store.db, jobId, context.target.identity, state.targetIdentity);
  runtime.poked = false;
  const taken = await intake(store, context, clock.now());
  const waits = state.probeFailures > 0 || state.quarantine !== null;
  if (!input.asked && !waits && !(await anythingDue(store.db, jobId, clock.now()))) return null;

  const tracker = openTracker(
    {
      id: newId(),
      jobId,
      kind: taken.kind,
      state: "running",
      beganAt: clock.now().toISOString(),
      endedAt: null,
      counts: { ...noCounts, total: await countDue(store.db, jobId, clock.now()) },
      error: null,
    },
    input.changed,
    () => context.target.waitingUntil,
  );
  const requestsBefore = context.target.requests;
  const fence = await store.transaction((tx) => claimJob(tx, jobId, tracker.report()));
  runtime.tracker = tracker;
  runtime.fence = fence;
  const finish = async (end: Pick<CycleReport, "state" | "error">): Promise<CycleReport> => {
    const { counts } = tracker.report();
    tracker.move(
      {
        ...end,
        endedAt: clock.now().toISOString(),
        counts: { ...counts, requests: context.target.requests - requestsBefore },
      },
      "done",
    );
    const steady = end.state === "succeeded" && !(await anythingDue(store.db, jobId, clock.now()));
    await store.transaction((tx) => endCycle(tx, tracker.report(), steady));
    return tracker.report();
  };
  try {
    const matchingPath = matchingPathOf(context);
    if (input.asked || waits || clock.now().getTime() - runtime.answeredAt > trustFor) {
      const probed = await context.target.probe({ lane: "onDemand", signal, matchingPath });
      if (signal.aborted) return await finish({ state: "interrupted", error: null });
      if (!probed.ok) {
        runtime.answeredAt = 0;
        await noteUnreachable(store, context, state, probed.failure, clock.now());
        return await finish({
          state: "failed",
          error: { ...errorOf(probed.failure), exchange: probed.failure.exchange },
        });
      }
      runtime.answeredAt = clock.now().getTime();
    }
    await noteReachable(store, context, state, clock.now());
    tracker.move({}, "deciding");
    await judgeDue(store, context, tracker.report().id, clock);
    tracker.move({}, "listing");
    const listing = await readListing(store, context, tracker.report().id, { signal, onPage: input.changed });
    tracker.move({}, "writing");
    const drained = await drain({
      ...input,
      cycleId: tracker.report().id,
      fence,
      guard: await guardStateOf(store, context, clock),
      readBack: runtime.readBack,
      listing,
      tracker,
      busy: runtime.busy,
      stale: runtime.stale,
      handling: runtime.inFlight,
      poked: () => {
        const { poked } = runtime;
        runtime.poked = false;
        return poked;
      },
      matchingPath,
      requestsBefore,
    });
    await listing?.forget();
    if (drained.kind === "stopped") return await finish({ state: "interrupted", error: null });
    if (drained.kind === "trouble") {
      runtime.answeredAt = 0;
      const now = await readJobState(store.db, jobId);
      await noteUnreachable(store, context, now ?? state, drained.failure, clock.now());
      return await finish({
        state: "failed",
        error: { ...errorOf(drained.failure), exchange: drained.failure.exchange },
      });
    }
    runtime.answeredAt = clock.now().getTime();
    const after = (await readJobState(store.db, jobId)) ?? state;
    await noteFailures(store, context, after, clock.now());
    return await finish({ state: tracker.report().counts.failed > 0 ? "entryErrors" : "succeeded", error: null });
  } catch (error) {
    if (codeOf(error) === "FenceLost") {
      input.log.warn({ job: jobId }, "another worker has taken this job over");
      tracker.move({ state: "interrupted", endedAt: clock.now().toISOString() }, "done");
      return tracker.report();
    }
    input.log.error({ err: error, job: jobId }, "a cycle broke off");
    return await finish({
      state: "failed",
      error: { code: "InternalError", message: `The cycle broke off: ${sentenceOf(error)}`, exchange: null },
    });
  } finally {
    runtime.fence = null;
    // What was not recorded is evaluated anew, and chooses anew.
    for (const id of runtime.inFlight) input.reservations.release(ownerOf(context, id));
    runtime.inFlight.clear();
    runtime.stale.clear();
  }
};

const errorOf = ({ code, message }: { readonly code: string; readonly message: string }) => ({ code, message });

/** The attribute by which accounts are found first: what the connection test asks for. */
const matchingPathOf = (context: JobContext): string => {
  const mappings = (mappingOf(context, "User") ?? mappingOf(context, "Group"))?.mappings ?? [];
  const [first] = mappings
    .filter(({ matchingPriority }) => matchingPriority > 0)
    .sort((left, right) => left.matchingPriority - right.matchingPriority);
  return first?.path ?? "userName";
};
