import { expect, test } from "vitest";
import { decodedHoweverCut, howeverCut, wire } from "../../../../test/testkit/however-cut.ts";
import { ListingReader, MAX_LISTING_LINE, MAX_LISTING_PROBLEMS } from "./listing-reader.ts";
import type { ListingReaderOptions } from "./listing-reader.ts";
import type { RemoteEntry } from "./remote-entry.ts";

const now = Date.UTC(2024, 6, 15, 12);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function reader(options: Partial<ListingReaderOptions> = {}): ListingReader {
  return new ListingReader({ kind: "list", decode, now, ...options });
}

interface Read {
  readonly entries: RemoteEntry[];
  readonly reader: ListingReader;
}

/** Reads text, lines of which end as the test likes. */
function readAll(text: string, options: Partial<ListingReaderOptions> = {}): Read {
  const one = reader(options);
  const entries = [...one.take(new TextEncoder().encode(text)), ...one.end()];
  return { entries, reader: one };
}

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join("");
const file = (name: string): string => `-rw-r--r-- 1 a b 3 Mar  1 12:30 ${name}`;
const folder = (name: string): string => `drwxr-xr-x 2 a b 3 Mar  1 12:30 ${name}`;

const mixed =
  lines("total 3", folder("."), folder(".."), file(" a "), "", file("b"), "02-03-24  04:05PM       <DIR>          c") +
  lines("what is this?", file("../d"), "LONG_NAME.TXT;1", "   1/3  1-MAR-2024 12:30:00 [A,B] (RWED,,,)", "HALF.TXT;1") +
  lines(file("e"), file("x".repeat(400))) +
  file("\u4e2d");

test("entries and problems are the same however the bytes are cut", () => {
  const bytes = new TextEncoder().encode(mixed);
  for (const chunks of howeverCut(bytes)) {
    const one = reader({ maxLine: 256 });
    const entries: RemoteEntry[] = [];
    for (const chunk of chunks) {
      const lent = chunk.slice();
      entries.push(...one.take(lent));
      lent.fill(0xee);
    }
    entries.push(...one.end());
    expect(entries.map(({ name }) => name)).toEqual([" a ", "b", "c", "LONG_NAME.TXT;1", "e", "\u4e2d"]);
    expect(one.problems.map(({ number, because }) => [number, because])).toEqual([
      [8, "not-understood"],
      [9, "name-unsafe"],
      [12, "not-understood"],
      [14, "line-too-long"],
    ]);
    expect(one.problemCount).toBe(4);
    expect(one.dialect).toBe("unix");
  }
});

test("an entry comes with the end of its line, not before", () => {
  const one = reader();
  const [start, end] = [wire(file("a")), wire("\r\n")];
  expect(one.take(start)).toEqual([]);
  expect(one.take(end)).toHaveLength(1);
  expect(one.end()).toEqual([]);
});

test.each([
  ["LF", `${file("a")}\n${file("b")}\n`],
  ["CR LF", `${file("a")}\r\n${file("b")}\r\n`],
  ["CR CR LF", `${file("a")}\r\r\n${file("b")}\r\r\n`],
  ["no end", `${file("a")}\n${file("b")}`],
  ["a byte order mark before it", `\ufeff${file("a")}\n${file("b")}\n`],
])("lines that end with %s", (_name, text) => {
  const read = (): string[][] => [
    ...decodedHoweverCut(new TextEncoder().encode(`${text}\n`), () => {
      const one = reader();
      return (chunk) => one.take(chunk).map(({ name }) => name);
    }),
  ];
  for (const names of read()) expect(names).toEqual(["a", "b"]);
});

