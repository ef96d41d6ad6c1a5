import type { AppStatus, JobStatus, ServerStatus } from "#api/contract";
import { amount, counted, duration, localTime } from "./amounts.ts";
import { cycleHeadline, progressOfCycle } from "./cycle.ts";
import { progressSentence } from "./progress.ts";
import type { Style } from "./style.ts";
import { facts, table } from "./table.ts";
import { printable, wrap } from "./text.ts";

const stateNames: Readonly<Record<JobStatus["state"], string>> = {
  notConfigured: "not configured",
  notRun: "not started",
  active: "active",
  paused: "paused",
  disabled: "disabled",
  quarantine: "quarantine",
};

export const jobStateName = (state: JobStatus["state"]): string => stateNames[state] ?? state;

export interface StatusView {
  readonly style: Style;
  readonly width: number | null;
  readonly now: Date;
}

/** The whole status: the server, a table of the jobs, and what each of them has to say. */
export const statusText = (status: ServerStatus, view: StatusView): string => {
  const up = duration(Math.max(0, (view.now.getTime() - Date.parse(status.startedAt)) / 1000));
  const head = facts([
    ["server", `${view.style.bold(`Lockstep ${printable(status.version)}`)} at ${printable(status.url)}, up ${up}`],
    ["database", printable(status.database)],
    ["directory", `${counted(status.users, "user")}, ${counted(status.groups, "group")}`],
    ...(status.sandbox === null
      ? []
      : [["sandbox", `${printable(status.sandbox.baseUrl)} (page: ${printable(status.sandbox.web)})`] as const]),
  ]);
  if (status.apps.length === 0)
    return `${head}\n\nThere is no app yet. Add one with: npx lockstep app add thousandeyes`;
  const words = status.apps.flatMap((app) => wordsOf(app, view));
  return [head, jobsTable(status.apps, view), ...(words.length > 0 ? [words.join("\n")] : [])].join("\n\n");
};

const jobsTable = (apps: readonly AppStatus[], view: StatusView): string => {
  const rows = apps.flatMap((app) =>
    app.jobs.length === 0 ? [[app.displayName, "no job"]] : app.jobs.map((job) => rowOf(app, job)),
  );
  const right = { align: "right" } as const;
  const columns = [
    { title: "APP", shrinkTo: 12 },
    { title: "STATE" },
    { title: "IN SCOPE", ...right },
    { title: "IN STEP", ...right },
    { title: "PENDING", ...right },
    { title: "FAILED", ...right },
    { title: "HELD", ...right },
    { title: "TIME LEFT", ...right },
  ];
  const tone = (text: string, row: number, column: number): string => {
    const cell = rows[row]?.[column] ?? "";
    if (column === 1) return cell === "active" ? view.style.good(text) : view.style.warn(text);
    if (column === 5 && cell !== "" && cell !== "0") return view.style.bad(text);
    return column === 6 && cell !== "" && cell !== "0" ? view.style.warn(text) : text;
  };
  return table(columns, rows, { width: view.width, title: view.style.bold, cell: tone });
};

const rowOf = (app: AppStatus, { state, counts, running }: JobStatus): readonly string[] => [
  app.displayName,
  jobStateName(state),
  amount(counts.inScope),
  amount(counts.inStep),
  amount(counts.pending),
  amount(counts.failed),
  amount(counts.held),
  running === null ? "" : running.secondsLeft === null ? "…" : duration(Math.ceil(running.secondsLeft)),
];

const wordsOf = (app: AppStatus, view: StatusView): readonly string[] =>
  app.jobs.flatMap((job) => {
    const lines = [lastCycleOf(job, view.now), ...warningsOf(job, view)];
    const width = (view.width ?? Number.POSITIVE_INFINITY) - 2;
    return [view.style.bold(printable(app.displayName)), ...lines.map((line) => `  ${wrap(line, width, "  ")}`)];
  });

const lastCycleOf = (job: JobStatus, now: Date): string => {
  if (job.running !== null) return `A cycle is running. ${progressSentence(progressOfCycle(job.running))}.`;
  const next = job.nextRun === null ? "" : ` Next cycle at ${localTime(job.nextRun)}.`;
  if (job.lastCycle === null) return `No cycle has run yet.${next}`;
  const { lastCycle } = job;
  const error = lastCycle.error === null ? "" : ` ${printable(lastCycle.error.message)}`;
  return `${cycleHeadline(lastCycle, now)}, ended ${localTime(lastCycle.endedAt ?? lastCycle.beganAt)}, ${counted(lastCycle.counts.requests, "request")}.${error}${next}`;
};

const warningsOf = (job: JobStatus, { style }: StatusView): readonly string[] => [
  ...(job.quarantine === null
    ? []
    : [
        style.bad(
          `In quarantine since ${localTime(job.quarantine.began)} (${printable(job.quarantine.code)}): ${printable(job.quarantine.message)} Next attempt at ${localTime(job.quarantine.nextAttempt)}.`,
        ),
      ]),
  ...job.notices
    // Of the quarantine the line above tells it in the reader's own time.
    .filter((notice) => job.quarantine === null || !notice.includes(job.quarantine.message))
    .map((notice) => style.warn(`! ${printable(notice)}`)),
  ...(job.counts.failed > 0 ? ["What failed and why: npx lockstep logs --status failure"] : []),
  ...(job.counts.held > 0 ? ["Who is held and why: npx lockstep held"] : []),
];
