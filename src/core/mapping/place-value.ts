import { clearValue, type DesiredAttribute, type TargetValue, type UniqueCandidate } from "../objects.ts";
import type { CompiledMapping } from "./compile.ts";

/** What a mapping gives for one object. */
export interface PlaceableValue {
  /** In the target's type; null where the source is null. */
  readonly value: TargetValue | null;
  /** The default value in the target's type, null without one. */
  readonly fallback: TargetValue | null;
  /** What logs show instead of the value, else undefined. */
  readonly shown: string | undefined;
  /** What may be given instead where somebody has the value (SelectUniqueValue). */
  readonly candidates?: readonly UniqueCandidate[];
}

type Placement = Pick<DesiredAttribute, "when" | "adds" | "accompanies">;

/**
 * When a value flows: always, at creation, at updates, or where the target has none; twice where null is treated differently at creation and later.
 * A flow that only adds never clears.
 */
export const placeValue = (
  mapping: CompiledMapping,
  { value, fallback, shown, candidates }: PlaceableValue,
): DesiredAttribute[] => {
  const { flow, source, target, whenNull, path, origin } = mapping;
  if (flow === "Never") return [];
  const attribute = (
    given: DesiredAttribute["value"],
    placement: Placement,
    at: Pick<DesiredAttribute, "path"> = { path },
  ): DesiredAttribute => ({
    ...at,
    value: given,
    origin,
    caseExact: target.caseExact,
    multivalued: target.multivalued,
    ...(target.type === "DateTime" ? { dateTime: true } : {}),
    ...(target.writeOnly ? { unseen: true } : {}),
    ...placement,
    ...(shown === undefined ? {} : { shown }),
  });
  if (target.type === "Reference" && source.kind !== "none") return placeReference(mapping, value, attribute);
  if (source.kind === "none") {
    const when = flow === "ObjectAddOnly" ? "creation" : "whenEmpty";
    return fallback === null ? [] : [attribute(fallback, { when })];
  }
  if (value !== null) {
    const beside =
      mapping.beside === null ? [] : [attribute(mapping.beside.value, { when: "creation" }, mapping.beside)];
    const placed = attribute(value, placementOf(mapping));
    return [candidates === undefined ? placed : { ...placed, candidates }, ...beside];
  }
  const onUpdatesToo = mapping.defaultOnUpdate && whenNull === "default";
  return [
    ...(fallback === null ? [] : [attribute(fallback, onUpdatesToo ? placementOf(mapping) : { when: "creation" })]),
    ...(whenNull === "clear" && flow === "Always" ? [attribute(clearValue, { when: "update" })] : []),
  ];
};

const placementOf = ({ flow, target, accompanies }: CompiledMapping): Placement => {
  const along = accompanies ? { accompanies } : {};
  switch (flow) {
    case "Always":
      return { when: "always", ...along };
    case "ValueAddOnly":
      return { when: "always", ...(target.multivalued ? { adds: true } : along) };
    case "MultiValueAddOnly":
      return target.multivalued ? { when: "always", adds: true } : { when: "whenEmpty" };
    case "AttributeAddOnly":
      return { when: "whenEmpty" };
    default:
      return { when: "creation", ...along };
  }
};

/** References are told by the ids of the objects that they point to. A list of them is compared by whoever keeps it, so it flows even when it is empty. */
const placeReference = (
  mapping: CompiledMapping,
  value: TargetValue | null,
  attribute: (given: DesiredAttribute["value"], placement: Placement) => DesiredAttribute,
): DesiredAttribute[] => {
  const { flow, target, whenNull } = mapping;
  const ids = (Array.isArray(value) ? value : [value]).filter((id): id is string => typeof id === "string");
  const reference = { kind: "reference", ids } as const;
  // Members get their accounts after the group has its own, so no flow of theirs can end with the creation.
  if (target.multivalued)
    return [attribute(reference, { when: "always", ...(flow === "Always" ? {} : { adds: true }) })];
  if (ids.length > 0) return [attribute(reference, placementOf(mapping))];
  return flow === "Always" && whenNull !== "leave" ? [attribute(reference, { when: "update" })] : [];
};
