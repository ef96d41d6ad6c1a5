import { instantOf } from "#scim";
import { toFields } from "../expressions/calendar.ts";
import { parseDate } from "../expressions/date-text.ts";
import type { FlowValue } from "../expressions/index.ts";
import type { MappingError, TargetValue } from "../objects.ts";
import type { AttributeType } from "./schema-document.ts";

/** What a conversion must know of the target attribute. */
export interface Receiver {
  readonly path: string;
  readonly type: AttributeType;
  readonly multivalued: boolean;
  /** SCIM writes each value as `{ value }`. */
  readonly holdsValues: boolean;
}

export type Converted =
  | { readonly ok: true; readonly value: TargetValue | null }
  | {
      readonly ok: false;
      readonly code: Exclude<MappingError["code"], "MandatoryFieldsMissing">;
      readonly message: string;
    };

type Scalar = string | number | boolean;
type Item = Exclude<FlowValue, readonly unknown[]> | { readonly [member: string]: unknown };

/**
 * Brings a value into the target attribute's type; null stays null, and so does an empty text where the type is not a text. What cannot be
 * converted without loss is refused.
 * @param hidden true where the value must not be shown, not even in a refusal
 */
export const convert = (value: FlowValue, to: Receiver, hidden = false): Converted => {
  const items: TargetValue[] = [];
  for (const item of Array.isArray(value) ? (value as readonly Item[]) : [value as Item]) {
    const converted = convertItem(item, to, hidden);
    if (!converted.ok) return converted;
    if (converted.value !== null) items.push(converted.value);
  }
  const [only, ...others] = items;
  if (only === undefined) return { ok: true, value: null };
  if (to.multivalued) return { ok: true, value: items };
  if (others.length > 0) {
    return {
      ok: false,
      code: "SchemaPropertyCanOnlyAcceptValue",
      message: `${to.path} takes one value, and its mapping gives ${items.length}. Map one of them, for example with Item([attribute], 1).`,
    };
  }
  return { ok: true, value: to.holdsValues ? [only] : only };
};

const convertItem = (item: Item, to: Receiver, hidden: boolean): Converted => {
  if (item === null || item === undefined) return { ok: true, value: null };
  if (typeof item === "object") return convertObject(item, to);
  if (item === "" && to.type !== "String") return { ok: true, value: null };
  const converted = scalar(item, to.type);
  if ("wanted" in converted) {
    const given = hidden ? "another value, which stays hidden," : JSON.stringify(item);
    const message = `${to.path} takes ${converted.wanted}, and its mapping gives ${given}. ${converted.mend}`;
    return { ok: false, code: "MappingFailed", message };
  }
  return { ok: true, value: to.holdsValues ? { value: converted.value } : converted.value };
};

/** A value of several parts, such as a role: only a list of such values takes it. */
const convertObject = (item: { readonly [member: string]: unknown }, to: Receiver): Converted => {
  if (to.type !== "String" || !to.multivalued) {
    const mend = "Map one text of it, for example with SingleAppRoleAssignment, or make the attribute multi-valued.";
    return {
      ok: false,
      code: "MappingFailed",
      message: `${to.path} takes a single text, and its mapping gives a value of several parts. ${mend}`,
    };
  }
  const members = Object.entries(item).filter(
    (entry): entry is [string, Scalar] =>
      entry[1] !== null && ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  return { ok: true, value: members.length === 0 ? null : Object.fromEntries(members) };
};

type Refused = { readonly wanted: string; readonly mend: string };

/** One plain value in another type, or what the type would take. */
const scalar = (value: Scalar, type: AttributeType): { readonly value: Scalar } | Refused => {
  switch (type) {
    case "String":
    case "Reference":
      return { value: typeof value === "boolean" ? (value ? "True" : "False") : String(value) };
    case "Boolean":
      return booleanOf(value);
    case "Integer":
      return integerOf(value);
    case "DateTime":
      return dateOf(value);
    case "Binary":
      return typeof value === "string" && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
        ? { value }
        : { wanted: "Base64", mend: "Encode it with ConvertToBase64." };
  }
};

const booleanOf = (value: Scalar): { readonly value: boolean } | Refused => {
  if (typeof value === "boolean") return { value };
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (text === "true" || text === "false") return { value: text === "true" };
  return { wanted: "true or false", mend: "Map it with Switch or IIF, so that it gives True or False." };
};

const integerOf = (value: Scalar): { readonly value: number } | Refused => {
  const text = typeof value === "boolean" ? "" : String(value).trim();
  if (!/^[+-]?\d+$/.test(text))
    return { wanted: "a whole number", mend: "Map digits alone, or make the attribute a String." };
  const number = Number(text);
  if (Number.isSafeInteger(number)) return { value: number };
  return {
    wanted: "a whole number that JSON keeps exactly (up to 9007199254740991)",
    mend: "Make the attribute a String.",
  };
};

/** SCIM's form of a date (xsd:dateTime); a date without a zone is UTC. */
const dateOf = (value: Scalar): { readonly value: string } | Refused => {
  if (typeof value === "string") {
    if (instantOf(value) !== undefined) return { value };
    const date = parseDate(value);
    if (date !== undefined) return { value: isoText(toFields(date.moment)) };
  }
  return {
    wanted: "a date and time such as 2026-03-01T08:00:00Z",
    mend: "Bring it into that form with FormatDateTime.",
  };
};

const isoText = ({ year, month, day, hour, minute, second, fraction }: ReturnType<typeof toFields>): string => {
  const digits = (value: number, count: number) => String(value).padStart(count, "0");
  const parts = fraction === 0 ? "" : `.${digits(fraction, 7).replace(/0+$/, "")}`;
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}${parts}Z`;
};
