import { Access, anonymousNames, readOnlyPermissions, whyNotAllowed } from "@twinport/accounts";
import { isWithin, lookUpVerb, namesOf, ruleOf } from "@twinport/protocol";
import type { AccountRecord, AccountsFile, NotAllowedReason, Verdict } from "@twinport/accounts";
import type { Permission, Verb, VirtualPath } from "@twinport/protocol";

/** What SITE has; a verb that an embedding program adds is its own matter. */
const siteVerbs = {
  CHMOD: ["set-mode"],
  UTIME: ["set-modified"],
  HELP: [],
  IDLE: [],
  UMASK: [],
  WHO: [],
} as const satisfies Record<string, readonly Permission[]>;

/** A verb, and of SITE the one behind it. */
export interface AskedVerb {
  readonly verb: Verb;
  readonly site?: keyof typeof siteVerbs;
}

/** Reads `RETR` or `SITE CHMOD`; undefined for what is no verb. */
export function askedVerb(written: string): AskedVerb | undefined {
  const [word = "", second, ...more] = written.trim().toUpperCase().split(/\s+/);
  const found = lookUpVerb(word);
  if (found.kind !== "verb" || more.length > 0) return undefined;
  const { verb } = found;
  if (second === undefined) return { verb };
  return verb === "SITE" && Object.hasOwn(siteVerbs, second)
    ? { verb, site: second as keyof typeof siteVerbs }
    : undefined;
}

/** What is asked. */
export interface Question {
  readonly name: string;
  readonly verb: AskedVerb;
  readonly from?: string;
  /** The path, seen from the folder in which the account begins. */
  readonly pathFrom: (home: VirtualPath) => VirtualPath;
  readonly now: number;
}

/** When a decision holds: where nothing stands at the path, where a file does, or for one thing of several. */
type DecisionCase = "new" | "existing" | "set-modified" | "set-mode";

/** What may be done in one case, and what says so. */
export interface Decision {
  readonly when?: DecisionCase;
  readonly allowed: boolean;
  readonly because: Verdict["because"] | "no-permission-needed" | "read-only-mount" | "mount-place";
  /** The rule, pattern or mount. */
  readonly rule?: string;
  /** What the account has there. */
  readonly has: ReadonlySet<Permission>;
  /** The first that is needed and is not there. */
  readonly missing?: Permission;
}

/** The answer: of the account as a whole, or of the path, case by case. */
export type Answer =
  | { readonly kind: "account"; readonly because: "no-such-account" | NotAllowedReason }
  | {
      readonly kind: "path";
      readonly account: AccountRecord;
      readonly path: VirtualPath;
      readonly decisions: readonly Decision[];
      /** The quota, which is not counted here, may refuse it all the same. */
      readonly takesSpace: boolean;
    };

/** Decides as the server does: by the row of the verb, the account's rules and patterns, and its mounts. */
export function decide(file: AccountsFile, question: Question): Answer {
  const { name, from, now, verb } = question;
  const account = file.anonymous && anonymousNames.has(name.toLowerCase()) ? file.anonymous : file.accounts.get(name);
  if (!account) return { kind: "account", because: "no-such-account" };
  const why = whyNotAllowed(account, { now, ...(from !== undefined && { peer: from }) });
  if (why) return { kind: "account", because: why };
  const path = question.pathFrom(account.home);
  const access = new Access(account);
  const cases = casesOf(verb);
  const decisions = cases.map(({ when, needed }) => {
    const decision = decideAt(account, access, path, needed);
    return when === undefined ? decision : { when, ...decision };
  });
  return {
    kind: "path",
    account,
    path,
    takesSpace: cases.some(({ needed }) => needed.some((permission) => filling.has(permission))),
    decisions: isOne(decisions) ? decisions.slice(0, 1).map(unconditional) : decisions,
  };
}

/** What takes some of a quota. */
const filling: ReadonlySet<Permission> = new Set(["write", "overwrite", "append", "make-directory"]);

/** What a verb needs, where that is not one thing. The first case is the verb's own. */
function casesOf({
  verb,
  site,
}: AskedVerb): readonly { readonly when?: DecisionCase; readonly needed: readonly Permission[] }[] {
  if (site) return [{ needed: siteVerbs[site] }];
  const { permission, argument, channel, follows } = ruleOf(verb);
  if (permission === undefined) {
    // What it needs depends on the words before the path.
    if (argument !== "text-and-path") return [{ needed: [] }];
    return (["set-modified", "set-mode"] as const).map((one) => ({ when: one, needed: [one] }));
  }
  // STOU takes a name that nobody has.
  const mayMeetFile = (channel === "receive" && argument === "path") || follows === "RNFR";
  if (!mayMeetFile) return [{ needed: [permission] }];
  if (permission === "append")
    return [
      { when: "existing", needed: [permission] },
      { when: "new", needed: [permission, "write"] },
    ];
  return [
    { when: "new", needed: [permission] },
    { when: "existing", needed: [permission, "overwrite"] },
  ];
}

function decideAt(account: AccountRecord, access: Access, path: VirtualPath, needed: readonly Permission[]): Decision {
  const has = access.permissionsAt(path);
  // To see what is hidden needs more than any permission.
  const verdicts = (needed.length > 0 ? needed : (["list"] as const)).map((permission) => ({
    permission,
    verdict: access.decide(permission, path),
  }));
  const refused = verdicts.find(({ verdict }) => !verdict.allowed);
  if (needed.length === 0) {
    if (refused?.verdict.because === "hidden") return { ...refused.verdict, has };
    return { allowed: true, because: "no-permission-needed", has };
  }
  if (refused) {
    const isMissing = refused.verdict.because === "account" || refused.verdict.because === "rule";
    return { ...refused.verdict, has, ...(isMissing && { missing: refused.permission }) };
  }
  const place = needed.some((permission) => movesPlace.has(permission)) ? mountWithin(account, path) : undefined;
  if (place) return { allowed: false, because: "mount-place", rule: place.path, has };
  const mount = mountAt(account, path);
  if (mount?.readOnly && needed.some((permission) => !readOnlyPermissions.has(permission))) {
    return { allowed: false, because: "read-only-mount", rule: mount.path, has };
  }
  return { ...verdicts[0]!.verdict, has };
}

/** What cannot be done with the place of a mount, nor with a folder on the way there. */
const movesPlace: ReadonlySet<Permission> = new Set(["delete", "rename"]);

function mountWithin({ mounts }: AccountRecord, path: VirtualPath): AccountRecord["mounts"][number] | undefined {
  return mounts.find((mount) => isWithin(path, mount.path));
}

/** The deepest, as where mounts lie in each other. */
function mountAt({ mounts }: AccountRecord, path: VirtualPath): AccountRecord["mounts"][number] | undefined {
  return mounts
    .filter((mount) => isWithin(mount.path, path))
    .sort((one, other) => namesOf(other.path).length - namesOf(one.path).length)[0];
}

/** The cases do not differ. */
function isOne([first, ...others]: readonly Decision[]): boolean {
  return others.every(
    ({ allowed, because, rule, missing }) =>
      allowed === first!.allowed && because === first!.because && rule === first!.rule && missing === first!.missing,
  );
}

function unconditional({ when: _when, ...decision }: Decision): Decision {
  return decision;
}
