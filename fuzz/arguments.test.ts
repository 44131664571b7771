// The invariant: an argument means one thing or is refused, no number of it is negative, broken or beyond what can be counted, and what we write we read again.
import fc from "fast-check";
import { expect } from "vitest";
import {
  factNames,
  formatFactsToSet,
  formatPermissionBits,
  parseByteRange,
  parseFactsRequest,
  parseFactsToSet,
  parseHostName,
  parsePermissionBits,
  parseSumRequest,
  rangeWithin,
} from "../packages/protocol/src/index.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const numbers = textOf("0", "1", "9", "9007199254740991", "18446744073709551616", " ", "-", "+", ".", "e9", "٣", "\n");
const facts = textOf("Modify=", "UNIX.mode=", "20260101000000", "0644", "777", ";", " ", "=", "size=1;", "name");
const hosts = textOf("a", "example", ".", "..", "-", "_", "192.0.2.7", "[", "]", "::1", "xn--", "1", "é", "K");
const permissionBits = fc.nat(0o777);

fuzz({
  "RANG, and where it lies in a file": fc.property(numbers, fc.maxSafeNat(), (text, size) => {
    const parsed = parseByteRange(text);
    const range = parsed.kind === "range" ? parsed.range : undefined;
    if (range) {
      expect(Number.isSafeInteger(range.first) && Number.isSafeInteger(range.last)).toBe(true);
      expect(range.first).toBeLessThanOrEqual(range.last);
    }
    const part = rangeWithin(range, size);
    if (!part) return;
    expect(part.from).toBeGreaterThanOrEqual(0);
    expect(part.from).toBeLessThanOrEqual(part.to);
    expect(part.to).toBeLessThanOrEqual(size);
  }),
  "XCRC and its kin": fc.property(
    textOf('"', '""', " ", "1", "99999999999999999999", "a", "/", "\n"),
    fc.nat(),
    (text, at) => {
      const read = parseSumRequest(text);
      expect(read.start).toBeGreaterThanOrEqual(0n);
      // A path in quotes is that path, whatever it looks like.
      const quoted = parseSumRequest(`"${text.replaceAll('"', '""')}" ${at} ${at + 1}`);
      expect(quoted).toEqual({ path: text, isQuoted: true, start: BigInt(at), end: BigInt(at + 1) });
    },
  ),
  "facts to set": fc.property(facts, (text) => {
    const read = parseFactsToSet(text);
    if (read.kind === "refused") return;
    const { modified, mode } = read.facts;
    if (modified !== undefined) expect(Number.isSafeInteger(modified)).toBe(true);
    if (mode !== undefined) expect(mode & ~0o777).toBe(0);
    expect(read.path).not.toBe("");
    expect(parseFactsToSet(`${formatFactsToSet(read.facts)} ${read.path}`)).toEqual(read);
  }),
  "permission bits": fc.property(permissionBits, numbers, (mode, text) => {
    expect(parsePermissionBits(formatPermissionBits(mode))).toBe(mode);
    const read = parsePermissionBits(text);
    if (read !== undefined) expect(read & ~0o777).toBe(0);
  }),
  "facts that are asked for": fc.property(textOf(...factNames, ";", " ", "TYPE", "size;"), (text) => {
    for (const name of parseFactsRequest(text)) expect(factNames).toContain(name);
  }),
  "host names": fc.property(hosts, (text) => {
    const host = parseHostName(text);
    if (host?.kind !== "name") return;
    expect(host.name).toMatch(/^[a-z0-9_.-]{1,253}$/);
    expect(parseHostName(host.name)).toEqual(host);
    expect(parseHostName(`${host.name.toUpperCase()}.`)).toEqual(host);
  }),
});
