import { sql } from "kysely";
import type { Queryable, Store } from "./store.ts";

/** What a server's autovacuum does by itself, and nobody does for the embedded database: room is used again, plans fit the tables. */
export const tidy = async (store: Store): Promise<void> => {
  if (store.kind === "pglite") await sql`vacuum (analyze)`.execute(store.db);
};

/**
 * Tells the planner of tables that have just grown: without figures it takes them for small, and joins them row by row.
 * @param tables with their schemas; names of our own, never from outside
 */
export const learnSizes = async (q: Queryable, tables: readonly string[]): Promise<void> => {
  await sql`analyze ${sql.join(tables.map((table) => sql.table(table)))}`.execute(q);
};
