import {
  addMonths,
  addTicks,
  type DateTime,
  DIRECTORY_EPOCH,
  dateTime,
  fromUnixMilliseconds,
  TICKS_PER_DAY,
  TICKS_PER_SECOND,
  toFields,
  weekdayOf,
} from "../calendar.ts";
import { formatDate, isDateFormat } from "../date-format.ts";
import { type DateStyles, parseDateExactly } from "../date-reading.ts";
import { parseIsoDate } from "../date-text.ts";
import {
  dateAt,
  type EagerFunction,
  type Failure,
  failure,
  integerAt,
  quoteValue,
  type Result,
  type Scope,
  textAt,
} from "../definition.ts";
import { nearestName } from "../nearest.ts";
import { legible } from "../quotation.ts";
import type { Value } from "../values.ts";
import { optional, required } from "./parameters.ts";

const INTERVALS = ["yyyy", "m", "d", "ww", "h", "n", "s"] as const;
const FIXED_STEPS: ReadonlyMap<string, bigint> = new Map([
  ["ww", 7n * TICKS_PER_DAY],
  ["d", TICKS_PER_DAY],
  ["h", 3600n * TICKS_PER_SECOND],
  ["n", 60n * TICKS_PER_SECOND],
  ["s", TICKS_PER_SECOND],
]);
/** What people write for an interval, and how it is spelled. */
const INTERVAL_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({ year: "yyyy", y: "yyyy", yy: "yyyy", month: "m", mm: "m", day: "d", dd: "d", week: "ww", w: "ww" })
    .concat(Object.entries({ hour: "h", hh: "h", minute: "n", min: "n", second: "s", sec: "s", ss: "s" }))
    .concat(INTERVALS.map((interval) => [interval, interval])),
);

