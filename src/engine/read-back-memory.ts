import type { Action, Ignored, ObjectType, Touched } from "#core";

/** What a job knows of writes that were read back, since the process began. */
export interface ReadBackMemory {
  /** Counts a write. @returns what was known of its attributes before */
  touch(
    type: ObjectType,
    kind: Action | "add" | "remove",
    paths: readonly string[],
    ignored: readonly Ignored[],
  ): readonly Touched[];
  /** The target ignores changes of these attributes. */
  found(type: ObjectType, paths: readonly string[]): void;
  /** Evenly spread, from 0 up to 1. */
  draw(): number;
}

export const openReadBackMemory = (draw: () => number): ReadBackMemory => {
  const writes = new Map<string, number>();
  const ignoredOnes = new Set<string>();
  return {
    // A target may heed an attribute when an account is made and ignore it later, so each kind of write has its own first ones.
    touch: (type, kind, paths, ignored) =>
      paths.map((path) => {
        const key = `${type} ${kind} ${path}`;
        const writesBefore = writes.get(key) ?? 0;
        writes.set(key, writesBefore + 1);
        const wasIgnored = ignoredOnes.has(`${type} ${path}`) || ignored.some((one) => one.path === path);
        return { writesBefore, wasIgnored };
      }),
    found: (type, paths) => {
      for (const path of paths) ignoredOnes.add(`${type} ${path}`);
    },
    draw,
  };
};
