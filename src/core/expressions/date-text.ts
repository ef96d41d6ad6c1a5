import { MONTHS, parseDateExactly, type ZonedDate } from "./date-format.ts";

const DATE_SHAPES: readonly (readonly [RegExp, (match: RegExpExecArray) => readonly [string, string, string]])[] = [
  [/^([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])/, (match) => [match[1]!, match[3]!, match[4]!]],
  [/^([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?![0-9])/, (match) => [match[4]!, match[1]!, match[3]!]],
  [/^([0-9]{1,2})[ -]([A-Za-z]{3,9})[, -] ?([0-9]{4})(?![0-9])/, (match) => [match[3]!, month(match[2]!), match[1]!]],
  [/^([A-Za-z]{3,9}) ([0-9]{1,2}),? ([0-9]{4})(?![0-9])/, (match) => [match[3]!, month(match[1]!), match[2]!]],
];
const WEEKDAY = /^(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*, ?/i;
const CLOCK = /^([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,7})[0-9]*)?)?(?: ?(AM|PM))?/i;
const ZONE = /^ ?(Z|GMT|UTC|[+-][0-9]{1,2}(?::?[0-9]{2})?)$/i;

function month(name: string): string {
  const folded = name.toLowerCase();
  const index = MONTHS.findIndex((full) => full.toLowerCase() === folded || full.slice(0, 3).toLowerCase() === folded);
  return String(index + 1);
}

/**
 * Reads a date as .NET's invariant culture would: year first, month/day/year, or with the month's name; then perhaps a
 * time, AM or PM, and a time zone, which may also follow the bare date. Without a zone it is UTC.
 */
export function parseDate(text: string): ZonedDate | undefined {
  let rest = text.trim().replace(WEEKDAY, "");
  const date = dateAtStart(rest);
  if (date === undefined) return undefined;
  const [year, monthNumber, day] = date.fields;
  rest = rest.slice(date.length);
  let clock = "00:00:00.0000000";
  let halfDay = "";
  if (/^(?:T| +)[0-9]/i.test(rest)) {
    const match = CLOCK.exec(rest.replace(/^(?:T| +)/i, ""));
    if (match === null) return undefined;
    rest = rest.replace(/^(?:T| +)/i, "").slice(match[0].length);
    clock = `${match[1]!.padStart(2, "0")}:${match[2]}:${match[3] ?? "00"}.${(match[4] ?? "").padEnd(7, "0")}`;
    halfDay = match[5] ?? "";
  }
  const zone = zoneOf(rest);
  if (zone === undefined) return undefined;
  const whole = `${year}-${monthNumber.padStart(2, "0")}-${day.padStart(2, "0")} ${clock}${halfDay}${zone}`;
  return parseDateExactly(
    whole,
    `yyyy-MM-dd ${halfDay === "" ? "HH" : "hh"}:mm:ss.fffffff${halfDay === "" ? "" : "tt"}K`,
  );
}

function dateAtStart(
  text: string,
): { readonly fields: readonly [string, string, string]; readonly length: number } | undefined {
  for (const [shape, read] of DATE_SHAPES) {
    const match = shape.exec(text);
    if (match !== null) return { fields: read(match), length: match[0].length };
  }
  return undefined;
}

/** The zone in the form `+hh:mm`, `Z`, or "" when none is named; undefined when something else stands there. */
function zoneOf(rest: string): string | undefined {
  if (rest === "") return "";
  const zone = ZONE.exec(rest)?.[1];
  if (zone === undefined) return undefined;
  if (/^[A-Z]/i.test(zone)) return "Z";
  const match = /^([+-])([0-9]{1,2}):?([0-9]{2})?$/.exec(zone)!;
  return `${match[1]}${match[2]!.padStart(2, "0")}:${match[3] ?? "00"}`;
}

/** Reads ISO 8601, also with a space instead of the T; undefined for any other shape. */
export function parseIsoDate(text: string): ZonedDate | undefined {
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])/.test(text.trim()) ? parseDate(text) : undefined;
}
