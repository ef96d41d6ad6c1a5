import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { silentLog } from "#runtime";
import { openStore } from "#store";

declare module "vitest" {
  export interface ProvidedContext {
    databaseTemplate: string;
  }
}

/** Makes one migrated PGlite database for all test files to start from; kept until a migration changes. */
export default async function setup(project: TestProject): Promise<void> {
  if (process.env.TEST_DATABASE_URL) return project.provide("databaseTemplate", "");
  const folder = new URL("../src/store/migrations/", import.meta.url);
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(new URL(name, folder)));
  const cache = new URL("../node_modules/.cache/lockstep/", import.meta.url).pathname;
  const file = `${cache}database-${hash.digest("hex").slice(0, 16)}.tar.gz`;
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    const store = await openStore({ folder: null, log: silentLog });
    const made = `${file}.${process.pid}`;
    writeFileSync(made, await store.dump());
    renameSync(made, file);
    await store.close();
  }
  project.provide("databaseTemplate", file);
}
