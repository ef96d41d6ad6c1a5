import { addTicks, type DateTime, fromFields, TICKS_PER_SECOND, toFields, weekdayOf } from "./calendar.ts";
import { MONTHS, named, type Piece, piecesOf, WEEKDAYS, type ZonedDate } from "./date-format.ts";

/** What .NET's DateTimeStyles say of reading; zones need no style here, because a text without one is UTC. */
export interface DateStyles {
  readonly leadingWhite: boolean;
  readonly trailingWhite: boolean;
  readonly innerWhite: boolean;
  /** What a text that names no date is taken to be of; without it the first day of the calendar. */
  readonly today?: () => DateTime | undefined;
}

const AROUND: DateStyles = { leadingWhite: true, trailingWhite: true, innerWhite: false };

interface ReadField {
  readonly letter: string;
  readonly width: number;
  readonly text: string;
}

/**
 * Reads a text that must fit a .NET format exactly. A time zone in the text moves the result to UTC. Undefined when the text
 * does not fit.
 */
export function parseDateExactly(text: string, format: string, styles: DateStyles = AROUND): ZonedDate | undefined {
  const pieces = piecesOf(trim(format, styles));
  if (pieces === undefined) return undefined;
  const source = trim(text, styles);
  const read: ReadField[] = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    if (styles.innerWhite) at += /^\s*/.exec(source.slice(at))![0].length;
    if (piece.kind === "field" || piece.text === "Z") {
      const field = piece.kind === "field" ? piece : { letter: "Z", width: 1 };
      // Greedy and never taken back, as .NET reads: a hostile format cannot make this slow.
      const pattern = new RegExp(fieldPattern(field.letter, field.width), field.letter === "t" ? "y" : "iy");
      pattern.lastIndex = at;
      const match = pattern.exec(source);
      if (match === null) return undefined;
      read.push({ letter: field.letter, width: field.width, text: match[0] });
      at += match[0].length;
    } else if (source.startsWith(piece.text, at)) at += piece.text.length;
    else if (!isOptional(piece.text, pieces[index + 1], styles)) return undefined;
  }
  return at === source.length ? assemble(read, styles) : undefined;
}

function trim(text: string, { leadingWhite, trailingWhite }: DateStyles): string {
  const rest = leadingWhite ? text.trimStart() : text;
  return trailingWhite ? rest.trimEnd() : rest;
}

/** A point before a fraction that is absent, or a space where inner white space is free. */
function isOptional(literal: string, next: Piece | undefined, styles: DateStyles): boolean {
  if (literal === ".") return next?.kind === "field" && next.letter === "F";
  return styles.innerWhite && literal === " ";
}

function fieldPattern(letter: string, width: number): string {
  switch (letter) {
    case "d":
      if (width > 2) return WEEKDAYS.map((name) => named(name, width)).join("|");
      return width === 1 ? "[0-9]{1,2}" : "[0-9]{2}";
    case "M":
      if (width > 2) return MONTHS.map((name) => named(name, width)).join("|");
      return width === 1 ? "[0-9]{1,2}" : "[0-9]{2}";
    case "y":
      return width === 1 ? "[0-9]{1,2}" : `[0-9]{${width}}`;
    case "f":
      return `[0-9]{${width}}`;
    case "F":
      return `[0-9]{0,${width}}`;
    case "t":
      return width === 1 ? "[AP]" : "[Aa][Mm]|[Pp][Mm]";
    case "z":
      return width === 1 ? "[+-][0-9]{1,2}" : width === 2 ? "[+-][0-9]{2}" : "[+-][0-9]{2}:?[0-9]{2}";
    case "K":
      return "Z|[+-][0-9]{2}:?[0-9]{2}|";
    case "Z":
      return "Z|GMT";
    case "g":
      return "A\\.D\\.|AD";
    default:
      return width === 1 ? "[0-9]{1,2}" : "[0-9]{2}";
  }
}

type FieldName = "year" | "month" | "day" | "weekday" | "hour" | "minute" | "second" | "fraction" | "half" | "offset";

