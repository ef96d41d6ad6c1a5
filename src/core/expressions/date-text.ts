import { addTicks } from "./calendar.ts";
import { MONTHS, type ZonedDate } from "./date-format.ts";
import { parseDateExactly } from "./date-reading.ts";

type Fields = readonly [year: string, month: string, day: string];

/** Two digits are of this century up to 49, as .NET has it. */
function century(digits: string): string {
  return `${Number(digits) < 50 ? "20" : "19"}${digits}`;
}

const DATE_SHAPES: readonly (readonly [RegExp, (match: RegExpExecArray) => Fields])[] = [
  [/^([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])/, (match) => [match[1]!, match[3]!, match[4]!]],
  [/^([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?![0-9])/, (match) => [match[4]!, match[1]!, match[3]!]],
  [/^([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{2})(?![0-9])/, (match) => [century(match[3]!), match[1]!, match[2]!]],
  [/^([0-9]{1,2})[ -]([A-Za-z]{3,9})[, -] ?([0-9]{4})(?![0-9])/, (match) => [match[3]!, month(match[2]!), match[1]!]],
  [/^([A-Za-z]{3,9}) ([0-9]{1,2}),? ([0-9]{4})(?![0-9])/, (match) => [match[3]!, month(match[1]!), match[2]!]],
  [/^([A-Za-z]{3,9}) ([0-9]{4})$/, (match) => [match[2]!, month(match[1]!), "1"]],
  [/^([0-9]{4})[-/]([0-9]{1,2})$/, (match) => [match[1]!, match[2]!, "1"]],
];
const WEEKDAY = /^(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*, ?/i;
const CLOCK = /^([0-9]{1,2})(?:(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)(?: ?(AM|PM))?| ?(AM|PM))/i;
const ZONE = /^ ?(Z|GMT|UTC|[+-][0-9]{1,2}(?::?[0-9]{2})?)$/i;

function month(name: string): string {
  const folded = name.toLowerCase();
  const index = MONTHS.findIndex((full) => full.toLowerCase() === folded || full.slice(0, 3).toLowerCase() === folded);
  return String(index + 1);
}

/**
 * Reads a date as .NET's invariant culture would: year first, month/day/year, or with the month's name; then perhaps a
 * time, AM or PM, and a time zone, which may also follow the bare date. Without a zone it is UTC. Digits beyond the seventh
 * of a fraction round it.
 */
export function parseDate(text: string): ZonedDate | undefined {
  let rest = text.trim().replace(WEEKDAY, "");
  const date = dateAtStart(rest);
  if (date === undefined) return undefined;
  const [year, monthNumber, day] = date.fields;
  rest = rest.slice(date.length);
  let clock = "00:00:00.0000000";
  let halfDay = "";
  let roundsUp = false;
  if (/^(?:T| +)[0-9]/i.test(rest)) {
    const match = CLOCK.exec(rest.replace(/^(?:T| +)/i, ""));
    if (match === null) return undefined;
    rest = rest.replace(/^(?:T| +)/i, "").slice(match[0].length);
    const [, hour, minute = "00", second = "00", fraction = ""] = match;
    clock = `${hour!.padStart(2, "0")}:${minute}:${second}.${fraction.slice(0, 7).padEnd(7, "0")}`;
    halfDay = match[5] ?? match[6] ?? "";
    roundsUp = (fraction[7] ?? "0") >= "5";
  }
  const zone = zoneOf(rest);
  if (zone === undefined) return undefined;
  const whole = `${year}-${monthNumber.padStart(2, "0")}-${day.padStart(2, "0")} ${clock}${halfDay}${zone}`;
  const read = parseDateExactly(
    whole,
    `yyyy-MM-dd ${halfDay === "" ? "HH" : "hh"}:mm:ss.fffffff${halfDay === "" ? "" : "tt"}K`,
  );
  if (read === undefined || !roundsUp) return read;
  const moment = addTicks(read.moment, 1n);
  return moment === undefined ? undefined : { ...read, moment };
}

function dateAtStart(text: string): { readonly fields: Fields; readonly length: number } | undefined {
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
