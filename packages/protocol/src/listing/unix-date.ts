import { monthNumber } from "./month-names.ts";
import { fullYear, hourOf } from "./told-time.ts";
import type { TimeParts } from "./told-time.ts";

/** A date in a line, and where it ends. */
export interface FoundDate {
  readonly parts: TimeParts;
  readonly end: number;
}

interface Day {
  readonly year?: number | undefined;
  readonly month: number | undefined;
  readonly day: number;
}

const GAP = String.raw`[ \t]+`;
const MONTH = String.raw`([\p{L}\p{M}\ufffd]{2,12})\.?`;
/** `月` and its like, in whatever charset it was not understood. */
const SIGN = String.raw`[\u0080-\uffff]{1,6}`;

const dayForms: readonly (readonly [pattern: RegExp, read: (...found: string[]) => Day])[] = [
  [
    form(`${MONTH}${GAP}(\\d{1,2}),${GAP}(\\d{4})`),
    (month, day, year) => ({ year: Number(year), month: monthNumber(month), day: Number(day) }),
  ],
  [form(`${MONTH}${GAP}(\\d{1,2})[.,]?`), (month, day) => ({ month: monthNumber(month), day: Number(day) })],
  [form(`(\\d{1,2})\\.?${GAP}${MONTH},?`), (day, month) => ({ month: monthNumber(month), day: Number(day) })],
  [form(String.raw`(\d{4})([-/.])(\d{1,2})\2(\d{1,2})`), (year, _separator, month, day) => dated(year, month, day)],
  [form(String.raw`(\d{1,2})([-/.])(\d{1,2})\2(\d{4})`), (day, _separator, month, year) => dated(year, month, day)],
  [form(String.raw`(\d\d)-(\d\d)`), (month, day) => ({ month: Number(month), day: Number(day) })],
  [
    form(`(\\d{1,2})-${MONTH}-(\\d{4}|\\d\\d)`),
    (day, month, year) => ({ year: fullYear(year), month: monthNumber(month), day: Number(day) }),
  ],
  [
    form(`${MONTH}-(\\d{1,2})-(\\d{4})`),
    (month, day, year) => ({ year: Number(year), month: monthNumber(month), day: Number(day) }),
  ],
  [
    form(`(\\d{4})(?:${SIGN})?[ \\t]*(\\d{1,2})${SIGN}[ \\t]*(\\d{1,2})(?:${SIGN})?`),
    (year, month, day) => dated(year, month, day),
  ],
  [
    form(`(\\d{1,2})${SIGN}[ \\t]*(\\d{1,2})(?:${SIGN})?`),
    (month, day) => ({ month: Number(month), day: Number(day) }),
  ],
];

const clock =
  /(?:[ \t]+|T)(\d{1,2})([:.])(\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?(?:([AaPp])[Mm]?)?(?=[ \t]|$|Z|[+-]\d\d:?\d\d)/uy;
const zone = /[ \t]?(?:Z|([+-])(\d\d):?(\d\d))(?=[ \t])/uy;
const yearBehind = new RegExp(`${GAP}(\\d{4})(?:${SIGN})?(?=[ \\t]|$)`, "uy");

/** Reads a date as `ls` and its likes write it, from a place in a line on; undefined where there is none. */
export function readUnixDate(line: string, at: number): FoundDate | undefined {
  for (const [pattern, read] of dayForms) {
    const found = matchAt(pattern, line, at);
    if (!found) continue;
    const { year, month, day } = read(...found.slice(1));
    if (month === undefined || month < 1 || month > 12 || day > 31) continue;
    const rest = readClock(line, at + found[0].length, year);
    if (rest) return { parts: { month, day, ...rest.parts }, end: rest.end };
  }
  return undefined;
}

/** Behind the day stands a time or a year, or both where the time has seconds (`ls -T`). */
function readClock(
  line: string,
  at: number,
  year: number | undefined,
): { readonly parts: Omit<TimeParts, "month" | "day">; readonly end: number } | undefined {
  const found = matchAt(clock, line, at);
  // With a point it is rather the beginning of a name, where a year was there before.
  if (!found || (year !== undefined && found[2] === ".")) {
    if (year !== undefined) return { parts: { year }, end: at };
    const behind = matchAt(yearBehind, line, at);
    return behind ? { parts: { year: Number(behind[1]) }, end: at + behind[0].length } : undefined;
  }
  const [whole, hour, , minute, second, fraction, half] = found;
  let end = at + whole.length;
  const parts = {
    hour: hourOf(Number(hour), half),
    minute: Number(minute),
    second: second === undefined ? undefined : Number(second),
    millisecond: fraction === undefined ? undefined : Number(fraction.padEnd(3, "0").slice(0, 3)),
  };
  if (parts.hour > 24 || parts.minute > 59) return undefined;
  if (second === undefined) return { parts: { year, ...parts }, end };
  const behind = year === undefined ? matchAt(yearBehind, line, end) : null;
  if (behind) end += behind[0].length;
  const offset = matchAt(zone, line, end);
  if (offset) end += offset[0].length;
  const east = offset ? minutesEast(offset) : undefined;
  return { parts: { year: behind ? Number(behind[1]) : year, ...parts, east }, end };
}

function minutesEast([, sign, hours, minutes]: RegExpExecArray): number {
  const away = sign === undefined ? 0 : Number(hours) * 60 + Number(minutes);
  return sign === "-" ? -away : away;
}

function dated(year: string, month: string, day: string): Day {
  return { year: Number(year), month: Number(month), day: Number(day) };
}

/** What is behind it must not go on: a `T` and a time may. */
function form(source: string): RegExp {
  return new RegExp(`${source}(?=[ \\t]|T\\d|$)`, "uy");
}

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}
