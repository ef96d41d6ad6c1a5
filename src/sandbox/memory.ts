import type { Clock } from "#runtime";

/** What was read a moment ago, so that a busy client does not cost a query for each request. */
export interface Memory<Value> {
  /** What is remembered under the key, else what `read` says. Null is not remembered. */
  find(key: string, read: () => Promise<Value | null>): Promise<Value | null>;
  /** To be called when what `matches` says yes to has changed. */
  forget(matches: (value: Value) => boolean): void;
}

/** Milliseconds for which another process's changes may go unnoticed. */
const lifetime = 1000;
const most = 500;

export const openMemory = <Value>(clock: Clock): Memory<Value> => {
  const known = new Map<string, { readonly value: Value; readonly until: number }>();
  let changes = 0;
  return {
    find: async (key, read) => {
      const now = clock.now().getTime();
      const found = known.get(key);
      if (found !== undefined && now < found.until) return found.value;
      const before = changes;
      const value = await read();
      if (known.size >= most) known.clear();
      // What was read while something changed may be what it was before.
      if (value !== null && before === changes) known.set(key, { value, until: now + lifetime });
      return value;
    },
    forget: (matches) => {
      changes += 1;
      for (const [key, { value }] of known) if (matches(value)) known.delete(key);
    },
  };
};
