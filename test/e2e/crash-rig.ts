import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { type DirectoryUser, getUsers } from "#directory";
import type { CycleReport, JobCounts } from "#engine";
import { silentLog } from "#runtime";
import { openStore, type Store } from "#store";
import { openTestStore, testDatabaseUrl } from "#test/database.ts";
import { type Crowd, makeCrowd } from "#test/whole-engine.ts";
import { endOf, type ScimTestProcess, startScimTestProcess } from "#test/wire/scim-test-process.ts";
import type { Change } from "./engine-process.ts";

export interface Ended {
  readonly report: CycleReport;
  readonly counts: JobCounts;
}

/** An engine that works off one cycle in a process of its own. */
export interface EngineProcess {
  /** Resolves when the change is committed. */
  change(change: Change): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Waits until it has ended by itself, and gives back what it told then; rejects when it ended otherwise. */
  end(): Promise<Ended>;
}

/** A crowd, a target in another process, and a data folder that no process of this one has open. */
export interface CrashRig extends Crowd {
  readonly target: ScimTestProcess;
  start(options?: { readonly retry?: boolean }): Promise<EngineProcess>;
  /** Opens the data folder for one look. */
  look<Value>(work: (store: Store) => Promise<Value>): Promise<Value>;
  people(): Promise<ReadonlyMap<string, DirectoryUser>>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL("./engine-process.ts", import.meta.url));

export const openCrashRig = async (users: number, isEnabled: (number: number) => boolean): Promise<CrashRig> => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-crash-"));
  const target = await startScimTestProcess();
  // On PostgreSQL this makes and removes the database; the folder then holds the key only.
  const database = process.env.TEST_DATABASE_URL ? await openTestStore() : null;
  const databaseUrl = database === null ? undefined : testDatabaseUrl(database);
  const children = new Set<ChildProcess>();
  const look: CrashRig["look"] = async (work) => {
    const template = databaseUrl === undefined && !made ? inject("databaseTemplate") : undefined;
    const store = await openStore({ folder, databaseUrl, log: silentLog, template });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  let made = false;
  const crowd = await look((store) => makeCrowd(store, { users, baseUrl: target.baseUrl, isEnabled }));
  made = true;

  const start: CrashRig["start"] = async ({ retry = false } = {}) => {
    const parameters = ["--folder", folder, "--job", crowd.jobId];
    if (databaseUrl !== undefined) parameters.push("--database", databaseUrl);
    if (retry) parameters.push("--retry");
    const child = fork(program, parameters, { execArgv: [], env: { ...process.env, NODE_OPTIONS: "" } });
    children.add(child);
    const acknowledged = new Map<string, () => void>();
    const ready = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<Ended>();
    const exited = once(child, "exit");
    for (const { promise } of [ready, ended]) promise.catch(() => undefined);
    child.on("message", (message: { ready?: true; changed?: string } | Ended) => {
      if ("report" in message) ended.resolve(message);
      else if (message.ready) ready.resolve();
      else acknowledged.get(message.changed ?? "")?.();
    });
    child.on("exit", (code, signal) => {
      children.delete(child);
      const error = new Error(`the engine's process ended with ${code ?? signal}`);
      ready.reject(error);
      ended.reject(error);
    });
    await ready.promise;
    return {
      change: (change) => {
        const done = Promise.withResolvers<void>();
        acknowledged.set(change.id, done.resolve);
        child.send(change);
        return done.promise;
      },
      signal: (signal) => endOf(child, signal),
      end: async () => {
        await exited;
        return ended.promise;
      },
    };
  };

  return {
    ...crowd,
    target,
    start,
    look,
    people: () => look((store) => getUsers(store.db, crowd.userIds)),
    close: async () => {
      for (const child of children) await endOf(child, "SIGKILL");
      await target.end();
      await database?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
