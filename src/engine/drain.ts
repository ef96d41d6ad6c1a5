import type { Clock, Logger } from "#runtime";
import { codeOf } from "#runtime";
import type { Store } from "#store";
import type { TargetFailure } from "#targets";
import { countDue, laneNumbers, nextDue } from "./due.ts";
import type { Handled } from "./handled.ts";
import { forgetIntents, intend } from "./intents.ts";
import { type JobContext, mappingOf } from "./job-context.ts";
import type { Listing } from "./listing.ts";
import type { Tracker } from "./progress.ts";
import { judgeDue } from "./provisional.ts";
import type { ReadBackMemory } from "./read-back-memory.ts";
import { openTaken, type Reservations } from "./reservations.ts";
import { readClaimed } from "./source-objects.ts";
import { carryOut, type Pass, type Prepared, prepare } from "./spine.ts";
import { releaseRecorded } from "./steps/choose.ts";
import type { GuardState } from "./steps/guard.ts";
import { intake } from "./steps/intake.ts";
import { askTarget, type Recall } from "./steps/match.ts";
import { record } from "./steps/record.ts";

/** Objects in flight at once; how many requests really run side by side is the target's to say. */
const concurrency = 32;
const claimSize = 500;
/** The next are claimed while so many still wait, so that the target is kept busy meanwhile. */
const claimBelow = 200;
const recordSize = 150;
/** Changes that arrive while a cycle runs are taken in at least this often (milliseconds). */
const lookEvery = 1000;
/** So many failures in a row that may pass by themselves make the connection itself suspect. */
const suspicious = 10;

/** Why draining ended: everything is done, somebody asked to stop, or the target itself is in trouble. */
export type Drained =
  | { readonly kind: "done" }
  | { readonly kind: "stopped" }
  | { readonly kind: "trouble"; readonly failure: TargetFailure };

export interface DrainInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: (count: number) => Uint8Array;
  readonly context: JobContext;
  readonly cycleId: string;
  readonly fence: number;
  readonly guard: GuardState;
  readonly reservations: Reservations;
  readonly readBack: ReadBackMemory;
  readonly listing: Listing | null;
  readonly tracker: Tracker;
  readonly signal: AbortSignal;
  /** Objects that somebody else handles at this moment (on demand). */
  readonly busy: ReadonlySet<string>;
  /** Objects that somebody else has handled: if they wait here, they are to be read afresh. */
  readonly stale: Set<string>;
  /** Kept by this drain: objects that nobody else may touch. */
  readonly handling: Set<string>;
  /** True once when somebody knows that something changed. */
  readonly poked: () => boolean;
  readonly matchingPath: string;
  /** Requests that the target had been sent when the cycle began. */
  readonly requestsBefore: number;
}

interface Waiting {
  readonly prepared: Prepared;
  readonly recall: Recall;
}

