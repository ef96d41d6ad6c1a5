import { listJobs } from "#apps";
import type { CycleReport, Engine, JobStatus } from "#engine";
import type { Store } from "#store";
import type { OnceSummary, StartReporter } from "./contract.ts";

/** Runs one cycle of every active job, one after another. @returns null where there is none */
export const runFirstCycles = async (
  store: Store,
  engine: Engine,
  report: StartReporter,
  signal: AbortSignal,
): Promise<OnceSummary | null> => {
  const jobs = await listJobs(store.db, { state: "Active" });
  let total: OnceSummary | null = null;
  for (const { id } of jobs) {
    if (signal.aborted) break;
    const end = engine.watch(id, (progress) => report.progress(progress));
    try {
      const cycle = await engine.run(id, { signal });
      if (cycle.error !== null) report.say(`The cycle failed: ${cycle.error.message}`);
      total = add(total, summaryOf(cycle, await engine.status(id)));
    } finally {
      end();
    }
  }
  return total;
};

/** What a cycle came to. A cycle that did not come to its end counts as a failure, and what is still due as not in step. */
const summaryOf = (cycle: CycleReport, { counts }: JobStatus): OnceSummary => {
  const unfinished = cycle.state === "failed" || cycle.state === "interrupted";
  return {
    inScope: counts.inScope + (unfinished ? counts.pending : 0),
    inStep: counts.inStep,
    created: cycle.counts.created,
    updated: cycle.counts.updated + cycle.counts.enabled,
    disabled: cycle.counts.disabled,
    deleted: cycle.counts.deleted,
    skipped: cycle.counts.skipped,
    failed: Math.max(counts.failed + counts.givenUp, unfinished ? 1 : 0),
    held: counts.held,
    requests: cycle.counts.requests,
    seconds: Math.round((Date.parse(cycle.endedAt ?? cycle.beganAt) - Date.parse(cycle.beganAt)) / 100) / 10,
  };
};

const add = (left: OnceSummary | null, right: OnceSummary): OnceSummary => {
  if (left === null) return right;
  const names = Object.keys(right) as (keyof OnceSummary)[];
  return Object.fromEntries(names.map((name) => [name, left[name] + right[name]])) as unknown as OnceSummary;
};
