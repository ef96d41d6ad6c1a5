import {
  addMonths,
  addTicks,
  type DateTime,
  DIRECTORY_EPOCH,
  dateTime,
  daysOf,
  TICKS_PER_DAY,
  TICKS_PER_SECOND,
  toFields,
} from "../calendar.ts";
import { formatDate, isDateFormat, parseDateExactly } from "../date-format.ts";
import { parseIsoDate } from "../date-text.ts";
import { type EagerFunction, failure, integerAt, type Result, textAt, type Values } from "../definition.ts";
import { optional, required } from "./parameters.ts";

const INTERVALS = ["yyyy", "m", "d", "ww", "h", "n", "s"] as const;
const FIXED_STEPS: ReadonlyMap<string, bigint> = new Map([
  ["ww", 7n * TICKS_PER_DAY],
  ["d", TICKS_PER_DAY],
  ["h", 3600n * TICKS_PER_SECOND],
  ["n", 60n * TICKS_PER_SECOND],
  ["s", TICKS_PER_SECOND],
]);
const STYLES: ReadonlySet<string> = new Set([
  "None",
  "AllowLeadingWhite",
  "AllowTrailingWhite",
  "AllowInnerWhite",
  "AllowWhiteSpaces",
  "NoCurrentDateDefault",
  "AdjustToUniversal",
  "AssumeLocal",
  "AssumeUniversal",
  "RoundtripKind",
]);

function dateAt(values: Values, place: number): DateTime {
  const value = values[place];
  return typeof value === "object" && value !== null && value.kind === "date" ? value : { kind: "date", ticks: 0n };
}

function unknownInterval(interval: string) {
  const names = INTERVALS.join(", ");
  return failure("bad-interval", `"${interval.slice(0, 20)}" is not an interval; write one of ${names}.`);
}

function orOutOfRange(moment: DateTime | undefined, name: string): Result {
  return moment ?? failure("out-of-range", `${name} leaves the years 1 to 9999.`);
}

const now: EagerFunction = {
  kind: "eager",
  name: "Now",
  parameters: [],
  run: (_values, scope) =>
    scope.now() ?? failure("not-a-date", "The time given for Now() is not an ISO 8601 date and time."),
};

const cDate: EagerFunction = {
  kind: "eager",
  name: "CDate",
  parameters: [required("expression", "date")],
  run: (values) => dateAt(values, 0),
};

const dateAdd: EagerFunction = {
  kind: "eager",
  name: "DateAdd",
  parameters: [required("interval"), required("value", "integer"), required("dateTime", "date")],
  run: (values) => {
    const interval = textAt(values, 0);
    const amount = integerAt(values, 1);
    const moment = dateAt(values, 2);
    const step = FIXED_STEPS.get(interval);
    if (step !== undefined) return orOutOfRange(addTicks(moment, step * amount), "DateAdd");
    if (interval === "m") return orOutOfRange(addMonths(moment, amount), "DateAdd");
    if (interval === "yyyy") return orOutOfRange(addMonths(moment, amount * 12n), "DateAdd");
    return unknownInterval(interval);
  },
};

const dateDiff: EagerFunction = {
  kind: "eager",
  name: "DateDiff",
  parameters: [required("interval"), required("date1", "date"), required("date2", "date")],
  run: (values) => {
    const interval = textAt(values, 0);
    const [from, to] = [dateAt(values, 1), dateAt(values, 2)];
    if (interval === "ww") return BigInt(sundayWeek(to) - sundayWeek(from));
    const step = FIXED_STEPS.get(interval);
    if (step !== undefined) return (to.ticks - from.ticks) / step;
    const [first, last] = [toFields(from), toFields(to)];
    if (interval === "yyyy") return BigInt(last.year - first.year);
    if (interval === "m") return BigInt((last.year - first.year) * 12 + last.month - first.month);
    return unknownInterval(interval);
  },
};

/** Number of the calendar week, weeks beginning on Sunday. */
function sundayWeek(moment: DateTime): number {
  return Math.floor((daysOf(moment) + 1) / 7);
}

const formatDateTime: EagerFunction = {
  kind: "eager",
  name: "FormatDateTime",
  parameters: [required("source"), optional("dateTimeStyles"), required("inputFormat"), required("outputFormat")],
  run: (values, scope) => {
    for (const style of textAt(values, 1).split(",")) {
      if (style.trim() !== "" && !STYLES.has(style.trim())) {
        return failure("bad-format", `"${style.trim().slice(0, 40)}" is not a DateTimeStyles name; leave it empty.`);
      }
    }
    const [input, output] = [textAt(values, 2), textAt(values, 3)];
    for (const format of [input, output]) {
      if (!isDateFormat(format)) {
        return failure("bad-format", `"${format.slice(0, 60)}" is not a .NET date format, such as yyyy-MM-dd.`);
      }
    }
    const date = parseDateExactly(textAt(values, 0), input);
    if (date === undefined) {
      return failure(
        "format-mismatch",
        `${scope.show(values[0] ?? null)} does not fit inputFormat "${input.slice(0, 60)}".`,
      );
    }
    return formatDate(date, output) ?? null;
  },
};

const dateFromNum: EagerFunction = {
  kind: "eager",
  name: "DateFromNum",
  parameters: [required("value", "integer")],
  run: (values) => orOutOfRange(dateTime(DIRECTORY_EPOCH + integerAt(values, 0)), "DateFromNum"),
};

const numFromDate: EagerFunction = {
  kind: "eager",
  name: "NumFromDate",
  parameters: [required("value", "any")],
  run: (values, scope) => {
    const value = values[0] ?? null;
    if (typeof value === "object" && value !== null && value.kind === "date") return value.ticks - DIRECTORY_EPOCH;
    const date = typeof value === "string" ? parseIsoDate(value) : undefined;
    if (date !== undefined) return date.moment.ticks - DIRECTORY_EPOCH;
    return failure("not-a-date", `${scope.show(value)} is not an ISO 8601 date; convert it with FormatDateTime first.`);
  },
};

export const DATE_FUNCTIONS = [now, cDate, dateAdd, dateDiff, formatDateTime, dateFromNum, numFromDate] as const;
