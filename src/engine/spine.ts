import { hash } from "node:crypto";
import {
  type CurrentObject,
  clearValue,
  type Decision,
  type DesiredObject,
  type GuardVerdict,
  isSettled,
  type Link,
  type Mapped,
  membersPath,
  type ScopedObject,
  wholeAccount,
} from "#core";
import type { Clock } from "#runtime";
import { type JsonObject, type JsonValue, writePath } from "#scim";
import type { Queryable } from "#store";
import type { Exchange, Hidden, RequestOptions, TargetFailure } from "#targets";
import { type Handled, troubleOf } from "./handled.ts";
import { type JobContext, mappingOf } from "./job-context.ts";
import { type OwedMembers, owedMembers } from "./owed-members.ts";
import type { ReadBackMemory } from "./read-back-memory.ts";
import { settleReferences } from "./references.ts";
import { hiddenOf, hiding, outgoingSecrets } from "./secrecy.ts";
import { type Claimed, nameOf } from "./source-objects.ts";
import { apply, type Outcome } from "./steps/apply.ts";
import { type Choice, choose, ownerOf, type Uniqueness, wereTaken } from "./steps/choose.ts";
import { decide, holderOf } from "./steps/decide.ts";
import { type GuardState, guard } from "./steps/guard.ts";
import { map } from "./steps/map.ts";
import { askTarget, type Matched, match, type Recall } from "./steps/match.ts";
import { type Compared, expectMembers, memberChange, writeMembers } from "./steps/members.ts";
import { readBack, readBackMembers } from "./steps/read-back.ts";
import { recover } from "./steps/recover.ts";
import { scope } from "./steps/scope.ts";

/** How a pass over the spine differs from another: which memory may answer, and where it stops. */
export interface Pass {
  readonly context: JobContext;
  readonly q: Queryable;
  readonly clock: Clock;
  readonly random: (count: number) => Uint8Array;
  readonly recall: Recall;
  /** Null: nothing is held (a preview tells what would happen). */
  readonly guard: GuardState | null;
  /** Null: the target is not asked whether a value is free, and the first of several counts as chosen. */
  readonly unique: Uniqueness | null;
  /** `apply`: decides and writes nothing. */
  readonly stopBefore: "apply" | null;
  /** True: looks at the account even if what is wanted was written before. */
  readonly look: boolean;
  /** Null: nothing is written, or what was written is believed; and so is what is remembered of what the target ignores. */
  readonly readBack: ReadBackMemory | null;
  readonly signal?: AbortSignal;
}

/** An object after the pure steps: everything that can be known without asking the target. */
export interface Prepared {
  readonly claimed: Claimed;
  readonly scoped: ScopedObject | null;
  /** How people know the object. */
  readonly name: string;
  /** What no log, list or message may show of it. */
  readonly hidden: Hidden;
  /** Null: nothing needed mapping. */
  readonly mapped: Mapped | null;
  readonly desiredHash: string | null;
  readonly unsettled: readonly string[];
  /** Nothing has to be asked or sent: out of scope without an account, unmanaged, or as it was last written. */
  readonly atRest: boolean;
  /** A group in scope: its members are compared whatever else is at rest. */
  readonly hasMembers: boolean;
  readonly beganAt: Date;
}

