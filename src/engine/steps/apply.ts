import {
  type AttributeDifference,
  type CurrentObject,
  type Decision,
  type DesiredObject,
  differenceOf,
  type MatchAnswer,
  type MatchVerdict,
  nextMatch,
} from "#core";
import type { Clock } from "#runtime";
import { type JsonObject, type JsonValue, writePath } from "#scim";
import type { Exchange, RequestOptions, TargetFailure, TargetObject } from "#targets";
import type { JobContext } from "../job-context.ts";
import type { Claimed } from "../source-objects.ts";

/** What became of a decision. */
export type Outcome =
  /** Nothing had to be sent. */
  | { readonly kind: "nothing" }
  /** Done. `account` is as the target showed it, or as it must be where it showed nothing; null when it was deleted. `recreated`: an uncertain create was found to have been done. */
  | {
      readonly kind: "applied";
      readonly account: CurrentObject | null;
      readonly exchange: Exchange | null;
      readonly settled: boolean;
    }
  /** The account vanished before the write: it is to be looked for again. */
  | { readonly kind: "gone"; readonly exchange: Exchange }
  /** The target says that the account exists already: it is to be matched again. */
  | { readonly kind: "duplicate"; readonly failure: TargetFailure }
  | { readonly kind: "failed"; readonly failure: TargetFailure };

/** Between the two look-ups after an uncertain create: a target may need a moment until it lists what it made. */
const lookAgainAfter = 1000;

/** Decision → requests → outcome. Never decides again; never repeats a create whose fate is unknown without looking first. */
export const apply = async (
  decision: Decision,
  claimed: Claimed,
  desired: DesiredObject | null,
  current: CurrentObject | null,
  context: JobContext,
  clock: Clock,
  options: RequestOptions,
): Promise<Outcome> => {
  switch (decision.action) {
    case "skip":
      return { kind: "nothing" };
    case "create":
      return create(decision, claimed, desired, context, clock, options);
    case "delete":
      return remove(decision, claimed, context, options);
    default:
      return update(decision, claimed, desired, current, context, options);
  }
};

const create = async (
  decision: Decision,
  claimed: Claimed,
  desired: DesiredObject | null,
  context: JobContext,
  clock: Clock,
  options: RequestOptions,
): Promise<Outcome> => {
  const { type } = claimed.source;
  const resource = applyTo({}, decision.changes);
  for (let attempt = 1; ; attempt++) {
    const answer = await context.target.create(type, resource, options);
    if (answer.ok) return { kind: "applied", account: answer.value, exchange: answer.exchange, settled: true };
    if (answer.failure.kind === "duplicate") return { kind: "duplicate", failure: answer.failure };
    if (answer.failure.kind !== "uncertain") return { kind: "failed", failure: answer.failure };
    const found = await lookTwice(claimed, desired, context, clock, options);
    if ("failure" in found) return { kind: "failed", failure: answer.failure };
    if (found.verdict.kind === "found") {
      const settled = differenceOf(desired?.attributes ?? [], found.verdict.current).length === 0;
      return { kind: "applied", account: found.verdict.current, exchange: answer.failure.exchange, settled };
    }
    if (found.verdict.kind !== "none" || attempt === 2) return { kind: "failed", failure: answer.failure };
  }
};

/** Looks for the account by its matching attributes, twice, a little apart. */
export const lookTwice = async (
  claimed: Claimed,
  desired: DesiredObject | null,
  context: JobContext,
  clock: Clock,
  options: RequestOptions,
): Promise<{ readonly verdict: MatchVerdict } | { readonly failure: TargetFailure }> => {
  const first = await look(claimed, desired, context, options);
  if ("failure" in first || first.verdict.kind !== "none") return first;
  await clock.sleep(lookAgainAfter, options.signal);
  return look(claimed, desired, context, options);
};

const look = async (claimed: Claimed, desired: DesiredObject | null, context: JobContext, options: RequestOptions) => {
  const answers: MatchAnswer[] = [];
  for (;;) {
    const next = nextMatch(null, desired?.matching ?? [], answers, true);
    if ("verdict" in next) return { verdict: next.verdict };
    if (next.ask.kind === "get") throw new TypeError("there is no link to ask about");
    const answer = await context.target.find(claimed.source.type, next.ask.path, next.ask.value, options);
    if (!answer.ok) return { failure: answer.failure };
    answers.push({ question: next.ask, found: answer.value });
  }
};

const update = async (
  decision: Decision,
  claimed: Claimed,
  desired: DesiredObject | null,
  current: CurrentObject | null,
  context: JobContext,
  options: RequestOptions,
): Promise<Outcome> => {
  const { type } = claimed.source;
  const id = decision.targetId ?? current?.id ?? "";
  const changes = decision.changes.map(({ path, after, adds }) => ({ path, value: after, adds }));
  for (let attempt = 1; ; attempt++) {
    const answer = await context.target.update(type, id, changes, current, options);
    if (answer.ok) {
      const account =
        answer.value ?? (current === null ? { id, resource: {} } : withChanges(current, decision.changes));
      return { kind: "applied", account, exchange: answer.exchange, settled: true };
    }
    if (answer.failure.kind === "gone") return { kind: "gone", exchange: answer.failure.exchange };
    if (answer.failure.kind !== "uncertain") return { kind: "failed", failure: answer.failure };
    const seen = await context.target.get(type, id, options);
    if (!seen.ok)
      return seen.failure.kind === "gone"
        ? { kind: "gone", exchange: seen.failure.exchange }
        : { kind: "failed", failure: answer.failure };
    const wanted =
      desired?.attributes.filter(({ path }) => decision.changes.some((change) => change.path === path)) ?? [];
    if (differenceOf(wanted, seen.value).length === 0) {
      return { kind: "applied", account: seen.value, exchange: answer.failure.exchange, settled: true };
    }
    if (attempt === 2) return { kind: "failed", failure: answer.failure };
  }
};

const remove = async (
  decision: Decision,
  claimed: Claimed,
  context: JobContext,
  options: RequestOptions,
): Promise<Outcome> => {
  const { type } = claimed.source;
  const id = decision.targetId ?? "";
  for (let attempt = 1; ; attempt++) {
    const answer = await context.target.remove(type, id, options);
    if (answer.ok) return { kind: "applied", account: null, exchange: answer.exchange, settled: true };
    if (answer.failure.kind === "gone")
      return { kind: "applied", account: null, exchange: answer.failure.exchange, settled: true };
    if (answer.failure.kind !== "uncertain") return { kind: "failed", failure: answer.failure };
    const seen = await context.target.get(type, id, options);
    if (!seen.ok && seen.failure.kind === "gone")
      return { kind: "applied", account: null, exchange: answer.failure.exchange, settled: true };
    if (!seen.ok || attempt === 2) return { kind: "failed", failure: answer.failure };
  }
};

/** The account as it must be now, as far as the target would show it. */
const withChanges = (current: CurrentObject, changes: readonly AttributeDifference[]): TargetObject => ({
  id: current.id,
  resource: applyTo(
    current.resource as JsonObject,
    changes.filter(({ unseen }) => unseen !== true),
  ),
});

const applyTo = (resource: JsonObject, changes: readonly AttributeDifference[]): JsonObject =>
  changes.reduce((body, { path, after }) => {
    const written = writePath(body, path, after as JsonValue | undefined);
    return written.ok ? written.value : body;
  }, resource);
