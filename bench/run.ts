// node bench/run.ts [--users N] [--only pglite|postgresql] [--json]
// Measures the engine against a SCIM server without delay in another process, beside a bare loop that sends the same requests.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { startScimTestProcess } from "#test/wire/scim-test-process.ts";
import { replay } from "./bare-loop.ts";
import { type EngineFigures, type Figures, quantile, tableOf } from "./figures.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "10000" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const users = Number(values.users);
/** No part may take longer (milliseconds). */
const longest = 15 * 60_000;
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const lastDocument = async (parameters: readonly string[]): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, parameters, {
    timeout: longest,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
};

const measure = async (database: Figures["database"]): Promise<Figures> => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  const target = await startScimTestProcess();
  const url = database === "PGlite" ? undefined : process.env.TEST_DATABASE_URL;
  const engine = async (...parameters: string[]) => {
    const where = url === undefined ? [] : ["--database", url];
    return (await lastDocument([
      here("engine-process.ts"),
      "--folder",
      folder,
      ...where,
      ...parameters,
    ])) as EngineFigures & {
      readonly jobId: string;
      readonly peakBytes: number;
    };
  };
  try {
    const { jobId } = await engine("--make", String(users), "--target", target.baseUrl);
    const measured = (phase: string) => engine("--job", jobId, "--phase", phase, "--users", String(users));
    const initial = await measured("initial");
    const later = await measured("later");
    const requests = (await target.requests()).slice(0, initial.initialRequests);
    // The better of two, as whatever else the machine does can only slow a loop down.
    const replays: number[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      await target.reset();
      replays.push(await replay(target.baseUrl, requests));
    }
    const bareSeconds = Math.min(...replays);
    return {
      database,
      users,
      requests: initial.initialRequests,
      engineUsersPerSecond: users / initial.initialSeconds,
      bareUsersPerSecond: users / bareSeconds,
      ratio: bareSeconds / initial.initialSeconds,
      unchangedPerSecond: users / later.unchangedSeconds,
      peakMebibytes: Math.max(initial.peakBytes, later.peakBytes) / 2 ** 20,
      idleMedian: quantile(later.idle, 0.5) ?? 0,
      idleP95: quantile(later.idle, 0.95) ?? 0,
      bulkMedian: quantile(later.during, 0.5),
      bulkP95: quantile(later.during, 0.95),
    };
  } finally {
    await target.end();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** On a PostgreSQL server that lives as long as the measurement. */
const measureWithServer = async (): Promise<Figures> => {
  if (process.env.TEST_DATABASE_URL) return measure("PostgreSQL");
  const again = [here("run.ts"), "--users", String(users), "--only", "postgresql", "--json"];
  const [figures] = (await lastDocument([
    here("../test/with-postgres.ts"),
    "--",
    process.execPath,
    ...again,
  ])) as Figures[];
  if (figures === undefined) throw new Error("PostgreSQL was not measured");
  return figures;
};

const all: Figures[] = [];
if (values.only !== "postgresql") all.push(await measure("PGlite"));
if (values.only !== "pglite") all.push(await measureWithServer());
process.stdout.write(values.json ? `${JSON.stringify(all)}\n` : `${tableOf(all)}\n`);
