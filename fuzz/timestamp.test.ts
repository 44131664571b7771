// The invariant: a time is written in four digits of year and read as the same millisecond, and no text is a time that is none.
import fc from "fast-check";
import { expect } from "vitest";
import { formatTimestamp, nearestFourDigitYear, parseTimestamp } from "../packages/protocol/src/index.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const parts = textOf("2026", "0000", "9999", "02", "29", "30", "31", "12", "24", "59", "60", "00", ".", ".5", "٣", "-");
const field = fc.nat(99).map((number) => String(number).padStart(2, "0"));
const year = fc.nat(9999).map((number) => String(number).padStart(4, "0"));
const fraction = fc.oneof(fc.constant(""), fc.stringMatching(/^\.[0-9]{1,12}$/));
const fields = fc.tuple(year, field, field, field, field, field, fraction);

/** The time by counting, if there is one. */
function counted([y, mo, d, h, mi, s, rest]: readonly string[]): number | undefined {
  const [years, months, days, hours, minutes, seconds] = [y, mo, d, h, mi, s].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const isLeap = (years % 4 === 0 && years % 100 !== 0) || years % 400 === 0;
  const longest = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][months - 1] ?? 0;
  if (days < 1 || days > longest || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(years, months - 1, days);
  date.setUTCHours(hours, minutes, seconds, Number((rest ?? "").slice(1, 4).padEnd(3, "0")));
  return date.getTime();
}

fuzz({
  "any number": fc.property(fc.oneof(fc.double(), fc.integer({ min: -8.64e15, max: 8.64e15 })), (milliseconds) => {
    const text = formatTimestamp(milliseconds);
    expect(text).toMatch(/^\d{14}(\.\d{3})?$/);
    expect(parseTimestamp(text)).toBe(Math.trunc(nearestFourDigitYear(milliseconds)) + 0);
  }),
  "any text": fc.property(parts, (text) => {
    const read = parseTimestamp(text);
    if (read === undefined) return;
    expect(Number.isSafeInteger(read)).toBe(true);
    expect(formatTimestamp(read).slice(0, 14)).toBe(text.slice(0, 14));
  }),
  "any digits": fc.property(fields, (written) => {
    expect(parseTimestamp(written.join(""))).toBe(counted(written));
  }),
});
