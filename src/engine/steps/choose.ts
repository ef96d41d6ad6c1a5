import type { Decision, DesiredAttribute, DesiredObject, Refusal, TargetValue } from "#core";
import { hidingValues } from "#runtime";
import type { RequestOptions, TargetFailure } from "#targets";
import type { Handled } from "../handled.ts";
import type { JobContext } from "../job-context.ts";
import type { Reservations, Taken } from "../reservations.ts";
import type { Claimed } from "../source-objects.ts";

/** What a pass knows of values that nobody else may have. */
export interface Uniqueness {
  readonly reservations: Reservations;
  readonly taken: Taken;
}

/** A value that nobody in the target had when it was asked. */
export interface Choice {
  readonly path: string;
  readonly value: TargetValue;
  readonly key: string;
}

export type Chosen =
  | {
      readonly kind: "chosen";
      readonly decision: Decision;
      readonly desired: DesiredObject;
      readonly choices: readonly Choice[];
    }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "failed"; readonly failure: TargetFailure };

/** Code of the provisioning log where no rule gives a value that is free, or nobody can tell. */
const code = "SelectUniqueValueFailed";

export const ownerOf = (context: JobContext, sourceId: string): string => `${context.job.id} ${sourceId}`;

/** Lets go of what was reserved for a recorded object, unless nobody knows whether its account was made. */
export const releaseRecorded = (
  { claimed, outcome }: Handled,
  context: JobContext,
  reservations: Reservations,
): void => {
  if (outcome?.kind === "failed" && outcome.failure.kind === "uncertain") return;
  reservations.release(ownerOf(context, claimed.source.id));
};

/**
 * A create whose attributes with SelectUniqueValue have the first value that nobody has: neither in the target, which is asked, nor among
 * those who are about to be created. What is chosen stays reserved until the owner is released.
 */
export const choose = async (
  decision: Decision,
  desired: DesiredObject,
  claimed: Claimed,
  context: JobContext,
  unique: Uniqueness,
  options: RequestOptions,
): Promise<Chosen> => {
  const choices: Choice[] = [];
  for (const attribute of desired.attributes) {
    if (attribute.candidates === undefined) continue;
    const choice = await chooseOne(attribute, claimed, context, unique, options);
    if ("kind" in choice) {
      unique.reservations.release(ownerOf(context, claimed.source.id));
      return choice;
    }
    choices.push(choice);
  }
  const chosenFor = (path: string) => choices.find((choice) => choice.path === path)?.value;
  return {
    kind: "chosen",
    choices,
    decision: {
      ...decision,
      changes: decision.changes.map((change) => ({ ...change, after: chosenFor(change.path) ?? change.after })),
    },
    desired: {
      ...desired,
      attributes: desired.attributes.map((attribute) => ({
        ...attribute,
        value: chosenFor(attribute.path) ?? attribute.value,
      })),
    },
  };
};

const chooseOne = async (
  { path, candidates = [] }: DesiredAttribute,
  claimed: Claimed,
  context: JobContext,
  { reservations, taken }: Uniqueness,
  options: RequestOptions,
): Promise<Choice | Exclude<Chosen, { kind: "chosen" }>> => {
  const { type } = claimed.source;
  const owner = ownerOf(context, claimed.source.id);
  const { filterable } = context.target.profile;
  // A template tells what it knows of users only.
  if (type === "User" && filterable !== null && !filterable.some((name) => name.toLowerCase() === path.toLowerCase()))
    return refuse(`${context.app.displayName} can be searched by ${filterable.join(", ")} only. ${cannotAsk(path)}`);
  const tried: string[] = [];
  for (const candidate of candidates) {
    if ("error" in candidate) return { kind: "refused", refusal: { kind: "refusal", ...reasonOf(candidate.error) } };
    const text = String(candidate.value);
    const key = JSON.stringify([context.links.identity, type, path, text.toLowerCase()]);
    tried.push(text);
    if (taken.has(key) || !reservations.reserve(key, owner)) continue;
    const answer = await context.target.find(type, path, text, options);
    if (!answer.ok) return { kind: "failed", failure: failureOf(answer.failure, path) };
    if (answer.value.length === 0) return { path, value: candidate.value, key };
    taken.add(key);
    reservations.giveUp(key, owner);
  }
  const shown = tried.slice(0, 5).map((text) => JSON.stringify(text));
  const more = tried.length > shown.length ? ` and ${tried.length - shown.length} more` : "";
  return refuse(
    `Every value that SelectUniqueValue gives for ${path} is taken in ${context.app.displayName}: ${shown.join(", ")}${more}. Add another rule to its mapping, or free one of the values.`,
  );
};

const refuse = (message: string): Extract<Chosen, { kind: "refused" }> => ({
  kind: "refused",
  refusal: { kind: "refusal", code, message },
});

const reasonOf = ({ code, message }: { readonly code: string; readonly message: string }) => ({ code, message });

const cannotAsk = (path: string): string =>
  `So nobody can tell which value of ${path} is free: map it without SelectUniqueValue.`;

/** A target that refuses the question for good cannot be asked by this attribute at all. */
const failureOf = (failure: TargetFailure, path: string): TargetFailure =>
  failure.kind === "permanent"
    ? {
        ...failure,
        code,
        message: `The target could not be searched by ${path}: ${failure.message} ${cannotAsk(path)}`,
      }
    : failure;

/**
 * Whether the target refused a create because somebody has one of the chosen values by now: it shows such an account, or says so in its own words.
 * Those values are known as taken from then on.
 */
export const wereTaken = async (
  choices: readonly Choice[],
  refused: TargetFailure,
  claimed: Claimed,
  context: JobContext,
  { reservations, taken }: Uniqueness,
  options: RequestOptions,
): Promise<boolean> => {
  let found = false;
  for (const { path, value, key } of choices) {
    const answer = await context.target.find(claimed.source.type, path, String(value), options);
    const isThere = answer.ok && answer.value.length > 0;
    if (!isThere && !mentions(refused.message, path) && !mentions(refused.message, String(value))) continue;
    found = true;
    taken.add(key);
    reservations.giveUp(key, ownerOf(context, claimed.source.id));
  }
  return found;
};

const mentions = (message: string, words: string): boolean => hidingValues([words], "")(message) !== message;