/** intake → scope → map, for a batch. */
export const prepare = async (batch: readonly Claimed[], pass: Pass): Promise<Prepared[]> => {
  const { context, clock } = pass;
  const beganAt = clock.now();
  const mapped = batch.map((claimed) => {
    const scoped = scope(claimed, context);
    const leavesNothing =
      scoped !== null && !scoped.inScope && !claimed.intended && (claimed.link === null || !claimed.link.managed);
    if (scoped === null || leavesNothing) return { claimed, scoped, desired: null };
    const draws = mappingOf(context, claimed.source.type)?.mappings.some(({ drawn }) => drawn) ?? false;
    return {
      claimed,
      scoped,
      desired: map(scoped, context, { now: beganAt.toISOString(), random: pass.random(draws ? 1024 : 0) }),
    };
  });
  const objects = mapped.flatMap(({ desired }) => (desired?.ok ? [desired.object] : []));
  const settled = (await settleReferences(pass.q, context, objects))[Symbol.iterator]();
  return mapped.map(({ claimed, scoped, desired }) => {
    const found = desired?.ok ? settled.next().value : undefined;
    const object = found?.desired ?? null;
    const mapping = mappingOf(context, claimed.source.type);
    const wanted = object?.attributes ?? [];
    const { type } = claimed.source;
    const outgoing = outgoingSecrets(context.redacted[type], claimed.link?.lastKnown ?? null, wanted);
    const hidden = hiddenOf(mapping, (scoped ?? claimed).source, wanted, outgoing);
    const known = { claimed, scoped, hidden, name: nameOf(claimed, hiding(hidden)), beganAt };
    if (desired === null || !desired.ok || object === null) {
      return {
        ...known,
        mapped: desired,
        desiredHash: null,
        unsettled: [],
        atRest: desired === null,
        hasMembers: false,
      };
    }
    const desiredHash = hashOf(object);
    const { link } = claimed;
    const isKept = link?.ignored.some(({ path }) => path === wholeAccount) === true;
    const written =
      link?.managed === true &&
      link.desiredHash === desiredHash &&
      (scoped?.reason !== "Purged" || isKept) &&
      isSettled(link.ignored, object.attributes);
    return {
      ...known,
      mapped: { ...desired, object },
      desiredHash,
      unsettled: found?.unsettled ?? [],
      atRest: written && !pass.look,
      hasMembers:
        claimed.source.type === "Group" && scoped?.inScope === true && desired.object.attributes.some(isMembers),
    };
  });
};

export const optionsOf = (
  { claimed, hidden }: Pick<Prepared, "claimed" | "hidden">,
  { signal }: Pass,
): RequestOptions => ({
  lane: claimed.due.lane,
  hidden,
  ...(signal === undefined ? {} : { signal }),
});

/** match → decide → guard → apply, for one object, and then its members where it is a group. What it gives back is what `record` writes down. */
export const carryOut = async (prepared: Prepared, pass: Pass): Promise<Handled> => {
  const handled = await carryOutObject(prepared, pass);
  const groupId = accountOf(handled);
  if (!prepared.hasMembers || pass.stopBefore !== null || groupId === null || troubleOf(handled) !== null)
    return handled;
  const { context } = pass;
  const options = optionsOf(handled, pass);
  const owed = await owedMembers(pass.q, context.job.id, handled.claimed.source.id);
  const compared = await comparedOf(handled, groupId, owed, pass);
  if ("failure" in compared)
    return {
      ...handled,
      membersFailure: compared.failure,
      exchanges: [...handled.exchanges, compared.failure.exchange],
    };
  const onlyAdds = handled.desired?.attributes.find(isMembers)?.adds === true;
  const change = await memberChange(pass.q, context, handled.claimed.source.id, onlyAdds, compared);
  await expectMembers(pass.q, context.links, handled.claimed.source.id, change);
  const outcome = await writeMembers(context, groupId, change, options);
  const { written } = outcome;
  const seen = outcome.ok
    ? await readBackMembers(groupId, written, lookOf(handled.claimed, options, pass))
    : { written, ignored: [], exchange: null };
  return {
    ...handled,
    members: seen.written,
    ignored: [...handled.ignored, ...seen.ignored],
    compared: { owed, kind: compared.kind },
    membersFailure: outcome.ok ? null : outcome.failure,
    unsettled: [...handled.unsettled, ...change.unsettled],
    exchanges: [
      ...handled.exchanges,
      ...(outcome.ok ? outcome.exchanges : [outcome.failure.exchange]),
      ...[seen.exchange].filter((each) => each !== null),
    ],
    endedAt: pass.clock.now(),
  };
};

const lookOf = (claimed: Claimed, options: RequestOptions, { context, clock, readBack: memory, look }: Pass) => ({
  claimed,
  context,
  clock,
  memory,
  asked: look,
  options,
});

