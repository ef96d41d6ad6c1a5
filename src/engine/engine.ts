import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { getJob, listJobs, setJobState, unassignPrincipals } from "#apps";
import { purgeExpired } from "#directory";
import { dropOld, ensurePartitions } from "#journal";
import { type Clock, isGuid, type Logger } from "#runtime";
import type { Queue, Store } from "#store";
import { pruneFeed, tidy } from "#store";
import type { Doctor } from "#targets";
import type { CycleReport, Engine, Progress } from "./contract.ts";
import { type JobRuntime, runCycle } from "./cycle.ts";
import { retryNow } from "./due.ts";
import { EngineError } from "./errors.ts";
import { openExaminations, profileOfApp } from "./examine.ts";
import { allowHeld, listHeld, rejectHeld } from "./held.ts";
import { type OpenTarget, openContextCache, withDraft } from "./job-context.ts";
import { moveTarget, rememberJob, saveHealth } from "./job-state.ts";
import { provisionOne } from "./on-demand.ts";
import { previewScope } from "./preview-scope.ts";
import { openReadBackMemory } from "./read-back-memory.ts";
import { openReservations } from "./reservations.ts";
import { restartJob } from "./restart.ts";
import { sourceAttributes } from "./source-attributes.ts";
import { listFailed, statusOf } from "./status.ts";
import { testConnection } from "./test-connection.ts";
import { testMapping } from "./test-mapping.ts";

export interface EngineOptions {
  readonly store: Store;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly openTarget: OpenTarget;
  /** Examines targets; without one `examine` is refused. */
  readonly doctor?: Doctor;
  /** Days for which the provisioning log is kept. */
  readonly retentionDays: number;
  /** From 0 up to 1, for what is done now and then; the system's unless told. */
  readonly draw?: () => number;
}

const cycleQueue = "cycle";
const tickQueue = "tick";
/** In milliseconds. */
const tidyEvery = 3600_000;
/** Watchers hear of progress at most this often (milliseconds). */
const tellEvery = 200;

interface Runner extends JobRuntime {
  /** The cycle that runs now, or null. */
  running: Promise<CycleReport | null> | null;
  stopRunning: AbortController;
  readonly watchers: Set<(progress: Progress) => void>;
  toldAt: number;
}

