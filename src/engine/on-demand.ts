import { sql } from "kysely";
import type { AttributeDifference } from "#core";
import { getObject } from "#directory";
import { type Clock, newId } from "#runtime";
import type { Store } from "#store";
import type { OnDemandResult } from "./contract.ts";
import { type Due, dueOf, dueUnasked } from "./due.ts";
import { EngineError } from "./errors.ts";
import { troubleOf } from "./handled.ts";
import { intend } from "./intents.ts";
import { type JobContext, mappingOf } from "./job-context.ts";
import { logEntryOf } from "./log-entry.ts";
import { guardStateOf } from "./provisional.ts";
import { lookingAt, openTaken, type Reservations } from "./reservations.ts";
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
    action:
      troubleOf(handled) !== null ? "fail" : handled.guard.kind === "hold" ? "hold" : (decision?.action ?? "skip"),
    changes: (decision?.changes ?? []).map(shownChange),
    dry,
    exchanges: handled.exchanges,
  };
};

/** A change as logs may show it. */
const shownChange = (change: AttributeDifference): AttributeDifference => {
  const { before, after, shown } = change;
  const veil = <Value>(value: Value) => (value === undefined || value === null ? value : shown);
  return shown === undefined ? change : { ...change, before: veil(before), after: veil(after) };
};

/** The object's due row when there is one, so that what was done counts for it; else one made up. */
const dueNow = async (store: Store, context: JobContext, objectId: string): Promise<{ due: Due; held: boolean }> => {
  const { rows } = await sql<Parameters<typeof dueOf>[0] & { held: boolean }>`
    select object_type, object_id, lane, reason, version, attempts, first_failed_at, approved, held is not null as held from provisioning.due
    where job_id = ${context.job.id} and object_id = ${objectId}`.execute(store.db);
  if (rows[0] !== undefined) return { due: { ...dueOf(rows[0]), lane: "onDemand" }, held: rows[0].held };
  const object = await getObject(store.db, objectId);
  const { rows: linked } = await sql<{ type: "User" | "Group" }>`
    select object_type as type from provisioning.link where job_id = ${context.job.id} and source_id = ${objectId} limit 1`.execute(
    store.db,
  );
  const type = object === null ? linked[0]?.type : object.kind === "user" ? "User" : "Group";
  if (type === undefined)
    throw new EngineError("ObjectNotFound", `There is neither a user nor a group ${objectId}.`, {
      facts: { objectId },
    });
  if (mappingOf(context, type) === null) {
    throw new EngineError(
      "NotMapped",
      `${context.app.displayName} does not provision objects of type ${type}. Enable their mapping first.`,
      { facts: { objectId } },
    );
  }
  return { due: dueUnasked(type, objectId, "onDemand", "on demand"), held: false };
};
