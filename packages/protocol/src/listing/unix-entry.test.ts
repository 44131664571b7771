import { expect, test } from "vitest";
import fc from "fast-check";
import { parseListLine } from "./listing-reader.ts";
import type { RemoteEntry, ToldEntry } from "./remote-entry.ts";
import { formatUnixLine } from "./unix.ts";

const now = Date.UTC(2024, 6, 15, 12);
const at = Date.parse;

/** What is left out of a row is a file of no importance. */
function read(line: string): RemoteEntry | undefined {
  return parseListLine(line, { now });
}

test.each<[string, string, Partial<ToldEntry>]>([
  [
    "vsftpd",
    "-rw-r--r--    1 0        0            1024 Mar 01 12:30 a b.txt",
    { name: "a b.txt", kind: "file", size: 1024, mode: 0o644, owner: "0", group: "0", links: 1 },
  ],
  [
    "ProFTPD",
    "drwxr-xr-x   2 ann      staff        4096 Mar  1 12:30 pub",
    { name: "pub", kind: "directory", size: 4096, mode: 0o755, owner: "ann", group: "staff", links: 2 },
  ],
  [
    "Pure-FTPd",
    "-rw-r--r--    1 1000       users              7 Mar  1 12:30 a",
    { name: "a", size: 7, owner: "1000", group: "users" },
  ],
  [
    "FileZilla Server",
    "-rw-r--r-- 1 ftp ftp             10 Mar 01 12:30 a.txt",
    { name: "a.txt", size: 10, owner: "ftp", group: "ftp" },
  ],
  [
    "IIS in its Unix style",
    "-rwxrwxrwx   1 owner    group             123 Mar  1 12:30 a.txt",
    { name: "a.txt", size: 123, mode: 0o777 },
  ],
  [
    "IIS, a folder without permissions",
    "d---------   1 owner    group               0 Mar  1 12:30 d",
    { name: "d", kind: "directory", mode: 0 },
  ],
  ["Serv-U", "drw-rw-rw-   1 user     group           0 Mar  1 12:30 d", { name: "d", kind: "directory", mode: 0o666 }],
  ["BusyBox", "-rw-r--r--    1 root     root          5 Mar  1 12:30 a", { name: "a", size: 5 }],
  ["no group", "-rw-r--r--   1 ann   1024 Mar  1 12:30 a", { name: "a", size: 1024, owner: "ann", links: 1 }],
  ["no links", "-rw-r--r--  ann staff 1024 Mar  1 12:30 a", { name: "a", size: 1024, owner: "ann", group: "staff" }],
  ["neither links nor owner", "-rw-r--r-- 1024 Mar  1 12:30 a", { name: "a", size: 1024 }],
  [
    "links that touch the permissions",
    "drwxr-xr-x1234 ann staff 4096 Mar  1 12:30 d",
    { name: "d", links: 1234, owner: "ann" },
  ],
  ["numbers for names", "-rw-r--r-- 1 1000 100 12 Mar  1 12:30 a", { name: "a", owner: "1000", group: "100" }],
  [
    "a group of two words",
    "-rw-r--r-- 1 ann Domain Users 12 Mar  1 12:30 a",
    { name: "a", size: 12, owner: "ann", group: "Domain Users" },
  ],
  [
    "an owner of two words, a wide gap",
    "-rw-r--r-- 1 Ann Bee  Domain Users  12 Mar  1 12:30 a",
    { owner: "Ann Bee", group: "Domain Users" },
  ],
  [
    "an owner called May",
    "-rw-r--r-- 1 may 10 2024 Mar  1 12:30 a",
    { name: "a", owner: "may", group: "10", size: 2024 },
  ],
  [
    "a domain before the owner",
    "-rw-r--r-- 1 CORP\\ann CORP\\users 12 Mar  1 12:30 a",
    { owner: "CORP\\ann", group: "CORP\\users" },
  ],
  ["an ACL's plus", "drwxrwx---+   5 ann      staff        4096 Mar  1 12:30 d", { name: "d", mode: 0o770 }],
  ["SELinux's dot", "-rwxr-xr-x.   1 root     root            1 Mar  1 12:30 x", { name: "x", mode: 0o755 }],
  ["the at sign of macOS", "-rw-r--r--@   1 ann      staff           1 Mar  1 12:30 x", { name: "x", mode: 0o644 }],
  ["setuid, setgid, sticky", "-rwsr-sr-t    1 root     root            1 Mar  1 12:30 x", { mode: 0o7755 }],
  ["the same for nobody to execute", "-rwSr-Sr-T    1 root     root            1 Mar  1 12:30 x", { mode: 0o7644 }],
  ["a mandatory lock", "-rw-r-lr--    1 root     root            1 Mar  1 12:30 x", { mode: 0o2644 }],
  ["tabs", "-rw-r--r--\t1\tann\tstaff\t12\tMar\t1\t12:30\ta", { name: "a", size: 12, group: "staff" }],
  ["ls -i", " 131075 -rw-r--r-- 1 ann staff 12 Mar  1 12:30 a", { name: "a", links: 1, size: 12 }],
  ["ls -is", "131075    4 -rw-r--r-- 1 ann staff 12 Mar  1 12:30 a", { name: "a", links: 1, size: 12 }],
  [
    "a disk",
    "brw-rw----   1 root disk     8,   1 Mar  1 12:30 sda1",
    { name: "sda1", kind: "other", owner: "root", group: "disk", size: undefined },
  ],
  [
    "a terminal",
    "crw-rw-rw-   1 root root     1, 3 Mar  1 12:30 null",
    { name: "null", kind: "other", group: "root", size: undefined },
  ],
  [
    "a device without a space",
    "crw-rw-rw-   1 root root     1,3 Mar  1  2024 null",
    { name: "null", kind: "other", size: undefined },
  ],
  [
    "a device of macOS",
    "crw-rw-rw-   1 root wheel 0x3000002 Mar  1 12:30 null",
    { name: "null", kind: "other", size: undefined },
  ],
  ["a socket", "srwxr-xr-x 1 ann ann 0 Mar  1 12:30 s", { name: "s", kind: "other", size: 0 }],
  ["a pipe", "prw-r--r-- 1 ann ann 0 Mar  1 12:30 p", { name: "p", kind: "other" }],
  ["a door of Solaris", "Drw-r--r-- 1 root root 0 Mar  1 12:30 door", { kind: "other" }],
  ["what ls may not look at", "-????????? ? ? ? 0 Mar  1 12:30 x", { name: "x", mode: 0, owner: "?", group: "?" }],
  ["a size with commas", "-rw-r--r-- 1 ann staff 1,234,567 Mar  1 12:30 a", { size: 1_234_567, group: "staff" }],
  ["a size with points", "-rw-r--r-- 1 ann staff 1.234.567 Mar  1 12:30 a", { size: 1_234_567 }],
  [
    "ls -h: a rounded size is none",
    "-rw-r--r-- 1 ann staff 1.2K Mar  1 12:30 a",
    { name: "a", size: undefined, group: "staff" },
  ],
  [
    "a size that no number holds",
    "-rw-r--r-- 1 ann staff 99999999999999999999 Mar  1 12:30 a",
    { name: "a", size: undefined },
  ],
  [
    "2 GiB that became negative is no size",
    "-rw-r--r-- 1 ann staff 2147483648 Mar  1 12:30 a",
    { size: 2_147_483_648 },
  ],
  [
    "NetPresenz, a folder",
    "drwxrwxr-x               folder        2 May 10  1996 network",
    { name: "network", kind: "directory", size: undefined, owner: undefined },
  ],
  [
    "NetPresenz, two forks",
    "-------r--         326  1391972  1392298 Nov 22  1995 Mega.sit",
    { name: "Mega.sit", size: 1_392_298, links: undefined, owner: undefined },
  ],
  ["spaces around a name", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30   a b  ", { name: "  a b  " }],
  ["a name of spaces", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30   ", { name: "  " }],
  [
    "a name that begins with a date",
    "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 3 Jan  1 2024 x",
    { name: "3 Jan  1 2024 x", size: 12 },
  ],
  ["a name that begins with a year", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 2024 x", { name: "2024 x" }],
  ["an arrow in a file's name", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 a -> b", { name: "a -> b", target: undefined }],
  [
    "a link",
    "lrwxrwxrwx 1 ann staff 6 Mar  1 12:30 www -> public",
    { name: "www", kind: "link", target: "public", size: 6 },
  ],
  [
    "a link elsewhere",
    "lrwxrwxrwx 1 ann staff 9 Mar  1 12:30 a -> ../../etc",
    { name: "a", kind: "link", target: "../../etc" },
  ],
  [
    "a link whose target is not told",
    "lrwxrwxrwx 1 ann staff 6 Mar  1 12:30 www",
    { name: "www", kind: "link", target: undefined },
  ],
  [
    "a link with arrows: its size tells which",
    "lrwxrwxrwx 1 ann staff 1 Mar  1 12:30 a -> b -> c",
    { name: "a -> b", target: "c" },
  ],
  [
    "a link with arrows and a wrong size",
    "lrwxrwxrwx 1 ann staff 77 Mar  1 12:30 a -> b -> c",
    { name: "a", target: "b -> c" },
  ],
  [
    "a link of letters beyond ASCII",
    "lrwxrwxrwx 1 ann staff 6 Mar  1 12:30 a -> x -> 中文",
    { name: "a -> x", target: "中文" },
  ],
  [
    "a size that touches the group",
    "-r-xr-xr-x longowner longgroup123456 Feb 12 17:20 a b",
    { name: "a b", size: 123_456, owner: "longowner", group: "longgroup" },
  ],
  ["a domain before the owner, as a word", "-rw-r--r-- 1 staff corp ann 531 Jan 29 03:26 a", { name: "a", size: 531 }],
  [
    "all in numbers",
    "0100644   500  101   12345    1709296245       a b",
    {
      name: "a b",
      kind: "file",
      size: 12_345,
      mode: 0o644,
      owner: "500",
      group: "101",
      modified: { at: 1_709_296_245_000, precision: "second", zone: "utc" },
    },
  ],
  ["a folder in numbers", "040755 0 0 4096 1709296245 d", { name: "d", kind: "directory", mode: 0o755 }],
  ["this folder before a name", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 ./a", { name: "a" }],
  ["a slash behind a folder (ls -p)", "drwxr-xr-x 2 ann staff 4096 Mar  1 12:30 pub/", { name: "pub" }],
  ["a backslash, which is a letter", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 ..\\x", { name: "..\\x" }],
  ["U+2028, which is no line end", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 a\u2028b", { name: "a\u2028b" }],
])("%s", (_name, line, expected) => {
  const told = { size: undefined, target: undefined, links: undefined, owner: undefined };
  expect({ ...told, ...read(line) }).toMatchObject({ ...expected, raw: line });
});

test.each([
  ["nothing", ""],
  ["the total", "total 12"],
  ["no name", "-rw-r--r--   1 ftp      ftp                12 Mar  1 09:05 "],
  ["no space before a name", "-rw-r--r--   1 ftp      ftp                12 Mar  1 09:05"],
  ["no size", "-rw-r--r--   1 ftp      ftp      Mar  1 09:05 a.txt"],
  ["no date", "-rw-r--r--   1 ftp      ftp      12 a.txt"],
  ["a month that is none", "-rw-r--r--   1 ftp      ftp      12 Foo  1 12:30 a.txt"],
  ["eight letters of permissions", "-rw-r--r-   1 ftp      ftp      12 Mar  1 12:30 a.txt"],
  ["a slash in a name", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 a/b"],
  ["an absolute name", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 /etc/passwd"],
  ["a name that leads up", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 ../x"],
  ["the folder above", "drwxr-xr-x 2 ann staff 12 Mar  1 12:30 .."],
  ["NUL", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 a\0b"],
  ["CR", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 a\rb"],
])("no entry: %s", (_name, line) => {
  expect(read(line)).toBeUndefined();
});

const minute = { precision: "minute", zone: "server" } as const;
const day = { precision: "day", zone: "server" } as const;

test.each<[string, string, RemoteEntry["modified"]]>([
  ["this year", "Mar  1 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["an hour of one digit", "Mar  1  9:05", { at: at("2024-03-01T09:05Z"), ...minute }],
  ["in 23 hours: the server's zone", "Jul 16 11:00", { at: at("2024-07-16T11:00Z"), ...minute }],
  ["in two days: last year", "Jul 17 13:00", { at: at("2023-07-17T13:00Z"), ...minute }],
  ["a year", "Mar  1  2023", { at: at("2023-03-01"), ...day }],
  ["a year, two digits of a day", "Dec 24 1999", { at: at("1999-12-24"), ...day }],
  ["29 February of this year", "Feb 29 12:30", { at: at("2024-02-29T12:30Z"), ...minute }],
  ["30 February, which is no day", "Feb 30 12:30", undefined],
  ["29 February of a year without", "Feb 29  2023", undefined],
  ["24:00", "Mar  1 24:00", undefined],
  ["the day first", "1 Mar 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["the day first, a year", "24 Dec  2023", { at: at("2023-12-24"), ...day }],
  ["12 hours", "Mar  1 01:30PM", { at: at("2024-03-01T13:30Z"), ...minute }],
  ["midnight of 12 hours", "Mar  1 12:30am", { at: at("2024-03-01T00:30Z"), ...minute }],
  ["ls -T of BSD", "Mar  1 12:30:45 2023", { at: at("2023-03-01T12:30:45Z"), precision: "second", zone: "server" }],
  [
    "ls --full-time of BusyBox",
    "Wed Mar  1 12:30:45 2023",
    { at: at("2023-03-01T12:30:45Z"), precision: "second", zone: "server" },
  ],
  ["long-iso", "2024-03-01 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["iso, recent", "03-01 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  [
    "full-iso",
    "2024-03-01 12:30:45.123456789 +0200",
    { at: at("2024-03-01T10:30:45.123Z"), precision: "millisecond", zone: "utc" },
  ],
  [
    "full-iso in the west",
    "2024-03-01 12:30:45.000000000 -0330",
    { at: at("2024-03-01T16:00:45Z"), precision: "millisecond", zone: "utc" },
  ],
  ["ISO 8601", "2024-03-01T12:30:45Z", { at: at("2024-03-01T12:30:45Z"), precision: "second", zone: "utc" }],
  ["slashes", "2024/03/01 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["a comma, a year and a time (VShell)", "Oct 08, 2002 09:47", { at: at("2002-10-08T09:47Z"), ...minute }],
  ["the day first, dashes", "24-04-2003 17:12", { at: at("2003-04-24T17:12Z"), ...minute }],
  ["a month in figures and a year", "09-26 2000", { at: at("2000-09-26"), ...day }],
  ["a short date with a name", "01-jun-99", { at: at("1999-06-01"), ...day }],
  ["German with a comma", "26. Juni, 20:10", { at: at("2024-06-26T20:10Z"), ...minute }],
  ["Chinese, the year first", "2003   3月 20", { at: at("2003-03-20"), ...day }],
  ["Japanese, the year last", "4月 18日 2003年", { at: at("2003-04-18"), ...day }],
  ["a date alone", "2024-03-01", { at: at("2024-03-01"), ...day }],
  ["dashes and a name", "01-Mar-2024 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["German", "Mär  1 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["German, otherwise", "Mrz  1 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["German, the day first", "1. Mai  2023", { at: at("2023-05-01"), ...day }],
  ["German, Latin-1 that was read as UTF-8", "M\ufffdr  1 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["German, decomposed", "Ma\u0308r  1 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["French", "1 févr. 12:30", { at: at("2024-02-01T12:30Z"), ...minute }],
  ["French, August", "août  1 2023", { at: at("2023-08-01"), ...day }],
  ["Spanish", "ene  1 12:30", { at: at("2024-01-01T12:30Z"), ...minute }],
  ["Italian", "mag  1 12:30", { at: at("2024-05-01T12:30Z"), ...minute }],
  ["Portuguese", "out  1  2023", { at: at("2023-10-01"), ...day }],
  ["Finnish", "maalis  1 12.30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["Polish", "paź  1  2023", { at: at("2023-10-01"), ...day }],
  ["Russian", "мая  1 12:30", { at: at("2024-05-01T12:30Z"), ...minute }],
  ["Turkish", "Şub  1 12:30", { at: at("2024-02-01T12:30Z"), ...minute }],
  ["Chinese", "3月  1 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["Chinese with a day", "3月 1日 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["Chinese, a year", "12月 24 2023", { at: at("2023-12-24"), ...day }],
  ["Japanese, a year", "2023年 3月 1日", { at: at("2023-03-01"), ...day }],
  ["Korean", "3월  1 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
  ["Chinese in GBK that was read as UTF-8", "3\ufffd\ufffd  1 12:30", { at: at("2024-03-01T12:30Z"), ...minute }],
])("a date: %s", (_name, date, modified) => {
  const entry = read(`-rw-r--r--   1 ann      staff            12 ${date} a b.txt`);
  expect(entry).toMatchObject({ name: "a b.txt", size: 12, owner: "ann", group: "staff" });
  expect(entry?.modified).toEqual(modified);
});

test("a date alone is as wide as others in iso style: one space more is not the name's", () => {
  expect(read("-rw-r--r-- 1 ann staff 12 2023-03-01  a")?.name).toBe("a");
});

test.each([
  ["New Year's Eve here is New Year there", "2024-12-31T23:30Z", "Jan  1 08:30", "2025-01-01T08:30Z"],
  ["New Year here is New Year's Eve there", "2025-01-01T00:30Z", "Dec 31 19:00", "2024-12-31T19:00Z"],
  ["29 February is years back", "2027-01-01T00:00Z", "Feb 29 12:30", "2024-02-29T12:30Z"],
  ["29 February is eight years back around 1900", "1903-01-01T00:00Z", "Feb 29 12:30", "1896-02-29T12:30Z"],
])("a year that is not told: %s", (_name, today, date, expected) => {
  const entry = parseListLine(`-rw-r--r-- 1 a b 12 ${date} x`, { now: at(today) });
  expect(entry?.modified?.at).toBe(at(expected));
});

test("what our server writes is read", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\p{Cc}/]|^\.\.?$/u.test(text));
  const written = fc.record({
    name: fc.oneof(name, fc.constantFrom("a -> b", "12:30 x", "\u2028", " ", "3 Jan  1  2026 x")),
    kind: fc.constantFrom("file" as const, "directory" as const),
    size: fc.maxSafeNat(),
    modified: fc.integer({ min: -6e13, max: 2e14 }),
    mode: fc.nat(0o777),
    owner: fc.oneof(name, fc.constantFrom("", "a b", "May", "12")),
  });
  fc.assert(
    fc.property(written, (entry) => {
      const { modified, owner: _owner, ...same } = entry;
      const got = read(formatUnixLine(entry, now));
      expect(got).toMatchObject(same);
      const unit = got!.modified!.precision === "day" ? 24 * 3_600_000 : 60_000;
      expect(got!.modified!.at).toBe(Math.floor(modified / unit) * unit);
    }),
  );
});
