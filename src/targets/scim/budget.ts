import type { RateSample } from "#http";
import type { Clock } from "#runtime";
import type { Lane } from "../target.ts";
import { afterAnswer, afterTrouble, type Concurrency, startingConcurrency } from "./concurrency.ts";
import { isFirstLane, openLaneQueue } from "./lane-queue.ts";
import { countAnswer, countSample, openWindow, type RateWindow, waitFor, windowAt } from "./rate-window.ts";

/**
 * What became of a request, as far as the pace is concerned: `answered`; `throttled` (429); `struggling` (5xx, time-out); `abandoned`
 * (we gave it up; it counts, and says nothing about the target); `unsent` (it never reached the target and costs nothing).
 */
export type PaceResult = "answered" | "throttled" | "struggling" | "abandoned" | "unsent";

export interface PaceReport {
  readonly result: PaceResult;
  /** The target's own count, null when the answer told none. */
  readonly sample: RateSample | null;
  /** For `throttled`: when the target wants to be asked again, null when it did not say. */
  readonly retryAt: Date | null;
}

/** Leave to send one request; whoever holds it must call `finish` once. */
export interface Permit {
  finish(report: PaceReport): void;
}

export interface BudgetState {
  readonly inFlight: number;
  /** Requests that may be under way at a time. */
  readonly concurrency: number;
  /** Requests left in the window, null without a known limit. */
  readonly left: number | null;
  /** Everybody waits until then, null when nobody does. */
  readonly stoppedUntil: Date | null;
  /** The first of those who wait for the window waits until then, null when nobody does. */
  readonly waitingUntil: Date | null;
}

/** The pace of one target organisation, shared by all who call it. */
export interface RateBudget {
  /** Waits for a turn; null as soon as `signal` aborts. More urgent lanes go first. */
  acquire(lane: Lane, signal?: AbortSignal): Promise<Permit | null>;
  /** Sets requests a minute that are never exceeded, null for no such limit. Limits that answers tell apply besides. */
  declare(requestsPerMinute: number | null): void;
  readonly state: BudgetState;
}

interface Waiter {
  readonly go: () => void;
}

const firstPause = 1_000;
const longestPause = 60_000;
const shortestPause = 50;
/** Slots beyond the concurrency limit, so that slow bulk requests do not hold up the first lanes. */
const extraSlots: Readonly<Record<Lane, number>> = { onDemand: 2, removal: 1, change: 0, bulk: 0 };

/**
 * Opens a budget with no known limit.
 * @param random for jitter, from 0 up to 1
 */
