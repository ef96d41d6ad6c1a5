import {
  type Evaluation,
  evaluate,
  type FlowValue,
  type RandomBytes,
  REDACTED,
  uniqueCandidates,
} from "../expressions/index.ts";
import {
  type AttributeValue,
  activePath,
  clearValue,
  type DesiredAttribute,
  type DesiredObject,
  type MappingError,
  type ScopedObject,
  type TargetValue,
  type UniqueCandidate,
} from "../objects.ts";
import type { CompiledMapping, CompiledObjectMapping } from "./compile.ts";
import { convert } from "./convert.ts";
import { type PlaceableValue, placeValue } from "./place-value.ts";

/** What a decision may not draw for itself: the time and random bytes, drawn once and kept with it. */
export interface Drawn {
  /** ISO 8601, UTC. */
  readonly now: string;
  /** At least 1,024 bytes where a mapping draws by chance; may be empty elsewhere. */
  readonly random: Uint8Array;
}

/** One mapping as it turned out for one object. */
export interface MappingOutcome {
  readonly mapping: CompiledMapping;
  /** What it asks for; nothing where nothing flows. */
  readonly attributes: readonly DesiredAttribute[];
  readonly from: "mapping" | "default" | "nothing";
  /** The value that finds the account; null where it does not match, or has none. */
  readonly matching: string | null;
  /** Why it has no value, else null. */
  readonly error: MappingError | null;
}

export type Mapped = (
  | { readonly ok: true; readonly object: DesiredObject }
  | { readonly ok: false; readonly error: MappingError }
) & {
  /** Every mapping that was asked, in the order of the schema. */
  readonly outcomes: readonly MappingOutcome[];
};

/**
 * What the target's account should be.
 * An object that leaves gets only the mappings that read `IsSoftDeleted`, so that a broken mapping of something else cannot hold a leaver up;
 * a broken one among those is passed over where `active` has its value all the same.
 */
export const mapObject = (scoped: ScopedObject, mapping: CompiledObjectMapping, drawn: Drawn): Mapped => {
  const used = scoped.inScope ? mapping.mappings : mapping.mappings.filter(({ readsSoftDeleted }) => readsSoftDeleted);
  const outcomes = mapEach(scoped, used, drawn);
  const broken = outcomes.find(({ error }) => error !== null)?.error ?? null;
  const attributes = outcomes.flatMap((outcome) => outcome.attributes);
  if (broken !== null && (scoped.inScope || !attributes.some(({ path }) => path === activePath)))
    return { ok: false, error: broken, outcomes };
  const missing = [...(scoped.inScope ? mapping.unmapped : []), ...missingOf(outcomes)];
  return { ok: true, object: { attributes, missing, matching: matchingOf(outcomes) }, outcomes };
};

/** What each of the mappings gives for the object, whatever becomes of the others. */
export const mapEach = (
  scoped: ScopedObject,
  mappings: readonly CompiledMapping[],
  drawn: Drawn,
): readonly MappingOutcome[] => {
  const random = inTurn(drawn.random);
  return mappings.map((mapping): MappingOutcome => {
    const given = give(mapping, scoped, drawn.now, random);
    if (given.kind === "error") return { mapping, attributes: [], from: "nothing", matching: null, error: given.error };
    if (given.kind === "ignored") return { mapping, attributes: [], from: "nothing", matching: null, error: null };
    const attributes = placeValue(mapping, given);
    const isOwn = mapping.source.kind !== "none" && (given.value !== null || mapping.target.type === "Reference");
    const isDefault = given.fallback !== null && attributes.some(({ value }) => value !== clearValue);
    return {
      mapping,
      attributes,
      from: isOwn ? "mapping" : isDefault ? "default" : "nothing",
      matching: mapping.matchingPriority > 0 && isMatchable(given.value) ? String(given.value) : null,
      error: null,
    };
  });
};

/** The questions that find the account, by the priority of their mappings. */
export const matchingOf = (outcomes: readonly MappingOutcome[]): DesiredObject["matching"] =>
  outcomes
    .filter(({ matching }) => matching !== null)
    .sort((left, right) => left.mapping.matchingPriority - right.mapping.matchingPriority)
    .map(({ mapping, matching }) => ({ path: mapping.path, value: matching ?? "" }));

