import { type Evaluation, evaluate, type FlowValue, type RandomBytes, REDACTED } from "../expressions/index.ts";
import {
  type AttributeValue,
  activePath,
  clearValue,
  type DesiredAttribute,
  type DesiredObject,
  type MappingError,
  type ScopedObject,
  type TargetValue,
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

export type Mapped =
  | { readonly ok: true; readonly object: DesiredObject }
  | { readonly ok: false; readonly error: MappingError };

/**
 * What the target's account should be.
 * An object that leaves gets only the mappings that read `IsSoftDeleted`, so that a broken mapping of something else cannot hold a leaver up;
 * a broken one among those is passed over where `active` has its value all the same.
 */
export const mapObject = (scoped: ScopedObject, mapping: CompiledObjectMapping, drawn: Drawn): Mapped => {
  const attributes: DesiredAttribute[] = [];
  const missing: string[] = [...(scoped.inScope ? mapping.unmapped : [])];
  const matching: { priority: number; path: string; value: string }[] = [];
  const used = scoped.inScope ? mapping.mappings : mapping.mappings.filter(({ readsSoftDeleted }) => readsSoftDeleted);
  const random = inTurn(drawn.random);
  let broken: MappingError | null = null;
  for (const one of used) {
    const given = give(one, scoped, drawn.now, random);
    if (given.kind === "error") {
      if (scoped.inScope) return { ok: false, error: given.error };
      broken ??= given.error;
      continue;
    }
    const placed = given.kind === "ignored" ? [] : placeValue(one, given);
    attributes.push(...placed);
    if (one.target.required && !placed.some(countsAtCreation)) missing.push(one.path);
    if (one.matchingPriority > 0 && given.kind === "given" && isMatchable(given.value))
      matching.push({ priority: one.matchingPriority, path: one.path, value: String(given.value) });
  }
  if (broken !== null && !attributes.some(({ path }) => path === activePath)) return { ok: false, error: broken };
  return {
    ok: true,
    object: {
      attributes,
      missing,
      matching: matching
        .sort((left, right) => left.priority - right.priority)
        .map(({ path, value }) => ({ path, value })),
    },
  };
};

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
  const { path, origin } = mapping;
  const fail = (code: MappingError["code"], message: string): Given => ({
    kind: "error",
    error: { code, path, origin, message },
  });
  const result = evaluateMapping(mapping, scoped, now, random);
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
