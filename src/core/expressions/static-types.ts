import type { Expression } from "./tree.ts";
import type { Value } from "./values.ts";

/** Types of values as far as they are known before there is an object. Attributes hold their dates as texts. */
export type StaticType =
  | "text"
  | "integer"
  | "boolean"
  | "date"
  | "dateText"
  | "object"
  | "reference"
  | "binary"
  | "unknown";

/** One of the values that a node may have, null apart. */
export interface Outcome {
  /** Where it comes from. */
  readonly node: Expression;
  readonly type: StaticType;
  /** Whether it is a list of several values: `always` has two or more whatever the object is. */
  readonly many: "never" | "maybe" | "always";
  /** The value itself where no object changes it. */
  readonly known?: Value;
}

/** A type as a sentence names it. */
export const TYPE_NAMES: Readonly<Record<StaticType, string>> = {
  text: "a text",
  integer: "a whole number",
  boolean: "a Boolean",
  date: "a date",
  dateText: "a date",
  object: "a role object",
  reference: "a reference",
  binary: "a binary value",
  unknown: "an unknown value",
};
