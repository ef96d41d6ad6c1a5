import type { ModifiedProperty, ProvisioningEntry, ProvisioningStep } from "#api/contract";
import { localTime } from "./amounts.ts";
import type { Style } from "./style.ts";
import { facts, table } from "./table.ts";
import { pad, printable, shorten, wrap } from "./text.ts";

export interface EntryView {
  readonly style: Style;
  readonly width: number | null;
}

type Status = ProvisioningStep["status"];

const tone = (status: Status, style: Style): ((text: string) => string) =>
  ({ success: style.good, failure: style.bad, warning: style.warn, skipped: style.dim })[status] ?? ((text) => text);

const nameOf = ({ sourceIdentity, targetIdentity }: ProvisioningEntry): string =>
  sourceIdentity.displayName || targetIdentity.displayName || sourceIdentity.id || targetIdentity.id;

const reasonOf = (entry: ProvisioningEntry): string =>
  entry.explanation || entry.provisioningStatusInfo.errorInformation?.reason || "";

const rowOf = (entry: ProvisioningEntry): readonly string[] => [
  localTime(entry.activityDateTime),
  entry.provisioningAction,
  entry.provisioningStatusInfo.status,
  nameOf(entry),
  entry.servicePrincipal.displayName,
  reasonOf(entry),
];

/** Entries as a table, in the order given. */
export const entriesTable = (entries: readonly ProvisioningEntry[], view: EntryView): string => {
  const columns = [
    { title: "TIME" },
    { title: "ACTION" },
    { title: "STATUS" },
    { title: "WHO", shrinkTo: 12 },
    { title: "APP", shrinkTo: 8 },
    { title: "WHY", shrinkTo: 24 },
  ];
  return table(columns, entries.map(rowOf), {
    width: view.width,
    title: view.style.bold,
    cell: (text, row, column) =>
      column === 2 ? tone(entries[row]?.provisioningStatusInfo.status ?? "success", view.style)(text) : text,
  });
};

/** One entry as one line, for a log that goes on. */
export const entryLine = (entry: ProvisioningEntry, view: EntryView): string => {
  const { status } = entry.provisioningStatusInfo;
  const head = `${localTime(entry.activityDateTime)}  ${pad(entry.provisioningAction, 7)}  `;
  const rest = `  ${pad(shorten(printable(nameOf(entry)), 24), 24)}  ${printable(reasonOf(entry))}`;
  const room = view.width === null ? Number.POSITIVE_INFINITY : view.width - head.length - 7;
  return `${head}${tone(status, view.style)(pad(status, 7))}${shorten(rest, room)}`;
};

/** One entry in full: who, what, why, every step with its values, every change. */
export const entryText = (entry: ProvisioningEntry, view: EntryView): string => {
  const { style } = view;
  const { status, errorInformation } = entry.provisioningStatusInfo;
  const head = `${style.bold(printable(nameOf(entry)))}  ${entry.provisioningAction}  ${tone(status, style)(status)}  ${style.dim(localTime(entry.activityDateTime))}`;
  const wide = (view.width ?? Number.POSITIVE_INFINITY) - 2;
  const advice = errorInformation?.recommendedAction ?? null;
  return [
    head,
    ...(reasonOf(entry) === "" ? [] : [`  ${wrap(printable(reasonOf(entry)), wide, "  ")}`]),
    ...codeLines(entry).map((line) => `  ${style.bad(wrap(printable(line), wide, "  "))}`),
    ...(advice === null ? [] : [`  ${wrap(printable(advice), wide, "  ")}`]),
    ...entry.provisioningSteps.map((step, index) => stepText(step, index + 1, view)),
    ...changesLines(entry.modifiedProperties, view),
  ].join("\n");
};

/** The code of a failure, and its reason where the sentence above it does not tell it. Why nothing was written is told by the sentence alone. */
const codeLines = (entry: ProvisioningEntry): readonly string[] => {
  const { status, errorInformation } = entry.provisioningStatusInfo;
  if (errorInformation === null || (status === "skipped" && reasonOf(entry) !== "")) return [];
  const { errorCode, reason } = errorInformation;
  return [reason === "" || reasonOf(entry).includes(reason) ? `Code: ${errorCode}` : `${errorCode}: ${reason}`];
};

const stepNames: Readonly<Record<ProvisioningStep["provisioningStepType"], string>> = {
  import: "Import from the directory",
  scoping: "Decide who is in scope",
  matching: "Match with an account",
  processing: "Decide what to do",
  referenceResolution: "Resolve references",
  export: "Write to the app",
};

/** Details for programs: the step's sentence tells people the same. */
const codesOnly: ReadonlySet<string> = new Set(["SkipReason", "Reason"]);

const stepText = (step: ProvisioningStep, number: number, { style, width }: EntryView): string => {
  const title = stepNames[step.provisioningStepType] ?? printable(step.name);
  const values = Object.entries(step.details)
    .filter(([name, value]) => !codesOnly.has(name) && !(name === "ScopeEvaluationResult" && String(value) === "{}"))
    .map(([name, value]) => [printable(name), printable(String(value))] as const);
  const details = values.length === 0 ? "" : `\n${facts(values, "       ")}`;
  const sentence = wrap(printable(step.description), (width ?? Number.POSITIVE_INFINITY) - 5, "     ");
  return `  ${number}. ${title}  ${tone(step.status, style)(step.status)}${sentence === "" ? "" : `\n     ${sentence}`}${details}`;
};

const changesLines = (changes: readonly ModifiedProperty[], { style, width }: EntryView): readonly string[] => {
  if (changes.length === 0) return [];
  const rows = changes.map((change) => [change.displayName, change.oldValue ?? "", change.newValue ?? ""]);
  const columns = [
    { title: "ATTRIBUTE", shrinkTo: 16 },
    { title: "BEFORE", shrinkTo: 10 },
    { title: "AFTER", shrinkTo: 10 },
  ];
  const text = table(columns, rows, { width: width === null ? null : width - 2, title: style.bold });
  return text.split("\n").map((line) => `  ${line}`);
};