/** Runs jobs: one cycle at a time for each, on change, on schedule and by hand. */
export const openEngine = (options: EngineOptions): Engine => {
  const { store, queue, clock, log } = options;
  const contexts = openContextCache(store, clock, options.openTarget);
  const reservations = openReservations();
  const examinations = openExaminations(options);
  const runners = new Map<string, Runner>();
  const stopping = new AbortController();
  const draw = options.draw ?? Math.random;
  const random = (count: number): Uint8Array => randomBytes(count);

  const runnerOf = (jobId: string): Runner => {
    let runner = runners.get(jobId);
    if (runner === undefined) {
      runner = {
        busy: new Set(),
        inFlight: new Set(),
        stale: new Set(),
        readBack: openReadBackMemory(draw),
        poked: false,
        answeredAt: 0,
        tracker: null,
        fence: null,
        running: null,
        stopRunning: new AbortController(),
        watchers: new Set(),
        toldAt: 0,
      };
      runners.set(jobId, runner);
    }
    return runner;
  };

  const tell = (runner: Runner): void => {
    if (runner.tracker === null || runner.watchers.size === 0) return;
    const now = clock.now().getTime();
    const progress = runner.tracker.progress(now);
    if (progress.phase !== "done" && now - runner.toldAt < tellEvery) return;
    runner.toldAt = now;
    for (const watcher of runner.watchers) watcher(progress);
  };

  /** One cycle of a job; whoever comes while one runs waits for it and then runs another. */
  const cycle = async (jobId: string, asked: boolean, signal: AbortSignal): Promise<CycleReport | null> => {
    const runner = runnerOf(jobId);
    while (runner.running !== null) await runner.running.catch(() => null);
    if (stopping.signal.aborted || signal.aborted) return null;
    runner.stopRunning = new AbortController();
    const stop = AbortSignal.any([stopping.signal, runner.stopRunning.signal, signal]);
    const run = async () => {
      const context = await contexts.load(jobId);
      return runCycle({
        store,
        clock,
        log,
        random,
        context,
        runtime: runner,
        reservations,
        signal: stop,
        asked,
        changed: () => tell(runner),
      });
    };
    runner.running = run();
    try {
      return await runner.running;
    } finally {
      runner.running = null;
    }
  };

  /** Handles a wake-up of an active job until nothing is due any more. */
  const handleWake = async (jobId: string, signal: AbortSignal): Promise<void> => {
    const job = await getJob(store.db, jobId);
    if (job?.state !== "Active") return;
    try {
      const report = await cycle(jobId, false, signal);
      if (report?.state === "failed") await wakeLater(jobId);
    } catch (error) {
      if (
        error instanceof EngineError &&
        (error.code === "NotConfigured" || error.code === "SchemaInvalid" || error.code === "JobNotFound")
      ) {
        log.info({ job: jobId, reason: error.message }, "a job cannot run yet");
        return;
      }
      throw error;
    }
  };

  /** A failed connection is looked at again when its time has come, not only with the next minute. */
  const wakeLater = async (jobId: string): Promise<void> => {
    const { rows } = await sql<{
      next: Date | null;
    }>`select next_attempt as next from provisioning.job where id = ${jobId}`.execute(store.db);
    const wait = (rows[0]?.next?.getTime() ?? 0) - clock.now().getTime();
    if (wait <= 0 || wait > 120_000) return;
    void clock.sleep(wait + 50, stopping.signal).then(() => {
      if (!stopping.signal.aborted) wake(jobId);
    });
  };

  const send = (jobId: string): void => {
    void queue.send(cycleQueue, jobId).catch((error: unknown) => {
      if (!stopping.signal.aborted)
        log.warn({ err: error, job: jobId }, "a wake-up could not be queued; the schedule makes up for it");
    });
  };

  const wake = (jobId?: string): void => {
    if (stopping.signal.aborted) return;
    if (jobId !== undefined) {
      const runner = runnerOf(jobId);
      runner.poked = true;
      send(jobId);
      return;
    }
    void listJobs(store.db, { state: "Active" })
      .then((jobs) => {
        for (const job of jobs) wake(job.id);
      })
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn({ err: error }, "the jobs could not be listed");
      });
  };

  let tidiedAt = clock.now().getTime();
  const tidyNowAndThen = async (): Promise<void> => {
    if (clock.now().getTime() - tidiedAt < tidyEvery) return;
    tidiedAt = clock.now().getTime();
    await tidy(store);
  };

  const housekeeping = async (): Promise<void> => {
    const now = clock.now();
    await store.transaction((tx) => ensurePartitions(tx, now));
    await store.transaction((tx) => dropOld(tx, now, options.retentionDays));
    for (let purged: readonly string[] = ["?"]; purged.length > 0; ) {
      purged = await store.transaction(async (tx) => {
        const ids = await purgeExpired(tx, now);
        await unassignPrincipals(tx, null, ids, now);
        return ids;
      });
    }
    const before = new Date(now.getTime() - 30 * 24 * 3600 * 1000);
    for (const table of ["directory.change", "apps.change"] as const)
      await store.transaction((tx) => pruneFeed(tx, table, before));
    await sql`delete from provisioning.removal where removed_at < ${new Date(now.getTime() - 2 * 24 * 3600 * 1000)}`.execute(
      store.db,
    );
  };

  const mustKnow = async (jobId: string) => {
    const job = await getJob(store.db, jobId);
    if (job === null) throw new EngineError("JobNotFound", `There is no job ${jobId}.`, { facts: { jobId } });
    await rememberJob(store.db, jobId, job.appId);
    return job;
  };

  /** Stops the cycle that runs, between objects, and waits until it has recorded what it did. */
  const stopRunning = async (jobId: string): Promise<void> => {
    const runner = runnerOf(jobId);
    runner.stopRunning.abort();
    await runner.running?.catch(() => null);
  };

  return {
    start: async () => {
      await housekeeping();
      await queue.work(cycleQueue, handleWake);
      await queue.work(tickQueue, async () => {
        await housekeeping();
        await tidyNowAndThen();
        wake();
      });
      await queue.everyMinute(tickQueue);
      wake();
    },
    wake,
    run: async (jobId, { signal } = {}) => {
      await mustKnow(jobId);
      const report = await cycle(jobId, true, signal ?? new AbortController().signal);
      if (report === null)
        throw new EngineError(
          "Stopping",
          "The server is stopping. Start it again, and the cycle goes on where it was.",
        );
      return report;
    },
    status: (jobId) => statusOf(store.db, jobId, runners.get(jobId), clock.now()),
    watch: (jobId, listener) => {
      const runner = runnerOf(jobId);
      runner.watchers.add(listener);
      return () => runner.watchers.delete(listener);
    },
    testConnection: (appId, credentials) =>
      testConnection(store, options.openTarget, appId, credentials ?? {}, stopping.signal),
    examine: (appId, given, wishes, { signal, onProgress }) =>
      examinations.examine(appId, given, wishes, AbortSignal.any([signal, stopping.signal]), onProgress),
    removeLeftovers: (appId, given, signal) =>
      examinations.removeLeftovers(appId, given, AbortSignal.any([signal, stopping.signal])),
    profileOf: (appId) => profileOfApp(store.db, store.sealer, appId),
    provision: async (jobId, objectId, { dry }) => {
      await mustKnow(jobId);
      mustBeIds([objectId]);
      const runner = runnerOf(jobId);
      const context = await contexts.load(jobId);
      while (runner.busy.has(objectId) || runner.inFlight.has(objectId)) {
        if (stopping.signal.aborted)
          throw new EngineError("Stopping", "The server is stopping. Try again when it runs.");
        await clock.sleep(20, stopping.signal);
      }
      runner.busy.add(objectId);
      runner.stale.add(objectId);
      try {
        const fence = () => fenceFor(store, jobId, runner);
        return await provisionOne({
          store,
          clock,
          random,
          context,
          objectId,
          dry,
          reservations,
          readBack: runner.readBack,
          fence,
          signal: stopping.signal,
        });
      } finally {
        runner.busy.delete(objectId);
        wake(jobId);
      }
    },
    sourceAttributes: async (jobId, objectId) => {
      await mustKnow(jobId);
      mustBeIds([objectId]);
      return sourceAttributes(store, await contexts.load(jobId, { orWithoutTarget: true }), objectId);
    },
    testMapping: async (jobId, objectId, { draft } = {}) => {
      await mustKnow(jobId);
      mustBeIds([objectId]);
      const context = await contexts.load(jobId, {
        orWithoutTarget: true,
        ...(draft === undefined ? {} : { draft }),
      });
      return testMapping({ store, clock, random, context, objectId, reservations, signal: stopping.signal });
    },
    previewScope: async (jobId, { draft, first = 100 } = {}) => {
      await mustKnow(jobId);
      const now = await contexts.load(jobId, { orWithoutTarget: true });
      const then = draft === undefined ? now : withDraft(now, draft);
      return previewScope({ store, clock, now, then, first });
    },
    startJob: async (jobId) => {
      await mustKnow(jobId);
      await store.transaction((tx) => setJobState(tx, jobId, "Active", clock.now()));
      await saveHealth(store.db, jobId, { quarantine: null, probeFailures: 0, nextAttempt: null });
      wake(jobId);
    },
    pauseJob: async (jobId) => {
      await mustKnow(jobId);
      await store.transaction((tx) => setJobState(tx, jobId, "Paused", clock.now()));
      await stopRunning(jobId);
    },
    restartJob: async (jobId, scope) => {
      await mustKnow(jobId);
      await stopRunning(jobId);
      await restartJob(store, jobId, scope, clock.now());
      await store.transaction((tx) => setJobState(tx, jobId, "Active", clock.now()));
      wake(jobId);
    },
    retry: async (jobId, objectIds) => {
      await mustKnow(jobId);
      mustBeIds(objectIds);
      const count = await store.transaction((tx) => retryNow(tx, jobId, objectIds, clock.now()));
      wake(jobId);
      return count;
    },
    listFailed: (jobId, page) => listFailed(store.db, jobId, page),
    listHeld: (jobId, page) => listHeld(store.db, jobId, page),
    allowHeld: async (jobId, objectIds) => {
      await mustKnow(jobId);
      mustBeIds(objectIds);
      const count = await store.transaction((tx) => allowHeld(tx, jobId, objectIds, clock.now()));
      wake(jobId);
      return count;
    },
    rejectHeld: async (jobId, objectIds) => {
      await mustKnow(jobId);
      mustBeIds(objectIds);
      return store.transaction((tx) => rejectHeld(tx, jobId, objectIds));
    },
    guardLimits: async (jobId) => (await contexts.load(jobId)).settings.guard,
    forgetJob: async (jobId) => {
      await stopRunning(jobId);
      await sql`delete from provisioning.job where id = ${jobId}`.execute(store.db);
      runners.delete(jobId);
    },
    moveTarget: (appId, from, to) => moveTarget(store, appId, from, to),
    stop: async () => {
      stopping.abort();
      await Promise.all([...runners.values()].map(({ running }) => running?.catch(() => null)));
      await examinations.ended();
      while ([...runners.values()].some(({ busy }) => busy.size > 0)) await clock.sleep(20);
      await contexts.close();
    },
  };
};

/** Ids of objects are GUIDs; anything else names nobody, and would only puzzle the database. */
const mustBeIds = (ids: readonly string[] | "all"): void => {
  const wrong = ids === "all" ? undefined : ids.find((id) => !isGuid(id));
  if (wrong !== undefined) {
    throw new EngineError(
      "ObjectNotFound",
      `'${wrong}' is not the id of an object. Ids are GUIDs, as the lists of failed and held objects show them.`,
      {
        facts: { id: wrong },
      },
    );
  }
};

/** The fence to record under: that of the running cycle, or a new one. */
const fenceFor = async (store: Store, jobId: string, runner: Runner): Promise<number> => {
  if (runner.fence !== null) return runner.fence;
  const { rows } = await sql<{ fence: number }>`select fence from provisioning.job where id = ${jobId}`.execute(
    store.db,
  );
  return rows[0]?.fence ?? 0;
};
