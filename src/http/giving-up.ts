import type { Clock } from "#runtime";

/** Gives up what takes too long. One timer serves everything under way, as nearly all of it ends long before. */
export interface Deadlines {
  /** @returns what ends the watch */
  watch(milliseconds: number, late: () => void): () => void;
}

interface Watched {
  readonly at: number;
  readonly late: () => void;
}

/** A reason of its own: without one an error with its stack would be made for every alarm. */
const moved = "the alarm is set anew";

export const openDeadlines = (clock: Clock): Deadlines => {
  const watched = new Set<Watched>();
  let alarm: { readonly at: number; readonly ring: AbortController } | null = null;

  const unset = (): void => {
    alarm?.ring.abort(moved);
    alarm = null;
  };

  const set = (at: number, milliseconds: number): void => {
    unset();
    const ring = new AbortController();
    alarm = { at, ring };
    const rang = (): void => {
      if (ring.signal.aborted) return;
      alarm = null;
      // What the timer was set for is late, even if the clock, which is read in whole milliseconds, does not say so yet.
      look(Math.max(at, clock.now().getTime()));
    };
    clock.sleep(milliseconds, ring.signal).then(rang, rang);
  };

  const look = (now: number): void => {
    for (const one of [...watched]) {
      if (one.at > now || !watched.delete(one)) continue;
      one.late();
    }
    const next = Math.min(...[...watched].map(({ at }) => at));
    if (watched.size > 0 && alarm === null) set(next, next - now);
  };

  return {
    watch: (milliseconds, late) => {
      const one = { at: clock.now().getTime() + milliseconds, late };
      watched.add(one);
      if (alarm === null || one.at < alarm.at) set(one.at, milliseconds);
      return () => {
        // Nothing is left behind that would keep a process alive.
        if (watched.delete(one) && watched.size === 0) unset();
      };
    },
  };
};

/** Tells everybody who waits for a signal, by one listener for each signal however many they are. */
export interface Cancellations {
  /** @returns what ends the watch */
  watch(signal: AbortSignal, cancel: () => void): () => void;
}

interface Watchers {
  readonly cancels: Set<() => void>;
  readonly tell: () => void;
}

export const openCancellations = (): Cancellations => {
  const bySignal = new WeakMap<AbortSignal, Watchers>();

  const begin = (signal: AbortSignal): Watchers => {
    const cancels = new Set<() => void>();
    const tell = (): void => {
      for (const cancel of [...cancels]) cancel();
    };
    const watchers = { cancels, tell };
    signal.addEventListener("abort", tell);
    bySignal.set(signal, watchers);
    return watchers;
  };

  return {
    watch: (signal, cancel) => {
      const { cancels, tell } = bySignal.get(signal) ?? begin(signal);
      cancels.add(cancel);
      return () => {
        if (!cancels.delete(cancel) || cancels.size > 0) return;
        signal.removeEventListener("abort", tell);
        bySignal.delete(signal);
      };
    },
  };
};
