import { expect, test } from "vitest";
import fc from "fast-check";
import { factNames, formatFacts, formatFactsFeature, modifiedOf, parseFacts, parseFactsRequest } from "./facts.ts";
import type { FactName, FactsEntry } from "./facts.ts";

const all = new Set(factNames);
const file: FactsEntry = { name: "a b.txt", kind: "file", size: 12, modified: Date.UTC(2026, 0, 2, 3, 4, 5) };

test.each<[string, Partial<FactsEntry>, string]>([
  ["a file", {}, "type=file;size=12;modify=20260102030405; a b.txt"],
  ["a folder has no size", { kind: "directory" }, "type=dir;modify=20260102030405; a b.txt"],
  ["the folder itself", { kind: "current" }, "type=cdir;modify=20260102030405; a b.txt"],
  ["the folder above", { kind: "parent" }, "type=pdir;modify=20260102030405; a b.txt"],
  ["a link", { kind: "link" }, "type=OS.unix=symlink;modify=20260102030405; a b.txt"],
  ["an empty file", { size: 0 }, "type=file;size=0;modify=20260102030405; a b.txt"],
  ["an empty perm is a fact", { perm: "" }, "type=file;size=12;modify=20260102030405;perm=; a b.txt"],
  [
    "all there is",
    { perm: "adfr", unique: "8g1", mode: 0o100644, owner: "ann", group: "staff" },
    "type=file;size=12;modify=20260102030405;perm=adfr;unique=8g1;UNIX.mode=0644;UNIX.owner=ann;UNIX.group=staff; a b.txt",
  ],
  ["a name that begins with a space", { name: " x" }, "type=file;size=12;modify=20260102030405;  x"],
  ["a name with a line end", { name: "a\r\nb" }, "type=file;size=12;modify=20260102030405; a??b"],
  [
    "an owner that would end the facts (RFC 3659 §7.2)",
    { owner: "a;type=dir; x\r\n" },
    "type=file;size=12;modify=20260102030405;UNIX.owner=a_type=dir__x??; a b.txt",
  ],
])("%s", (_name, more, line) => {
  expect(formatFacts({ ...file, ...more }, all)).toBe(line);
});

test("only the facts that were asked for are written; without any the space is still there", () => {
  expect(formatFacts(file, new Set<FactName>(["size"]))).toBe("size=12; a b.txt");
  expect(formatFacts(file, new Set())).toBe(" a b.txt");
});

test.each<[string, string, string, Record<string, string>]>([
  [
    "RFC 3659 §7.7",
    "Type=file;Size=1024990;Perm=r; /tmp/cap60.pl198.tar.gz",
    "/tmp/cap60.pl198.tar.gz",
    { type: "file", size: "1024990", perm: "r" },
  ],
  ["no facts", " a", "a", {}],
  ["a fact without a value", "perm=; a", "a", { perm: "" }],
  ["an equals sign in a value", "type=OS.unix=slink:/x; a", "a", { type: "OS.unix=slink:/x" }],
  ["a name that looks like a fact", "type=file; a=b; c", "a=b; c", { type: "file" }],
  ["spaces in a name", "type=file;  a b ", " a b ", { type: "file" }],
  [
    "a space in a value, as some servers write it",
    "UNIX.group=Domain Users;type=dir; x",
    "x",
    { "unix.group": "Domain Users", type: "dir" },
  ],
])("read: %s", (_name, line, name, facts) => {
  expect(parseFacts(line)).toEqual({ name, facts: new Map(Object.entries(facts)) });
});

test.each([
  ["nothing", ""],
  ["no name", "type=file; "],
  ["no space", "type=file;a"],
  ["no semicolon", "type=file a"],
  ["no equals sign", "type; a"],
  ["ls", "-rw-r--r--   1 ftp      ftp                12 Mar  1 09:05 a.txt"],
])("no line of MLSD: %s", (_name, line) => {
  expect(parseFacts(line)).toBeUndefined();
});

test("the time of a fact is read", () => {
  expect(modifiedOf(parseFacts("modify=20260102030405; a")!.facts)).toBe(file.modified);
  expect(modifiedOf(parseFacts("modify=yesterday; a")!.facts)).toBeUndefined();
  expect(modifiedOf(parseFacts(" a")!.facts)).toBeUndefined();
});

test.each<[string, FactName[]]>([
  ["type;size;", ["type", "size"]],
  ["TYPE;Size", ["type", "size"]],
  ["unix.mode;", ["UNIX.mode"]],
  ["nonsense;size;", ["size"]],
  ["", []],
  [";;", []],
])("OPTS MLST %s asks for %j", (text, wanted) => {
  expect([...parseFactsRequest(text)]).toEqual(wanted);
});

test("FEAT stars the facts that are on (RFC 3659 §7.8), and what it says can be asked for", () => {
  const wanted = new Set<FactName>(["type", "size"]);
  expect(formatFactsFeature(wanted)).toBe("MLST type*;size*;modify;perm;unique;UNIX.mode;UNIX.owner;UNIX.group;");
  expect(formatFactsFeature(new Set())).not.toContain("*");
  expect(parseFactsRequest(formatFactsFeature(all).slice("MLST ".length).replaceAll("*", ""))).toEqual(all);
});

test("what is written is read back", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text));
  const entry = fc.record({
    name: fc.oneof(name, fc.constantFrom("a;b=c; d", " ", "=", ";", "\u2028")),
    kind: fc.constantFrom("file", "directory", "link", "other", "current", "parent"),
    size: fc.maxSafeNat(),
    modified: fc.integer({ min: -1e13, max: 1e14 }),
    mode: fc.nat(0o7777),
    owner: fc.string({ unit: fc.constantFrom("a", ";", " ", "=", "\r", "中") }),
  });
  fc.assert(
    fc.property(entry, (written) => {
      const read = parseFacts(formatFacts(written, all));
      expect(read?.name).toBe(written.name);
      expect(read && modifiedOf(read.facts)).toBe(written.modified);
      expect(read?.facts.get("size")).toBe(written.kind === "file" ? String(written.size) : undefined);
      expect(Number.parseInt(read?.facts.get("unix.mode") ?? "", 8)).toBe(written.mode);
      expect(read?.facts.get("unix.owner")).toHaveLength(written.owner.length);
    }),
  );
});
