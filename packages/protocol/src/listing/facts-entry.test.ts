import { expect, test } from "vitest";
import fc from "fast-check";
import { factNames, formatFacts } from "./facts.ts";
import { parseFactsEntry } from "./facts-entry.ts";
import { isNameInFolder } from "./remote-entry.ts";
import type { ToldEntry } from "./remote-entry.ts";

const modified = { at: Date.UTC(2024, 2, 1, 12, 30, 45), precision: "second", zone: "utc" } as const;

test.each<[string, string, Partial<ToldEntry>]>([
  [
    "ProFTPD",
    "modify=20240301123045;perm=adfrw;size=12;type=file;unique=801U2A;UNIX.group=100;UNIX.groupname=staff;UNIX.mode=0644;UNIX.owner=1000;UNIX.ownername=ann; a b.txt",
    {
      name: "a b.txt",
      kind: "file",
      size: 12,
      modified,
      perm: "adfrw",
      unique: "801U2A",
      mode: 0o644,
      owner: "ann",
      group: "staff",
    },
  ],
  [
    "Pure-FTPd, a folder",
    "type=dir;sizd=4096;modify=20240301123045;UNIX.mode=0755;UNIX.uid=1000;UNIX.gid=100;unique=10g2; pub",
    { name: "pub", kind: "directory", size: 4096, mode: 0o755, owner: "1000", group: "100" },
  ],
  [
    "FileZilla Server",
    "type=file;size=12;modify=20240301123045.123;perm=awrdf; a",
    { name: "a", modified: { ...modified, at: modified.at + 123, precision: "millisecond" } },
  ],
  ["IIS", "Type=dir;Modify=20240301123045;Perm=el; d", { name: "d", kind: "directory", modified, perm: "el" }],
  ["any case", "TYPE=File;SIZE=3;MODIFY=20240301123045; a", { kind: "file", size: 3, modified }],
  ["a link and its target", "type=OS.unix=slink:/pub/x;size=6; www", { name: "www", kind: "link", target: "/pub/x" }],
  ["a link of ProFTPD", "type=OS.unix=symlink; www", { kind: "link", target: undefined }],
  ["a link in capitals", "Type=OS.UNIX=slink:; www", { kind: "link", target: undefined }],
  ["a device", "type=OS.unix=chr-1/3; null", { kind: "other" }],
  ["a type that is not known", "type=OS.foo=bar; x", { kind: "other" }],
  ["a type that every object has", "type=constructor; x", { kind: "other" }],
  ["no type", "size=3; x", { kind: "unknown", size: 3 }],
  ["no facts", " x y", { name: "x y", kind: "unknown" }],
  ["no last semicolon", "type=file;size=3 x y", { name: "x y", size: 3 }],
  ["a name that begins with a space", "type=file;  x", { name: " x" }],
  ["a name like facts", "type=file; size=3; x", { name: "size=3; x", size: undefined }],
  ["a space in a fact", "UNIX.groupname=Domain Users;type=file; x", { name: "x", group: "Domain Users" }],
  ["a mode with the letter of its type", "UNIX.mode=100644;type=file; x", { mode: 0o644 }],
  ["setuid", "UNIX.mode=04755;type=file; x", { mode: 0o4755 }],
  ["a mode that is none", "UNIX.mode=rw-;type=file; x", { mode: undefined }],
  ["a size that is none", "size=-1;type=file; x", { size: undefined }],
  ["a size that no number holds", "size=9007199254740992;type=file; x", { size: undefined }],
  ["a time that is none", "modify=20241301000000;type=file; x", { modified: undefined }],
  ["the year 19124", "modify=191240301123045;type=file; x", { modified }],
  ["an empty perm", "perm=;type=file; x", { perm: "" }],
  ["MLST with the space of a reply", " type=file;size=3; /pub/x", { name: "/pub/x", size: 3 }],
  ["MLST, the folder itself", "type=cdir;perm=el; /", { name: "/", kind: "directory" }],
  ["letters beyond ASCII", "type=file; 中文.txt", { name: "中文.txt" }],
])("%s", (_name, line, expected) => {
  const told = { size: undefined, modified: undefined, mode: undefined, target: undefined };
  expect({ ...told, ...parseFactsEntry(line) }).toMatchObject({ ...expected, raw: line });
});

test("all facts are there, their names in lower case", () => {
  expect(parseFactsEntry("Type=file;Charset=UTF-8;X.foo=; x")?.facts).toEqual(
    new Map([
      ["type", "file"],
      ["charset", "UTF-8"],
      ["x.foo", ""],
    ]),
  );
});

test.each([
  ["nothing", ""],
  ["no name", "type=file; "],
  ["no space", "type=file;x"],
  ["NUL", "type=file; a\0b"],
  ["ls", "-rw-r--r-- 1 ann staff 12 Mar  1 12:30 a"],
])("no facts: %s", (_name, line) => {
  expect(parseFactsEntry(line)).toBeUndefined();
});

test("what our server writes is read", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text));
  const written = fc.record({
    name: fc.oneof(name, fc.constantFrom("a;b=c; d", " ", "type=dir; x", "=")),
    kind: fc.constantFrom("file" as const, "directory" as const, "link" as const, "other" as const),
    size: fc.maxSafeNat(),
    modified: fc.integer({ min: -1e13, max: 1e14 }),
    mode: fc.nat(0o7777),
  });
  fc.assert(
    fc.property(written, (entry) => {
      const got = parseFactsEntry(formatFacts(entry, new Set(factNames)));
      const { size, modified: at, ...same } = entry;
      expect(got).toMatchObject(same);
      expect(got?.modified?.at).toBe(at);
      if (entry.kind === "file") expect(got?.size).toBe(size);
    }),
  );
});

test.each([
  ["a", true],
  ["..a", true],
  ["...", true],
  [" ", true],
  ["\\..\\a", true],
  ["\u001b[2J", true],
  ["", false],
  [".", false],
  ["..", false],
  ["a/b", false],
  ["/", false],
  ["a\0", false],
  ["a\rb", false],
  ["a\nb", false],
])("the name %j is one of the folder: %j", (name, isOne) => {
  expect(isNameInFolder(name)).toBe(isOne);
});