/** Works off what is due, most urgent first, until nothing is left; takes in what arrives meanwhile; records in batches. */
export const drain = async (input: DrainInput): Promise<Drained> => {
  const { store, clock, context, tracker, signal } = input;
  const waiting: Waiting[] = [];
  const inFlight = new Map<string, Promise<void>>();
  let unrecorded: Handled[] = [];
  let lookedAt = clock.now().getTime();
  let recordedAt = lookedAt;
  let failuresInARow = 0;
  // Objects whose failure may be the target's own: a refused token, an answer that is not SCIM.
  let suspects: Handled[] = [];
  // Nothing more was due when it was last asked; what is recorded and what arrives may change that.
  let exhausted = false;
  let recording: Promise<void> | null = null;
  let nudge = Promise.withResolvers<void>();
  let trouble: TargetFailure | null = null;
  let broken: unknown = null;

  const pass: Pass = {
    context,
    q: store.db,
    clock,
    random: input.random,
    recall: askTarget,
    guard: input.guard,
    unique: { reservations: input.reservations, taken: openTaken() },
    stopBefore: null,
    look: false,
    readBack: input.readBack,
    signal,
  };
  const stopped = () => signal.aborted || trouble !== null || broken !== null;

  const take = async (lanes: "all" | "urgent"): Promise<boolean> => {
    // What is handled stays so until it has been recorded.
    const passOver = [...input.handling, ...waiting.map(({ prepared }) => prepared.claimed.source.id), ...input.busy];
    const slowest = lanes === "all" ? laneNumbers.bulk : laneNumbers.change;
    const claimed = await readClaimed(
      store.db,
      context,
      await nextDue(store.db, context.job.id, { limit: claimSize, slowest, passOver }, clock.now()),
    );
    if (lanes === "all") exhausted = claimed.length < claimSize;
    if (claimed.length === 0) return false;
    const prepared = await prepare(claimed, pass);
    const recall = input.listing === null ? askTarget : await input.listing.recallFor(prepared);
    await intend(
      store.db,
      context.job.id,
      prepared.filter((one) => mayCreate(one, context)).map((one) => one.claimed.source.id),
      clock.now(),
    );
    for (const one of prepared) {
      const { id } = one.claimed.source;
      if (isSomebodyElses(id)) continue;
      if (one.atRest && !one.hasMembers) {
        input.handling.add(id);
        unrecorded.push(await carryOut(one, pass));
      } else waiting.push({ prepared: one, recall });
    }
    waiting.sort(
      (left, right) => laneNumbers[left.prepared.claimed.due.lane] - laneNumbers[right.prepared.claimed.due.lane],
    );
    return true;
  };

  /** What was read of such an object is of no use any more; it stays due and is read again. */
  const isSomebodyElses = (id: string): boolean => input.stale.delete(id) || input.busy.has(id);

  const start = ({ prepared, recall }: Waiting): void => {
    const { id } = prepared.claimed.source;
    if (isSomebodyElses(id)) return;
    input.handling.add(id);
    const task = carryOut(prepared, { ...pass, recall })
      .then((handled) => {
        const failure = failureOf(handled);
        // What a stop cut short was not tried at all.
        if (failure !== null && signal.aborted) return;
        if (failure?.kind === "credentials" || failure?.kind === "incompatible") {
          suspects.push(handled);
          return;
        }
        failuresInARow =
          failure !== null && failure.kind !== "permanent" && failure.kind !== "duplicate" ? failuresInARow + 1 : 0;
        unrecorded.push(handled);
      })
      .catch((error: unknown) => {
        broken ??= error;
      })
      .finally(() => {
        inFlight.delete(id);
        fill();
        if (isTimeToAct()) nudge.resolve();
      });
    inFlight.set(id, task);
  };

  const isSuspicious = () => failuresInARow >= suspicious || suspects.length > 0;

  const isTimeToAct = () =>
    stopped() ||
    isSuspicious() ||
    inFlight.size === 0 ||
    (unrecorded.length >= recordSize && recording === null) ||
    (waiting.length < claimBelow && !exhausted);

  /** Starts what waits, as far as there is room. */
  const fill = (): void => {
    while (!stopped() && !isSuspicious() && inFlight.size < concurrency) {
      const next = waiting.shift();
      if (next === undefined) return;
      start(next);
    }
  };

  const flush = async (): Promise<void> => {
    await recording;
    if (unrecorded.length === 0) return;
    // Objects that finish while this batch is being recorded belong to the next one.
    const batch = unrecorded;
    unrecorded = [];
    const recorded = await record(store, context, input.cycleId, input.fence, batch, clock.now());
    for (const { handled } of recorded) releaseRecorded(handled, context, input.reservations);
    for (const { claimed } of batch) input.handling.delete(claimed.source.id);
    exhausted = false;
    recordedAt = clock.now().getTime();
    tracker.count(
      recorded.map(({ handled }) => handled),
      recordedAt,
    );
    tracker.move({ counts: { ...tracker.report().counts, requests: context.target.requests - input.requestsBefore } });
  };

  /** Records while the next objects are claimed and carried out. */
  const flushAside = (): void => {
    if (recording !== null) return;
    recording = flush()
      .catch((error: unknown) => {
        broken ??= error;
      })
      .finally(() => {
        recording = null;
        if (isTimeToAct()) nudge.resolve();
      });
  };

  const look = async (): Promise<boolean> => {
    lookedAt = clock.now().getTime();
    const { owed } = await intake(store, context, clock.now());
    await judgeDue(store, context, input.cycleId, clock);
    const { counts } = tracker.report();
    const hasGrown = owed > 0 || counts.total === 0;
    const due = hasGrown ? await countDue(store.db, context.job.id, clock.now()) : null;
    // Also without news: who watches shall see that it waits.
    tracker.move(due === null ? {} : { counts: { ...tracker.report().counts, total: counts.done + due } });
    return owed > 0;
  };

  const isTimeToLook = () => input.poked() || clock.now().getTime() - lookedAt > lookEvery;

  try {
    while (!stopped()) {
      // Who is urgent does not wait until those who were claimed before are done.
      if (isTimeToLook() && (await look())) {
        exhausted = false;
        await take("urgent");
      }
      if (waiting.length < claimBelow && !exhausted) await take("all");
      fill();
      if (exhausted && waiting.length === 0 && inFlight.size === 0 && suspects.length === 0) {
        await flush();
        await look();
        if (!(await take("all")) && unrecorded.length === 0) break;
      }
      if (unrecorded.length >= claimSize) await recording;
      if (unrecorded.length >= recordSize || clock.now().getTime() - recordedAt > 250) flushAside();
      if (inFlight.size > 0 && !isTimeToAct()) {
        nudge = Promise.withResolvers();
        await soon(nudge.promise, clock);
      }
      if (isSuspicious()) {
        failuresInARow = 0;
        const probed = await context.target.probe({ lane: "onDemand", signal, matchingPath: input.matchingPath });
        // When the target itself is in trouble, the objects are not to blame: they stay due as they are.
        if (!probed.ok && !signal.aborted) trouble = probed.failure;
        else unrecorded.push(...suspects);
        suspects = [];
      }
    }
  } catch (error) {
    broken ??= error;
  }
  await Promise.all(inFlight.values());
  await recording;
  if (codeOf(broken) === "FenceLost") throw broken;
  await flush();
  await forgetIntents(
    store.db,
    context.job.id,
    waiting.filter(({ prepared }) => !prepared.claimed.intended).map(({ prepared }) => prepared.claimed.source.id),
  );
  if (broken !== null) throw broken;
  if (trouble !== null) return { kind: "trouble", failure: trouble };
  return { kind: signal.aborted ? "stopped" : "done" };
};

const mayCreate = ({ claimed, scoped, mapped, atRest }: Prepared, context: JobContext): boolean =>
  !atRest &&
  claimed.link === null &&
  scoped?.inScope === true &&
  mapped?.ok === true &&
  (mappingOf(context, claimed.source.type)?.actions.create ?? false);

const failureOf = (handled: Handled): TargetFailure | null =>
  handled.failure ?? (handled.outcome?.kind === "failed" ? handled.outcome.failure : null);

/** Waits until there is something to do, or a quarter of a second has passed: there may be something to record or to take in. */
const soon = async (nudge: Promise<void>, clock: Clock): Promise<void> => {
  const timer = new AbortController();
  await Promise.race([nudge, clock.sleep(250, timer.signal)]);
  // With a reason of its own, as otherwise an error with its stack would be made each time.
  timer.abort("nudged");
};