function intervalFault(value: Value): Failure | undefined {
  const text = String(value);
  if (INTERVALS.some((interval) => interval === text)) return undefined;
  const folded = text.toLowerCase().replace(/(?<=[a-z]{3})s$/, "");
  const suggestion = INTERVAL_WORDS.get(folded);
  const names = INTERVALS.join(", ");
  const message = `"${legible(text, 20)}" is not an interval; write one of ${names}.`;
  return failure("bad-interval", message, {
    found: legible(text, 20),
    expected: names,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

const interval = required("interval", "text", { fault: intervalFault });

function orOutOfRange(moment: DateTime | undefined, name: string): Result {
  return moment ?? failure("out-of-range", `${name} leaves the years 1 to 9999.`);
}

function momentOf(now: string | Date): DateTime | undefined {
  return typeof now === "string" ? parseIsoDate(now)?.moment : fromUnixMilliseconds(now.getTime());
}

function timeOf(scope: Scope): DateTime | Failure {
  return momentOf(scope.now) ?? failure("not-a-date", "The time given for Now() is not an ISO 8601 date and time.");
}

const now: EagerFunction = {
  kind: "eager",
  name: "Now",
  parameters: [],
  result: "date",
  varies: true,
  run: (_values, scope) => timeOf(scope),
};

const cDate: EagerFunction = {
  kind: "eager",
  name: "CDate",
  parameters: [required("expression", "date")],
  result: "date",
  run: (values) => dateAt(values, 0),
};

const dateAdd: EagerFunction = {
  kind: "eager",
  name: "DateAdd",
  parameters: [interval, required("value", "integer"), required("dateTime", "date")],
  result: "date",
  run: (values) => {
    const unit = textAt(values, 0);
    const amount = integerAt(values, 1);
    const moment = dateAt(values, 2);
    const step = FIXED_STEPS.get(unit);
    if (step !== undefined) return orOutOfRange(addTicks(moment, step * amount), "DateAdd");
    return orOutOfRange(addMonths(moment, unit === "m" ? amount : amount * 12n), "DateAdd");
  },
};

const dateDiff: EagerFunction = {
  kind: "eager",
  name: "DateDiff",
  parameters: [interval, required("date1", "date"), required("date2", "date")],
  result: "integer",
  run: (values) => {
    const unit = textAt(values, 0);
    const [from, to] = [dateAt(values, 1), dateAt(values, 2)];
    if (unit === "ww") return (sunday(to) - sunday(from)) / TICKS_PER_DAY / 7n;
    const step = FIXED_STEPS.get(unit);
    if (step !== undefined) return (to.ticks - from.ticks) / step;
    const [first, last] = [toFields(from), toFields(to)];
    const years = last.year - first.year;
    return BigInt(unit === "m" ? years * 12 + last.month - first.month : years);
  },
};

/** The Sunday on or before the date, at the same time of day: Visual Basic counts weeks from there, and whole days only. */
function sunday(moment: DateTime): bigint {
  return moment.ticks - BigInt(weekdayOf(moment)) * TICKS_PER_DAY;
}

/** The styles that change how a text is read; the others say what .NET does with time zones. */
const STYLES: ReadonlyMap<string, readonly ("leadingWhite" | "trailingWhite" | "innerWhite" | "noToday")[]> = new Map([
  ["None", []],
  ["AllowLeadingWhite", ["leadingWhite"]],
  ["AllowTrailingWhite", ["trailingWhite"]],
  ["AllowInnerWhite", ["innerWhite"]],
  ["AllowWhiteSpaces", ["leadingWhite", "trailingWhite", "innerWhite"]],
  ["NoCurrentDateDefault", ["noToday"]],
  ["AdjustToUniversal", []],
  ["AssumeLocal", []],
  ["AssumeUniversal", []],
  ["RoundtripKind", []],
]);
const DEFAULT_STYLES = "RoundtripKind, AllowLeadingWhite, AllowTrailingWhite";

function styleNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}

function stylesFault(value: Value): Failure | undefined {
  const unknown = styleNames(String(value)).find((name) => !STYLES.has(name));
  if (unknown === undefined) return undefined;
  const suggestion = nearestName(unknown, STYLES.keys());
  const message = `"${legible(unknown, 40)}" is not a DateTimeStyles name; leave it empty.`;
  return failure("bad-format", message, {
    found: legible(unknown, 40),
    expected: [...STYLES.keys()].join(", "),
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

function stylesOf(text: string, today: () => DateTime | undefined): DateStyles {
  const chosen = new Set(styleNames(text === "" ? DEFAULT_STYLES : text).flatMap((name) => STYLES.get(name) ?? []));
  return {
    leadingWhite: chosen.has("leadingWhite"),
    trailingWhite: chosen.has("trailingWhite"),
    innerWhite: chosen.has("innerWhite"),
    ...(chosen.has("noToday") ? {} : { today }),
  };
}

function formatFault(value: Value): Failure | undefined {
  const format = String(value);
  if (isDateFormat(format)) return undefined;
  const found = legible(format);
  const message = `"${found}" is not a .NET date format, such as yyyy-MM-dd.`;
  return failure("bad-format", message, { found, expected: "a .NET date format" });
}

const formatDateTime: EagerFunction = {
  kind: "eager",
  name: "FormatDateTime",
  parameters: [
    required("source"),
    optional("dateTimeStyles", "text", { fault: stylesFault }),
    required("inputFormat", "text", { fault: formatFault }),
    required("outputFormat", "text", { fault: formatFault }),
  ],
  result: "text",
  run: (values, scope) => {
    const [source, input, output] = [textAt(values, 0), textAt(values, 2), textAt(values, 3)];
    const styles = stylesOf(textAt(values, 1), () => momentOf(scope.now));
    const date = parseDateExactly(source, input, styles);
    if (date === undefined) {
      const found = quoteValue(source);
      const message = `${found} does not fit inputFormat "${legible(input)}".`;
      return failure("format-mismatch", message, { place: 0, found, expected: legible(input) });
    }
    return formatDate(date, output) ?? null;
  },
};

/** A count of 100-nanosecond steps since 1601, which .NET allows from 0 on. */
const dateFromNum: EagerFunction = {
  kind: "eager",
  name: "DateFromNum",
  parameters: [required("value", "integer")],
  result: "date",
  run: (values) => {
    const steps = integerAt(values, 0);
    if (steps < 0n) return beforeDirectoryTime("DateFromNum");
    return orOutOfRange(dateTime(DIRECTORY_EPOCH + steps), "DateFromNum");
  },
};

const numFromDate: EagerFunction = {
  kind: "eager",
  name: "NumFromDate",
  parameters: [required("value", "isoDate")],
  result: "integer",
  run: (values) => {
    const steps = dateAt(values, 0).ticks - DIRECTORY_EPOCH;
    return steps < 0n ? beforeDirectoryTime("NumFromDate") : steps;
  },
};

function beforeDirectoryTime(name: string): Failure {
  return failure("out-of-range", `${name} goes back before 1601, when directory times begin.`, { place: 0 });
}

export const DATE_FUNCTIONS = [now, cDate, dateAdd, dateDiff, formatDateTime, dateFromNum, numFromDate] as const;
