import { type CalendarFields, type DateTime, fromFields, TICKS_PER_SECOND, toFields, weekdayOf } from "./calendar.ts";

export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** A date with whether its text named a time zone. The moment itself is always UTC. */
export interface ZonedDate {
  readonly moment: DateTime;
  readonly zoned: boolean;
}

type Piece =
  | { readonly kind: "field"; readonly letter: string; readonly width: number }
  | { readonly kind: "literal"; readonly text: string };

/** .NET's one-letter formats in the invariant culture. */
const STANDARD_FORMATS: ReadonlyMap<string, string> = new Map([
  ["d", "MM/dd/yyyy"],
  ["D", "dddd, dd MMMM yyyy"],
  ["f", "dddd, dd MMMM yyyy HH:mm"],
  ["F", "dddd, dd MMMM yyyy HH:mm:ss"],
  ["g", "MM/dd/yyyy HH:mm"],
  ["G", "MM/dd/yyyy HH:mm:ss"],
  ["m", "MMMM dd"],
  ["M", "MMMM dd"],
  ["o", "yyyy-MM-ddTHH:mm:ss.fffffffK"],
  ["O", "yyyy-MM-ddTHH:mm:ss.fffffffK"],
  ["r", "ddd, dd MMM yyyy HH:mm:ss 'GMT'"],
  ["R", "ddd, dd MMM yyyy HH:mm:ss 'GMT'"],
  ["s", "yyyy-MM-ddTHH:mm:ss"],
  ["t", "HH:mm"],
  ["T", "HH:mm:ss"],
  ["u", "yyyy-MM-dd HH:mm:ss'Z'"],
  ["y", "yyyy MMMM"],
  ["Y", "yyyy MMMM"],
]);

/** Splits a .NET format into fields and literals; undefined when the format itself is faulty. */
function piecesOf(format: string): readonly Piece[] | undefined {
  const full = format.length === 1 ? STANDARD_FORMATS.get(format) : format;
  if (full === undefined || full === "") return undefined;
  const pieces: Piece[] = [];
  for (let index = 0; index < full.length; ) {
    const letter = full[index]!;
    if ("dMyhHmsfFtzKg".includes(letter)) {
      let width = 1;
      while (letter !== "K" && full[index + width] === letter) width++;
      if ((letter === "f" || letter === "F") && width > 7) return undefined;
      pieces.push({ kind: "field", letter, width });
      index += width;
    } else if (letter === "'" || letter === '"') {
      const close = full.indexOf(letter, index + 1);
      if (close === -1) return undefined;
      pieces.push({ kind: "literal", text: full.slice(index + 1, close) });
      index = close + 1;
    } else if (letter === "\\") {
      const escaped = full[index + 1];
      if (escaped === undefined) return undefined;
      pieces.push({ kind: "literal", text: escaped });
      index += 2;
    } else if (letter === "%") {
      if (index + 1 >= full.length || full[index + 1] === "%") return undefined;
      index++;
    } else {
      pieces.push({ kind: "literal", text: letter });
      index++;
    }
  }
  return pieces;
}

/** Whether .NET would accept the format. */
export function isDateFormat(format: string): boolean {
  return piecesOf(format) !== undefined;
}

/** Writes a date in a .NET standard or custom format, invariant culture; undefined when the format is faulty. */
export function formatDate(date: ZonedDate, format: string): string | undefined {
  const fields = toFields(date.moment);
  return piecesOf(format)
    ?.map((piece, index, all) => {
      if (piece.kind === "literal") {
        const next = all[index + 1];
        const hiddenFraction = piece.text === "." && next?.kind === "field" && next.letter === "F";
        return hiddenFraction && formatField(fields, date, next) === "" ? "" : piece.text;
      }
      return formatField(fields, date, piece);
    })
    .join("");
}

function formatField(fields: CalendarFields, date: ZonedDate, piece: Extract<Piece, { kind: "field" }>): string {
  const { letter, width } = piece;
  const padded = (value: number, most = 2) => String(value).padStart(Math.min(width, most), "0");
  switch (letter) {
    case "d":
      if (width <= 2) return padded(fields.day);
      return named(WEEKDAYS[weekdayOf(date.moment)]!, width);
    case "M":
      return width <= 2 ? padded(fields.month) : named(MONTHS[fields.month - 1]!, width);
    case "y":
      return width <= 2 ? padded(fields.year % 100) : String(fields.year).padStart(width, "0");
    case "h":
      return padded(fields.hour % 12 === 0 ? 12 : fields.hour % 12);
    case "H":
      return padded(fields.hour);
    case "m":
      return padded(fields.minute);
    case "s":
      return padded(fields.second);
    case "f":
      return String(fields.fraction).padStart(7, "0").slice(0, width);
    case "F":
      return String(fields.fraction).padStart(7, "0").slice(0, width).replace(/0+$/, "");
    case "t":
      return (fields.hour < 12 ? "AM" : "PM").slice(0, Math.min(width, 2));
    case "z":
      return width === 1 ? "+0" : width === 2 ? "+00" : "+00:00";
    case "K":
      return date.zoned ? "Z" : "";
    default:
      return "A.D.";
  }
}