export const openBudget = (clock: Clock, random: () => number): RateBudget => {
  const queue = openLaneQueue<Waiter>();
  let declared: RateWindow | null = null;
  let learned: RateWindow | null = null;
  let concurrency: Concurrency = startingConcurrency;
  let inFlight = 0;
  let started = 0;
  let stoppedUntil = 0;
  let pause = firstPause;
  let alarm: { readonly at: number; readonly ring: AbortController } | null = null;

  const now = (): number => clock.now().getTime();

  const waitOf = (lane: Lane, moment: number): number | null => {
    if (moment < stoppedUntil) return stoppedUntil - moment;
    if (inFlight >= Math.floor(concurrency.limit) + extraSlots[lane]) return null;
    let longest = 0;
    for (const window of [declared, learned]) {
      const wait = window === null ? 0 : waitFor(window, inFlight, isFirstLane(lane), moment);
      if (wait === null) return null;
      longest = Math.max(longest, wait);
    }
    return longest;
  };

  const setAlarm = (at: number, moment: number): void => {
    if (alarm !== null && alarm.at === at) return;
    alarm?.ring.abort();
    const ring = new AbortController();
    alarm = { at, ring };
    const rang = (): void => {
      if (ring.signal.aborted) return;
      alarm = null;
      pump();
    };
    clock.sleep(at - moment, ring.signal).then(rang, rang);
  };

  const pump = (): void => {
    const moment = now();
    declared = declared && windowAt(declared, moment);
    learned = learned && windowAt(learned, moment);
    for (let next = queue.first(); next !== undefined; next = queue.first()) {
      const wait = waitOf(next.lane, moment);
      if (wait !== 0) {
        if (wait !== null) setAlarm(moment + wait, moment);
        return;
      }
      queue.remove(next.lane, next.waiter);
      next.waiter.go();
    }
    alarm?.ring.abort();
    alarm = null;
  };

  const stop = (retryAt: Date | null, moment: number, isFirstOfRound: boolean): void => {
    if (retryAt !== null) {
      // A moment that has passed already must not become a busy loop.
      stoppedUntil = Math.max(stoppedUntil, retryAt.getTime(), moment + shortestPause);
    } else if (isFirstOfRound) {
      stoppedUntil = Math.max(stoppedUntil, moment + Math.ceil(pause * (0.5 + random())));
      pause = Math.min(longestPause, pause * 2);
    }
  };

  const finish = (request: number, { result, sample, retryAt }: PaceReport): void => {
    const moment = now();
    inFlight -= 1;
    if (result !== "unsent") {
      declared = declared && countAnswer(windowAt(declared, moment), moment);
      learned = learned && windowAt(learned, moment);
      if (sample !== null) learned = countSample(learned, sample, moment);
      // A target whose good answers no longer tell a limit has lifted it.
      else learned = result === "answered" ? null : learned && countAnswer(learned, moment);
    }
    if (result === "answered") {
      concurrency = afterAnswer(concurrency);
      pause = firstPause;
    }
    const isFirstOfRound = request >= concurrency.forgivenBefore;
    if (result === "throttled" || result === "struggling") concurrency = afterTrouble(concurrency, request, started);
    if (result === "throttled") stop(retryAt, moment, isFirstOfRound);
    pump();
  };

  const permit = (): Permit => {
    const request = started;
    started += 1;
    inFlight += 1;
    let open = true;
    return {
      finish: (report) => {
        if (open) finish(request, report);
        open = false;
      },
    };
  };

  return {
    acquire: (lane, signal) =>
      new Promise((done) => {
        if (signal?.aborted) return done(null);
        const leave = (): void => {
          queue.remove(lane, waiter);
          done(null);
          pump();
        };
        const waiter: Waiter = {
          go: () => {
            signal?.removeEventListener("abort", leave);
            done(permit());
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        queue.push(lane, waiter);
        pump();
      }),
    declare: (requestsPerMinute) => {
      const limit = requestsPerMinute === null ? null : Math.max(1, Math.floor(requestsPerMinute));
      if (limit === null) declared = null;
      else if (declared === null) declared = openWindow(limit);
      else declared = { ...declared, limit, left: limit - (declared.limit - declared.left) };
      pump();
    },
    get state() {
      const windows = [declared, learned].filter((window) => window !== null);
      return {
        inFlight,
        concurrency: Math.floor(concurrency.limit),
        left: windows.length === 0 ? null : Math.min(...windows.map((window) => window.left - inFlight)),
        stoppedUntil: stoppedUntil > now() ? new Date(stoppedUntil) : null,
        waitingUntil: alarm !== null && alarm.at > now() ? new Date(alarm.at) : null,
      };
    },
  };
};

/** Finds the budget that a target's requests count against. */
export interface BudgetRegistry {
  /** @param key host and organisation, as `budgetKey` gives it */
  budget(key: string): RateBudget;
}

/** Opens an empty registry. Keep one for each process, so that jobs on one target share its pace. */
export const openBudgetRegistry = (clock: Clock, random: () => number): BudgetRegistry => {
  const budgets = new Map<string, RateBudget>();
  return {
    budget: (key) => {
      const open = budgets.get(key);
      if (open !== undefined) return open;
      const fresh = openBudget(clock, random);
      budgets.set(key, fresh);
      return fresh;
    },
  };
};
