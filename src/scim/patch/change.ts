import { quoted, type Result, refuse, succeed } from "../error.ts";
import type { Filter } from "../filter/filter.ts";
import { isAssigned, isJsonArray, type JsonObject, type JsonValue, sameJson } from "../json.ts";
import type { AttributeDefinition } from "../model/attribute.ts";
import type { NormaliseOptions } from "../model/normalise.ts";

/** One operation against one attribute; `value` is null when none was sent. */
export type Change = {
  readonly op: "add" | "replace" | "remove";
  /** The path as the client wrote it, for messages. */
  readonly path: string;
  readonly filter: Filter | undefined;
  readonly sub: AttributeDefinition | undefined;
  readonly value: JsonValue;
  readonly options: NormaliseOptions;
};

/** Refuses changes to what only the server may write. */
export const checkMutability = (attribute: AttributeDefinition, change: Change): Result<undefined> => {
  if (attribute.mutability === "readOnly" || change.sub?.mutability === "readOnly") {
    return refuse("mutability", `${quoted(change.path)} is readOnly.`);
  }
  return succeed(undefined);
};

/** Refuses to leave a required attribute without a value. */
export const checkRequired = (
  attribute: AttributeDefinition,
  after: JsonValue | undefined,
  change: Change,
): Result<undefined> => {
  if (!attribute.required || isAssigned(after)) return succeed(undefined);
  return change.op === "remove"
    ? refuse("mutability", `${quoted(change.path)} is required and cannot be removed.`)
    : refuse("invalidValue", `${quoted(change.path)} is required and must not be empty.`);
};

const isEmpty = (value: JsonValue | undefined): boolean =>
  value === undefined || value === null || (isJsonArray(value) && value.length === 0);

/** True when a value that may be set only once would become another. */
export const breaksImmutability = (
  definition: AttributeDefinition,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): boolean => definition.mutability === "immutable" && !isEmpty(before) && !sameJson(before, after);

/** The refusal for a value that may be set only once. */
export const refuseImmutable = (path: string): ReturnType<typeof refuse> =>
  refuse("mutability", `${quoted(path)} may not change once it has a value.`);

/** The name of the first sub-attribute that may be set only once and would change; undefined when none would. */
export const brokenPart = (
  attribute: AttributeDefinition,
  before: JsonObject,
  after: JsonObject,
): AttributeDefinition | undefined =>
  attribute.subAttributes.find((sub) => breaksImmutability(sub, before[sub.name], after[sub.name]));