function named(name: string, width: number): string {
  return width === 3 ? name.slice(0, 3) : name;
}

/**
 * Reads a text that must fit a .NET format exactly, apart from white space around it. A time zone in the text moves the
 * result to UTC; without one the text is taken as UTC. Undefined when the text does not fit.
 */
export function parseDateExactly(text: string, format: string): ZonedDate | undefined {
  const pieces = piecesOf(format);
  if (pieces === undefined) return undefined;
  const trimmed = text.trim();
  const read: { letter: string; width: number; text: string }[] = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === "literal") {
      if (trimmed.slice(at, at + piece.text.length).toLowerCase() === piece.text.toLowerCase()) at += piece.text.length;
      else if (piece.text !== "." || !isField(pieces[index + 1], "F")) return undefined;
      continue;
    }
    // Greedy and never taken back, as .NET reads: a hostile format cannot make this slow.
    const pattern = new RegExp(fieldPattern(piece.letter, piece.width), "iy");
    pattern.lastIndex = at;
    const match = pattern.exec(trimmed);
    if (match === null) return undefined;
    read.push({ letter: piece.letter, width: piece.width, text: match[0] });
    at += match[0].length;
  }
  return at === trimmed.length ? assemble(read) : undefined;
}

function isField(piece: Piece | undefined, letter: string): boolean {
  return piece?.kind === "field" && piece.letter === letter;
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
      return width === 1 ? "[0-9]{1,2}" : width === 2 ? "[0-9]{2}" : width === 3 ? "[0-9]{3,4}" : `[0-9]{${width}}`;
    case "f":
      return `[0-9]{${width}}`;
    case "F":
      return `[0-9]{0,${width}}`;
    case "t":
      return width === 1 ? "[AP]" : "AM|PM";
    case "z":
      return width === 1 ? "[+-][0-9]{1,2}" : width === 2 ? "[+-][0-9]{2}" : "[+-][0-9]{2}:?[0-9]{2}";
    case "K":
      return "Z|[+-][0-9]{2}:[0-9]{2}|";
    case "g":
      return "A\\.D\\.|AD";
    default:
      return width === 1 ? "[0-9]{1,2}" : "[0-9]{2}";
  }
}

function assemble(read: readonly { letter: string; width: number; text: string }[]): ZonedDate | undefined {
  let year = 1;
  let month = 1;
  let day = 1;
  let hour = 0;
  let halfDayHour: number | undefined;
  let afternoon: boolean | undefined;
  let minute = 0;
  let second = 0;
  let fraction = 0;
  let offset: number | undefined;
  let weekday: number | undefined;
  for (const { letter, width, text } of read) {
    const number = Number(text);
    if (letter === "y") year = width <= 2 ? (number < 50 ? 2000 + number : 1900 + number) : number;
    else if (letter === "M") month = width <= 2 ? number : indexOfName(MONTHS, text, width) + 1;
    else if (letter === "d" && width <= 2) day = number;
    else if (letter === "d") weekday = indexOfName(WEEKDAYS, text, width);
    else if (letter === "H") hour = number;
    else if (letter === "h") halfDayHour = number;
    else if (letter === "m") minute = number;
    else if (letter === "s") second = number;
    else if (letter === "f" || letter === "F") fraction = Number(text.padEnd(7, "0"));
    else if (letter === "t") afternoon = /^p/i.test(text);
    else if ((letter === "z" || letter === "K") && text !== "") offset = offsetMinutes(text);
  }
  if (halfDayHour !== undefined) {
    if (halfDayHour < 1 || halfDayHour > 12) return undefined;
    hour = (halfDayHour % 12) + (afternoon ? 12 : 0);
  }
  if (offset !== undefined && Math.abs(offset) > 14 * 60) return undefined;
  const local = fromFields({ year, month, day, hour, minute, second, fraction });
  if (local === undefined || (weekday !== undefined && weekdayOf(local) !== weekday)) return undefined;
  const ticks = local.ticks - BigInt((offset ?? 0) * 60) * TICKS_PER_SECOND;
  return { moment: { kind: "date", ticks: ticks < 0n ? 0n : ticks }, zoned: offset !== undefined };
}

function indexOfName(names: readonly string[], text: string, width: number): number {
  return names.findIndex((name) => named(name, width).toLowerCase() === text.toLowerCase());
}

/** Minutes east of UTC of `Z`, `+8`, `+08`, `+0800` or `+08:00`. */
function offsetMinutes(text: string): number {
  const match = /^([+-])([0-9]{1,2}):?([0-9]{2})?$/.exec(text);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return match[1] === "-" ? -minutes : minutes;
}
