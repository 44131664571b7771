import { ROOT, foldNames, isWithin, namesOf, patternMatcher } from "@twinport/protocol";
import type { Permission, VirtualPath } from "@twinport/protocol";
import type { Account, NamePattern } from "./accounts.ts";

/** Whether an account may do something at a path, and what says so. */
export interface Verdict {
  readonly allowed: boolean;
  /**
   * `account`: the permissions that it has everywhere. `rule`: those of a folder. `hidden`, `denied`: a pattern of
   * names. `rule-below`: what would move has a rule of its own, or has some in it, and they would no longer hold.
   * `gives-more`: what cannot be listed or read where it is could be where it goes.
   */
  readonly because: "account" | "rule" | "hidden" | "denied" | "rule-below" | "gives-more";
  /** The folder of the rule, or the pattern. */
  readonly rule?: string;
}

/** What a permission means for a folder as a whole: its own rule, and those that lie in it, must not be left behind. */
const movesAll: ReadonlySet<Permission> = new Set(["rename"]);

/** What nobody gets by moving something. */
const kept = ["list", "read"] as const satisfies Permission[];

interface Rule {
  readonly path: VirtualPath;
  readonly compared: VirtualPath;
  readonly permissions: ReadonlySet<Permission>;
}

interface Pattern {
  readonly written: NamePattern;
  /** One for a name at any depth; several for a path from the root. */
  readonly names: readonly ((name: string) => boolean)[];
  readonly anywhere: boolean;
}

/**
 * What an account may do where. Made once a login: rules and patterns are read then.
 */
export class Access {
  readonly #everywhere: ReadonlySet<Permission>;
  readonly #rules: readonly Rule[];
  readonly #hide: readonly Pattern[];
  readonly #deny: readonly Pattern[];
  readonly #compared: (path: VirtualPath) => VirtualPath;
  /** The names of the path that was asked about last: a list asks about each several times. */
  #last: { readonly path: VirtualPath; readonly names: readonly string[] } | undefined;

  /** @param names `folded` where the storage takes letters of another case for the same (`folds-names`) */
  constructor(account: Pick<Account, "permissions" | "rules" | "hide" | "deny">, names: "exact" | "folded" = "exact") {
    this.#compared = names === "folded" ? folded : (path) => path;
    this.#everywhere = account.permissions;
    this.#rules = (account.rules ?? [])
      .map(({ path, permissions }) => ({ path, compared: this.#compared(path), permissions }))
      // The deepest first: the first that fits decides.
      .sort((one, other) => namesOf(other.path).length - namesOf(one.path).length);
    this.#hide = (account.hide ?? []).map(readPattern);
    this.#deny = (account.deny ?? []).map(readPattern);
  }

  /** Whether a permission holds at a path, with the rule that decides. */
  decide(permission: Permission, path: VirtualPath): Verdict {
    const hidden = this.#fits(this.#hide, path);
    if (hidden) return { allowed: false, because: "hidden", rule: hidden };
    const denied = permission === "list" ? undefined : this.#fits(this.#deny, path);
    if (denied) return { allowed: false, because: "denied", rule: denied };
    const below = movesAll.has(permission) ? this.#below(path) : undefined;
    if (below) return { allowed: false, because: "rule-below", rule: below };
    const rule = this.#ruleAt(path);
    if (!rule) return { allowed: this.#everywhere.has(permission), because: "account" };
    return { allowed: rule.permissions.has(permission), because: "rule", rule: rule.path };
  }

  /**
   * Whether what is at a path may go to another: renamed at both, and without being led out of where it cannot be listed
   * or read.
   */
  mayMove(from: VirtualPath, to: VirtualPath): Verdict {
    const leaves = this.decide("rename", from);
    const arrives = leaves.allowed ? this.decide("rename", to) : leaves;
    if (!arrives.allowed) return arrives;
    const [before, after] = [this.permissionsAt(from), this.permissionsAt(to)];
    if (!kept.some((permission) => after.has(permission) && !before.has(permission))) return arrives;
    const rule = this.#ruleAt(from) ?? this.#ruleAt(to);
    return { allowed: false, because: "gives-more", ...(rule && { rule: rule.path }) };
  }

  /** What an account may do at a path if its name is not denied. */
  permissionsAt(path: VirtualPath): ReadonlySet<Permission> {
    return this.#ruleAt(path)?.permissions ?? this.#everywhere;
  }

  /** The path does not exist for this account. */
  isHidden(path: VirtualPath): boolean {
    return this.#hide.length > 0 && this.#fits(this.#hide, path) !== undefined;
  }

  /** Nothing is hidden, and the permissions are the same everywhere. */
  get isUniform(): boolean {
    return this.#rules.length + this.#hide.length + this.#deny.length === 0;
  }

  /** Whether it may do this somewhere. */
  maySomewhere(permission: Permission): boolean {
    return this.#everywhere.has(permission) || this.#rules.some(({ permissions }) => permissions.has(permission));
  }

  #ruleAt(path: VirtualPath): Rule | undefined {
    if (this.#rules.length === 0) return undefined;
    const compared = this.#compared(path);
    return this.#rules.find((rule) => isWithin(rule.compared, compared));
  }

  /** The rule of the path itself or of something below it, or the pattern that holds only somewhere below it. */
  #below(path: VirtualPath): string | undefined {
    const compared = this.#compared(path);
    const rule = this.#rules.find((one) => isWithin(compared, one.compared));
    if (rule) return rule.path;
    const names = this.#namesOf(path);
    const pattern = [...this.#hide, ...this.#deny].find(
      (one) => !one.anywhere && one.names.length > names.length && names.every((name, i) => one.names[i]!(name)),
    );
    return pattern?.written;
  }

  #fits(patterns: readonly Pattern[], path: VirtualPath): string | undefined {
    if (patterns.length === 0 || path === ROOT) return undefined;
    const names = this.#namesOf(path);
    return patterns.find((pattern) => fitsPath(pattern, names))?.written;
  }

  #namesOf(path: VirtualPath): readonly string[] {
    if (this.#last?.path !== path) this.#last = { path, names: namesOf(folded(path)) };
    return this.#last.names;
  }
}

function folded(path: VirtualPath): VirtualPath {
  return foldNames(path) as VirtualPath;
}

/** Patterns mean letters of any case: to hide or deny too much does less harm than too little. */
function readPattern(written: NamePattern): Pattern {
  const names = foldNames(written)
    .split("/")
    .filter((name) => name !== "")
    .map((name) => patternMatcher(name, "any-dot"));
  return { written, names, anywhere: !written.includes("/") };
}

function fitsPath(pattern: Pattern, names: readonly string[]): boolean {
  const [first] = pattern.names;
  if (pattern.anywhere) return first !== undefined && names.some(first);
  return pattern.names.length <= names.length && pattern.names.every((fits, i) => fits(names[i]!));
}
