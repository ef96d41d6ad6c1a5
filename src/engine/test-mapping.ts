import { type CurrentObject, type Drawn, type MappingOutcome, mapEach, matchingOf, type ScopedObject } from "#core";
import type { Clock } from "#runtime";
import type { Store } from "#store";
import type { MappingTest } from "./contract.ts";
import { dueNow } from "./due-now.ts";
import { EngineError } from "./errors.ts";
import { explain } from "./explain.ts";
import { actionOf, type Handled } from "./handled.ts";
import { type JobContext, mappingOf } from "./job-context.ts";
import { decideFromMemory, guardStateOf } from "./provisional.ts";
import { lookingAt, openTaken, type Reservations } from "./reservations.ts";
import { hiddenOf, veiled } from "./secrecy.ts";
import { readClaimed } from "./source-objects.ts";
import { carryOut, optionsOf, type Pass, prepare } from "./spine.ts";
import { askTarget, match } from "./steps/match.ts";
import { accountIn, rowsOf } from "./tested-mappings.ts";

export interface TestMappingInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: (count: number) => Uint8Array;
  /** Under the saved schema or a draft, with or without a target. */
  readonly context: JobContext;
  readonly objectId: string;
  readonly reservations: Reservations;
  readonly signal: AbortSignal;
}

/** What a cycle would do with one object, told mapping by mapping: the very spine, stopped before it writes. */
export const testMapping = async (input: TestMappingInput): Promise<MappingTest> => {
  const { store, clock, context, objectId } = input;
  const { due, held } = await dueNow(store, context, objectId);
  const [claimed] = await readClaimed(store.db, context, [due]);
  const mapping = mappingOf(context, due.type);
  const drawn: Drawn = { now: clock.now().toISOString(), random: input.random(1024) };
  const pass: Pass = {
    context,
    q: store.db,
    clock,
    random: () => drawn.random,
    recall: askTarget,
    guard: { ...(await guardStateOf(store, context, clock)), waitsForDecision: held },
    unique: { reservations: lookingAt(input.reservations), taken: openTaken() },
    stopBefore: "apply",
    look: true,
    readBack: null,
    signal: input.signal,
  };
  const [prepared] = claimed === undefined ? [] : await prepare([claimed], pass);
  if (claimed === undefined || prepared === undefined || prepared.scoped === null || mapping === null)
    throw new EngineError("ObjectNotFound", `There is no object ${objectId}.`, { facts: { objectId } });
  const { scoped } = prepared;
  const outcomes =
    scoped.inScope && prepared.mapped !== null ? prepared.mapped.outcomes : mapEach(scoped, mapping.mappings, drawn);
  const hidden = hiddenOf(
    mapping,
    scoped.source,
    veiled(
      mapping,
      outcomes.flatMap(({ attributes }) => attributes),
    ),
  );

  const asked = await carryOut({ ...prepared, hidden }, pass);
  const account = await accountOf(asked, outcomes, scoped, pass);
  const [remembered] = account.notAsked === null ? [] : await decideFromMemory(store, context, [claimed], clock);
  const handled: Handled = { ...(remembered ?? asked), hidden };
  return {
    objectId,
    objectType: due.type,
    displayName: handled.name,
    action: actionOf(handled),
    explanation: explain(handled, context),
    mappings: await rowsOf({ q: store.db, context, mapping, scoped, outcomes, handled, current: account.current }),
    targetId: account.current?.id ?? null,
    notAsked: account.notAsked,
  };
};

interface Account {
  readonly current: CurrentObject | null;
  readonly notAsked: string | null;
}

/** The account that the object has or would take over, read also where a cycle needs no look at it: a broken mapping, an account that is not managed. */
const accountOf = async (
  handled: Handled,
  outcomes: readonly MappingOutcome[],
  scoped: ScopedObject,
  pass: Pass,
): Promise<Account> => {
  const { claimed, failure, match: verdict } = handled;
  if (failure !== null && (verdict === null || failure.kind !== "permanent"))
    return { current: null, notAsked: failure.message };
  if (verdict !== null) return { current: accountIn(verdict), notAsked: null };
  const wanted = { attributes: [], matching: matchingOf(outcomes), missing: [] };
  const looked = await match(claimed, wanted, pass.context, askTarget, {
    ...optionsOf(handled, pass),
    seek: scoped.inScope,
  });
  return looked.ok
    ? { current: accountIn(looked.verdict), notAsked: null }
    : { current: null, notAsked: looked.failure.message };
};
