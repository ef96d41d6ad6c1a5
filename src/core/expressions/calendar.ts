/** A UTC moment in steps of 100 nanoseconds since 0001-01-01T00:00:00, the range and grain of .NET's DateTime. */
export interface DateTime {
  readonly kind: "date";
  readonly ticks: bigint;
}

/** The fields of a moment in the proleptic Gregorian calendar. `fraction` counts 100-nanosecond steps. */
export interface CalendarFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction: number;
}

export const TICKS_PER_SECOND = 10_000_000n;
export const TICKS_PER_DAY = 86_400n * TICKS_PER_SECOND;
const DAYS_BEFORE_1970 = 719_162;
const MAX_TICKS = 3_652_059n * TICKS_PER_DAY - 1n;

/** 1601-01-01T00:00:00Z, from which Active Directory counts. */
export const DIRECTORY_EPOCH = 584_388n * TICKS_PER_DAY;

/** The moment, or undefined when it lies outside the years 1 to 9999. */
export function dateTime(ticks: bigint): DateTime | undefined {
  return ticks < 0n || ticks > MAX_TICKS ? undefined : { kind: "date", ticks };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 0001-01-01. Counting years from March puts the leap day at the end. */
function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return 365 * shifted + leapDays + Math.floor((153 * monthFromMarch + 2) / 5) + day - 307;
}

/** The moment with these fields, or undefined when a field is outside its range. */
export function fromFields(fields: CalendarFields): DateTime | undefined {
  const { year, month, day, hour, minute, second, fraction } = fields;
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const seconds = BigInt(dayNumber(year, month, day)) * 86_400n + BigInt(hour * 3600 + minute * 60 + second);
  return dateTime(seconds * TICKS_PER_SECOND + BigInt(fraction));
}

export function toFields(moment: DateTime): CalendarFields {
  const days = daysOf(moment);
  const rest = Number(moment.ticks - BigInt(days) * TICKS_PER_DAY);
  const secondOfDay = Math.floor(rest / 1e7);
  let year = Math.floor((days + 1) / 365.2425) + 1;
  while (dayNumber(year, 1, 1) > days) year--;
  while (dayNumber(year + 1, 1, 1) <= days) year++;
  let month = 12;
  while (dayNumber(year, month, 1) > days) month--;
  return {
    year,
    month,
    day: days - dayNumber(year, month, 1) + 1,
    hour: Math.floor(secondOfDay / 3600),
    minute: Math.floor(secondOfDay / 60) % 60,
    second: secondOfDay % 60,
    fraction: rest % 1e7,
  };
}

/** Whole days since 0001-01-01. */
function daysOf(moment: DateTime): number {
  return Number(moment.ticks / TICKS_PER_DAY);
}

/** 0 is Sunday. 0001-01-01 was a Monday. */
export function weekdayOf(moment: DateTime): number {
  return (daysOf(moment) + 1) % 7;
}

/** The moment `months` later; a day beyond the end of the new month becomes its last day. */
export function addMonths(moment: DateTime, months: bigint): DateTime | undefined {
  if (months > 120_000n || months < -120_000n) return undefined;
  const fields = toFields(moment);
  const count = fields.year * 12 + fields.month - 1 + Number(months);
  const year = Math.floor(count / 12);
  const month = count - year * 12 + 1;
  if (year < 1 || year > 9999) return undefined;
  return fromFields({ ...fields, year, month, day: Math.min(fields.day, daysInMonth(year, month)) });
}

export function addTicks(moment: DateTime, ticks: bigint): DateTime | undefined {
  return dateTime(moment.ticks + ticks);
}

/** From a count of milliseconds since 1970-01-01T00:00:00Z; undefined when it is not a moment. */
export function fromUnixMilliseconds(milliseconds: number): DateTime | undefined {
  if (!Number.isFinite(milliseconds)) return undefined;
  return dateTime(BigInt(DAYS_BEFORE_1970) * TICKS_PER_DAY + BigInt(Math.floor(milliseconds)) * 10_000n);
}

/** `M/d/yyyy h:mm:ss tt`, the text form of every date in the language. */
export function dateText(moment: DateTime): string {
  const { year, month, day, hour, minute, second } = toFields(moment);
  const clock = [String(hour % 12 === 0 ? 12 : hour % 12), twoDigits(minute), twoDigits(second)].join(":");
  return `${month}/${day}/${String(year).padStart(4, "0")} ${clock} ${hour < 12 ? "AM" : "PM"}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
