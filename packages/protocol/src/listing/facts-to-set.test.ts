import { expect, test } from "vitest";
import { formatFactsToSet, formatPermissionBits, parseFactsToSet, parsePermissionBits } from "./facts-to-set.ts";

const modified = Date.UTC(2001, 1, 3, 4, 5, 6);

test.each([
  ["the time", "Modify=20010203040506; a.txt", { modified, mode: undefined }, "a.txt"],
  ["the mode", "UNIX.mode=644; a.txt", { modified: undefined, mode: 0o644 }, "a.txt"],
  ["both, in any case", "unix.MODE=0600;mOdIfY=20010203040506; a b", { modified, mode: 0o600 }, "a b"],
  ["a path that begins with a space", "UNIX.mode=644;  a", { modified: undefined, mode: 0o644 }, " a"],
])("%s", (_name, argument, facts, path) => {
  expect(parseFactsToSet(argument)).toEqual({ kind: "facts", facts, path });
  expect(parseFactsToSet(`${formatFactsToSet(facts)} ${path}`)).toEqual({ kind: "facts", facts, path });
});

test.each([
  ["a fact that nobody can set", "Size=5; a", { because: "fact-unknown", fact: "Size" }],
  ["one of two", "Modify=20010203040506;UNIX.owner=root; a", { because: "fact-unknown", fact: "UNIX.owner" }],
  ["a 13th month", "Modify=20011303040506; a", { because: "value-not-valid", fact: "Modify" }],
  ["setuid", "UNIX.mode=4755; a", { because: "value-not-valid", fact: "UNIX.mode" }],
  ["no value", "UNIX.mode=; a", { because: "value-not-valid", fact: "UNIX.mode" }],
  ["no semicolon at the end", "Modify=20010203040506 a", { because: "not-valid" }],
  ["no path", "Modify=20010203040506;", { because: "not-valid" }],
  ["no path behind the space", "Modify=20010203040506; ", { because: "not-valid" }],
  ["no facts", " a", { because: "not-valid" }],
  ["nothing", "", { because: "not-valid" }],
])("%s is refused", (_name, argument, refused) => {
  expect(parseFactsToSet(argument)).toEqual({ kind: "refused", ...refused });
});

test.each([
  ["644", 0o644],
  ["0644", 0o644],
  ["000", 0],
  ["1777", undefined],
  ["64", undefined],
  ["888", undefined],
  ["00644", undefined],
])("permission bits %s", (text, mode) => {
  expect(parsePermissionBits(text)).toBe(mode);
  if (mode !== undefined) expect(formatPermissionBits(mode)).toBe(text.slice(-3));
});
