const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * The nearest time whose year has four digits. Some disks hold others, and one such file must not end a listing:
 * Date throws for them, or writes six digits.
 */
export function nearestFourDigitYear(milliseconds: number): number {
  return Number.isNaN(milliseconds) ? 0 : Math.min(Math.max(milliseconds, FIRST), LAST);
}

/** Milliseconds since 1970 as RFC 3659 §2.3 writes a time: `YYYYMMDDhhmmss`, UTC, with `.sss` where there are any. */
export function formatTimestamp(milliseconds: number): string {
  const iso = new Date(nearestFourDigitYear(milliseconds)).toISOString();
  const digits = iso.slice(0, 19).replace(/[-T:]/g, "");
  const fraction = iso.slice(20, 23);
  return fraction === "000" ? digits : `${digits}.${fraction}`;
}

/** Reads a time of RFC 3659 §2.3; undefined for anything that is not one (a 13th month, a 61st second). */
export function parseTimestamp(text: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?$/.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction = ""] = found;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, "0").slice(0, 3)}Z`;
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds)) return undefined;
  // Date.parse takes 31 February for 3 March.
  return new Date(milliseconds).toISOString() === iso ? milliseconds : undefined;
}