test("what MLSD says of the folder itself and of the one above it is no entry", () => {
  const { entries, reader: one } = readAll(
    lines("type=cdir; /pub", "type=pdir; /", "Type=PDIR; ..", "type=dir; .", "type=file;size=3; a", " b"),
    { kind: "facts" },
  );
  expect(entries.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(one.problemCount).toBe(0);
  expect(one.dialect).toBe("facts");
});

test("a server that takes MLSD for LIST is understood", () => {
  const { entries, reader: one } = readAll(lines("total 1", file("a")), { kind: "facts" });
  expect(entries).toMatchObject([{ name: "a", size: 3 }]);
  expect(one.dialect).toBe("unix");
});

test.each([
  ["facts", "type=file; ../x", "type=file; /etc/passwd", "type=file; a/b", "type=file; a\0b", "type=file; a\rb"],
  ["list", file("../x"), file("/etc/passwd"), file("a/b"), file("a\0b"), file("a\rb")],
  ["list", "+r,\t../x", "+r,\t/etc/passwd", "+/,\ta/b/", "+r,\ta\0b", "+r,\t"],
  ["names", "../x", "/etc/passwd", "a//b", "a\0b", "a\rb"],
] as const)("%s: a name that leads out of the folder is reported", (kind, ...bad) => {
  const { entries, reader: one } = readAll(lines(...bad), { kind });
  expect(entries).toEqual([]);
  expect(one.problems.map(({ because }) => because)).toEqual(bad.map(() => "name-unsafe"));
});

test.each([
  ["LIST of a path", "list" as const, lines(file("/pub/a"), file("/pub/b")), "/pub"],
  ["LIST of a file", "list" as const, lines(file("/pub/a")), "/pub/a"],
  ["NLST of a path", "names" as const, lines("/pub/a", "/pub/b"), "/pub/"],
])("%s repeats it before the names", (_name, kind, text, asked) => {
  const { entries, reader: one } = readAll(text, { kind, asked });
  expect(entries[0]?.name).toBe("a");
  expect(one.problemCount).toBe(0);
});

test("NLST: blank lines and dots are nothing", () => {
  const { entries, reader: one } = readAll(lines(".", "..", "", "a", "./.", "pub/", " "), { kind: "names" });
  expect(entries.map(({ name }) => name)).toEqual(["a", "pub", " "]);
  expect(one.problemCount).toBe(0);
  expect(one.dialect).toBe("names");
});

test("NLST of VMS has whole paths and versions", () => {
  const { entries } = readAll(lines("DISK:[ANN]A.TXT;1", "SUB.DIR;1"), { kind: "names", system: "VMS V8.4" });
  expect(entries).toMatchObject([{ name: "A.TXT;1" }, { name: "SUB", kind: "directory" }]);
});

test("members of z/OS without statistics are names below a header, and elsewhere nothing", () => {
  const header = " Name     VV.MM   Created       Changed      Size  Init   Mod   Id";
  const { entries, reader: one } = readAll(lines("STRAY", header, " ABC", "DEF$1", " TOO_LONG_NAME"));
  expect(entries.map(({ name }) => name)).toEqual(["ABC", "DEF$1"]);
  expect(one.problems.map(({ number }) => number)).toEqual([1, 5]);
});

test("load modules of z/OS", () => {
  const header = " Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode";
  const row = "ABC       000B18   00080A          00 FO             RN RU            31    ANY";
  expect(readAll(lines(header, row)).entries).toMatchObject([{ name: "ABC", kind: "file" }]);
});

test("a name of VMS on a line of its own belongs to the next line", () => {
  const second = "                      12/15   1-MAR-2024 12:30:00.00  [GRP,ANN]  (RWED,RWED,RE,)";
  const { entries, reader: one } = readAll(
    lines("Directory DISK:[ANN]", "", "A_VERY_LONG_NAME.TXT;1", second, "", "Total of 1 file, 12/15 blocks."),
  );
  expect(entries).toMatchObject([
    { name: "A_VERY_LONG_NAME.TXT;1", owner: "ANN", raw: `A_VERY_LONG_NAME.TXT;1\n${second}` },
  ]);
  expect(one.problemCount).toBe(0);
});

test("nor needs the next line to be indented", () => {
  const { entries, reader: one } = readAll(lines("A.TXT;1", "10\t\t 2-JUL-2003 10:30:08.59  [FTP,ANN]"));
  expect(entries).toMatchObject([{ name: "A.TXT;1", owner: "ANN" }]);
  expect(one.problemCount).toBe(0);
});

test("a name of VMS without its other half is reported", () => {
  expect(readAll(lines("A.TXT;1")).reader.problems).toEqual([
    { line: "A.TXT;1", number: 1, because: "not-understood" },
  ]);
});

test.each([
  ["ls -R", lines(".:", "total 1", file("a"), "", "./sub:", "total 1", file("b"))],
  ["ls -R of an empty folder", lines(".:", "", "./sub:", file("b"))],
  ["dir of two folders", lines(" Directory of C:\\a", "", " Directory of C:\\b", "02-03-24  04:05PM  1 b")],
])("%s: what is in another folder is not in this one", (_name, text) => {
  const { entries, reader: one } = readAll(text);
  expect(entries.map(({ name }) => name)).not.toContain("b");
  expect(one.problemCount).toBe(2);
});

test("a date whose order a line has shown has that order from then on", () => {
  const { entries } = readAll(lines("03/04/2024  16:05  1 a", "25/12/2023  16:05  1 b", "03/04/2024  16:05  1 c"));
  expect(entries.map(({ modified }) => new Date(modified!.at).getUTCMonth() + 1)).toEqual([3, 12, 4]);
});

test("a line of exactly the limit is read, and one of a byte more is not", () => {
  const limit = file("").length + 10;
  const bytes = wire(lines(file("x".repeat(9)), file("x".repeat(10)), file("a")));
  for (const names of decodedHoweverCut(bytes, () => {
    const one = reader({ maxLine: limit });
    return (chunk) => one.take(chunk).map(({ name }) => name.length);
  }))
    expect(names).toEqual([9, 1]);
});

test("a line without an end is one problem, and is not kept", () => {
  const one = reader();
  const chunk = new Uint8Array(1024 * 1024).fill(0x61);
  for (let i = 0; i < 64; i++) expect(one.take(chunk)).toEqual([]);
  expect(one.end()).toEqual([]);
  expect(one.problems).toEqual([{ line: "a".repeat(200), number: 1, because: "line-too-long" }]);
});

test("problems are counted all and kept some, short and fit to be printed", () => {
  const { reader: one } = readAll(
    lines(...Array<string>(MAX_LISTING_PROBLEMS + 5).fill(`\u001b[2J${"?".repeat(500)}`)),
  );
  expect(one.problemCount).toBe(MAX_LISTING_PROBLEMS + 5);
  expect(one.problems).toHaveLength(MAX_LISTING_PROBLEMS);
  expect(one.problems[0]!.line).toHaveLength(200);
  expect(one.problems[0]!.line).toMatch(/^\?\[2J/);
});

test("bytes of another charset are reported where the decoder is strict", () => {
  const strict = (bytes: Uint8Array): string | undefined => (bytes.includes(0xff) ? undefined : decode(bytes));
  const one = reader({ decode: strict });
  expect(one.take(wire(`${file("a\xff")}\n${file("b")}\n`))).toMatchObject([{ name: "b" }]);
  expect(one.problems).toMatchObject([{ number: 1, because: "not-text" }]);
});

const long = 100_000;

test.each([
  ["spaces", " ".repeat(long)],
  ["digits", "1".repeat(long)],
  ["letters", "a".repeat(long)],
  ["semicolons and digits", ";1".repeat(long / 2)],
  ["facts", "a=b;".repeat(long / 4)],
  ["equals signs", "=".repeat(long)],
  ["dashes", "-".repeat(long)],
  ["colons", `${"a:".repeat(long / 2)}`],
  ["words", "a ".repeat(long / 2)],
  ["numbers", "1 ".repeat(long / 2)],
  ["commas", `+${"i,".repeat(long / 2)}`],
  ["brackets", "d [" + "A".repeat(long)],
  ["arrows", `lrwxrwxrwx 1 a b 3 Mar  1 12:30 a${" -> b".repeat(long / 5)}`],
  ["permissions and spaces", `-rw-r--r--${" ".repeat(long)}x`],
  ["permissions and a size", `-rw-r--r-- 1 a b ${"1".repeat(long)} Mar 1`],
  ["permissions and commas", `-rw-r--r-- 1 a b ${"1,111".repeat(long / 5)}x`],
  ["a month and spaces", `-rw-r--r-- 1 a b 3 Mar${" ".repeat(long)}x`],
  ["a day and spaces", `-rw-r--r-- 1 a b 3 Mar 1${" ".repeat(long)}x`],
  ["months", `-rw-r--r-- ${"Mar 1 ".repeat(long / 6)}`],
  ["a date of DOS and spaces", `02-03-24 04:05PM${" ".repeat(long)}<`],
  ["a size of DOS", `02-03-24 04:05PM ${"1,".repeat(long / 2)}`],
  ["a link of DOS", `02-03-24 04:05PM <JUNCTION> ${" [".repeat(long / 2)}`],
  ["a name of VMS and spaces", `A;1${" ".repeat(long)}x`],
  ["an owner of VMS", `A;1 1/1 1-MAR-2024 12:30 ${"[".repeat(long)}`],
  ["an owner of IBM i and spaces", `ANN${" ".repeat(long)}x`],
  ["a type of IBM i", `ANN *${"A".repeat(long)}`],
  ["OS/2", `1 A${" ".repeat(long)}A${" ".repeat(long)}x`],
  ["VxWorks", `1 JAN-01-2001 12:34:56 a${" ".repeat(long)}<DIR>`],
  ["ls complaining", `ls: ${": No such".repeat(long / 9)}`],
  ["signs beyond ASCII", `-rw-r--r-- 1 a b 3 3${"月".repeat(long)}`],
  ["slashes", "a/".repeat(long / 2)],
])("a line of 100 KB takes no time: %s", (_name, line) => {
  for (const kind of ["list", "facts", "names"] as const) {
    const start = performance.now();
    readAll(line, { kind, maxLine: 4 * long });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(readAll(line, { kind }).reader.problems).toMatchObject([{ because: "line-too-long" }]);
  }
  expect(line.length).toBeGreaterThan(MAX_LISTING_LINE);
});
