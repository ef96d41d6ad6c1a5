import type { RawBuilder } from "kysely";
import type { PoolClient } from "pg";
import { codeOf } from "#runtime";
import type { Store } from "#store";

/** Where statements run: on any connection, or within a transaction. */
export interface Database {
  /** @param name names the statement so that it is planned once on each connection, its text being always the same; null for texts that vary */
  rows<Row>(name: string | null, query: RawBuilder<Row>): Promise<readonly Row[]>;
}

const on = (store: Store, client: PoolClient): Database => ({
  rows: async <Row>(name: string | null, query: RawBuilder<Row>) => {
    const { sql: text, parameters } = query.compile(store.db);
    const { rows } = await client.query({ text, values: [...parameters], ...(name === null ? {} : { name }) });
    return rows as readonly Row[];
  },
});

/** Each statement by itself, on a connection of the pool. A refused statement leaves the connection as it was. */
export const databaseOf = (store: Store): Database => ({
  rows: async (name, query) => {
    const client = await store.pool.connect();
    try {
      return await on(store, client).rows(name, query);
    } finally {
      client.release();
    }
  },
});

/** PostgreSQL's "deadlock_detected". */
const deadlock = "40P01";
const attempts = 5;

const once = async <Outcome extends { readonly ok: boolean }>(
  store: Store,
  work: (db: Database) => Promise<Outcome>,
): Promise<Outcome> => {
  const client = await store.pool.connect();
  let problem: Error | undefined;
  try {
    await client.query("begin");
    const outcome = await work(on(store, client));
    await client.query(outcome.ok ? "commit" : "rollback");
    return outcome;
  } catch (error) {
    await client.query("rollback").catch((broken: Error) => {
      problem = broken;
    });
    throw error;
  } finally {
    client.release(problem);
  }
};

/** Runs a transaction that undoes all when its outcome is not ok, and runs it again when it and another stood in each other's way. */
export const transaction = async <Outcome extends { readonly ok: boolean }>(
  store: Store,
  work: (db: Database) => Promise<Outcome>,
): Promise<Outcome> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(store, work);
    } catch (error) {
      if (attempt === attempts || codeOf(error) !== deadlock) throw error;
    }
  }
};