/** Puts the fields together; undefined when two of them contradict each other or make no date. */
function assemble(read: readonly ReadField[], styles: DateStyles): ZonedDate | undefined {
  const values = new Map<FieldName, number>();
  for (const field of read) {
    const meaning = meaningOf(field);
    if (meaning === undefined) continue;
    const [name, value] = meaning;
    if ((values.get(name) ?? value) !== value) return undefined;
    values.set(name, value);
  }
  const hour = hourOf(
    values,
    read.some(({ letter }) => letter === "h"),
  );
  const offset = values.get("offset");
  if (hour === undefined || (offset !== undefined && Math.abs(offset) > 14 * 60)) return undefined;
  const local = fromFields({
    ...dayOf(values, styles.today),
    hour,
    minute: values.get("minute") ?? 0,
    second: values.get("second") ?? 0,
    fraction: values.get("fraction") ?? 0,
  });
  const weekday = values.get("weekday");
  if (local === undefined || (weekday !== undefined && weekdayOf(local) !== weekday)) return undefined;
  const moment = addTicks(local, BigInt((offset ?? 0) * -60) * TICKS_PER_SECOND);
  return moment === undefined ? undefined : { moment, zoned: offset !== undefined };
}

function meaningOf({ letter, width, text }: ReadField): readonly [FieldName, number] | undefined {
  const number = Number(text);
  switch (letter) {
    case "y":
      return ["year", width <= 2 ? (number < 50 ? 2000 + number : 1900 + number) : number];
    case "M":
      return ["month", width <= 2 ? number : indexOfName(MONTHS, text, width) + 1];
    case "d":
      return width <= 2 ? ["day", number] : ["weekday", indexOfName(WEEKDAYS, text, width)];
    case "H":
    case "h":
      return ["hour", number];
    case "m":
      return ["minute", number];
    case "s":
      return ["second", number];
    case "f":
    case "F":
      return ["fraction", Number(text.padEnd(7, "0"))];
    case "t":
      return ["half", /^p/i.test(text) ? 1 : 0];
    case "z":
    case "K":
    case "Z":
      return text === "" ? undefined : ["offset", offsetMinutes(text)];
    default:
      return undefined;
  }
}

/** The hour of the day; undefined when it goes beyond the clock or against AM or PM. */
function hourOf(values: ReadonlyMap<FieldName, number>, ofHalfDay: boolean): number | undefined {
  const half = values.get("half");
  const hour = values.get("hour");
  if (!ofHalfDay) {
    const contradicts = (half === 0 && (hour ?? 0) >= 12) || (half === 1 && (hour ?? 0) < 12);
    return contradicts ? undefined : (hour ?? 0);
  }
  return hour === undefined || hour > 12 ? undefined : (hour % 12) + (half === 1 ? 12 : 0);
}

/** What the text leaves out is the first of its kind, or today's: the whole date, or the year of a month or day. */
function dayOf(values: ReadonlyMap<FieldName, number>, today: DateStyles["today"]) {
  const [year, month, day] = [values.get("year"), values.get("month"), values.get("day")];
  if (year !== undefined) return { year, month: month ?? 1, day: day ?? 1 };
  const moment = today?.();
  const present = moment === undefined ? { year: 1, month: 1, day: 1 } : toFields(moment);
  if (month !== undefined || day !== undefined) return { year: present.year, month: month ?? 1, day: day ?? 1 };
  return { year: present.year, month: present.month, day: present.day };
}

function indexOfName(names: readonly string[], text: string, width: number): number {
  return names.findIndex((name) => named(name, width).toLowerCase() === text.toLowerCase());
}

/** Minutes east of UTC of `Z`, `GMT`, `+8`, `+08`, `+0800` or `+08:00`. */
function offsetMinutes(text: string): number {
  const match = /^([+-])([0-9]{1,2}):?([0-9]{2})?$/.exec(text);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return match[1] === "-" ? -minutes : minutes;
}
