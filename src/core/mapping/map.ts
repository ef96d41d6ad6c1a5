import { evaluate, type FlowValue } from "../expressions/index.ts";
import {
  type AttributeValue,
  clearValue,
  type DesiredAttribute,
  type DesiredObject,
  type MappingError,
  type ScopedObject,
  type TargetValue,
} from "../objects.ts";
import type { CompiledMapping, CompiledObjectMapping } from "./compile.ts";

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
 * An object that leaves gets only the mappings that read `IsSoftDeleted`, so that a broken mapping of something else cannot hold a leaver up.
 */
export const mapObject = (scoped: ScopedObject, mapping: CompiledObjectMapping, drawn: Drawn): Mapped => {
  const attributes: DesiredAttribute[] = [];
  const missing: string[] = [];
  const matching: { priority: number; path: string; value: string }[] = [];
  const used = scoped.inScope ? mapping.mappings : mapping.mappings.filter(({ readsSoftDeleted }) => readsSoftDeleted);
  for (const one of used) {
    const result = evaluateMapping(one, scoped, drawn);
    if (result.kind === "error") {
      return {
        ok: false,
        error: {
          code: result.code,
          path: one.path,
          origin: one.origin,
          message: `The mapping of ${one.path} (${one.origin}) has no value for this object: ${result.message}`,
        },
      };
    }
    if (result.kind === "ignored") continue;
    const converted = convert(result.value, one);
    if (!converted.ok) return { ok: false, error: { ...converted, path: one.path, origin: one.origin } };
    const placed = place(one, converted.value, result.log, converted.references);
    attributes.push(...placed);
    if (placed.every(({ when, value }) => when === "update" || value === clearValue) && one.target.required)
      missing.push(one.path);
    if (
      one.matchingPriority > 0 &&
      (typeof converted.value === "string" || typeof converted.value === "number") &&
      converted.value !== ""
    ) {
      matching.push({ priority: one.matchingPriority, path: one.path, value: String(converted.value) });
    }
  }
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

type Evaluated =
  | { readonly kind: "value"; readonly value: FlowValue; readonly log?: string | undefined }
  | { readonly kind: "ignored" }
  | { readonly kind: "error"; readonly code: MappingError["code"]; readonly message: string };

const evaluateMapping = (mapping: CompiledMapping, scoped: ScopedObject, drawn: Drawn): Evaluated => {
  const { source } = mapping;
  const attributes = scoped.source.attributes;
  switch (source.kind) {
    case "none":
      return { kind: "value", value: null };
    case "constant":
      return { kind: "value", value: source.value };
    case "attribute":
      return { kind: "value", value: (read(attributes, source.name) ?? null) as FlowValue };
    case "expression": {
      let taken = 0;
      const result = evaluate(source.tree, (name) => read(attributes, name) ?? null, {
        now: drawn.now,
        random: (count) => {
          const bytes = new Uint8Array(count);
          for (let i = 0; i < count; i++) bytes[i] = drawn.random[(taken + i) % Math.max(1, drawn.random.length)] ?? 0;
          taken += count;
          return bytes;
        },
      });
      if (result.kind === "error") return { kind: "error", code: "MappingFailed", message: result.error.message };
      return result;
    }
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
  if (value === null || (Array.isArray(value) && value.length === 0))
    return { ok: true, value: null, references: null };
  if (Array.isArray(value)) {
    if (target.multivalued) {
      return {
        ok: true,
        value: value.filter((item) => item !== null).map((item) => scalar(item as TargetValue, target.type)),
        references: null,
      };
    }
    const [only, ...others] = value;
    if (others.length > 0) {
      return {
        ok: false,
        code: "SchemaPropertyCanOnlyAcceptValue",
        message: `${path} takes one value, and its mapping gives ${value.length}. Map one of them, for example with Item([attribute], 1).`,
      };
    }
    return convert(only as FlowValue, { target, path } as CompiledMapping);
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
  value: TargetValue | null,
  log: string | undefined,
  references: readonly string[] | null,
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
  const creationOnly = mapping.onlyAtCreation || mapping.drawn;
  if (value !== null) return [attribute(value, creationOnly ? "creation" : "always")];
  const result: DesiredAttribute[] = [];
  if (given !== null)
    result.push(
      attribute(
        given,
        mapping.defaultOnUpdate && mapping.whenNull !== "clear" && !creationOnly ? "always" : "creation",
      ),
    );
  if (mapping.whenNull === "clear" && !creationOnly) result.push(attribute(clearValue, "update"));
  return result;
};
