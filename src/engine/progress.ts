import type { CycleCounts, CycleReport, Progress } from "./contract.ts";
import { type Handled, ignoredStatus, troubleOf } from "./handled.ts";

export const noCounts: CycleCounts = {
  total: 0,
  done: 0,
  created: 0,
  updated: 0,
  enabled: 0,
  disabled: 0,
  deleted: 0,
  skipped: 0,
  unchanged: 0,
  failed: 0,
  held: 0,
  requests: 0,
};

/** The counts with one more handled object. */
const countOne = (counts: CycleCounts, handled: Handled): CycleCounts => {
  const done = { ...counts, done: counts.done + 1 };
  const { decision } = handled;
  if (troubleOf(handled) !== null || ignoredStatus(handled) === "failure")
    return { ...done, failed: counts.failed + 1 };
  if (handled.guard.kind === "hold") return { ...done, held: counts.held + 1 };
  // An account that vanished is evaluated again at once; only then is the object done.
  if (handled.outcome?.kind === "gone") return counts;
  if (decision?.kind !== "decision") return { ...done, skipped: counts.skipped + 1 };
  switch (decision.action) {
    case "create":
      return { ...done, created: counts.created + 1 };
    case "update":
      return { ...done, updated: counts.updated + 1 };
    case "enable":
      return { ...done, enabled: counts.enabled + 1 };
    case "disable":
      return { ...done, disabled: counts.disabled + 1 };
    case "delete":
      return { ...done, deleted: counts.deleted + 1 };
    case "skip":
      return decision.linkAfter.kind === "manage"
        ? { ...done, unchanged: counts.unchanged + 1 }
        : { ...done, skipped: counts.skipped + 1 };
  }
};

/** Follows a running cycle: its counts, its speed, and when it will be done. */
export interface Tracker {
  readonly report: () => CycleReport;
  /** @param now milliseconds */
  readonly progress: (now: number) => Progress;
  move(change: Partial<CycleReport>, phase?: Progress["phase"]): void;
  /** @param now milliseconds */
  count(handled: readonly Handled[], now: number): void;
}

/** Speed is taken over the last ten seconds; over two minutes where a rate limit makes it go by fits and starts. */
const window = { steady: 10_000, paced: 120_000 };

/** Up to here (milliseconds) nothing needs to finish, and a wait is mere pace. */
const patience = 2_000;

/** @param waitingUntil when the target may be asked again, null where it may be asked now */
export const openTracker = (
  begin: CycleReport,
  changed: () => void,
  waitingUntil: () => Date | null = () => null,
): Tracker => {
  let report = begin;
  let phase: Progress["phase"] = "connecting";
  let marks: { at: number; done: number }[] = [];
  let paced = false;
  const rate = (now: number): number => {
    const [first] = marks;
    const last = marks.at(-1);
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    // While batches come one after the other, the time since the last of them says nothing; after that it counts.
    const until = now - last.at > patience ? now : last.at;
    return ((last.done - first.done) * 1000) / (until - first.at);
  };
  return {
    report: () => report,
    progress: (now) => {
      const speed = rate(now);
      const left = report.counts.total - report.counts.done;
      const until = phase === "done" ? null : waitingUntil();
      const pause = Math.max(0, (until?.getTime() ?? now) - now) / 1000;
      return {
        jobId: report.jobId,
        cycle: report,
        phase,
        rate: speed,
        secondsLeft: phase === "done" ? 0 : speed > 0 ? Math.ceil(Math.max(left / speed, pause)) : null,
        waitingUntil: pause * 1000 > patience ? (until?.toISOString() ?? null) : null,
      };
    },
    move: (change, to) => {
      report = { ...report, ...change };
      phase = to ?? phase;
      changed();
    },
    count: (handled, now) => {
      const counted = handled.reduce(countOne, report.counts);
      // Who came due again meanwhile is done twice, and was counted into the total once.
      const counts = { ...counted, total: Math.max(counted.total, counted.done) };
      report = { ...report, counts };
      paced ||= now - (marks.at(-1)?.at ?? now) > patience;
      const reach = paced ? window.paced : window.steady;
      marks = [...marks.filter(({ at }) => now - at < reach), { at: now, done: counts.done }];
      changed();
    },
  };
};
