import { type Evaluation, evaluate, type FlowValue, type RandomBytes, uniqueCandidates } from "../expressions/index.ts";
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
  return { ok: true, object: { attributes, missing: missingOf(outcomes), matching: matchingOf(outcomes) }, outcomes };
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
    const attributes = place(mapping, given);
    const isOwn = mapping.source.kind !== "none" && (given.value !== null || given.references !== null);
    const isDefault = attributes.some(({ value }) => value !== clearValue);
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
    .filter(({ attributes }) => attributes.every(({ when, value }) => when === "update" || value === clearValue))
    .map(({ mapping }) => mapping.path);

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
  | {
      readonly kind: "given";
      readonly value: TargetValue | null;
      readonly references: readonly string[] | null;
      readonly log: string | undefined;
      readonly candidates?: readonly UniqueCandidate[];
    }
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
  if (first === undefined) return { kind: "given", value: null, references: null, log: undefined };
  if (first.kind !== "given" || mapping.matchingPriority > 0) return first;
  const candidates = all.flatMap((one): UniqueCandidate[] => {
    if (one.kind === "error") return [{ error: one.error }];
    return one.kind === "given" && one.value !== null ? [{ value: one.value }] : [];
  });
  const log = all.map((one) => (one.kind === "given" ? one.log : undefined)).find((text) => text !== undefined);
  return { ...first, log, candidates };
};

const inType = (mapping: CompiledMapping, result: Evaluation): Given => {
  const { path, origin } = mapping;
  if (result.kind === "ignored") return { kind: "ignored" };
  if (result.kind === "error") {
    const message = `The mapping of ${path} (${origin}) has no value for this object: ${result.error.message}`;
    return { kind: "error", error: { code: "MappingFailed", path, origin, message } };
  }
  const converted = convert(result.value, mapping);
  if (!converted.ok)
    return { kind: "error", error: { code: converted.code, path, origin, message: converted.message } };
  return { kind: "given", value: converted.value, references: converted.references, log: result.log };
};

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

type Converted =
  | { readonly ok: true; readonly value: TargetValue | null; readonly references: readonly string[] | null }
  | { readonly ok: false; readonly code: MappingError["code"]; readonly message: string };

/** Brings a value into the target attribute's type; null stays null. */
const convert = (value: FlowValue, { target, path }: CompiledMapping): Converted => {
  if (target.type === "Reference") {
    const ids = (Array.isArray(value) ? value : [value]).filter(
      (id): id is string => typeof id === "string" && id !== "",
    );
    return { ok: true, value: null, references: ids };
  }
  if (value === null) return { ok: true, value: null, references: null };
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== null).map((item) => scalar(item as TargetValue, target.type));
    const [only, ...others] = items;
    if (only === undefined) return { ok: true, value: null, references: null };
    if (target.multivalued) return { ok: true, value: items, references: null };
    if (others.length === 0) return { ok: true, value: only, references: null };
    return {
      ok: false,
      code: "SchemaPropertyCanOnlyAcceptValue",
      message: `${path} takes one value, and its mapping gives ${items.length}. Map one of them, for example with Item([attribute], 1).`,
    };
  }
  const single = scalar(value as TargetValue, target.type);
  return { ok: true, value: target.multivalued ? [single] : single, references: null };
};

const scalar = (value: TargetValue, type: CompiledMapping["target"]["type"]): TargetValue => {
  if (type === "Boolean" && typeof value === "string") {
    const lower = value.toLowerCase();
    return lower === "true" ? true : lower === "false" ? false : value;
  }
  if (type === "Integer" && typeof value === "string" && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (type === "String" && (typeof value === "boolean" || typeof value === "number")) {
    return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
  }
  return value;
};

/** When a value flows: always, at creation, at update, or where the target is empty; several of them when null is treated differently. */
const place = (
  mapping: CompiledMapping,
  { value, log, references, candidates }: Extract<Given, { kind: "given" }>,
): DesiredAttribute[] => {
  const attribute = (given: DesiredAttribute["value"], when: DesiredAttribute["when"]): DesiredAttribute => ({
    path: mapping.path,
    value: given,
    origin: mapping.origin,
    when,
    caseExact: mapping.target.caseExact,
    multivalued: mapping.target.multivalued,
    ...(log === undefined ? {} : { shown: log }),
  });
  if (references !== null) return [attribute({ kind: "reference", ids: references }, "always")];
  const fallback = mapping.defaultValue ?? mapping.target.defaultValue;
  const given = fallback === null ? null : scalar(fallback, mapping.target.type);
  if (mapping.source.kind === "none") return given === null ? [] : [attribute(given, "whenEmpty")];
  const creationOnly = mapping.onlyAtCreation || mapping.drawn || mapping.unique;
  if (value !== null && candidates !== undefined) return [{ ...attribute(value, "creation"), candidates }];
  if (value !== null) return [attribute(value, creationOnly ? "creation" : "always")];
  const result: DesiredAttribute[] = [];
  if (given !== null)
    result.push(
      attribute(
        given,
        mapping.defaultOnUpdate && mapping.whenNull === "default" && !creationOnly ? "always" : "creation",
      ),
    );
  if (mapping.whenNull === "clear" && !creationOnly) result.push(attribute(clearValue, "update"));
  return result;
};
