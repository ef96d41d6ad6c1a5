import type { TargetProfile } from "#core";
import type { RateSample } from "#http";
import type { Clock } from "#runtime";
import type { Lane } from "../target.ts";
import { afterAnswer, afterTrouble, type Concurrency, forgiven, startingConcurrency } from "./concurrency.ts";
import { isFirstLane, openLaneQueue } from "./lane-queue.ts";
import { openLearnedRate } from "./learned-rate.ts";
import { openSendingLog, type Sent } from "./sending-log.ts";
import { openToldLimit } from "./told-limit.ts";

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

/** As it is whenever it is read. */
export interface BudgetState {
  readonly inFlight: number;
  /** Requests that may be under way at a time. */
  readonly concurrency: number;
  /** Requests left of the tightest limit, null without a known one. */
  readonly left: number | null;
  /** Everybody waits until then, null when nobody does. */
  readonly stoppedUntil: Date | null;
  /** The first of those who wait for the window waits until then, null when nobody does. */
  readonly waitingUntil: Date | null;
}

/** What somebody knows of a target's limits; null where nothing is known. */
export type KnownLimits = Pick<TargetProfile, "requestsPerSecond" | "requestsPerMinute" | "requestsAtOnce">;

/** The pace of one target organisation, shared by all who call it. */
export interface RateBudget {
  /** Waits for a turn; null as soon as `signal` aborts. More urgent lanes go first. */
  acquire(lane: Lane, signal?: AbortSignal): Promise<Permit | null>;
  /**
   * Sets limits that are never exceeded, in addition to those that others have set and that answers tell; of several the lowest counts.
   * @param own what an administrator says, which wins: over what others have set, over a lower limit that answers tell, and over what was
   * learned from refusals. Of several such the lowest counts.
   * @returns what withdraws them
   */
  declare(limits: KnownLimits, own?: KnownLimits): () => void;
  readonly state: BudgetState;
}

/** A request that went. */
interface Departure {
  /** Its number. */
  readonly request: number;
  readonly sentAt: number;
  /** What it is to each limit. */
  readonly counted: readonly Sent[];
}

interface Declared {
  readonly limits: KnownLimits;
  readonly own: KnownLimits;
}

interface Waiter {
  readonly go: () => void;
}

const firstPause = 1_000;
const longestPause = 60_000;
const shortestPause = 50;
/** Part of a pause that does where the limit is known: a request was only a little too early. */
const shareWhenKnown = 0.1;
/** The same where a rate has been learned: it was only a little too high. */
const shareWhenLearned = 0.25;
/** So many good answers in a row say that a limit is right. */
const many = 50;
/** The quickest answer is forgotten in the course of about so many. */
const slowly = 1_000;
/** Slots beyond the concurrency limit, so that slow bulk requests do not hold up the first lanes. */
const extraSlots: Readonly<Record<Lane, number>> = { onDemand: 2, removal: 1, change: 0, bulk: 0 };

const nothingKnown: KnownLimits = { requestsPerSecond: null, requestsPerMinute: null, requestsAtOnce: null };

const hasRate = ({ requestsPerSecond, requestsPerMinute }: KnownLimits): boolean =>
  requestsPerSecond !== null || requestsPerMinute !== null;

const lowest = (numbers: readonly (number | null)[]): number | null => {
  const given = numbers.filter((number) => number !== null);
  return given.length === 0 ? null : Math.min(...given);
};

/**
 * Opens a budget with no known limit.
 * @param random for jitter, from 0 up to 1
 */
