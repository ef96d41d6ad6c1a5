import type { AttributeDifference } from "#core";
import { type Clock, mapTexts, newId } from "#runtime";
import type { Store } from "#store";
import type { OnDemandResult } from "./contract.ts";
import { dueNow } from "./due-now.ts";
import { EngineError } from "./errors.ts";
import { actionOf } from "./handled.ts";
import { intend } from "./intents.ts";
import type { JobContext } from "./job-context.ts";
import { logEntryOf } from "./log-entry.ts";
import { guardStateOf } from "./provisional.ts";
import type { ReadBackMemory } from "./read-back-memory.ts";
import { lookingAt, openTaken, type Reservations } from "./reservations.ts";
import { hiding } from "./secrecy.ts";
import { readClaimed } from "./source-objects.ts";
import { carryOut, type Pass, prepare } from "./spine.ts";
import { releaseRecorded } from "./steps/choose.ts";
import { askTarget } from "./steps/match.ts";
import { record } from "./steps/record.ts";

export interface OnDemandInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: (count: number) => Uint8Array;
  readonly context: JobContext;
  readonly objectId: string;
  readonly dry: boolean;
  readonly reservations: Reservations;
  readonly readBack: ReadBackMemory;
  /** The fence under which the outcome is recorded: that of the cycle which runs by then, if one does. */
  readonly fence: () => Promise<number>;
  readonly signal: AbortSignal;
}

/** One object through the very same spine, in the first lane, with a look at the target whatever is remembered. */
export const provisionOne = async (input: OnDemandInput): Promise<OnDemandResult> => {
  const { store, clock, context, dry } = input;
  const { due, held } = await dueNow(store, context, input.objectId);
  const claimed = await readClaimed(store.db, context, [due]);
  const pass: Pass = {
    context,
    q: store.db,
    clock,
    random: input.random,
    recall: askTarget,
    guard: dry ? null : { ...(await guardStateOf(store, context, clock)), waitsForDecision: held },
    unique: { reservations: dry ? lookingAt(input.reservations) : input.reservations, taken: openTaken() },
    stopBefore: dry ? "apply" : null,
    look: true,
    readBack: input.readBack,
    signal: input.signal,
  };
  const [prepared] = await prepare(claimed, pass);
  if (prepared === undefined) throw new EngineError("ObjectNotFound", `There is no object ${input.objectId}.`);
  if (!dry && prepared.claimed.link === null && prepared.scoped?.inScope)
    await intend(store.db, context.job.id, [input.objectId], clock.now());
  const passed = await carryOut(prepared, pass);
  const activity = newId();
  const recorded = dry ? [] : await record(store, context, activity, await input.fence(), [passed], clock.now());
  const handled = recorded[0]?.handled ?? passed;
  if (!dry) releaseRecorded(handled, context, input.reservations);
  const entry = recorded[0]?.entry ?? logEntryOf(handled, context, activity);
  const decision = handled.decision?.kind === "decision" ? handled.decision : null;
  return {
    entry,
    action: actionOf(handled),
    changes: (decision?.changes ?? []).map((change) => shownChange(change, hiding(handled.hidden))),
    dry,
    exchanges: handled.exchanges,
  };
};

/** A change as logs may show it. */
const shownChange = (change: AttributeDifference, hide: (text: string) => string): AttributeDifference => {
  const { before, after, origin, shown } = change;
  if (shown === undefined) return mapTexts(change, hide) as AttributeDifference;
  const veil = <Value>(value: Value) => (value === undefined || value === null ? value : shown);
  return { ...change, before: veil(before), after: veil(after), origin: hide(origin) };
};
