import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { virtualPath } from "@twinport/protocol";
import { allPermissions, readOnlyPermissions } from "./accounts.ts";
import { Access } from "./permissions.ts";
import type { Permission } from "@twinport/protocol";
import type { Account } from "./accounts.ts";

type Rules = Readonly<Record<string, readonly Permission[]>>;

function accessOf(rules: Rules, more: Partial<Account> = {}, names: "exact" | "folded" = "exact"): Access {
  const read = Object.entries(rules).map(([path, own]) => ({ path: virtualPath(path), permissions: new Set(own) }));
  return new Access({ permissions: allPermissions, rules: read, ...more }, names);
}

function may(access: Access, permission: Permission, path: string): boolean {
  return access.decide(permission, virtualPath(path)).allowed;
}

const nested: Rules = { "/a": ["list"], "/a/b": ["read"], "/a/b/c": [], "/": ["list", "read", "write"] };

test.each<[string, Permission, boolean, string]>([
  ["/", "write", true, "/"],
  ["/", "delete", false, "/"],
  ["/x", "write", true, "/"],
  ["/a", "list", true, "/a"],
  ["/a", "write", false, "/a"],
  ["/a/x", "list", true, "/a"],
  ["/ab", "write", true, "/"],
  ["/a/b", "read", true, "/a/b"],
  ["/a/b", "list", false, "/a/b"],
  ["/a/b/x/y", "read", true, "/a/b"],
  ["/a/b/c", "read", false, "/a/b/c"],
  ["/a/b/c/d", "read", false, "/a/b/c"],
  ["/A/b", "write", true, "/"],
])("of the folders with a rule the deepest decides, for itself too: %s, %s: %j", (path, permission, allowed, rule) => {
  expect(accessOf(nested).decide(permission, virtualPath(path))).toEqual({ allowed, because: "rule", rule });
});

test("the order in which rules are written decides nothing", () => {
  const turned = Object.fromEntries(Object.entries(nested).toReversed());
  const paths = fc.array(fc.constantFrom("a", "b", "c", "ab"), { maxLength: 4 }).map((names) => `/${names.join("/")}`);
  fc.assert(
    fc.property(paths, fc.constantFrom(...allPermissions), (path, permission) => {
      expect(accessOf(turned).decide(permission, virtualPath(path))).toEqual(
        accessOf(nested).decide(permission, virtualPath(path)),
      );
    }),
  );
});

test.each<[string, string, boolean]>([
  ["*.exe", "/setup.exe", true],
  ["*.exe", "/in/deep/SETUP.EXE", true],
  ["*.EXE", "/in/setup.exe", true],
  ["*.exe", "/tools.exe/readme", true],
  ["*.exe", "/setup.exe.txt", false],
  [".*", "/.git", true],
  [".*", "/x/.git/config", true],
  [".*", "/x.git", false],
  ["*", "/.git", true],
  ["*secret*", "/.secret", true],
  ["?git", "/.git", true],
  ["[.]git", "/.git", true],
  ["/in/*.tmp", "/in/x.tmp", true],
  ["/in/*.tmp", "/in/.tmp", true],
  ["/in/*.tmp", "/in/x.tmp/below", true],
  ["/in/*.tmp", "/IN/X.TMP", true],
  ["/in/*.tmp", "/x.tmp", false],
  ["/in/*.tmp", "/in/deep/x.tmp", false],
  ["/in/*.tmp", "/in", false],
  ["in/*.tmp", "/in/x.tmp", true],
  ["secret/", "/secret", true],
  ["secret/", "/in/secret", false],
  ["ΑΣ*", "/ασχετο", true],
  ["*ς", "/οδοσ", true],
  ["straße", "/STRASSE", true],
  ["café", "/cafe\u0301", true],
  ["cafe\u0301", "/CAFÉ", true],
  ["ﬁle", "/FILE", true],
  ["[x", "/[x", true],
  ["*", "/", false],
  ["", "/x", false],
])("the pattern %j on %s: %j", (pattern, path, fits) => {
  const hidden = accessOf({}, { hide: [pattern] });
  const denied = accessOf({}, { deny: [pattern] });
  expect(hidden.isHidden(virtualPath(path))).toBe(fits);
  expect(may(hidden, "list", path)).toBe(!fits);
  expect(may(denied, "read", path)).toBe(!fits);
  expect(denied.isHidden(virtualPath(path))).toBe(false);
});

test("what is denied is listed, and nothing else", () => {
  const access = accessOf({}, { deny: ["*.exe"] });
  const allowed = [...allPermissions].filter((permission) => may(access, permission, "/in/a.exe"));
  expect(allowed).toEqual(["list"]);
  expect(access.decide("read", virtualPath("/in/a.exe"))).toEqual({ allowed: false, because: "denied", rule: "*.exe" });
});

