import { type CalendarFields, type DateTime, toFields, weekdayOf } from "./calendar.ts";

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
export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** A date with whether its text named a time zone. The moment itself is always UTC. */
export interface ZonedDate {
  readonly moment: DateTime;
  readonly zoned: boolean;
}

export type Piece =
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
  ["U", "dddd, dd MMMM yyyy HH:mm:ss"],
  ["y", "yyyy MMMM"],
  ["Y", "yyyy MMMM"],
]);

/** Splits a .NET format into fields and literals; undefined when the format itself is faulty. */
export function piecesOf(format: string): readonly Piece[] | undefined {
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
      const quoted = readQuoted(full, index);
      if (quoted === undefined) return undefined;
      pieces.push({ kind: "literal", text: quoted.text });
      index = quoted.next;
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

/** Reads a literal in quotes; a backslash in it makes the next character a plain one. Undefined when it is not closed. */
function readQuoted(format: string, from: number): { readonly text: string; readonly next: number } | undefined {
  let text = "";
  for (let index = from + 1; index < format.length; index++) {
    if (format[index] === format[from]) return { text, next: index + 1 };
    if (format[index] === "\\") index++;
    text += format[index] ?? "";
  }
  return undefined;
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

export function named(name: string, width: number): string {
  return width === 3 ? name.slice(0, 3) : name;
}