export const openBudget = (clock: Clock, random: () => number): RateBudget => {
  const queue = openLaneQueue<Waiter>();
  const declared = new Set<Declared>();
  const bySecond = openSendingLog(1_000);
  const byMinute = openSendingLog(60_000);
  let atOnce: number | null = null;
  /** Requests a second that administrators allow; null where none has said anything. */
  let ownRate: number | null = null;
  const told = openToldLimit();
  const learned = openLearnedRate();
  let concurrency: Concurrency = startingConcurrency;
  let inFlight = 0;
  let started = 0;
  let stoppedUntil = 0;
  let pause = firstPause;
  let answersInARow = 0;
  /** Milliseconds that an answer takes at least, as far as is known. */
  let quickest = Number.MAX_SAFE_INTEGER;
  /** Answers so far: the first say little of how quick they can be. */
  let seen = 0;
  let alarm: { readonly at: number; readonly ring: AbortController } | null = null;

  const now = (): number => clock.now().getTime();

  const mayFly = (lane: Lane): boolean => {
    // After a refusal one request finds out for all whether it is over.
    if (learned.isRefusing) return inFlight === 0;
    if (atOnce !== null && inFlight >= atOnce) return false;
    return inFlight < Math.floor(concurrency.limit) + extraSlots[lane];
  };

  const waitOf = (lane: Lane, moment: number): number | null => {
    if (moment < stoppedUntil) return stoppedUntil - moment;
    if (!mayFly(lane)) return null;
    const isFirst = isFirstLane(lane);
    const fromTold = isOverruled(told.perSecond) ? 0 : told.waitFor(inFlight, isFirst, moment);
    if (fromTold === null) return null;
    return Math.max(
      fromTold,
      bySecond.waitFor(isFirst, moment),
      byMinute.waitFor(isFirst, moment),
      isOverruled(learned.perSecond) ? 0 : learned.waitFor(moment),
    );
  };

  /** A rate that an administrator says is higher. What allows more than theirs is kept too: others may use it up. */
  const isOverruled = (rate: number | null): boolean => rate !== null && ownRate !== null && rate < ownRate;

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
    for (let next = queue.first(); next !== undefined; next = queue.first()) {
      const wait = waitOf(next.lane, moment);
      if (wait !== 0) {
        if (wait !== null) setAlarm(moment + wait, moment);
        return;
      }
      queue.remove(next.lane, next.waiter);
      next.waiter.go();
    }
    if (inFlight === 0) learned.rest(moment);
    alarm?.ring.abort();
    alarm = null;
  };

  const isKnown = (): boolean => bySecond.limit !== null || byMinute.limit !== null || told.perSecond !== null;

  const shareOfPause = (): number => {
    if (isKnown()) return shareWhenKnown;
    return learned.perSecond === null ? 1 : shareWhenLearned;
  };

  const stop = (retryAt: Date | null, moment: number, isFirstOfRound: boolean): void => {
    if (retryAt !== null) {
      // A moment that has passed already must not become a busy loop.
      stoppedUntil = Math.max(stoppedUntil, retryAt.getTime(), moment + shortestPause);
    } else if (isFirstOfRound) {
      stoppedUntil = Math.max(stoppedUntil, moment + Math.ceil(pause * shareOfPause() * (0.5 + random())));
      pause = Math.min(longestPause, pause * 2);
    }
  };

  /** Whatever an answer took longer than the quickest, it may have taken on its way to the target. */
  const noteArrival = ({ sentAt, counted }: Departure, moment: number): void => {
    const taken = moment - sentAt;
    quickest = Math.min(taken, quickest + (taken - quickest) / slowly);
    seen += 1;
    for (const limit of counted) limit.arrivedBy(moment - (seen < many ? 0 : quickest));
  };

  const finish = (departure: Departure, { result, sample, retryAt }: PaceReport): void => {
    const { request, sentAt, counted } = departure;
    const moment = now();
    inFlight -= 1;
    if (result === "answered" || result === "throttled") noteArrival(departure, moment);
    if (result === "unsent") for (const limit of counted) limit.takeBack();
    else told.count({ sample, isGood: result === "answered", sentAt, inFlight }, moment);
    if (result === "answered") {
      concurrency = afterAnswer(concurrency);
      pause = firstPause;
      learned.answered(sentAt, moment);
      answersInARow += 1;
    }
    const isFirstOfRound = request >= concurrency.forgivenBefore;
    if (result === "throttled") {
      // One of many under a limit that is known came a little too early: that says nothing of rate and concurrency.
      const isStray = isKnown() && answersInARow >= many;
      concurrency = isStray ? forgiven(concurrency, started) : afterTrouble(concurrency, request, started);
      if (!isStray) learned.refused(sentAt, moment);
      if (isFirstOfRound) {
        for (const limit of [told, bySecond, byMinute]) limit.refused();
        answersInARow = 0;
      }
      stop(retryAt, moment, isFirstOfRound);
    }
    if (result === "struggling") concurrency = afterTrouble(concurrency, request, started);
    pump();
  };

  const permit = (): Permit => {
    const moment = now();
    const request = started;
    started += 1;
    inFlight += 1;
    learned.send(moment);
    const counted = [told, bySecond, byMinute].map((limit) => limit.send(moment));
    let open = true;
    return {
      finish: (report) => {
        if (open) finish({ request, sentAt: moment, counted }, report);
        open = false;
      },
    };
  };

  const applyDeclared = (): void => {
    const all = [...declared].map(({ limits }) => limits);
    const own = [...declared].map((one) => one.own);
    const rates = own.some(hasRate) ? own : all;
    const second = lowest(rates.map(({ requestsPerSecond }) => requestsPerSecond));
    const minute = lowest(rates.map(({ requestsPerMinute }) => requestsPerMinute));
    bySecond.setLimit(second);
    byMinute.setLimit(minute);
    ownRate = rates === own ? lowest([second, minute === null ? null : minute / 60]) : null;
    const atOnceOf = (limits: readonly KnownLimits[]) => lowest(limits.map(({ requestsAtOnce }) => requestsAtOnce));
    atOnce = atOnceOf(own) ?? atOnceOf(all);
    pump();
  };

  return {
    acquire: (lane, signal) =>
      new Promise((done) => {
        if (signal?.aborted) return done(null);
        if (queue.first() === undefined && waitOf(lane, now()) === 0) return done(permit());
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
    declare: (limits, own = nothingKnown) => {
      const one = { limits, own };
      declared.add(one);
      applyDeclared();
      return () => {
        if (declared.delete(one)) applyDeclared();
      };
    },
    state: {
      get inFlight() {
        return inFlight;
      },
      get concurrency() {
        return Math.floor(concurrency.limit);
      },
      get left() {
        const moment = now();
        return lowest([told.left(inFlight, moment), bySecond.left(moment), byMinute.left(moment)]);
      },
      get stoppedUntil() {
        return stoppedUntil > now() ? new Date(stoppedUntil) : null;
      },
      get waitingUntil() {
        return alarm !== null && alarm.at > now() ? new Date(alarm.at) : null;
      },
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
