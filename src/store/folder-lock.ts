import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "#runtime";
import { StoreError } from "./errors.ts";

/** What the lock file says of its owner. The start time tells a process from a later one that was given the same id. */
interface Owner {
  pid: number;
  started: string | null;
}

/**
 * Lets one process into a data folder. PGlite has no lock of its own, and a second process that opened the folder would destroy work.
 * A lock is taken over only when its owner is dead, never because it is old.
 * @returns the function that gives the lock back
 * @throws StoreError `FolderInUse`
 */
export const lockFolder = (folder: string): (() => void) => {
  const path = join(folder, "lock");
  const me: Owner = { pid: process.pid, started: startOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, "wx", 0o600);
      writeSync(file, JSON.stringify(me));
      closeSync(file);
      return () => {
        try {
          unlinkSync(path);
        } catch {
          // Somebody removed it by hand: it is given back all the same.
        }
      };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      const owner = readOwner(path);
      if (owner !== null && isAlive(owner)) {
        throw new StoreError(
          "FolderInUse",
          `The data folder ${folder} is in use by process ${owner.pid}. Stop that process, or name another folder with --data.`,
          { facts: { folder, pid: owner.pid } },
        );
      }
      try {
        unlinkSync(path);
      } catch (gone) {
        if (codeOf(gone) !== "ENOENT") throw gone;
      }
    }
  }
  throw new StoreError("FolderInUse", `The data folder ${folder} is being opened by another process. Try again.`, {
    facts: { folder },
  });
};

const readOwner = (path: string): Owner | null => {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, "utf8"));
    const pid = (owner as Owner | null)?.pid;
    return typeof pid === "number" ? { pid, started: (owner as Owner).started ?? null } : null;
  } catch {
    return null;
  }
};

const isAlive = (owner: Owner): boolean => {
  if (owner.pid === process.pid) return owner.started === startOf(process.pid);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) !== "EPERM") return false;
  }
  return owner.started === null || owner.started === startOf(owner.pid);
};

/** When the process began, as the kernel counts it; null where the system does not tell. */
const startOf = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
};
