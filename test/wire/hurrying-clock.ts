import type { Clock } from "#runtime";

/** A clock on which every pause is over at once and moves the time; only deadlines wait for the real answer. */
export interface HurryingClock extends Clock {
  /** How long was slept, in order. */
  readonly slept: readonly number[];
}

/** @param deadline milliseconds of a request's deadline, by which it is known */
export const openHurryingClock = (deadline: number): HurryingClock => {
  let now = Date.parse("2026-03-01T08:00:00.000Z");
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    sleep: async (milliseconds, signal) => {
      if (milliseconds === deadline) {
        return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
      }
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
};
