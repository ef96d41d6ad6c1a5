import type { ColumnGuess } from "./column-log.ts";
import type { ImportFormat } from "./format.ts";
import type { ObjectKind } from "./import-port.ts";
import type { RowProblem } from "./source-record.ts";

export interface Counts {
  /** Rows that describe such an object, bad ones included. */
  readonly read: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly restored: number;
  readonly removed: number;
}

export interface SampleChange {
  readonly change: "add" | "change" | "restore" | "remove";
  readonly kind: ObjectKind;
  /** 0 for a removal: the file has no line for it. */
  readonly line: number;
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly old: unknown; readonly new: unknown }[];
}

export interface Removal {
  /**
   * not-asked: without `complete`. withheld: the file cannot be trusted to be complete, `reason` says why. declined: the caller
   * did not confirm. would: dry run. done: carried out.
   */
  readonly outcome: "not-asked" | "nothing" | "withheld" | "declined" | "would" | "done";
  /** Objects that the import found missing, removed or not. */
  readonly missing: number;
  readonly reason: string | null;
}

/** What an import did, or would do. */
export interface ImportSummary {
  readonly source: string;
  readonly format: ImportFormat;
  readonly dryRun: boolean;
  /** The field that recognises people. */
  readonly anchor: string;
  readonly columns: readonly ColumnGuess[];
  readonly users: Counts;
  readonly groups: Counts;
  readonly links: { readonly managersChanged: number; readonly membersAdded: number; readonly membersRemoved: number };
  readonly removal: Removal;
  /** The first 1,000; `problemCount` counts all. */
  readonly problems: readonly RowProblem[];
  readonly problemCount: number;
  /** The first 50 changes, whatever they are. */
  readonly sample: readonly SampleChange[];
  readonly warnings: readonly string[];
}

const KEPT_PROBLEMS = 1000;
const KEPT_SAMPLE = 50;
const KEPT_REMOVALS = 20;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Gathers the summary while an import runs; bounded whatever the file holds. */
export class SummaryBuilder {
  readonly users: Mutable<Counts> = { read: 0, added: 0, changed: 0, unchanged: 0, restored: 0, removed: 0 };
  readonly groups: Mutable<Counts> = { read: 0, added: 0, changed: 0, unchanged: 0, restored: 0, removed: 0 };
  readonly links = { managersChanged: 0, membersAdded: 0, membersRemoved: 0 };
  readonly warnings: string[] = [];
  readonly #problems: RowProblem[] = [];
  readonly #sample: SampleChange[] = [];
  readonly #onProblem: (problem: RowProblem) => void;
  #problemCount = 0;
  #removals = 0;
  removal: Removal = { outcome: "not-asked", missing: 0, reason: null };

  constructor(onProblem: (problem: RowProblem) => void) {
    this.#onProblem = onProblem;
  }

  of(kind: ObjectKind): Mutable<Counts> {
    return kind === "user" ? this.users : this.groups;
  }

  problem(problem: RowProblem): void {
    this.#problemCount += 1;
    if (this.#problems.length < KEPT_PROBLEMS) this.#problems.push(problem);
    this.#onProblem(problem);
  }

  show(change: SampleChange): void {
    if (change.change === "remove") {
      this.#removals += 1;
      if (this.#removals <= KEPT_REMOVALS) this.#sample.push(change);
    } else if (this.#sample.length < KEPT_SAMPLE) this.#sample.push(change);
  }

  finish(head: Pick<ImportSummary, "source" | "format" | "dryRun" | "anchor" | "columns">): ImportSummary {
    return {
      ...head,
      users: this.users,
      groups: this.groups,
      links: this.links,
      removal: this.removal,
      problems: this.#problems.toSorted((one, other) => one.line - other.line),
      problemCount: this.#problemCount,
      sample: this.#sample,
      warnings: this.warnings,
    };
  }
}
