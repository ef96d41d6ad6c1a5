import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { OnceSummary } from "#app";
import { openTestStore, testDatabaseUrl } from "#test/database.ts";

export const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
const program = join(projectFolder, "bin/lockstep.mjs");

/** A data folder of its own, and on PostgreSQL a database of its own. */
export interface Place {
  readonly data: string;
  readonly env: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

export const openPlace = async (name = "data"): Promise<Place> => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-e2e-"));
  const database = process.env.TEST_DATABASE_URL ? await openTestStore() : null;
  const url = database === null ? undefined : testDatabaseUrl(database);
  return {
    data: join(folder, name),
    env: url === undefined ? {} : { DATABASE_URL: url },
    end: async () => {
      await database?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** The Node.js that runs the program; this one unless told. */
  readonly node?: string;
  /** The program as it is called; the file in `bin` unless told. */
  readonly program?: string;
}

const launch = (args: readonly string[], options: RunOptions): ChildProcess => {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(LOCKSTEP_|DATABASE_URL$|NODE_OPTIONS$|VITEST|FORCE_COLOR$)/.test(name),
  );
  return spawn(options.node ?? process.execPath, [options.program ?? program, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...Object.fromEntries(kept), ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
};

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end. */
export const lockstep = async (args: readonly string[], options: RunOptions = {}): Promise<Ran> => {
  const child = launch(args, options);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input ?? "");
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, "close")]);
  return { code, out, err };
};

/** Polls until `look` gives something other than undefined or false. Rejects with what it was waiting for after so many seconds. */
export const until = async <Value>(
  what: string,
  look: () => Value | Promise<Value>,
  seconds = 60,
): Promise<Exclude<Value, undefined | false>> => {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value as Exclude<Value, undefined | false>;
    if (Date.now() > deadline) throw new Error(`In ${seconds} s it did not come to this: ${what}`);
    await pause(50);
  }
};

export interface ReadyLine {
  readonly url: string;
  readonly tokenFile: string;
  readonly data: string;
  readonly sandbox: { readonly baseUrl: string; readonly token: string; readonly web: string };
}

export interface Started {
  readonly ready: ReadyLine;
  readonly pid: number;
  /** What it has told so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Runs a command against it. @returns what it printed, as JSON; rejects when it failed */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json(...args: readonly string[]): Promise<any>;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Asks the server itself. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  ask(path: string): Promise<any>;
  sandbox: SandboxUsers;
  end(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly milliseconds: number }>;
}

/** The accounts of a sandbox tenant, over its SCIM interface. */
export interface SandboxUsers {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into resources of every shape
  call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: any }>;
  /** All of them, page by page. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into resources of every shape
  all(): Promise<readonly any[]>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into resources of every shape
  find(userName: string): Promise<any>;
}

export const sandboxUsers = ({ baseUrl, token }: { baseUrl: string; token: string }): SandboxUsers => {
  const call: SandboxUsers["call"] = async (method, path, body) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    return { status: response.status, body: answer === "" ? null : JSON.parse(answer) };
  };
  return {
    call,
    all: async () => {
      const found: unknown[] = [];
      for (;;) {
        const { body } = await call("GET", `/Users?startIndex=${found.length + 1}&count=100`);
        found.push(...body.Resources);
        if (found.length >= body.totalResults || body.Resources.length === 0) return found;
      }
    },
    find: async (userName) => {
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      const { body } = await call("GET", `/Users?filter=${filter}`);
      return body.Resources[0];
    },
  };
};

const running = new Set<ChildProcess>();

/** Ends what a test left behind. */
export const endAll = async (): Promise<void> => {
  for (const child of running) await endOf(child, "SIGKILL");
};

const endOf = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill(signal);
  await closed;
};