/** Which of a group's members are compared: those that are owed it; all where nobody knows what is there. */
const comparedOf = async (
  handled: Handled,
  groupId: string,
  owed: OwedMembers,
  pass: Pass,
): Promise<Compared | { readonly failure: TargetFailure }> => {
  const { link } = handled.claimed;
  const isKnown = link?.targetId === groupId && link.inScope;
  if (isKnown && owed.whole === null && !pass.look) return { kind: "some", ids: owed.members };
  // A group that was just made has no members; one that was found may have any.
  const isDoubted = pass.look && link?.ignored.some(({ path }) => path === membersPath) === true;
  const isFound = !isKnown && handled.decision?.kind === "decision" && handled.decision.action !== "create";
  if (!isFound && !isDoubted && owed.whole?.look !== true) return { kind: "whole", there: null };
  if (!isKnown && !isFound) return { kind: "whole", there: null };
  const there = await pass.context.target.members(groupId, optionsOf(handled, pass));
  if (there.ok) return { kind: "whole", there: new Set(there.value) };
  // A target that cannot show so many is believed to have what was written.
  const cannotShow = there.failure.kind === "incompatible" || there.failure.kind === "permanent";
  return cannotShow ? { kind: "whole", there: null } : { failure: there.failure };
};

/** The account that is there once the decision was carried out; null where there is none, or nothing was done. */
const accountOf = ({ outcome, decision, guard: judged }: Handled): string | null => {
  if (judged.kind === "hold" || outcome === null || decision?.kind !== "decision") return null;
  if (outcome.kind === "applied") return outcome.account?.id ?? null;
  return outcome.kind === "nothing" && decision.linkAfter.kind === "manage" ? decision.targetId : null;
};

/** The multi-valued reference of a group to its members. */
export const isMembers = ({ value, multivalued }: DesiredObject["attributes"][number]): boolean =>
  multivalued && typeof value === "object" && "kind" in value && value.kind === "reference";

const carryOutObject = async (prepared: Prepared, pass: Pass): Promise<Handled> => {
  const { scoped, mapped, beganAt, hidden, name } = prepared;
  let { claimed } = prepared;
  let desired: DesiredObject | null = mapped?.ok ? mapped.object : null;
  const { context, unique } = pass;
  const exchanges: Exchange[] = [];
  const finish = (stages: Partial<Handled>): Handled => ({
    claimed,
    name,
    hidden,
    scoped,
    desired,
    desiredHash: prepared.desiredHash,
    match: null,
    guard: { kind: "run" },
    outcome: null,
    failure: null,
    members: null,
    compared: null,
    membersFailure: null,
    ignored: [],
    unsettled: prepared.unsettled,
    remembered: false,
    exchanges,
    beganAt,
    endedAt: pass.clock.now(),
    ...stages,
    decision: inWordsForAll(stages.decision ?? null, hidden),
  });
  if (scoped === null) return finish({});
  if (prepared.atRest) return finish({ ...rest(prepared, context), outcome: { kind: "nothing" } });
  if (mapped !== null && !mapped.ok)
    return finish({ decision: { kind: "refusal", code: mapped.error.code, message: mapped.error.message } });

  const options = optionsOf(prepared, pass);
  const fail = (failure: TargetFailure, stages: Partial<Handled> = {}) => {
    exchanges.push(failure.exchange);
    return finish({ ...stages, failure });
  };

  // An account may exist whose create was never confirmed: who leaves must not leave it behind.
  if (claimed.intended && claimed.link === null && !scoped.inScope) {
    const recovered = await recover(claimed, name, scoped, pass, options);
    if ("exchange" in recovered) return fail(recovered);
    claimed = recovered;
  }
  let matched: Matched = await match(claimed, desired, context, pass.recall, { ...options, seek: scoped.inScope });
  for (let hasLookedAgain = false; ; ) {
    if (!matched.ok) return fail(matched.failure);
    const { verdict } = matched;
    const holder = await holderOf(pass.q, verdict, claimed, context);
    const decided = decide(doubting(claimed, pass), scoped, mapped ?? nothingMapped, verdict, holder, context);
    if (decided.kind === "refusal") return finish({ match: verdict, decision: decided });
    let decision: Decision = decided;
    const judged: GuardVerdict =
      pass.guard === null ? { kind: "run" } : guard(decision, pass.guard, claimed.due.approved);
    if (judged.kind === "hold") return finish({ match: verdict, decision, guard: judged });
    let choices: readonly Choice[] = [];
    if (unique !== null && decision.action === "create" && mapped?.ok) {
      const chosen = await choose(decision, mapped.object, claimed, context, unique, options);
      if (chosen.kind === "failed") return fail(chosen.failure, { match: verdict });
      if (chosen.kind === "refused") return finish({ match: verdict, decision: chosen.refusal });
      ({ decision, desired, choices } = chosen);
    }
    if (pass.stopBefore === "apply") return finish({ match: verdict, decision });
    const current: CurrentObject | null =
      verdict.kind === "linked" || verdict.kind === "found" ? verdict.current : null;
    const outcome = await apply(decision, claimed, desired, current, context, pass.clock, options);
    if (outcome.kind === "failed") exchanges.push(outcome.failure.exchange);
    if (outcome.kind === "duplicate") exchanges.push(outcome.failure.exchange);
    if (outcome.kind === "applied" && outcome.exchange !== null) exchanges.push(outcome.exchange);
    if (outcome.kind === "applied") for (const { key } of choices) unique?.taken.add(key);
    if (outcome.kind === "duplicate") {
      // Somebody made the account between the look and the create: look again, at the target itself, and take it over.
      if (!hasLookedAgain) {
        hasLookedAgain = true;
        const found = await match({ ...claimed, link: null }, desired, context, askTarget, { ...options, seek: true });
        if (!found.ok || found.verdict.kind !== "none") {
          matched = found;
          continue;
        }
      }
      // Somebody has a value that was free a moment ago: the next one is tried, and each is tried once.
      if (unique !== null && (await wereTaken(choices, outcome.failure, claimed, context, unique, options))) continue;
    }
    if (!mayHaveBeenCreated(outcome)) unique?.reservations.release(ownerOf(context, claimed.source.id));
    const seen = await readBack(decision, desired, outcome, lookOf(claimed, options, pass));
    if (seen.exchange !== null) exchanges.push(seen.exchange);
    return finish({ match: verdict, decision, outcome: seen.outcome, ignored: seen.ignored });
  }
};

