import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { silentLog } from "#runtime";
import { openStore, type Store } from "#store";

const urls = new WeakMap<Store, string>();

/** The connection string of a test store's own database; undefined on PGlite. */
export const testDatabaseUrl = (store: Store): string | undefined => urls.get(store);

/** A fresh, migrated database of its own: PGlite in memory, or a new database on the server named by TEST_DATABASE_URL. Close it at the end. */
export const openTestStore = async (): Promise<Store> => {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return openStore({ folder: null, log: silentLog, template: inject("databaseTemplate") });
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const store = await openStore({ folder: null, databaseUrl: url.href, log: silentLog });
  const opened: Store = {
    ...store,
    close: async () => {
      await store.close();
      await administer(server, `drop database ${name} with (force)`);
    },
  };
  urls.set(opened, url.href);
  return opened;
};

const administer = async (server: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
