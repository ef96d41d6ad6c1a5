import type { HelpByName } from "./entry.ts";

const INTERVALS =
  "The intervals are `yyyy` (years), `m` (months), `ww` (weeks), `d` (days), `h` (hours), `n` (minutes) and `s` (seconds). Case counts, and there are no others.";

const NEVER = `Switch([extensionAttribute3], DateFromNum([extensionAttribute3]),
  "", "never", "0", "never", "9223372036854775807", "never"
)`;

export const DATES_HELP: HelpByName = {
  Now: {
    summary: "Gives the present date and time, in UTC.",
    result: "date",
    parameters: {},
    nulls: "It takes no arguments.",
    emptied: [],
    notes: [
      "As text it reads `M/d/yyyy h:mm:ss tt`. For another form, put FormatDateTime around it.",
      "A mapping that contains Now usually gives something new at every evaluation. Each cycle that looks at the person then writes to the account; where that is not wanted, let it flow at creation only.",
    ],
    examples: [
      { expression: "Now()", now: "2026-03-04T09:30:00Z", gives: { value: "3/4/2026 9:30:00 AM" } },
      {
        expression: 'FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")',
        now: "2026-03-04T09:30:00Z",
        gives: { value: "2026-03-04" },
      },
      {
        expression: 'IIF([extensionAttribute1] < Now(), "over", "to come")',
        attributes: { extensionAttribute1: "2026-02-28" },
        now: "2026-03-04T09:30:00Z",
        gives: { value: "over" },
        note: "a text that reads as a date compares with one",
      },
    ],
    seeAlso: ["DateAdd", "DateDiff", "FormatDateTime"],
  },
  CDate: {
    summary: "Reads a text as a date and time, in UTC.",
    result: "date",
    parameters: { expression: "the text to read" },
    nulls: "Null gives null, an empty text is an error.",
    emptied: ["CDate([x])"],
    notes: [
      "It reads what .NET's invariant culture reads: year first, or month/day/year, or the month's English name; then perhaps a time, AM or PM, and an offset. 4.3.2025 is therefore the 3rd of April; give it to FormatDateTime instead.",
      "An offset moves the result to UTC, also behind a date without a time. Without an offset the text is taken as UTC.",
      "Functions that take a date read texts by themselves; CDate is needed where nothing else tells that a date is meant.",
      "Numbers such as Active Directory's `accountExpires` are read by DateFromNum.",
    ],
    examples: [
      {
        expression: "CDate([extensionAttribute1])",
        attributes: { extensionAttribute1: "2025-03-04T09:30:00+01:00" },
        gives: { value: "3/4/2025 8:30:00 AM" },
        note: "moved to UTC",
      },
      {
        expression: "CDate([extensionAttribute1])",
        attributes: { extensionAttribute1: "2025-03-04" },
        gives: { value: "3/4/2025 12:00:00 AM" },
        note: "midnight",
      },
      {
        expression: "CDate([extensionAttribute1])",
        attributes: { extensionAttribute1: "2025-03-04-07:00" },
        gives: { value: "3/4/2025 7:00:00 AM" },
        note: "midnight there",
      },
      {
        expression: "CDate([extensionAttribute1])",
        attributes: { extensionAttribute1: "4.3.2025" },
        gives: { value: "4/3/2025 12:00:00 AM" },
        note: "month first!",
      },
      {
        expression: "CDate([extensionAttribute1])",
        attributes: { extensionAttribute1: "2025-02-30" },
        gives: {
          error:
            'CDate takes a date as expression; "2025-02-30" is none: write it as 2020-03-16T07:00:00Z, or convert it with FormatDateTime.',
        },
      },
    ],
    seeAlso: ["FormatDateTime", "DateFromNum", "DateAdd"],
  },
  DateAdd: {
    summary: "Moves a date forward or back.",
    result: "date",
    parameters: {
      interval: "what to count: `yyyy`, `m`, `ww`, `d`, `h`, `n` or `s`",
      value: "how many; a negative number moves back",
      dateTime: "the date to begin at",
    },
    nulls: "Null in any place gives null, an empty text in any place is an error.",
    emptied: ['DateAdd([x], 1, "2025-03-04")', 'DateAdd("d", [x], "2025-03-04")', 'DateAdd("d", 1, [x])'],
    notes: [
      INTERVALS,
      "A month or year later is the same day, or the last one of a month that is shorter.",
      "The result is a date. Where it flows to the account, it reads `M/d/yyyy h:mm:ss tt`; FormatDateTime changes that.",
    ],
    examples: [
      {
        expression: 'DateAdd("d", -14, [extensionAttribute1])',
        attributes: { extensionAttribute1: "2025-03-04" },
        gives: { value: "2/18/2025 12:00:00 AM" },
        note: "two weeks before",
      },
      {
        expression: 'DateAdd("m", 1, [extensionAttribute1])',
        attributes: { extensionAttribute1: "2025-01-31" },
        gives: { value: "2/28/2025 12:00:00 AM" },
        note: "February is shorter",
      },
      {
        expression: 'FormatDateTime(DateAdd("yyyy", 1, Now()), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")',
        now: "2026-03-04T09:30:00Z",
        gives: { value: "2027-03-04" },
        note: "in a form that targets like",
      },
      {
        expression: 'DateAdd("M", 1, "2025-01-31")',
        gives: { error: '"M" is not an interval; write one of yyyy, m, d, ww, h, n, s.' },
        note: "case counts",
      },
    ],
    seeAlso: ["DateDiff", "FormatDateTime", "Now"],
  },
  DateDiff: {
    summary: "Counts the time from one date to another.",
    result: "whole number",
    parameters: {
      interval: "what to count: `yyyy`, `m`, `ww`, `d`, `h`, `n` or `s`",
      date1: "the date to count from",
      date2: "the date to count to; the result is positive when it is later",
    },
    nulls: "Null in any place gives null, an empty text in any place is an error.",
    emptied: [
      'DateDiff([x], "2025-03-01", "2025-03-04")',
      'DateDiff("d", [x], "2025-03-04")',
      'DateDiff("d", "2025-03-01", [x])',
    ],
    notes: [
      INTERVALS,
      "`d`, `h`, `n` and `s` count whole units that have passed: 23 hours are 0 days.",
      "`yyyy` and `m` subtract the calendar's years and months: from 31 December to 1 January is one year. `ww` counts how many Sundays lie between.",
    ],
    examples: [
      {
        expression: 'DateDiff("d", [extensionAttribute1], Now())',
        attributes: { extensionAttribute1: "2026-02-01" },
        now: "2026-03-04T09:30:00Z",
        gives: { value: 31 },
        note: "days since somebody began",
      },
      {
        expression: 'DateDiff("d", [extensionAttribute1], Now())',
        attributes: { extensionAttribute1: "2026-03-10" },
        now: "2026-03-04T09:30:00Z",
        gives: { value: -5 },
        note: "negative: still to come",
      },
      {
        expression: 'DateDiff("d", [extensionAttribute1], Now())',
        attributes: { extensionAttribute1: null },
        now: "2026-03-04T09:30:00Z",
        gives: { value: null },
      },
      { expression: 'DateDiff("d", "2025-03-04T01:00:00Z", "2025-03-05T00:00:00Z")', gives: { value: 0 } },
      {
        expression: 'DateDiff("yyyy", "2024-12-31", "2025-01-01")',
        gives: { value: 1 },
        note: "the calendar's years",
      },
      {
        expression: 'DateDiff("ww", "2025-03-08", "2025-03-09")',
        gives: { value: 1 },
        note: "from Saturday to Sunday",
      },
    ],
    seeAlso: ["DateAdd", "IIF", "Now"],
  },
  FormatDateTime: {
    summary: "Writes a date in another form.",
    result: "text",
    parameters: {
      source: "the date, as text in the form that inputFormat describes",
      dateTimeStyles: "names of .NET DateTimeStyles; leave it empty",
      inputFormat: "the form that source has, as a .NET date format",
      outputFormat: "the form to write, as a .NET date format",
    },
    nulls:
      "A null source or format gives null. An empty source does not fit its format, and an empty format is none: both are errors.",
    emptied: [
      'FormatDateTime([x], , "yyyyMMdd", "yyyy-MM-dd")',
      'FormatDateTime("20250304", [x], "yyyyMMdd", "yyyy-MM-dd")',
      'FormatDateTime("20250304", , [x], "yyyy-MM-dd")',
      'FormatDateTime("20250304", , "yyyyMMdd", [x])',
    ],
    notes: [
      "There are always four places; leave the second one empty.",
      "The source must fit inputFormat exactly, apart from spaces around it. A date that comes from Now, CDate, DateAdd or DateFromNum fits `M/d/yyyy h:mm:ss tt`.",
      "`MM` is the month and `mm` the minute; `HH` counts to 23, `hh` to 12 and wants `tt` (AM or PM) beside it.",
      "`MMM` and `MMMM` are English names, whatever the person's language.",
      "A single letter is one of .NET's standard formats: `d` is `MM/dd/yyyy`, `o` is the full ISO form, `s` the sortable one.",
      "An offset in the source moves the result to UTC.",
      "A name in dateTimeStyles is checked for its spelling but changes nothing. White space around the source is always allowed.",
    ],
    examples: [
      {
        expression: 'FormatDateTime([extensionAttribute1], , "d.M.yyyy", "yyyy-MM-dd")',
        attributes: { extensionAttribute1: "4.3.2025" },
        gives: { value: "2025-03-04" },
        note: "German order, which CDate would misread",
      },
      {
        expression: 'FormatDateTime([extensionAttribute1], , "d.M.yyyy", "yyyy-MM-dd")',
        attributes: { extensionAttribute1: null },
        gives: { value: null },
      },
      {
        expression: 'FormatDateTime([extensionAttribute1], , "d.M.yyyy", "yyyy-MM-dd")',
        attributes: { extensionAttribute1: "2025-03-04" },
        gives: { error: '"2025-03-04" does not fit inputFormat "d.M.yyyy".' },
      },
      {
        expression: 'FormatDateTime([extensionAttribute2], , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")',
        attributes: { extensionAttribute2: "20250304093000.0Z" },
        gives: { value: "2025-03-04" },
        note: "Active Directory's whenCreated",
      },
      {
        expression: 'FormatDateTime(DateFromNum([extensionAttribute3]), , "M/d/yyyy h:mm:ss tt", "d MMMM yyyy")',
        attributes: { extensionAttribute3: "133855200000000000" },
        gives: { value: "4 March 2025" },
        note: "Active Directory's numbers",
      },
      {
        expression: 'FormatDateTime("2025-03-04", , "yyyy-mm-dd", "yyyy-MM-dd")',
        gives: { value: "2025-01-04" },
        note: "mm is the minute: the month was never read",
      },
      {
        expression: 'FormatDateTime("2025-03-04", "yyyy-MM-dd", "dd/MM/yyyy")',
        gives: {
          error:
            "Line 1, column 1: FormatDateTime needs its argument outputFormat: FormatDateTime(source, [dateTimeStyles], inputFormat, outputFormat).",
        },
        note: "the empty place is missing",
      },
    ],
    seeAlso: ["CDate", "DateFromNum", "Now"],
  },
  DateFromNum: {
    summary: "Turns a date as Active Directory counts it into a date.",
    result: "date",
    parameters: { value: "steps of 100 nanoseconds since the beginning of 1601, in UTC" },
    nulls: "Null gives null, an empty text is an error.",
    emptied: ["DateFromNum([x])"],
    notes: [
      "`accountExpires`, `pwdLastSet` and `lastLogonTimestamp` are such numbers.",
      "Active Directory writes 0 or 9223372036854775807 for never. The first becomes the year 1601, the second is an error: catch both with Switch.",
      "The numbers are read exactly, also where they come as text.",
    ],
    examples: [
      {
        expression: "DateFromNum([extensionAttribute3])",
        attributes: { extensionAttribute3: "133855200000000000" },
        gives: { value: "3/4/2025 12:00:00 AM" },
      },
      {
        expression: "DateFromNum([extensionAttribute3])",
        attributes: { extensionAttribute3: "9223372036854775807" },
        gives: { error: "DateFromNum leaves the years 1 to 9999." },
        note: "never expires",
      },
      {
        expression: NEVER,
        attributes: { extensionAttribute3: "9223372036854775807" },
        gives: { value: "never" },
      },
      {
        expression: NEVER,
        attributes: { extensionAttribute3: "133855200000000000" },
        gives: { value: "3/4/2025 12:00:00 AM" },
      },
    ],
    seeAlso: ["NumFromDate", "FormatDateTime", "Switch"],
  },
  NumFromDate: {
    summary: "Turns a date into the number by which Active Directory counts it.",
    result: "whole number",
    parameters: { value: "an ISO 8601 date, with or without a time and an offset, or a date from another function" },
    nulls: "Null gives null, an empty text is an error.",
    emptied: ["NumFromDate([x])"],
    notes: [
      "Other forms of a date go through FormatDateTime or CDate first.",
      "The number is beyond what JSON numbers hold exactly, so it flows as text.",
    ],
    examples: [
      {
        expression: "NumFromDate([extensionAttribute1])",
        attributes: { extensionAttribute1: "2025-03-04" },
        gives: { value: "133855200000000000" },
      },
      {
        expression: "NumFromDate([extensionAttribute1])",
        attributes: { extensionAttribute1: "2025-03-04 00:00:00-08:00" },
        gives: { value: "133855488000000000" },
        note: "a space in place of the T",
      },
      {
        expression: "NumFromDate([extensionAttribute1])",
        attributes: { extensionAttribute1: "3/4/2025" },
        gives: { error: '"3/4/2025" is not an ISO 8601 date; convert it with FormatDateTime first.' },
      },
      {
        expression: "NumFromDate(CDate([extensionAttribute1]))",
        attributes: { extensionAttribute1: "3/4/2025" },
        gives: { value: "133855200000000000" },
      },
    ],
    seeAlso: ["DateFromNum", "CDate", "FormatDateTime"],
  },
};
