/** What became of one column of the file. */
export interface ColumnGuess {
  /** Header, JSON key or LDAP attribute as the file writes it. */
  readonly column: string;
  /** Directory attribute, "manager", "members" or "memberOf"; null where the column is not read. */
  readonly attribute: string | null;
  /** Why it is not read, where the name alone does not say it. */
  readonly note: string | null;
}

const LIMIT = 1000;

/** Gathers the columns of a file in order of appearance. */
export class ColumnLog {
  readonly #columns = new Map<string, ColumnGuess>();

  note(column: string, attribute: string | null, note: string | null = null): void {
    if (this.#columns.has(column) || this.#columns.size >= LIMIT) return;
    this.#columns.set(column, { column, attribute, note });
  }

  all(): readonly ColumnGuess[] {
    return [...this.#columns.values()];
  }
}
