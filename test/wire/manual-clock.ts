import type { Clock } from "#runtime";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves on by `milliseconds`, waking sleepers at their own moments, in order. */
  advance(milliseconds: number): Promise<void>;
  /** How long each sleeper still has to sleep, shortest first. */
  readonly sleeping: readonly number[];
  /** Jumps from sleeper to sleeper until `done` settles. For code that waits for nothing but this clock. */
  runUntil<Value>(done: Promise<Value>): Promise<Value>;
  /** Resolves once somebody sleeps for a time that `fits`. */
  asleep(fits: (milliseconds: number) => boolean): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Lets everything run that is ready to run. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

export const openManualClock = (start = "2026-03-01T08:00:00.000Z"): ManualClock => {
  let now = Date.parse(start);
  const sleepers = new Set<Sleeper>();
  let watchers: { readonly fits: (milliseconds: number) => boolean; readonly tell: () => void }[] = [];

  const next = (): Sleeper | undefined => [...sleepers].sort((left, right) => left.at - right.at)[0];

  const wakeNext = async (latest: number): Promise<boolean> => {
    const sleeper = next();
    if (sleeper === undefined || sleeper.at > latest) return false;
    now = Math.max(now, sleeper.at);
    sleepers.delete(sleeper);
    sleeper.wake();
    await settle();
    return true;
  };

  return {
    now: () => new Date(now),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const leave = (): void => {
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper: Sleeper = {
          at: now + milliseconds,
          wake: () => {
            signal?.removeEventListener("abort", leave);
            resolve();
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        sleepers.add(sleeper);
        for (const { tell } of watchers.filter(({ fits }) => fits(milliseconds))) tell();
        watchers = watchers.filter(({ fits }) => !fits(milliseconds));
      }),
    advance: async (milliseconds) => {
      const end = now + milliseconds;
      await settle();
      while (await wakeNext(end)) {}
      now = end;
      await settle();
    },
    get sleeping() {
      return [...sleepers].map(({ at }) => at - now).sort((left, right) => left - right);
    },
    runUntil: async (done) => {
      let isOver = false;
      const over = (): void => {
        isOver = true;
      };
      done.then(over, over);
      await settle();
      while (!isOver && (await wakeNext(Number.POSITIVE_INFINITY))) {}
      return done;
    },
    asleep: (fits) =>
      new Promise((tell) => {
        if ([...sleepers].some(({ at }) => fits(at - now))) tell();
        else watchers.push({ fits, tell });
      }),
  };
};