/** Launches a program that stays and waits until it prints its first line, as JSON. */
const launchReady = async (args: readonly string[], options: RunOptions) => {
  const child = launch(args, options);
  running.add(child);
  child.once("close", () => running.delete(child));
  let out = "";
  let err = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    out += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    err += chunk;
  });
  const ready: unknown = await until("it is ready", () => {
    if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}: ${err}`);
    return out.includes("\n") && JSON.parse(out.slice(0, out.indexOf("\n")));
  });
  return { child, ready, out: () => out, err: () => err };
};

/** Starts a sandbox tenant alone, on any free port. */
export const startSandbox = async (args: readonly string[], options: RunOptions = {}) => {
  const { child, ready, err } = await launchReady(["sandbox", "--json", "--port", "0", ...args], options);
  const printed = ready as { readonly baseUrl: string; readonly token: string; readonly web?: string };
  const end = (signal: NodeJS.Signals = "SIGTERM") => endOf(child, signal);
  return { printed, ...sandboxUsers(printed), err, end };
};

/** Starts a server and waits until it says that it is ready. Ports are free ones unless told. */
export const start = async (place: Place, args: readonly string[] = [], options: RunOptions = {}): Promise<Started> => {
  const ports = args.includes("--port") ? [] : ["--port", "0", "--sandbox-port", "0"];
  const env = { ...place.env, ...options.env };
  const command = ["start", "--json", "--data", place.data, ...ports, ...args];
  const { child, out, err, ready: first } = await launchReady(command, { ...options, env });
  const ready = first as ReadyLine;
  const token = readFileSync(ready.tokenFile, "utf8").trim();
  const run: Started["run"] = (command, more = {}) => {
    const end = command.indexOf("--");
    const at = end < 0 ? command.length : end;
    return lockstep([...command.slice(0, at), "--data", place.data, ...command.slice(at)], more);
  };
  return {
    ready,
    pid: child.pid!,
    out,
    err,
    run,
    json: async (...command) => {
      const ran = await run([...command, "--json"]);
      if (ran.code !== 0) throw new Error(`lockstep ${command.join(" ")} ended with ${ran.code}: ${ran.err}${ran.out}`);
      return JSON.parse(ran.out);
    },
    ask: async (path) => {
      const response = await fetch(`${ready.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return response.json();
    },
    sandbox: sandboxUsers(ready.sandbox),
    end: async (signal = "SIGTERM") => {
      const began = Date.now();
      await endOf(child, signal);
      return { code: child.exitCode, milliseconds: Date.now() - began };
    },
  };
};

/** Runs `start --once --json`. @returns its two lines, its exit code, and what it told people */
export const startOnce = async (place: Place, args: readonly string[] = [], options: RunOptions = {}) => {
  const ports = args.includes("--port") ? [] : ["--port", "0", "--sandbox-port", "0"];
  const env = { ...place.env, ...options.env };
  const ran = await lockstep(["start", "--once", "--json", "--data", place.data, ...ports, ...args], {
    ...options,
    env,
  });
  const lines = ran.out.trim().split("\n").filter(Boolean);
  return {
    ...ran,
    lines,
    ready: lines[0] === undefined ? null : (JSON.parse(lines[0]) as ReadyLine),
    summary: lines.length < 2 ? null : (JSON.parse(lines.at(-1)!) as OnceSummary),
  };
};

interface Sample {
  readonly users: readonly {
    readonly userPrincipalName: string;
    readonly displayName: string;
    readonly employeeId: string;
    readonly accountEnabled: boolean;
  }[];
  readonly groups: readonly { readonly displayName: string; readonly members: readonly string[] }[];
}

const example = (name: string): unknown => JSON.parse(readFileSync(join(projectFolder, "examples", name), "utf8"));

/** What the sample's own files say of who is to be provisioned: user principal names. */
export const sampleFacts = () => {
  const { users, groups } = example("sample-organisation.json") as Sample;
  const { assignments } = example("sample-assignments.json") as {
    assignments: readonly { group?: string; user?: string; role: string }[];
  };
  const byEmployee = new Map(users.map((user) => [user.employeeId, user]));
  const byName = new Map(users.map((user) => [user.userPrincipalName, user]));
  const behind = (role: string): Set<string> => {
    const names = assignments
      .filter((assignment) => assignment.role === role)
      .flatMap(({ group, user }) =>
        group === undefined
          ? [user!]
          : groups
              .find(({ displayName }) => displayName === group)!
              .members.map((member) => byEmployee.get(member)!.userPrincipalName),
      );
    return new Set(names);
  };
  const withRole = behind("User");
  const enabled = (name: string) => byName.get(name)!.accountEnabled;
  const names = [...byName.keys()];
  const assigned = new Set([...withRole, ...behind("Default Access")]);
  return {
    provisioned: [...withRole].filter(enabled).sort(),
    disabled: [...withRole].filter((name) => !enabled(name)).sort(),
    defaultAccessOnly: [...behind("Default Access")].filter((name) => !withRole.has(name) && enabled(name)).sort(),
    unassigned: names.filter((name) => !assigned.has(name) && enabled(name)).sort(),
    nameOf: (userPrincipalName: string) => byName.get(userPrincipalName)!.displayName,
    people: names.length,
    groups: groups.length,
  };
};
