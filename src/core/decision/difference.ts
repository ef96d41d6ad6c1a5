import { type JsonObject, readPath } from "#scim";
import type { CurrentObject, DesiredAttribute, TargetValue } from "../objects.ts";

/** One attribute that the target must change. `after` undefined removes it. */
export interface AttributeDifference {
  readonly path: string;
  readonly before: unknown;
  readonly after: TargetValue | undefined;
  readonly origin: string;
  /** What logs show instead of both values (Redact), else undefined. */
  readonly shown: string | undefined;
}

/** What must change in an account so that it has the desired attributes; references are settled elsewhere. */
export const differenceOf = (desired: readonly DesiredAttribute[], current: CurrentObject): AttributeDifference[] =>
  desired.flatMap((attribute) => {
    if (attribute.when === "creation") return [];
    const before = readPath(current.resource as JsonObject, attribute.path);
    if (attribute.when === "whenEmpty" && !isEmpty(before)) return [];
    const after = wantedOf(attribute);
    if (after === unsettled || sameValue(before, after, attribute)) return [];
    return [{ path: attribute.path, before, after, origin: attribute.origin, shown: attribute.shown }];
  });

/** What a new account is made of, as differences from nothing. */
export const wholeOf = (desired: readonly DesiredAttribute[]): AttributeDifference[] =>
  desired.flatMap((attribute) => {
    const after = wantedOf(attribute);
    if (attribute.when === "update" || after === undefined || after === unsettled) return [];
    return [{ path: attribute.path, before: undefined, after, origin: attribute.origin, shown: attribute.shown }];
  });

const unsettled = Symbol("a reference");

const wantedOf = ({ value }: DesiredAttribute): TargetValue | undefined | typeof unsettled => {
  if (typeof value === "object" && "kind" in value) {
    if (value.kind === "clear") return undefined;
    if (value.kind === "reference") return unsettled;
  }
  return value as TargetValue;
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** Compares as the target's schema does: case where it counts, Booleans also from their text, lists as sets. */
const sameValue = (before: unknown, after: TargetValue | undefined, attribute: DesiredAttribute): boolean => {
  if (after === undefined) return isEmpty(before);
  if (isEmpty(before)) return isEmpty(after);
  if (Array.isArray(after)) {
    if (!Array.isArray(before)) return false;
    const keys = (list: readonly unknown[]) => new Set(list.map((item) => keyOf(item, attribute.caseExact)));
    return keys(before).symmetricDifference(keys(after)).size === 0;
  }
  return keyOf(before, attribute.caseExact) === keyOf(after, attribute.caseExact);
};

const keyOf = (value: unknown, caseExact: boolean): string => {
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "string") {
    if (value === "True" || value === "False") return value.toLowerCase();
    return caseExact ? value : value.toLowerCase();
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([name, inner]) => [name.toLowerCase(), keyOf(inner, caseExact)]);
    return JSON.stringify(entries.sort(([left = ""], [right = ""]) => (left < right ? -1 : 1)));
  }
  return String(value);
};