/** Whoever asks for one object, or has begun anew, tries again what the target once ignored. */
const doubting = (claimed: Claimed, { look, readBack: memory }: Pass): Claimed => {
  const { link } = claimed;
  const isAsked = look && memory !== null;
  return link === null || (!isAsked && link.desiredHash !== null)
    ? claimed
    : { ...claimed, link: { ...link, ignored: [] } };
};

const nothingMapped: Mapped = { ok: true, object: { attributes: [], matching: [], missing: [] }, outcomes: [] };

/** What is reserved for such an object stays so until it is recorded: the account has it, or may have it. */
const mayHaveBeenCreated = (outcome: Outcome): boolean =>
  outcome.kind === "applied" || (outcome.kind === "failed" && outcome.failure.kind === "uncertain");

/** A refusal may quote values. */
const inWordsForAll = (decision: Handled["decision"], hidden: Hidden): Handled["decision"] =>
  decision?.kind === "refusal" ? { ...decision, message: hiding(hidden)(decision.message) } : decision;

/** What is known about an object that nothing has to be done for. */
const rest = ({ claimed, scoped, mapped }: Prepared, context: JobContext): Pick<Handled, "decision" | "remembered"> => {
  const { link } = claimed;
  if (scoped !== null && mapped?.ok && link !== null) {
    const current = { id: link.targetId, resource: asWritten(mapped.object, link) };
    return { decision: decide(claimed, scoped, mapped, { kind: "linked", current }, null, context), remembered: true };
  }
  if (scoped === null) return { decision: null, remembered: false };
  const decision = decide(claimed, scoped, nothingMapped, { kind: "none", goneId: null }, null, context);
  return { decision, remembered: false };
};

/** The account as it is if the last write was kept: whoever changed it since is drift, and not a matter of this pass. */
const asWritten = (desired: DesiredObject, { lastKnown, ignored }: Link): JsonObject => {
  const ignoredPaths = new Set(ignored.map(({ path }) => path));
  return desired.attributes.reduce(
    (resource, { path, value, when }) => {
      if (ignoredPaths.has(path)) return resource;
      if (when === "creation" || (typeof value === "object" && "kind" in value && value.kind !== "clear"))
        return resource;
      const written = writePath(resource, path, value === clearValue ? undefined : (value as JsonValue));
      return written.ok ? written.value : resource;
    },
    (lastKnown ?? {}) as JsonObject,
  );
};

/** Names the state that an account should have; what flows at creation only does not count. */
const hashOf = (desired: DesiredObject): string =>
  hash(
    "sha256",
    JSON.stringify(
      desired.attributes
        .filter(({ when }) => when !== "creation")
        .map(({ path, value, when, adds }) => [path, value, when, ...(adds === true ? ["adds"] : [])]),
    ),
    "base64url",
  ).slice(0, 22);