test.each<[string, Rules, Partial<Account>, string, boolean]>([
  ["a folder with a rule below", { "/a/b/c": ["list"] }, {}, "/a", false],
  ["the folder just above", { "/a/b/c": ["list"] }, {}, "/a/b", false],
  ["the root", { "/a": ["list"] }, {}, "/", false],
  ["a folder beside it", { "/a/b": ["list"] }, {}, "/ab", true],
  ["a file beside it", { "/a/b": ["list"] }, {}, "/a/x", true],
  ["a folder whose own rule says so", { "/a": ["rename"] }, {}, "/a", false],
  ["a folder whose own rule does not", { "/a": ["list"] }, {}, "/a", false],
  ["what lies in it, if its rule says so", { "/a": ["rename"] }, {}, "/a/x", true],
  ["a folder that a pattern from the root goes through", {}, { hide: ["/in/*.tmp"] }, "/in", false],
  ["a folder that a pattern may go through", {}, { deny: ["/*/keys/*"] }, "/any/keys", false],
  ["one that it does not go through", {}, { deny: ["/*/keys/*"] }, "/any/other", true],
  ["a folder where patterns of names hold anywhere", {}, { hide: ["*.tmp"], deny: ["*.exe"] }, "/in", true],
])("rules are not led out of %s by a new name: %j", (_name, rules, more, path, allowed) => {
  expect(may(accessOf(rules, more), "rename", path)).toBe(allowed);
  expect(may(accessOf(rules, more, "folded"), "rename", path.toUpperCase())).toBe(allowed);
});

test.each<[string, string, boolean, string, string?]>([
  ["/a", "/b", true, "account"],
  ["/in/a", "/in/b", true, "rule", "/in"],
  ["/in/a", "/in/deep/b", true, "rule", "/in"],
  ["/in/a", "/a", false, "gives-more", "/in"],
  ["/in", "/in2", false, "rule-below", "/in"],
  ["/a", "/in", false, "rule-below", "/in"],
  ["/a", "/in/a", true, "rule", "/in"],
  ["/seen/a", "/a", false, "gives-more", "/seen"],
  ["/in/a", "/seen/a", false, "gives-more", "/in"],
  ["/a", "/seen/a", true, "rule", "/seen"],
  ["/seen/a", "/in/a", true, "rule", "/in"],
  ["/pub/a", "/b", false, "rule", "/pub"],
  ["/b", "/pub/a", false, "rule", "/pub"],
  ["/a.exe", "/a.txt", false, "denied", "*.exe"],
  ["/a.txt", "/a.exe", false, "denied", "*.exe"],
  ["/a", "/.a", false, "hidden", ".*"],
])("nothing is led out of a drop box by renaming it: %s to %s: %j", (from, to, allowed, because, rule) => {
  const rules: Rules = { "/in": ["write", "rename"], "/seen": ["list", "rename"], "/pub": ["list", "read"] };
  const access = accessOf(rules, { deny: ["*.exe"], hide: [".*"] });
  const verdict = rule === undefined ? { allowed, because } : { allowed, because, rule };
  expect(access.mayMove(virtualPath(from), virtualPath(to))).toEqual(verdict);
});

test("whatever way something is moved, it can be listed and read at its end only if it could at its beginning", () => {
  const paths = fc
    .array(fc.constantFrom("a", "b", "in"), { minLength: 1, maxLength: 3 })
    .map((names) => virtualPath(`/${names.join("/")}`));
  const permissions = fc.uniqueArray(fc.constantFrom<Permission>("list", "read", "write", "rename"));
  fc.assert(
    fc.property(fc.dictionary(paths, permissions), fc.array(paths, { minLength: 2 }), (rules, way) => {
      const access = accessOf(rules);
      const isFree = way.slice(1).every((to, i) => access.mayMove(way[i]!, to).allowed);
      fc.pre(isFree);
      for (const permission of ["list", "read"] as const)
        if (may(access, permission, way.at(-1)!)) expect(may(access, permission, way[0]!)).toBe(true);
    }),
  );
});

describe("where the storage takes letters of another case for the same", () => {
  test.each(["/IN", "/In/x", "/iN/deep/x"])("%s is in /in", (path) => {
    const rules = { "/in": [] };
    expect(may(accessOf(rules, {}, "folded"), "read", path)).toBe(false);
    expect(may(accessOf(rules, {}, "exact"), "read", path)).toBe(true);
  });

  test("so is another spelling of accents, and a sigma at the end", () => {
    expect(may(accessOf({ "/Café": [] }, {}, "folded"), "read", "/CAFE\u0301/x")).toBe(false);
    expect(may(accessOf({ "/ΟΔΟΣ": [] }, {}, "folded"), "read", "/οδοσ/x")).toBe(false);
  });
});

test("an account without rules and patterns is the same everywhere", () => {
  expect(accessOf({}).isUniform).toBe(true);
  for (const access of [accessOf({ "/a": [] }), accessOf({}, { hide: ["x"] }), accessOf({}, { deny: ["x"] })]) {
    expect(access.isUniform).toBe(false);
  }
});

test("what may be done somewhere is what the account or one of its rules has", () => {
  const access = accessOf({ "/in": ["write"] }, { permissions: readOnlyPermissions });
  expect([access.maySomewhere("read"), access.maySomewhere("write"), access.maySomewhere("delete")]).toEqual([
    true,
    true,
    false,
  ]);
});
