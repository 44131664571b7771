import { expect, test } from "vitest";
import fc from "fast-check";
import { formatUnixLine, parseUnixLine } from "./unix.ts";
import type { Entry } from "./entry.ts";

const now = Date.UTC(2026, 6, 15, 12);
const day = 24 * 3_600_000;
const file: Entry = { name: "a.txt", kind: "file", size: 12, modified: Date.UTC(2026, 2, 1, 9, 5) };

test.each<[string, Partial<Entry>, string]>([
  ["a file", {}, "-rw-r--r--   1 ftp      ftp                12 Mar  1 09:05 a.txt"],
  ["a folder", { kind: "directory", size: 4096 }, "drwxr-xr-x   2 ftp      ftp              4096 Mar  1 09:05 a.txt"],
  ["a link", { kind: "link" }, "lrwxrwxrwx   1 ftp      ftp                12 Mar  1 09:05 a.txt"],
  [
    "its own mode and names",
    { mode: 0o100640, owner: "ann", group: "staff" },
    "-rw-r-----   1 ann      staff              12 Mar  1 09:05 a.txt",
  ],
  [
    "last year",
    { modified: Date.UTC(2025, 11, 31, 23, 59) },
    "-rw-r--r--   1 ftp      ftp                12 Dec 31  2025 a.txt",
  ],
  ["a big file", { size: 2 ** 42 }, "-rw-r--r--   1 ftp      ftp      4398046511104 Mar  1 09:05 a.txt"],
  ["a name with spaces", { name: " a  b " }, "-rw-r--r--   1 ftp      ftp                12 Mar  1 09:05  a  b "],
  ["a name with a line end", { name: "a\r\nb" }, "-rw-r--r--   1 ftp      ftp                12 Mar  1 09:05 a??b"],
  [
    "names of several words, which would shift the columns",
    { owner: "Ann B", group: "Domain Users" },
    "-rw-r--r--   1 Ann_B    Domain_Users           12 Mar  1 09:05 a.txt",
  ],
  ["an owner without a name", { owner: "" }, "-rw-r--r--   1 ftp      ftp                12 Mar  1 09:05 a.txt"],
])("%s", (_name, facts, line) => {
  // The 31st of December is 196 days back, beyond half a year.
  expect(formatUnixLine({ ...file, ...facts }, now)).toBe(line);
});

test.each([
  ["now", 0, "Jul 15 12:00"],
  ["half a year ago, nearly", -182 * day, "Jan 14 12:00"],
  ["more than half a year ago", -183 * day, "Jan 13  2026"],
  ["in an hour: the clocks differ", 3_600_000, "Jul 15 13:00"],
  ["in two days", 2 * day, "Jul 17  2026"],
  ["at the beginning", -now, "Jan  1  1970"],
])("a time %s has its clock or its year", (_name, away, date) => {
  expect(parseUnixLine(formatUnixLine({ ...file, modified: now + away }, now))?.date).toBe(date);
});

test.each([Number.NaN, 1e300, -1e300, 8.64e15])(
  "a time of %d, which a disk may hold, does not break the line",
  (modified) => {
    expect(parseUnixLine(formatUnixLine({ ...file, modified }, now))?.name).toBe("a.txt");
  },
);

test.each([
  ["vsftpd", "-rw-r--r--    1 0        0            1024 Mar 01 12:30 a b.txt", "a b.txt", "file", 1024, 0o644],
  ["an ACL's plus", "drwxrwx---+   5 ann      staff        4096 Dec 24  2024 dir", "dir", "directory", 4096, 0o770],
  ["SELinux's dot", "-rwxr-xr-x.   1 root     root            1 Jan  1 00:00 x", "x", "file", 1, 0o755],
  ["setuid and sticky", "-rwsr-Sr-T    1 root     root            1 Jan  1 00:00 x", "x", "file", 1, 0o744],
])("read: %s", (_name, line, name, kind, size, mode) => {
  expect(parseUnixLine(line)).toMatchObject({ name, kind, size, mode });
});

test.each([
  ["nothing", ""],
  ["the total", "total 12"],
  ["DOS", "01-01-26  12:00PM       <DIR>          dir"],
  ["no name", "-rw-r--r--   1 ftp      ftp                12 Mar  1 09:05 "],
  ["no size", "-rw-r--r--   1 ftp      ftp      Mar  1 09:05 a.txt"],
])("no line of ls: %s", (_name, line) => {
  expect(parseUnixLine(line)).toBeUndefined();
});

test("what is written is read back", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text));
  const entry = fc.record({
    name: fc.oneof(name, fc.constantFrom("a -> b", "12:30 x", "\u2028", "\u00a0")),
    kind: fc.constantFrom("file" as const, "directory" as const, "link" as const),
    size: fc.maxSafeNat(),
    modified: fc.integer({ min: -1e13, max: 1e13 }),
    mode: fc.nat(0o777),
    owner: fc.oneof(name, fc.constantFrom("", "a b", "\u00a0")),
  });
  fc.assert(
    fc.property(entry, (written) => {
      const { name: writtenName, kind, size, mode } = written;
      expect(parseUnixLine(formatUnixLine(written, now))).toMatchObject({ name: writtenName, kind, size, mode });
    }),
  );
});
