import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ObjectType } from "#core";

/** An object that a run was about to make; `id` once the target has told it. */
export interface Noted {
  readonly type: ObjectType;
  readonly name: string;
  readonly id: string | null;
}

/** What one run made, on disk before the target hears of it: whoever comes after a crash knows what to look for. */
export interface Journal {
  readonly file: string;
  about(type: ObjectType, name: string): void;
  made(type: ObjectType, name: string, id: string): void;
  /** Everything is gone again. */
  close(): void;
}

/** A run that left its journal behind. */
export interface LeftRun {
  readonly run: string;
  readonly file: string;
  /** True while the process that wrote it still runs. */
  readonly isAlive: boolean;
  readonly noted: readonly Noted[];
}

const prefixOf = (identity: string): string =>
  `doctor-${createHash("sha256").update(identity).digest("hex").slice(0, 12)}-`;

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

/** Opens the journal of a new run; its file is made with the first note. */
export const openJournal = (folder: string, identity: string, run: string): Journal => {
  const file = join(folder, `${prefixOf(identity)}${run}.jsonl`);
  let isOpen = false;
  const write = (value: object, flush: boolean): void => {
    if (!isOpen) {
      mkdirSync(folder, { recursive: true });
      appendFileSync(file, lineOf({ run, target: identity, pid: process.pid }), { mode: 0o600 });
    }
    isOpen = true;
    appendFileSync(file, lineOf(value), { flush });
  };
  return {
    file,
    about: (type, name) => write({ type, name }, true),
    // Without it the name is searched for, so that nobody waits for the disk.
    made: (type, name, id) => write({ type, name, id }, false),
    close: () => rmSync(file, { force: true }),
  };
};

const parsed = (line: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
};

const isRunning = (pid: unknown): boolean => {
  if (typeof pid !== "number" || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The runs on this target whose journals are still there. A line that a crash cut short counts for nothing. */
export const leftRuns = (folder: string, identity: string): readonly LeftRun[] => {
  const prefix = prefixOf(identity);
  const names = listed(folder).filter((name) => name.startsWith(prefix) && name.endsWith(".jsonl"));
  return names.map((name) => {
    const file = join(folder, name);
    const [head = {}, ...rest] = readFileSync(file, "utf8").split("\n").map(parsed);
    const noted = new Map<string, Noted>();
    for (const { type, name: called, id } of rest) {
      if ((type !== "User" && type !== "Group") || typeof called !== "string") continue;
      const known = noted.get(`${type} ${called}`)?.id ?? null;
      noted.set(`${type} ${called}`, { type, name: called, id: typeof id === "string" ? id : known });
    }
    const run = name.slice(prefix.length, -".jsonl".length);
    return { run, file, isAlive: isRunning(head.pid), noted: [...noted.values()] };
  });
};

const listed = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
