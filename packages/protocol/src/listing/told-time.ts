import type { ListingContext } from "./dialect.ts";
import type { RemoteTime, TimePrecision } from "./remote-entry.ts";

/** A time as a listing writes it; what it leaves out is undefined. */
export interface TimeParts {
  readonly year?: number | undefined;
  /** From 1 on. */
  readonly month: number;
  readonly day: number;
  readonly hour?: number | undefined;
  readonly minute?: number | undefined;
  readonly second?: number | undefined;
  readonly millisecond?: number | undefined;
  /** Minutes east of UTC, where the text says them. */
  readonly east?: number | undefined;
}

const DAY = 24 * 3_600_000;

/** The rarest day, 29 February, comes again after 8 years at most. */
const YEARS_BACK = 9;

/** Undefined for a day that no calendar has. A date without a year is the last one that is not more than a day ahead. */
export function toldTime(parts: TimeParts, now: number): RemoteTime | undefined {
  const at = parts.year === undefined ? lastBefore(parts, now + DAY) : momentOf(parts, parts.year);
  if (at === undefined) return undefined;
  const zone = parts.east === undefined ? "server" : "utc";
  return { at: at - (parts.east ?? 0) * 60_000, precision: precisionOf(parts), zone };
}

function lastBefore(parts: TimeParts, latest: number): number | undefined {
  const year = new Date(latest).getUTCFullYear();
  for (let back = 0; back < YEARS_BACK; back++) {
    const at = momentOf(parts, year - back);
    if (at !== undefined && at <= latest) return at;
  }
  return undefined;
}

function momentOf(parts: TimeParts, year: number): number | undefined {
  const { month, day, hour = 0, minute = 0, second = 0, millisecond = 0 } = parts;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // Date takes 31 February for 3 March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second, millisecond);
}

function precisionOf({ hour, second, millisecond }: TimeParts): TimePrecision {
  if (millisecond !== undefined) return "millisecond";
  if (second !== undefined) return "second";
  return hour === undefined ? "day" : "minute";
}

/** `04:05PM`, `16:05`, `16.05.59`: undefined where it is no time. */
export function parseClock(text: string): Pick<TimeParts, "hour" | "minute" | "second"> | undefined {
  const found = /^(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:\.\d+)? ?(?:([ap])\.?(?:m\.?)?)?$/i.exec(text);
  if (!found) return undefined;
  const [, hour, minute, second, half] = found;
  return {
    hour: hourOf(Number(hour), half),
    minute: Number(minute),
    second: second === undefined ? undefined : Number(second),
  };
}

/** The hour of 24, from one of 12 where there is an `a` or a `p`. */
export function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
}

/**
 * `03-01-24`, `03/01/2024`, `01.03.2024`, `2024-03-01`. With dots the day is first. Else, where both could be months,
 * the month is first, unless an earlier line has shown the contrary: so write IIS, and IBM i in America.
 */
export function parseNumericDate(
  text: string,
  context: ListingContext,
): (Pick<TimeParts, "month" | "day"> & { readonly year: number }) | undefined {
  const found = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$/.exec(text);
  if (!found) return undefined;
  const [, first, separator, second, third] = found;
  const numbers = [Number(first), Number(second), Number(third)] as const;
  if (first!.length > 2 || numbers[0] > 31) return valid(fullYear(first!), numbers[1], numbers[2]);
  const year = fullYear(third!);
  if (separator === ".") return valid(year, numbers[1], numbers[0]);
  if (numbers[0] > 12) context.dateOrder = "day-first";
  else if (numbers[1] > 12) context.dateOrder = "month-first";
  return context.dateOrder === "day-first" ? valid(year, numbers[1], numbers[0]) : valid(year, numbers[0], numbers[1]);
}

function valid(year: number, month: number, day: number): ReturnType<typeof parseNumericDate> {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? { year, month, day } : undefined;
}

/** A year of two digits lies from 1969 on, where the epoch is in America; one of three comes from a program that counts from 1900 ("100"). */
export function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 3) return year;
  return year < 69 ? year + 2000 : year + 1900;
}