const missingOf = (outcomes: readonly MappingOutcome[]): string[] =>
  outcomes
    .filter(({ mapping, error }) => mapping.target.required && error === null)
    .filter(({ attributes }) => !attributes.some(countsAtCreation))
    .map(({ mapping }) => mapping.path);

/** Whether a new account has a value of it. */
const countsAtCreation = ({ when, value }: DesiredAttribute): boolean => {
  if (when === "update" || value === clearValue || value === "") return false;
  return !(typeof value === "object" && "ids" in value && Array.isArray(value.ids) && value.ids.length === 0);
};

const isMatchable = (value: TargetValue | null): boolean =>
  typeof value === "number" || (typeof value === "string" && value !== "");

/** Hands the drawn bytes out one after the other, so that no two mappings of an object draw the same. */
const inTurn = (drawn: Uint8Array): RandomBytes => {
  let taken = 0;
  return (count) => {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = drawn[(taken + i) % Math.max(1, drawn.length)] ?? 0;
    taken += count;
    return bytes;
  };
};

type Given =
  | ({ readonly kind: "given" } & PlaceableValue)
  | { readonly kind: "ignored" }
  | { readonly kind: "error"; readonly error: MappingError };

/** What a mapping gives for this object, in the target attribute's type. */
const give = (mapping: CompiledMapping, scoped: ScopedObject, now: string, random: RandomBytes): Given => {
  if (mapping.unique) return giveUnique(mapping, scoped, now, random);
  return inType(mapping, evaluateMapping(mapping, scoped, now, random));
};

/** The first value of a SelectUniqueValue, and those to try when somebody has it; an attribute that matches is not chosen freely. */
const giveUnique = (mapping: CompiledMapping, scoped: ScopedObject, now: string, random: RandomBytes): Given => {
  const { source } = mapping;
  if (source.kind !== "expression") throw new TypeError(`${mapping.path} is no expression`);
  const attributes = (name: string) => read(scoped.source.attributes, name) ?? null;
  const all = [...uniqueCandidates(source.tree, attributes, { now, random })].map((rule) => inType(mapping, rule));
  const [first] = all;
  if (first === undefined) return inType(mapping, { kind: "value", value: null });
  if (first.kind !== "given" || mapping.matchingPriority > 0) return first;
  const candidates = all.flatMap((one): UniqueCandidate[] => {
    if (one.kind === "error") return [{ error: one.error }];
    return one.kind === "given" && one.value !== null ? [{ value: one.value }] : [];
  });
  const shown = all.map((one) => (one.kind === "given" ? one.shown : undefined)).find((text) => text !== undefined);
  return { ...first, shown, candidates };
};

const inType = (mapping: CompiledMapping, result: Evaluation): Given => {
  const { path, origin } = mapping;
  const fail = (code: MappingError["code"], message: string): Given => ({
    kind: "error",
    error: { code, path, origin, message },
  });
  if (result.kind === "ignored") return { kind: "ignored" };
  if (result.kind === "error")
    return fail(
      "MappingFailed",
      `The mapping of ${path} (${origin}) has no value for this object: ${result.error.message}`,
    );
  const receiver = { path, ...mapping.target };
  const shown = mapping.target.writeOnly ? REDACTED : result.log;
  const converted = convert(result.value, receiver, shown !== undefined);
  if (!converted.ok) return fail(converted.code, converted.message);
  const { value } = converted;
  const fallback = value === null ? convert(mapping.defaultValue ?? mapping.target.defaultValue, receiver) : unneeded;
  if (!fallback.ok) return fail(fallback.code, `The default value does not fit: ${fallback.message}`);
  return { kind: "given", value, fallback: fallback.value, shown };
};

const unneeded = { ok: true, value: null } as const;

const evaluateMapping = (
  { source }: CompiledMapping,
  scoped: ScopedObject,
  now: string,
  random: RandomBytes,
): Evaluation => {
  const attributes = scoped.source.attributes;
  switch (source.kind) {
    case "none":
      return { kind: "value", value: null };
    case "constant":
      return { kind: "value", value: source.value };
    case "attribute":
      return { kind: "value", value: (read(attributes, source.name) ?? null) as FlowValue };
    case "expression":
      return evaluate(source.tree, (name) => read(attributes, name) ?? null, { now, random });
  }
};

const read = (attributes: Readonly<Record<string, AttributeValue>>, name: string): AttributeValue | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;
