import { chooseAnchor, LAST_RESORT, showField } from "./anchors.ts";
import { ColumnLog } from "./column-log.ts";
import { openReader } from "./file-reader.ts";
import type { ImportFormat } from "./format.ts";
import type { ImportPort } from "./import-port.ts";
import { startRun } from "./import-run.ts";
import { type ImportSummary, SummaryBuilder } from "./import-summary.ts";
import { type ImportInput, openFile } from "./input.ts";
import { importLinks } from "./link-pass.ts";
import { importObjects } from "./object-pass.ts";
import { foldAnchorField } from "./references.ts";
import { removeMissing } from "./removals.ts";
import { SourceError } from "./source-error.ts";
import type { RowProblem } from "./source-record.ts";
import { type Survey, surveyFile } from "./survey.ts";

export interface ImportOptions {
  /** A path, or something that can be read several times. */
  readonly file: string | ImportInput;
  /** Default: guessed from content and name. */
  readonly format?: ImportFormat | undefined;
  /** Column, key, LDAP attribute or directory attribute that recognises people. Default: that of the last import, else a guess. */
  readonly anchor?: string | undefined;
  /** Objects of this source that the file lacks are removed. */
  readonly complete?: boolean | undefined;
  /** Reads, compares and reports; writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Bytes and rows add up over the passes through the file; `totalBytes` is the work of all passes. */
  readonly onProgress?: ((bytesRead: number, totalBytes: number, rows: number) => void) | undefined;
  /** Hears every problem, also those beyond the first 1,000 that the summary keeps. */
  readonly onProblem?: ((problem: RowProblem) => void) | undefined;
  /** Asked once, with the number of objects to remove, before anything is removed. Without it nothing is removed. */
  readonly confirmRemoval?: ((count: number) => Promise<boolean>) | undefined;
}

/** The name of a source that is not named: the file's name without its ending. */
export function defaultSourceName(file: string): string {
  const name = file.split(/[\\/]/).at(-1)!;
  return name.replace(/(?<=.)\.[^.]*$/, "");
}

const PASSES = 3;

/**
 * Imports a file of people and groups through the port of its source. Bad rows are reported in the summary; only a file that
 * cannot be imported at all throws, a SourceError.
 */
export async function importFile(source: string, options: ImportOptions, port: ImportPort): Promise<ImportSummary> {
  const input = typeof options.file === "string" ? await openFile(options.file) : options.file;
  const reader = await openReader(input, options.format ?? null);
  const columns = new ColumnLog();
  const summary = new SummaryBuilder(options.onProblem ?? (() => undefined));
  const progress = progressOf(input.size, options.onProgress);

  const remembered = await port.anchorField();
  const named = options.anchor === undefined ? remembered : foldAnchorField(options.anchor);
  const pass = () => reader.read({ anchor: named, columns, onBytes: progress.bytes });
  const survey = await surveyFile(pass(), named);
  const anchorField = settleAnchor(input.name, survey, named, options.anchor, summary);
  if (remembered !== null && remembered !== anchorField && survey.people > 0) {
    summary.warnings.push(
      `So far people of this source were recognised by ${showField(remembered)}; from now on it is ${showField(anchorField)}. Those who are already there count as other people.`,
    );
  }
  const dryRun = options.dryRun ?? false;
  const run = startRun({ port, survey, anchorField, dryRun, complete: options.complete ?? false, summary });
  if (!dryRun && survey.people > 0 && remembered !== anchorField) await port.rememberAnchorField(anchorField);
  progress.endPass();
  await importObjects(run, pass(), progress.row);
  progress.endPass();
  if (survey.tellsManagers || survey.tellsMembers || survey.tellsMemberships || survey.changes > 0) {
    await importLinks(run, pass(), () => undefined);
  }
  progress.endPass();
  await removeMissing(run, options.confirmRemoval ?? (() => Promise.resolve(false)));
  return summary.finish({
    source,
    format: reader.format,
    dryRun,
    anchor: showField(anchorField),
    columns: columns.all(),
  });
}

function settleAnchor(
  file: string,
  survey: Survey,
  named: string | null,
  asked: string | undefined,
  summary: SummaryBuilder,
): string {
  if (named === null) {
    const choice = chooseAnchor(survey.people, survey.coverage);
    if (choice.warning !== null && survey.people > 0) summary.warnings.push(choice.warning);
    return choice.field;
  }
  const has = survey.people === 0 || named === LAST_RESORT || (survey.coverage.get(named) ?? 0) > 0;
  if (has) return named;
  const message =
    asked === undefined
      ? `People of this source are recognised by ${showField(named)}, which ${file} does not hold; add it, or name another column as the anchor.`
      : `${file} has no values in a column ${asked}, which was named as the anchor.`;
  throw new SourceError("anchor-unknown", file, message);
}

function progressOf(size: number, listener: ImportOptions["onProgress"]) {
  let passes = 0;
  let inPass = 0;
  let rows = 0;
  const tell = () => listener?.(passes * size + Math.min(inPass, size), PASSES * size, rows);
  return {
    bytes: (count: number) => {
      inPass += count;
      tell();
    },
    row: () => {
      rows += 1;
    },
    endPass: () => {
      passes += 1;
      inPass = 0;
      tell();
    },
  };
}
