import { instantOf, isJsonArray, isJsonObject, type JsonObject, type JsonValue, readPath, valueOfName } from "#scim";
import type { CurrentObject, DesiredAttribute, TargetValue } from "../objects.ts";

/** One attribute that the target must change. `after` undefined removes it. */
export interface AttributeDifference {
  readonly path: string;
  readonly before: unknown;
  readonly after: TargetValue | undefined;
  readonly origin: string;
  /** What logs show instead of both values (Redact), else undefined. */
  readonly shown: string | undefined;
  /** Those of the values in `after` that are new, where none may be taken away; absent where `after` replaces. */
  readonly adds?: readonly TargetValue[];
  /** True where the target never shows the value: it must not be remembered. */
  readonly unseen?: boolean;
  /** True where the target has the value already, and gets it once more along with the others. */
  readonly repeated?: boolean;
}

/** What must change in an account so that it has the desired attributes; references are settled elsewhere. */
export const differenceOf = (desired: readonly DesiredAttribute[], current: CurrentObject): AttributeDifference[] =>
  desired.flatMap((attribute) => {
    if (attribute.when === "creation") return [];
    const before = readPath(current.resource as JsonObject, attribute.path);
    if (attribute.when === "whenEmpty" && !isEmpty(before)) return [];
    const after = wantedOf(attribute);
    if (after === unsettled) return [];
    if (attribute.adds === true && isJsonArray(after) && !isEmpty(before)) return addition(before, after, attribute);
    return sameValue(before, after, attribute) ? [] : [differs(attribute, before, after)];
  });

/** The values that the target lacks; what it has stays. */
const addition = (
  before: JsonValue | undefined,
  wanted: readonly TargetValue[],
  attribute: DesiredAttribute,
): AttributeDifference[] => {
  const there = listOf(before);
  const adds = wanted.filter((item) => !there.some((one) => answers(one, item, attribute)));
  return adds.length === 0
    ? []
    : [{ ...differs(attribute, before, [...(there as readonly TargetValue[]), ...adds]), adds }];
};

/**
 * What goes along with the changes that an update makes (flow behaviour `FlowAlways`): by itself it brings no update about.
 * @param changes what the update makes of the account; without any there is no update, and nothing goes along
 */
export const companionsOf = (
  desired: readonly DesiredAttribute[],
  current: CurrentObject,
  changes: readonly AttributeDifference[],
): AttributeDifference[] => {
  if (changes.length === 0) return [];
  const changed = new Set(changes.map(({ path }) => path));
  return desired.flatMap((attribute) => {
    if (attribute.accompanies !== true || changed.has(attribute.path)) return [];
    const after = wantedOf(attribute);
    if (after === undefined || after === unsettled) return [];
    const before = readPath(current.resource as JsonObject, attribute.path);
    const repeated = sameValue(before, after, attribute);
    return [{ ...differs(attribute, before, after), ...(repeated ? { repeated } : {}) }];
  });
};

/** What a new account is made of, as differences from nothing. */
export const wholeOf = (desired: readonly DesiredAttribute[]): AttributeDifference[] =>
  desired.flatMap((attribute) => {
    const after = wantedOf(attribute);
    if (attribute.when === "update" || after === undefined || after === unsettled) return [];
    return [differs(attribute, undefined, after)];
  });

const differs = (
  { path, origin, shown, unseen }: DesiredAttribute,
  before: unknown,
  after: TargetValue | undefined,
): AttributeDifference => ({ path, before, after, origin, shown, ...(unseen === true ? { unseen } : {}) });

const unsettled = Symbol("a reference");

const wantedOf = ({ value }: DesiredAttribute): TargetValue | undefined | typeof unsettled => {
  if (typeof value === "object" && "kind" in value) {
    if (value.kind === "clear") return undefined;
    if (value.kind === "reference") return unsettled;
  }
  return value as TargetValue;
};

export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  isJsonArray(value) ? value : value === undefined || value === null ? [] : [value];

/** Compares as the target's schema does: case where it counts, Booleans also from their text, dates by their moment, lists as sets. */
const sameValue = (
  before: JsonValue | undefined,
  after: TargetValue | undefined,
  attribute: DesiredAttribute,
): boolean => {
  if (after === undefined) return isEmpty(before);
  if (isEmpty(before)) return isEmpty(after);
  if (!isJsonArray(after)) {
    // A target may keep as a list what the mapping gives as one value.
    const one = isJsonArray(before) && before.length === 1 ? before[0] : before;
    return one !== undefined && answers(one, after, attribute);
  }
  if (!isJsonArray(before)) return false;
  return (
    after.every((item) => before.some((one) => answers(one, item, attribute))) &&
    before.every((one) => after.some((item) => answers(one, item, attribute)))
  );
};

/**
 * Whether what the target has is what is wanted. Members that it does not show it does not keep, and members of its own (`$ref`, `display`)
 * are not a matter of the mapping; a value that it keeps as `{ value }` is that value.
 */
const answers = (has: JsonValue, wanted: TargetValue, attribute: DesiredAttribute): boolean => {
  if (!isJsonObject(wanted)) {
    const plain = isJsonObject(has) ? valueOfName(has, "value") : has;
    return plain !== undefined && keyOf(plain, attribute) === keyOf(wanted, attribute);
  }
  if (!isJsonObject(has)) return answers({ value: has }, wanted, attribute);
  let told = 0;
  for (const [name, member] of Object.entries(wanted)) {
    const there = valueOfName(has, name);
    if (there === undefined || there === null) {
      if (name === "value") return false;
      continue;
    }
    if (keyOf(there, attribute) !== keyOf(member, attribute)) return false;
    told += 1;
  }
  return told > 0;
};

const keyOf = (value: unknown, attribute: DesiredAttribute): string => {
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "string") {
    if (value === "True" || value === "False") return value.toLowerCase();
    const instant = attribute.dateTime === true ? instantOf(value) : undefined;
    if (instant !== undefined) return String(instant);
    return attribute.caseExact ? value : value.toLowerCase();
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};
