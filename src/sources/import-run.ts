import type { ImportedObject, ImportPort, ObjectKind } from "./import-port.ts";
import type { SummaryBuilder } from "./import-summary.ts";
import { SeenIndex } from "./seen-index.ts";
import type { Survey } from "./survey.ts";

/** What the passes of one import share. */
export interface ImportRun {
  readonly port: ImportPort;
  readonly survey: Survey;
  /** Folded field that recognises people. */
  readonly anchorField: string;
  readonly dryRun: boolean;
  readonly complete: boolean;
  readonly summary: SummaryBuilder;
  /** Anchors that the file has, with the line of the first; failed ones are present too, so that nobody calls them missing. */
  readonly anchors: Readonly<Record<ObjectKind, SeenIndex>>;
  readonly principals: SeenIndex;
  /** In a dry run, every name by which accepted rows can be referred to, as `by:value`. */
  readonly names: SeenIndex;
  /** Anchors whose removal the file itself asks for. */
  readonly asked: Readonly<Record<ObjectKind, Set<string>>>;
  /** People whom the directory refused, to be tried again when all others are written; at most BATCH. */
  readonly postponed: { readonly user: ImportedObject; readonly outcome: "added" | "changed" | "restored" }[];
  /** Set as soon as the file cannot be trusted to be complete. */
  incomplete: string | null;
}

export const BATCH = 1000;

export function startRun(
  fixed: Pick<ImportRun, "port" | "survey" | "anchorField" | "dryRun" | "complete" | "summary">,
): ImportRun {
  return {
    ...fixed,
    anchors: { user: new SeenIndex(), group: new SeenIndex() },
    principals: new SeenIndex(),
    names: new SeenIndex(),
    asked: { user: new Set(), group: new Set() },
    postponed: [],
    incomplete: null,
  };
}
