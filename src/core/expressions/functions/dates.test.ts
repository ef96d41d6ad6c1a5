import fc from "fast-check";
import { expect, test } from "vitest";
import { dateText, fromFields, fromUnixMilliseconds, toFields, weekdayOf } from "../calendar.ts";
import { formatDate } from "../date-format.ts";
import { parseDate } from "../date-text.ts";
import { evaluateLine } from "../line.ts";
import { printText } from "../print.ts";

function resultOf(expression: string): unknown {
  return evaluateLine({ expression }, { now: "2025-07-30T10:20:30Z", random: (count) => new Uint8Array(count) });
}

const anyMoment = fc.date({
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
});

test("fields agree with the platform's calendar over all years", () => {
  fc.assert(
    fc.property(anyMoment, (date) => {
      const moment = fromUnixMilliseconds(date.getTime())!;
      const fields = toFields(moment);
      expect([
        fields.year,
        fields.month,
        fields.day,
        fields.hour,
        fields.minute,
        fields.second,
        weekdayOf(moment),
      ]).toEqual([
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
        date.getUTCDay(),
      ]);
      expect(fromFields(fields)).toEqual(moment);
    }),
  );
});

test("the text form reads back", () => {
  fc.assert(
    fc.property(anyMoment, (date) => {
      const moment = fromUnixMilliseconds(Math.floor(date.getTime() / 1000) * 1000)!;
      expect(parseDate(dateText(moment))?.moment).toEqual(moment);
    }),
  );
});

test.each([
  ["16 Mar 2020", "3/16/2020 12:00:00 AM"],
  ["March 16, 2020 7:05 PM", "3/16/2020 7:05:00 PM"],
  ["Mon, 16 Mar 2020 07:00:00 GMT", "3/16/2020 7:00:00 AM"],
  ["2020/3/6", "3/6/2020 12:00:00 AM"],
  ["2020-03-16T07:00:00.1234567+0530", "3/16/2020 1:30:00 AM"],
  ["2020-03-16T07:00:00.99999995Z", "3/16/2020 7:00:01 AM"],
  ["2020-03-16T07:00:00.99999994999Z", "3/16/2020 7:00:00 AM"],
  ["3/16/20", "3/16/2020 12:00:00 AM"],
  ["3/16/50 7 PM", "3/16/1950 7:00:00 PM"],
  ["3/16/2020 00:30 AM", "3/16/2020 12:30:00 AM"],
  ["2020-03", "3/1/2020 12:00:00 AM"],
  ["March 2020", "3/1/2020 12:00:00 AM"],
])("CDate reads %s", (text, expected) => {
  expect(resultOf(`CDate("${text}")`)).toEqual({ value: expected });
});

test.each([
  "",
  "2021-02-29",
  "2020-03-16T25:00:00Z",
  "10:00",
  "2020-03-16 13:00 PM",
  "2020-03-16+15:00",
  "16",
  "20200316",
  "16/3/2020",
  "9999-12-31T23:59:59.99999999Z",
])("CDate refuses %j", (text) => {
  expect(resultOf(`CDate("${text}")`)).toEqual({ error: expect.stringContaining("CDate takes a date") });
});

test("months end on their last day", () => {
  expect(resultOf('DateAdd("m", 1, CDate("2021-01-31"))')).toEqual({ value: "2/28/2021 12:00:00 AM" });
  expect(resultOf('DateAdd("yyyy", 1, CDate("2020-02-29"))')).toEqual({ value: "2/28/2021 12:00:00 AM" });
});

test.each([
  ["ddd, d MMM yy", "Wed, 1 Jan 25"],
  ["dddd MMMM", "Wednesday January"],
  ["HH\\h 'o''clock' %h", "00h oclock 12"],
  ["yyyy-MM-ddTHH:mm:ss.fffK", "2025-01-01T00:00:00.500Z"],
  ["s.FFF", "0.5"],
  ["zzz", "+00:00"],
  ["o", "2025-01-01T00:00:00.5000000Z"],
  ["R", "Wed, 01 Jan 2025 00:00:00 GMT"],
])("format %s", (format, expected) => {
  expect(formatDate(parseDate("2025-01-01T00:00:00.5Z")!, format)).toBe(expected);
});

/** What FormatDateTime makes of a text, written with the time to the tick; undefined when the text does not fit. */
function reformatted(text: string, format: string, styles = ""): unknown {
  const quoted = [text, styles, format].map(printText);
  const answer = resultOf(`FormatDateTime(${quoted.join(", ")}, "yyyy-MM-dd HH:mm:ss.FFFFFFFK")`);
  const { value } = answer as { readonly value?: unknown };
  return value;
}

