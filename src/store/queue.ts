import { sql } from "kysely";
import type pg from "pg";
import { type Db, PgBoss } from "pg-boss";
import type { Logger } from "#runtime";
import type { Store } from "./store.ts";

/** Wake-ups: short messages that make a worker look for work. They may come twice; whoever is woken looks at the tables, never at the message alone. */
export interface Queue {
  /** Asks for `name` to be handled for `key`; while one is queued for that key, another is not added. One that comes during handling is handled after. */
  send(name: string, key: string): Promise<void>;
  /** Handles wake-ups, one at a time for each key; an error is logged and the wake-up repeated by the schedule. */
  work(name: string, handle: (key: string, signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Sends `name` with an empty key every minute. */
  everyMinute(name: string): Promise<void>;
  /** Takes no more wake-ups; those being handled are not waited for. */
  stop(): Promise<void>;
}

/** Longest handling of one wake-up; far above any cycle, as a heartbeat tells the dead from the slow. */
const expireInSeconds = 23 * 3600;

/** Opens pg-boss on the store's database, in the schema `pgboss`. */
export const openQueue = async (store: Store, databaseUrl: string | undefined, log: Logger): Promise<Queue> => {
  const common = {
    schema: "pgboss",
    useListenNotify: true,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    persistWarnings: false,
  };
  if (store.kind === "pglite") await forgetActive(store);
  const boss =
    store.kind === "pglite"
      ? new PgBoss({ ...common, db: embeddedAdapter(store.pool), backend: "pglite" })
      : new PgBoss({ ...common, connectionString: databaseUrl ?? "", max: 4 });
  boss.on("error", (error) => log.warn({ err: error }, "the queue met an error"));
  await boss.start();
  const known = new Set<string>();
  const make = async (name: string) => {
    if (known.has(name)) return;
    await boss.createQueue(name, {
      policy: "stately",
      notify: true,
      retryLimit: 1000,
      retryDelay: 0,
      heartbeatSeconds: 10,
      expireInSeconds,
      deleteAfterSeconds: 60,
    });
    known.add(name);
  };
  return {
    send: async (name, key) => {
      await make(name);
      await boss.send(name, { key }, { singletonKey: key });
    },
    work: async (name, handle) => {
      await make(name);
      await boss.work<{ key?: string }>(
        name,
        { batchSize: 1, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2, localConcurrency: 4 },
        async ([job]) => {
          if (job === undefined) return;
          try {
            await handle(job.data?.key ?? "", job.signal);
          } catch (error) {
            log.error({ err: error, queue: name, key: job.data?.key }, "a wake-up could not be handled");
          }
        },
      );
    },
    everyMinute: async (name) => {
      await make(name);
      await boss.schedule(name, "* * * * *", {}, { singletonKey: "" });
    },
    stop: async () => {
      await boss.stop({ graceful: false, close: true });
    },
  };
};

/**
 * Wake-ups that a killed process was handling would count as being handled until their heartbeat is missed. The folder's lock proves that nobody else lives, and a
 * start looks at every job anyway.
 */
const forgetActive = async (store: Store): Promise<void> => {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('pgboss.job') is not null as there`.execute(
    store.db,
  );
  if (rows[0]?.there) await sql`delete from pgboss.job where state = 'active'`.execute(store.db);
};

/** pg-boss on the one connection of the embedded database. */
const embeddedAdapter = (pool: pg.Pool): Db => ({
  executeSql: async (text, values) => {
    const result: unknown = await pool.query(text, values as unknown[]);
    // A text of several statements answers with several results.
    const results = Array.isArray(result) ? (result as pg.QueryResult[]) : [result as pg.QueryResult];
    return { rows: results.flatMap(({ rows }) => rows ?? []) };
  },
  listen: async (channel, onNotification, onReconnect) => {
    // The pool replaces its client after a failing statement, and the new session listens to nothing.
    const attach = (client: pg.PoolClient) => {
      client.on("notification", (message) => {
        if (message.channel === channel) onNotification(message.payload ?? "");
      });
      client.query(`listen "${channel.replaceAll('"', '""')}"`).then(onReconnect, () => undefined);
    };
    pool.on("connect", attach);
    const client = await pool.connect();
    try {
      client.on("notification", (message) => {
        if (message.channel === channel) onNotification(message.payload ?? "");
      });
      await client.query(`listen "${channel.replaceAll('"', '""')}"`);
    } finally {
      client.release();
    }
    onReconnect();
    return {
      close: async () => {
        pool.off("connect", attach);
      },
    };
  },
});
