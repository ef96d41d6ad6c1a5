import { type DateTime, dateText } from "./calendar.ts";

/** One app role that is assigned to a user. */
export interface RoleAssignment {
  readonly id?: string | null;
  readonly value?: string | null;
  readonly displayName?: string | null;
}

/** A complex value of the target, such as one role; its members are plain. */
export interface ComplexValue {
  readonly kind: "complex";
  readonly members: readonly (readonly [string, string | boolean | null])[];
}

export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
}

/** What an expression computes with. null is an absent value; an empty text is a value. Integers are 64 bits wide. */
export type Value = null | string | boolean | bigint | DateTime | ListValue | ComplexValue;

/** What a source attribute may hold. undefined and null mean absent; objects are app role assignments. */
export type AttributeValue =
  | undefined
  | null
  | string
  | boolean
  | number
  | bigint
  | readonly (string | boolean | number | bigint | null | RoleAssignment)[];

/** What flows to the target: dates are text, and so are integers beyond 2^53. */
export type FlowScalar = null | string | boolean | number;
export type FlowObject = { readonly [member: string]: string | boolean | null };
export type FlowValue = FlowScalar | readonly (FlowScalar | FlowObject)[];

const ROLE_MEMBERS = ["id", "value", "displayName"] as const;
const INT64_LIMIT = 2n ** 63n;

export function list(items: readonly Value[]): ListValue {
  return { kind: "list", items };
}

/** Reads a source attribute; whatever is not one of the known shapes counts as absent. */
export function fromAttribute(value: unknown): Value {
  if (Array.isArray(value)) return list(value.map(fromItem).filter((item) => item !== null));
  return fromItem(value);
}

function fromItem(value: unknown): Value {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "bigint":
      return inRange(value) ? value : value.toString();
    case "number":
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : String(value);
    case "object":
      return value === null || Array.isArray(value) ? null : fromObject(value);
    default:
      return null;
  }
}

function fromObject(value: object): ComplexValue {
  const members: [string, string | boolean | null][] = [];
  for (const name of ROLE_MEMBERS) {
    if (!Object.hasOwn(value, name)) continue;
    const member: unknown = (value as Record<string, unknown>)[name];
    if (typeof member === "string" || typeof member === "boolean" || member === null) members.push([name, member]);
  }
  return { kind: "complex", members };
}

function inRange(value: bigint): boolean {
  return value >= -INT64_LIMIT && value < INT64_LIMIT;
}

/** The value in the form that leaves this room. */
export function toFlow(value: Value): FlowValue {
  if (isList(value)) return value.items.map((item) => (isComplex(item) ? flowObject(item) : flowScalar(item)));
  return isComplex(value) ? [flowObject(value)] : flowScalar(value);
}

function flowScalar(value: Value): FlowScalar {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  return value.kind === "date" ? dateText(value) : null;
}

function flowObject(value: ComplexValue): FlowObject {
  return Object.fromEntries(value.members);
}

export function isList(value: Value): value is ListValue {
  return typeof value === "object" && value !== null && value.kind === "list";
}

export function isComplex(value: Value): value is ComplexValue {
  return typeof value === "object" && value !== null && value.kind === "complex";
}

export function isDate(value: Value): value is DateTime {
  return typeof value === "object" && value !== null && value.kind === "date";
}

/** The text of a single value: `True` and `False`, decimal digits, `M/d/yyyy h:mm:ss tt`. null for lists and objects. */
export function scalarText(value: Value): string | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return value.toString();
  return value.kind === "date" ? dateText(value) : null;
}

/** The integer that a text spells, decimal or `&H` hexadecimal; undefined when it is none or is beyond 64 bits. */
export function integerOf(text: string): bigint | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 40) return undefined;
  let value: bigint | undefined;
  if (/^[+-]?[0-9]+$/.test(trimmed)) value = BigInt(trimmed.replace("+", ""));
  else if (/^&[Hh][0-9A-Fa-f]+$/.test(trimmed)) value = BigInt(`0x${trimmed.slice(2)}`);
  return value !== undefined && inRange(value) ? value : undefined;
}

/** Null, an empty text, or a list without items. */
export function isBlank(value: Value): boolean {
  return value === null || value === "" || (isList(value) && value.items.length === 0);
}

/** How much room a value takes, in UTF-16 units and items. */
export function sizeOf(value: Value): number {
  if (typeof value === "string") return value.length;
  if (isList(value)) return value.items.reduce<number>((sum, item) => sum + 1 + sizeOf(item), 0);
  return 1;
}
