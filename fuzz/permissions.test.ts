// The invariant: what is hidden is hidden with all below it, the deepest rule decides, and letters of another case change nothing where the storage folds them.
import fc from "fast-check";
import { expect } from "vitest";
import { Access, allPermissions } from "../packages/accounts/src/index.ts";
import { ROOT, childOf, foldNames, isWithin, namesOf, parentOf, virtualPath } from "../packages/protocol/src/index.ts";
import { matchesNaively } from "./naive-glob.ts";
import { fuzz } from "./target.ts";
import type { Permission, VirtualPath } from "../packages/protocol/src/index.ts";

const name = fc.constantFrom("a", "A", "b", "ab", ".a", "é", "É", "a.exe", "ß", "SS");
const path = fc.array(name, { maxLength: 4 }).map((names) => virtualPath(`/${names.join("/")}`));
const namePattern = fc
  .array(fc.constantFrom("*", "?", "a", "A", "b", ".", "[ab]", "[!a]", "é", "exe", "ß"), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(""))
  .filter((pattern) => pattern !== "." && pattern !== "..");
const pattern = fc.oneof(
  namePattern,
  fc.array(namePattern, { minLength: 1, maxLength: 3 }).map((names) => `/${names.join("/")}`),
);
const permission = fc.constantFrom(...allPermissions);
const permissions = fc.subarray([...allPermissions]).map((all) => new Set<Permission>(all));
const account = fc.record({
  permissions,
  rules: fc.array(fc.record({ path, permissions }), { maxLength: 4 }),
  hide: fc.array(pattern, { maxLength: 2 }),
  deny: fc.array(pattern, { maxLength: 2 }),
});
type Account = typeof account extends fc.Arbitrary<infer One> ? One : never;
const folding = fc.constantFrom("exact", "folded" as const);

const split = (text: string): string[] => text.split("/").filter((one) => one !== "");
const fits = (one: string, other: string): boolean => matchesNaively([...foldNames(one)], [...foldNames(other)]);

/** Whether a pattern means the path itself. */
function meansItself(written: string, at: VirtualPath): boolean {
  const names = namesOf(at);
  if (!written.includes("/")) return names.length > 0 && fits(written, names.at(-1)!);
  const wanted = split(written);
  return wanted.length === names.length && wanted.every((one, i) => fits(one, names[i]!));
}

/** Whether one of the patterns means the path or a folder above it. */
function isMeant(patterns: readonly string[], at: VirtualPath): boolean {
  for (let here = at; here !== ROOT; here = parentOf(here)) {
    if (patterns.some((written) => meansItself(written, here))) return true;
  }
  return false;
}

function comparedBy(names: "exact" | "folded"): (text: VirtualPath) => VirtualPath {
  return names === "folded" ? (text) => foldNames(text) as VirtualPath : (text) => text;
}

/** What holds at a path: of the rules that it lies within, that with the longest way down. */
function heldAt(
  { permissions: everywhere, rules }: Account,
  names: "exact" | "folded",
  at: VirtualPath,
): Set<Permission> {
  const compared = comparedBy(names);
  let found: { depth: number; permissions: Set<Permission> } = { depth: -1, permissions: everywhere };
  for (const rule of rules) {
    const depth = namesOf(rule.path).length;
    if (depth > found.depth && isWithin(compared(rule.path), compared(at))) found = { depth, ...rule };
  }
  return found.permissions;
}

fuzz({
  "as the rules say": fc.property(account, folding, permission, path, (who, names, wanted, at) => {
    const access = new Access(who, names);
    const verdict = access.decide(wanted, at);
    const isHidden = isMeant(who.hide, at);
    expect(access.isHidden(at)).toBe(isHidden);
    if (isHidden) expect(verdict).toMatchObject({ allowed: false, because: "hidden" });
    const isDenied = wanted !== "list" && isMeant(who.deny, at);
    const may = heldAt(who, names, at).has(wanted) && !isHidden && !isDenied;
    if (verdict.because !== "rule-below") expect(verdict.allowed).toBe(may);
    if (verdict.allowed) expect(access.maySomewhere(wanted)).toBe(true);
    expect(access.permissionsAt(at)).toEqual(heldAt(who, names, at));
  }),
  "below what is hidden": fc.property(account, folding, permission, path, name, (who, names, wanted, at, below) => {
    const access = new Access(who, names);
    if (access.isHidden(at)) expect(access.isHidden(childOf(at, below))).toBe(true);
    const verdict = access.decide(wanted, at);
    if (verdict.because === "denied") expect(access.decide(wanted, childOf(at, below)).allowed).toBe(false);
  }),
  "a folder that moves takes no rule with it": fc.property(account, folding, path, path, (who, names, at, rest) => {
    const access = new Access(who, names);
    if (!access.decide("rename", at).allowed || at === ROOT) return;
    const compared = comparedBy(names);
    const below = virtualPath(`${at}${rest}`);
    for (const rule of who.rules) {
      const isBelow = compared(rule.path) !== compared(at) && isWithin(compared(at), compared(rule.path));
      expect(isBelow).toBe(false);
    }
    const fixed = [...who.hide, ...who.deny].filter((one) => one.includes("/"));
    expect(isMeant(fixed, below)).toBe(false);
  }),
  "letters of another case": fc.property(account, permission, path, (who, wanted, at) => {
    const access = new Access(who, "folded");
    const verdict = access.decide(wanted, at);
    for (const other of [at.toUpperCase(), at.toLowerCase(), at.normalize("NFD")]) {
      expect(access.decide(wanted, other as VirtualPath)).toEqual(verdict);
    }
  }),
});
