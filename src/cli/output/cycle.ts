import type { CycleCounts, CycleReport, Progress } from "#api/contract";
import { amount, clockTime, counted, duration } from "./amounts.ts";
import type { ProgressState } from "./progress.ts";
import { noStyle, type Style } from "./style.ts";
import { facts } from "./table.ts";
import { printable } from "./text.ts";

const phaseNames: Readonly<Record<Progress["phase"], string>> = {
  connecting: "Connecting",
  intake: "Reading changes",
  deciding: "Deciding",
  listing: "Reading accounts",
  writing: "Provisioning",
  done: "Done",
};

/** Objects of a cycle that are as they should be, written or not. */
const inStepOf = (counts: CycleCounts): number => Math.max(0, counts.done - counts.failed - counts.held);

/** A running cycle as a progress. */
export const progressOfCycle = ({ cycle, phase, rate, secondsLeft, waitingUntil }: Progress): ProgressState => ({
  label: phaseNames[phase] ?? "Running",
  done: cycle.counts.done,
  total: cycle.counts.total,
  parts: [
    { text: `${amount(inStepOf(cycle.counts))} in step`, tone: "good" },
    cycle.counts.failed > 0
      ? { text: `${amount(cycle.counts.failed)} failed`, tone: "bad" }
      : { text: `${amount(cycle.counts.failed)} failed` },
    ...(cycle.counts.held > 0 ? [{ text: `${amount(cycle.counts.held)} held` }] : []),
    ...(waitingUntil == null ? [] : [{ text: `waiting for the target's rate limit until ${clockTime(waitingUntil)}` }]),
  ],
  rate,
  secondsLeft: phase === "done" ? null : secondsLeft,
});

const stateNames: Readonly<Record<CycleReport["state"], string>> = {
  running: "is running",
  succeeded: "succeeded",
  entryErrors: "ended with failures",
  failed: "failed",
  interrupted: "was interrupted; what is left stays due",
};

/** Seconds from begin to end; up to `now` while it runs. */
const secondsOf = (report: CycleReport, now: Date): number =>
  Math.max(0, (Date.parse(report.endedAt ?? now.toISOString()) - Date.parse(report.beganAt)) / 1000);

/** `Initial cycle succeeded in 12 s` */
export const cycleHeadline = (report: CycleReport, now: Date): string =>
  `${report.kind === "initial" ? "Initial" : "Incremental"} cycle ${stateNames[report.state] ?? report.state}, ${duration(secondsOf(report, now))}`;

/** The counts of a cycle below each other. */
export const cycleSummary = (report: CycleReport, now: Date, style: Style = noStyle): string => {
  const { counts } = report;
  const rows: [string, string][] = [
    ["handled", counted(counts.done, "object")],
    ["created", amount(counts.created)],
    ["updated", amount(counts.updated)],
    ["enabled", amount(counts.enabled)],
    ["disabled", amount(counts.disabled)],
    ["deleted", amount(counts.deleted)],
    ["unchanged", amount(counts.unchanged)],
    ["skipped", amount(counts.skipped)],
    ["failed", counts.failed > 0 ? style.bad(amount(counts.failed)) : amount(counts.failed)],
    ["held", counts.held > 0 ? style.warn(amount(counts.held)) : amount(counts.held)],
    ["requests", amount(counts.requests)],
  ];
  const headline = cycleHeadline(report, now);
  const shown = report.state === "succeeded" ? style.good(headline) : style.bad(headline);
  const error =
    report.error === null ? "" : `\n${style.bad(printable(`${report.error.code}: ${report.error.message}`))}`;
  return `${shown}\n${facts(rows, "  ")}${error}`;
};

/** What a person may want to do after a cycle with leftovers; empty when there is nothing to do. */
export const cycleAdvice = (report: CycleReport): readonly string[] => [
  ...(report.counts.failed > 0
    ? [
        "What failed and why: npx lockstep logs --status failure. Failures are tried again by themselves; npx lockstep retry does it now.",
      ]
    : []),
  ...(report.counts.held > 0
    ? [
        "Removals are held until you decide: npx lockstep held, then npx lockstep held allow or npx lockstep held reject.",
      ]
    : []),
];
