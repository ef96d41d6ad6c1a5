import type { Queryable, Tx } from "#store";

/** A transaction on the directory, for callers that know no store. */
export type DirectoryTransaction = Tx;

/** What a caller needs to read the directory and to open transactions on it; a store is one. */
export interface DirectoryAccess {
  readonly db: Queryable;
  transaction<T>(work: (tx: DirectoryTransaction) => Promise<T>): Promise<T>;
}
