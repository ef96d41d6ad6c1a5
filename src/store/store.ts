import { join, resolve } from "node:path";
import { Kysely, PostgresDialect, sql, type Transaction } from "kysely";
import { Migrator } from "kysely/migration";
import pg from "pg";
import { type Logger, sentenceOf } from "#runtime";
import { StoreError } from "./errors.ts";
import { makeFolder } from "./folder.ts";
import { lockFolder } from "./folder-lock.ts";
import { migrations } from "./migrations/index.ts";
import { type EmbeddedDatabase, openEmbedded } from "./pglite.ts";
import { readKey, type Sealer, sealerOf } from "./sealing.ts";

/** Where a query may run: the database, or a transaction. Rooms narrow it to their own tables. */
export type Queryable = Kysely<unknown>;
export type Tx = Transaction<unknown>;

export interface StoreOptions {
  /** The data folder, made when it is not there; null keeps everything in memory (PGlite only). */
  folder: string | null;
  /** A PostgreSQL connection string; undefined or empty means PGlite. */
  databaseUrl?: string | undefined;
  /** `LOCKSTEP_KEY`. */
  key?: string | undefined;
  log: Logger;
  /** Connections at most, on PostgreSQL. */
  connections?: number;
  /** PGlite only: an archive of a database to start from. */
  template?: string | undefined;
}

export interface Store {
  readonly kind: "pglite" | "postgresql";
  readonly db: Queryable;
  readonly pool: pg.Pool;
  readonly sealer: Sealer;
  /** Runs `work` in one transaction. On PGlite there is one connection: `work` must use `tx` for every query and must not wait for the network. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** PGlite only: an archive of the whole database. */
  dump(): Promise<Uint8Array>;
  close(): Promise<void>;
}

// int8 arrives as text; every count and sequence number of ours fits a double, and what does not (xid8) is carried as text by its own type.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens the database, brings its schema up to date under a lock, and reads the key for secrets.
 * @throws StoreError `FolderInUse`, `NewerDatabase`, `CannotConnect`, `WrongKey`
 */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  const folder = options.folder === null ? null : resolve(options.folder);
  if (folder !== null) makeFolder(folder);
  const key = readKey(options.key, folder);
  const url = options.databaseUrl === undefined || options.databaseUrl === "" ? null : options.databaseUrl;
  // On PostgreSQL too: the folder says where its one server is.
  const unlock = folder === null ? () => undefined : lockFolder(folder);
  let embedded: EmbeddedDatabase | null = null;
  let pool: pg.Pool | null = null;
  try {
    if (url === null) {
      embedded = await openEmbedded(folder === null ? null : join(folder, "database"), options.template ?? null);
      pool = poolOn(embedded);
    } else {
      pool = new pg.Pool({
        connectionString: url,
        max: options.connections ?? 10,
        // A writing transaction left open would hold back every reader of the change feed.
        idle_in_transaction_session_timeout: 60_000,
      });
    }
    pool.on("error", (error) => options.log.warn({ err: error }, "a database connection was lost"));
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await checkConnection(db);
    await migrate(db);
    const openPool = pool;
    return {
      kind: url === null ? "pglite" : "postgresql",
      db,
      pool: openPool,
      sealer: sealerOf(key),
      transaction: (work) => db.transaction().execute(work),
      dump: () => {
        if (embedded === null) throw new TypeError("only PGlite can be dumped");
        return embedded.dump();
      },
      close: async () => {
        await db.destroy();
        await embedded?.close();
        unlock();
      },
    };
  } catch (error) {
    await pool?.end().catch(() => undefined);
    await embedded?.close().catch(() => undefined);
    unlock();
    throw error;
  }
};

const poolOn = (embedded: EmbeddedDatabase): pg.Pool =>
  new pg.Pool({
    user: "postgres",
    database: "postgres",
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 120_000,
    stream: () => embedded.stream() as never,
  });

const checkConnection = async (db: Queryable): Promise<void> => {
  let version: number;
  try {
    const { rows } = await sql<{
      version: number;
    }>`select current_setting('server_version_num')::int as version`.execute(db);
    version = rows[0]?.version ?? 0;
  } catch (cause) {
    throw new StoreError(
      "CannotConnect",
      `The database cannot be reached (${sentenceOf(cause)}). Check DATABASE_URL, or unset it to use the embedded database.`,
      { cause },
    );
  }
  if (version < 150_000) {
    throw new StoreError(
      "CannotConnect",
      `PostgreSQL 15 or newer is needed; this server is ${Math.floor(version / 10_000)}.`,
      { facts: { version } },
    );
  }
};

const migrate = async (db: Queryable): Promise<void> => {
  const migrator = new Migrator({
    db,
    migrationTableSchema: "public",
    migrationTableName: "lockstep_migration",
    migrationLockTableName: "lockstep_migration_lock",
    provider: {
      getMigrations: async () =>
        Object.fromEntries(
          Object.entries(migrations).map(([name, text]) => [
            name,
            { up: async (on: Queryable) => void (await sql.raw(text).execute(on)) },
          ]),
        ),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (/previously executed migration/.test(sentenceOf(error))) {
    throw new StoreError(
      "NewerDatabase",
      "This database was written by a newer version of Lockstep. Start that version, or restore an older backup.",
      { cause: error },
    );
  }
  throw error;
};
