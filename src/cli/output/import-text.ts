import type { ColumnGuess, ImportCounts, ImportProgress, ImportSummary } from "#api/contract";
import { amount, counted, pace, size } from "./amounts.ts";
import type { ProgressState } from "./progress.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { printable, wrap } from "./text.ts";

export const progressOfSending = (sent: number, bytes: number): ProgressState => ({
  label: "Sending",
  done: sent,
  total: bytes,
  parts: [],
  rate: null,
  secondsLeft: null,
  unit: size,
});

/** @param seconds since the import began */
export const progressOfImport = ({ bytes, totalBytes, rows }: ImportProgress, seconds: number): ProgressState => {
  const rate = seconds > 0.5 ? rows / seconds : 0;
  return {
    label: "Importing",
    done: bytes,
    total: totalBytes,
    parts: [{ text: counted(rows, "row") }, ...(rate > 0 ? [{ text: pace(rate) }] : [])],
    rate: null,
    secondsLeft: seconds > 1 && bytes > 0 && totalBytes > bytes ? (seconds * (totalBytes - bytes)) / bytes : null,
    unit: size,
  };
};

export interface ImportView {
  readonly style: Style;
  readonly width: number | null;
  readonly file: string;
  /** Where all problems were written, as the caller named it. */
  readonly problemFile: string | null;
}

const SHOWN_PROBLEMS = 20;
const SHOWN_CHANGES = 20;

/** What an import did or would do: columns, changes, problems, counts. */
export const importSummaryText = (summary: ImportSummary, view: ImportView): string =>
  [
    columnsText(summary, view),
    ...(summary.dryRun && summary.sample.length > 0 ? [changesText(summary, view)] : []),
    ...(summary.problemCount > 0 ? [problemsText(summary, view)] : []),
    ...summary.warnings.map((warning) => view.style.warn(wrap(`! ${printable(warning)}`, widthOf(view), "  "))),
    countsText(summary, view),
  ].join("\n\n");

const widthOf = (view: ImportView): number => view.width ?? Number.POSITIVE_INFINITY;

const columnsText = (summary: ImportSummary, view: ImportView): string => {
  const read = summary.columns.filter((column) => column.attribute !== null);
  const left = summary.columns.filter((column) => column.attribute === null);
  const head = `${printable(view.file)} (${summary.format}): source ${JSON.stringify(printable(summary.source))}, people are recognised by ${printable(summary.anchor)}.`;
  const reads = `Columns: ${read.map((column) => arrow(column)).join(", ") || "none that is read"}`;
  const passed = `Not read: ${left.map((column) => `${printable(column.column)}${column.note === null ? "" : ` (${printable(column.note)})`}`).join(", ")}`;
  return [
    head,
    wrap(reads, widthOf(view), "  "),
    ...(left.length === 0 ? [] : [wrap(passed, widthOf(view), "  ")]),
  ].join("\n");
};

const arrow = ({ column, attribute, note }: ColumnGuess): string => {
  const shown = column === attribute ? printable(column) : `${printable(column)} → ${printable(attribute ?? "")}`;
  return note === null ? shown : `${shown} (${printable(note)})`;
};

const problemsText = (summary: ImportSummary, view: ImportView): string => {
  const shown = summary.problems.slice(0, SHOWN_PROBLEMS);
  const rows = shown.map((problem) => [
    problem.line === 0 ? "file" : String(problem.line),
    problem.field ?? "",
    problem.reason,
    problem.effect === "row-skipped" ? "row" : "value",
  ]);
  const columns = [
    { title: "LINE", align: "right" as const },
    { title: "FIELD", shrinkTo: 10 },
    { title: "PROBLEM", shrinkTo: 24 },
    { title: "LEFT OUT" },
  ];
  const rest = summary.problemCount - shown.length;
  const where =
    view.problemFile === null ? "--problems FILE writes all of them" : `all are in ${printable(view.problemFile)}`;
  const more = rest > 0 ? `\nand ${counted(rest, "more problem", "more problems")}; ${where}` : "";
  return `${view.style.warn(counted(summary.problemCount, "problem"))}\n${table(columns, rows, { width: view.width, title: view.style.bold })}${more}`;
};

const changesText = (summary: ImportSummary, view: ImportView): string => {
  const shown = summary.sample.slice(0, SHOWN_CHANGES);
  const rows = shown.map((change) => [
    change.change,
    change.kind,
    change.name,
    change.change === "change"
      ? change.attributes
          .map(({ name, old, new: next }) => `${name}: ${valueText(old)} → ${valueText(next)}`)
          .join("; ")
      : "",
  ]);
  const columns = [
    { title: "CHANGE" },
    { title: "KIND" },
    { title: "NAME", shrinkTo: 12 },
    { title: "VALUES", shrinkTo: 20 },
  ];
  const all = total(summary.users) + total(summary.groups);
  const more = all > shown.length ? `\nand ${counted(all - shown.length, "more change", "more changes")}` : "";
  return `${table(columns, rows, { width: view.width, title: view.style.bold })}${more}`;
};

const total = (counts: ImportCounts): number => counts.added + counts.changed + counts.restored + counts.removed;

const valueText = (value: unknown): string => {
  if (value === null || value === undefined || value === "") return "nothing";
  return typeof value === "string" ? value : JSON.stringify(value);
};

const countsText = (summary: ImportSummary, view: ImportView): string => {
  const right = { align: "right" } as const;
  const columns = ["", "READ", "ADDED", "CHANGED", "UNCHANGED", "RESTORED", "REMOVED"].map((title, index) =>
    index === 0 ? { title } : { title, ...right },
  );
  const row = (name: string, counts: ImportCounts) => [
    name,
    ...[counts.read, counts.added, counts.changed, counts.unchanged, counts.restored, counts.removed].map(amount),
  ];
  const rows = [row("users", summary.users), row("groups", summary.groups)];
  const { managersChanged, membersAdded, membersRemoved } = summary.links;
  const links = `${counted(managersChanged, "manager")} changed, ${counted(membersAdded, "member")} added, ${amount(membersRemoved)} removed`;
  const headline = summary.dryRun ? "Dry run: nothing was changed. It would be:" : "Imported.";
  const removal = removalText(summary);
  return `${view.style.bold(headline)}\n${table(columns, rows, { width: view.width, title: view.style.bold })}\nlinks   ${links}${removal === "" ? "" : `\n${wrap(removal, widthOf(view))}`}`;
};

const removalText = ({ removal }: ImportSummary): string => {
  const missing = counted(removal.missing, "object");
  switch (removal.outcome) {
    case "not-asked":
      return "";
    case "nothing":
      return "Nobody of this source is missing in the file.";
    case "withheld":
      return `Nobody was removed, ${missing} seemed to be missing: ${printable(removal.reason ?? "")}`;
    case "declined":
      return `Nobody was removed, ${missing} of this source are missing in the file.`;
    case "would":
      return `${missing} of this source are missing in the file and would be removed.`;
    case "done":
      return `${missing} of this source were missing in the file and have been removed; they can be restored for 30 days.`;
  }
};