test.each([
  ["1/2/2025", "M/d/yyyy", "2025-01-02 00:00:00"],
  ["31.12.99", "dd.MM.yy", "1999-12-31 00:00:00"],
  ["31.12.49", "dd.MM.yy", "2049-12-31 00:00:00"],
  ["2025-01-01T01:00:00+02:00", "yyyy-MM-ddTHH:mm:ssK", "2024-12-31 23:00:00Z"],
  ["2025-01-01T01:00:00+0200", "yyyy-MM-ddTHH:mm:ssK", "2024-12-31 23:00:00Z"],
  ["2025-01-01T01:00:00", "yyyy-MM-ddTHH:mm:ssK", "2025-01-01 01:00:00"],
  ["2025-01-01T01:00:00Z", "yyyy-MM-ddTHH:mm:ssZ", "2025-01-01 01:00:00Z"],
  ["2025-01-01T01:00:00GMT", "yyyy-MM-ddTHH:mm:ssZ", "2025-01-01 01:00:00Z"],
  ["Thursday, 2 January 2025", "dddd, d MMMM yyyy", "2025-01-02 00:00:00"],
  ["thu, 2 jan 2025", "ddd, d MMM yyyy", "2025-01-02 00:00:00"],
  [" 20250102 ", "yyyyMMdd", "2025-01-02 00:00:00"],
  ["20250102", " yyyyMMdd ", "2025-01-02 00:00:00"],
  ["12:30", "hh:mm", "2025-07-30 00:30:00"],
  ["00:30 PM", "hh:mm tt", "2025-07-30 12:30:00"],
  ["17:30 PM", "HH:mm tt", "2025-07-30 17:30:00"],
  ["5P", "ht", "2025-07-30 17:00:00"],
  ["2/28", "M/d", "2025-02-28 00:00:00"],
  ["2024", "yyyy", "2024-01-01 00:00:00"],
  ["10 10 2025", "d dd yyyy", "2025-01-10 00:00:00"],
  ["8 o'clock", "H 'o\\'clock'", "2025-07-30 08:00:00"],
  ["2025-01-02 03:04:05.1200000", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "2025-01-02 03:04:05.12"],
  ["2025-01-02 03:04:05", "yyyy-MM-dd HH:mm:ss.FFF", "2025-01-02 03:04:05"],
  ["Thursday, 02 January 2025 03:04:05", "U", "2025-01-02 03:04:05"],
])("%s fits %s", (text, format, expected) => {
  expect(reformatted(text, format)).toBe(expected);
});

test.each([
  ["1/2/2025", "MM/dd/yyyy"],
  ["2025-13-01", "yyyy-MM-dd"],
  ["Monday, 2 January 2025", "dddd, d MMMM yyyy"],
  ["13:00 PM", "hh:mm tt"],
  ["13:00 AM", "HH:mm tt"],
  ["03:00 PM", "HH:mm tt"],
  ["5p", "ht"],
  ["10 11 2025", "d dd yyyy"],
  ["20250102t03", "yyyyMMddTHH"],
  ["0123", "yyy"],
  ["2025", "yyyy'"],
  ["2025-01-01T01:00:00", "yyyy-MM-ddTHH:mm:ssZ"],
  ["0001-01-01 +01:00", "yyyy-MM-dd zzz"],
  ["1".repeat(60), "d%".repeat(40)],
])("%s does not fit %s", (text, format) => {
  expect(reformatted(text, format)).toBeUndefined();
});

test.each([
  [" 2025 ", "yyyy", "None", undefined],
  [" 2025", "yyyy", "AllowLeadingWhite", "2025-01-01 00:00:00"],
  [" 2025 ", "yyyy", "AllowLeadingWhite", undefined],
  ["2025 - 01", "yyyy-MM", "AllowInnerWhite", "2025-01-01 00:00:00"],
  ["2025-01", "yyyy - MM", "AllowInnerWhite", "2025-01-01 00:00:00"],
  [" 2025 -01 ", "yyyy-MM", "AllowWhiteSpaces", "2025-01-01 00:00:00"],
  ["10:30", "HH:mm", "NoCurrentDateDefault", "0001-01-01 10:30:00"],
  ["10:30", "HH:mm", "NoCurrentDateDefault, AssumeUniversal", "0001-01-01 10:30:00"],
])("%j fits %s in the style %s: %s", (text, format, styles, expected) => {
  expect(reformatted(text, format, styles)).toBe(expected);
});

test("directory times cover 1601 to 9999, to the tick", () => {
  const ticks = 2_650_467_743_999_999_999n;
  expect(resultOf(`NumFromDate(DateFromNum(${ticks}))`)).toEqual({ value: String(ticks) });
  expect(resultOf("NumFromDate(DateFromNum(0))")).toEqual({ value: 0 });
  expect(resultOf('NumFromDate("1601-01-01T00:00:00.0000001Z")')).toEqual({ value: 1 });
});

test.each([
  ["DateFromNum(2650467744000000000)", "leaves the years 1 to 9999"],
  ["DateFromNum(9223372036854775807)", "leaves the years 1 to 9999"],
  ["DateFromNum(-1)", "before 1601"],
  ['NumFromDate("1600-12-31T23:59:59Z")', "before 1601"],
])("%s %s", (expression, reason) => {
  expect(resultOf(expression)).toEqual({ error: expect.stringContaining(reason) });
});

test.each([
  ["2021-08-21", "2021-08-22", 1],
  ["2021-08-22", "2021-08-28T23:59:59Z", 0],
  ["2021-08-21T18:00:00Z", "2021-08-22T06:00:00Z", 0],
  ["2021-08-22T06:00:00Z", "2021-08-21T18:00:00Z", 0],
  ["2021-08-22", "2021-08-21", -1],
])("weeks from %s to %s as Visual Basic counts them: %i", (from, to, weeks) => {
  expect(resultOf(`DateDiff("ww", CDate("${from}"), CDate("${to}"))`)).toEqual({ value: weeks });
});
