import fc from "fast-check";
import { expect, test } from "vitest";
import { dateText, fromFields, fromUnixMilliseconds, toFields, weekdayOf } from "../calendar.ts";
import { formatDate } from "../date-format.ts";
import { parseDateExactly } from "../date-reading.ts";
import { parseDate } from "../date-text.ts";
import { evaluateLine } from "../line.ts";

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
])("CDate reads %s", (text, expected) => {
  expect(resultOf(`CDate("${text}")`)).toEqual({ value: expected });
});

test.each(["", "2021-02-29", "2020-03-16T25:00:00Z", "10:00", "2020-03-16 13:00 PM", "2020-03-16+15:00", "16"])(
  "CDate refuses %j",
  (text) => {
    expect(resultOf(`CDate("${text}")`)).toEqual({ error: expect.stringContaining("CDate takes a date") });
  },
);

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

test.each([
  ["1/2/2025", "M/d/yyyy", "1/2/2025 12:00:00 AM"],
  ["31.12.99", "dd.MM.yy", "12/31/1999 12:00:00 AM"],
  ["2025-01-01T01:00:00+02:00", "yyyy-MM-ddTHH:mm:ssK", "12/31/2024 11:00:00 PM"],
  ["Thursday, 2 January 2025", "dddd, d MMMM yyyy", "1/2/2025 12:00:00 AM"],
  [" 20250102 ", "yyyyMMdd", "1/2/2025 12:00:00 AM"],
])("%s fits %s", (text, format, expected) => {
  expect(dateText(parseDateExactly(text, format)!.moment)).toBe(expected);
});

test.each([
  ["1/2/2025", "MM/dd/yyyy"],
  ["2025-13-01", "yyyy-MM-dd"],
  ["Monday, 2 January 2025", "dddd, d MMMM yyyy"],
  ["13:00 PM", "hh:mm tt"],
  ["2025", "yyyy'"],
  ["1".repeat(60), "d%".repeat(40)],
])("%s does not fit %s", (text, format) => {
  expect(parseDateExactly(text, format)).toBeUndefined();
});
