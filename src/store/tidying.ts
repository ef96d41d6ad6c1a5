import { sql } from "kysely";
import type { Queryable, Store } from "./store.ts";

/** What a server's autovacuum does by itself, and nobody does for the embedded database: room is used again, plans fit the tables. */
export const tidy = async (store: Store): Promise<void> => {
  if (store.kind === "pglite") await sql`vacuum (analyze)`.execute(store.db);
};

/** Tables as small as this (pages) are read quickly, however they are read. */
const small = 4;

/**
 * Tells the planner of tables that have grown to more than twice their size since it last looked: without figures it takes them for small, and joins them
 * row by row. Autovacuum does so too late for what follows upon an import, and the embedded database has none.
 */
export const learnSizes = async (q: Queryable): Promise<void> => {
  const { rows } = await sql<{ schema: string; name: string }>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'pgboss')
      and pg_relation_size(c.oid) > 2 * greatest(c.relpages, ${small}) * current_setting('block_size')::int`.execute(q);
  if (rows.length === 0) return;
  await sql`analyze ${sql.join(rows.map(({ schema, name }) => sql.table(`${schema}.${name}`)))}`.execute(q);
};
