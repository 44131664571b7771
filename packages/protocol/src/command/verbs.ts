/** What must be able or allowed in this session for a verb to exist in it; FEAT and HELP leave the others out. */
export type Ability =
  | "active"
  | "passive"
  | "utf-8"
  | "set-modified"
  | "set-mode"
  /** At least one of `set-modified` and `set-mode`. */
  | "set-facts"
  | "free-space"
  | "hosts"
  | "deflate"
  | "tls"
  /** The doctor at the other end may ask what this end sees (SITE DOCTOR). */
  | "doctor";

/**
 * What the account must be allowed to do at the path, before the verb runs. `write` makes new files; to replace one that
 * stands there, or a part of it, takes `overwrite`, to add to its end `append`.
 */
export type Permission =
  | "list"
  | "read"
  | "write"
  | "overwrite"
  | "append"
  | "delete"
  | "rename"
  | "make-directory"
  | "set-modified"
  | "set-mode";

/** One row of {@link verbs}: everything that is true of a verb and is not its handler. */
export interface VerbRule {
  /**
   * Shape of the argument; `path` and `text` must be there, and `text-and-path`, where the handler finds the path behind
   * other words; `listing` may have options as `ls` has them before a path.
   */
  readonly argument: "none" | "text" | "optional-text" | "path" | "optional-path" | "text-and-path" | "listing";
  /** The least that must have been said before: nothing, USER, or a whole login; `greeted`: nothing of a login yet. */
  readonly phase: "any" | "greeted" | "named" | "ready";
  /** It moves data: from us, or to us. */
  readonly channel?: "send" | "receive";
  /** It sets up the next data connection: we offer a port, or are told where to dial. */
  readonly opens?: "offer" | "dial";
  /** During a transfer it is acted on at once and not when the transfer has ended. */
  readonly duringTransfer?: true;
  /** Also while something is worked on without data: only what ends that, for the other replies must come in order. */
  readonly duringWork?: true;
  /** It is what EPSV ALL leaves open; whatever else opens a data connection is shut (RFC 2428 §4). */
  readonly afterEpsvAll?: true;
  /** The client leaves in good order: what it has begun is finished. */
  readonly leaves?: true;
  /** It tells who the client is: where TLS is required, not in clear. */
  readonly reveals?: true;
  /** The argument never reaches a log. */
  readonly secret?: true;
  /** It must directly follow this verb. */
  readonly follows?: "RNFR";
  readonly permission?: Permission;
  /** The permission is asked only where there is an argument: without one the verb names no path. */
  readonly permissionWithArgument?: true;
  readonly needs?: Ability;
  /** The line it has in FEAT, and the ability without which that line is not true. */
  readonly feature?: string;
  readonly featureNeeds?: Ability;
  /** What follows the verb, as HELP prints it. */
  readonly syntax: string;
  readonly rfc: string;
}

/**
 * THE TABLE: one row a verb. Policy, FEAT, HELP, log redaction and the reference page read it; a rule about verbs is
 * a column here and nowhere a list of verbs.
 */
export const verbs = {
  ABOR: {
    argument: "none",
    phase: "ready",
    duringTransfer: true,
    duringWork: true,
    syntax: "",
    rfc: "959 §4.1.3",
  },
  ACCT: { argument: "text", phase: "any", reveals: true, secret: true, syntax: "account", rfc: "959 §4.1.1" },
  ALLO: { argument: "text", phase: "ready", syntax: "bytes [R bytes]", rfc: "959 §4.1.3" },
  APPE: {
    argument: "path",
    phase: "ready",
    channel: "receive",
    permission: "append",
    syntax: "path",
    rfc: "959 §4.1.3",
  },
  AUTH: {
    argument: "text",
    phase: "any",
    needs: "tls",
    feature: "AUTH TLS",
    syntax: "TLS",
    rfc: "4217 §4",
  },
  AVBL: {
    argument: "optional-path",
    phase: "ready",
    permission: "list",
    needs: "free-space",
    feature: "AVBL",
    syntax: "[path]",
    rfc: "draft-peterson-streamlined-ftp",
  },
  CDUP: { argument: "none", phase: "ready", syntax: "", rfc: "959 §4.1.1" },
  CLNT: {
    argument: "text",
    phase: "any",
    feature: "CLNT",
    syntax: "client name",
    rfc: "draft-peterson-streamlined-ftp",
  },
  CSID: {
    argument: "optional-text",
    phase: "any",
    feature: "CSID",
    syntax: "[Name=client; Version=number;]",
    rfc: "draft-peterson-streamlined-ftp",
  },
  CWD: { argument: "path", phase: "ready", feature: "TVFS", syntax: "path", rfc: "959 §4.1.1" },
  DELE: { argument: "path", phase: "ready", permission: "delete", syntax: "path", rfc: "959 §4.1.3" },
  EPRT: {
    argument: "text",
    phase: "ready",
    opens: "dial",
    needs: "active",
    feature: "EPRT",
    syntax: "|family|address|port|",
    rfc: "2428 §2",
  },
  EPSV: {
    argument: "optional-text",
    phase: "ready",
    opens: "offer",
    afterEpsvAll: true,
    needs: "passive",
    feature: "EPSV",
    syntax: "[1 | 2 | ALL]",
    rfc: "2428 §3",
  },
  FEAT: { argument: "none", phase: "any", syntax: "", rfc: "2389 §3" },
  HASH: {
    argument: "path",
    phase: "ready",
    permission: "read",
    feature: "HASH",
    syntax: "path",
    rfc: "draft-bryan-ftpext-hash §3",
  },
  HELP: { argument: "optional-text", phase: "any", syntax: "[verb]", rfc: "959 §4.1.3" },
  HOST: {
    argument: "text",
    phase: "greeted",
    needs: "hosts",
    feature: "HOST",
    syntax: "name",
    rfc: "7151 §3",
  },
  LANG: {
    argument: "optional-text",
    phase: "any",
    feature: "LANG EN*",
    syntax: "[language]",
    rfc: "2640 §4.1",
  },
  LIST: {
    argument: "listing",
    phase: "ready",
    channel: "send",
    permission: "list",
    syntax: "[options] [path]",
    rfc: "959 §4.1.3",
  },
  MDTM: { argument: "path", phase: "ready", permission: "list", feature: "MDTM", syntax: "path", rfc: "3659 §3" },
  MFF: {
    argument: "text-and-path",
    phase: "ready",
    needs: "set-facts",
    feature: "MFF",
    syntax: "fact=value;[fact=value;] path",
    rfc: "draft-somers-ftp-mfxx §5.1",
  },
  MFMT: {
    argument: "text-and-path",
    phase: "ready",
    permission: "set-modified",
    needs: "set-modified",
    feature: "MFMT",
    syntax: "YYYYMMDDhhmmss path",
    rfc: "draft-somers-ftp-mfxx §3.1",
  },
  MKD: { argument: "path", phase: "ready", permission: "make-directory", syntax: "path", rfc: "959 §4.1.3" },
  MLSD: {
    argument: "optional-path",
    phase: "ready",
    channel: "send",
    permission: "list",
    syntax: "[path]",
    rfc: "3659 §7",
  },
  MLST: {
    argument: "optional-path",
    phase: "ready",
    permission: "list",
    feature: "MLST",
    syntax: "[path]",
    rfc: "3659 §7",
  },
  MODE: {
    argument: "text",
    phase: "ready",
    feature: "MODE Z",
    featureNeeds: "deflate",
    syntax: "S | Z",
    rfc: "959 §4.1.2",
  },
  NLST: {
    argument: "listing",
    phase: "ready",
    channel: "send",
    permission: "list",
    syntax: "[options] [path]",
    rfc: "959 §4.1.3",
  },
  NOOP: { argument: "none", phase: "any", duringTransfer: true, syntax: "", rfc: "959 §4.1.3" },
  OPTS: {
    argument: "text",
    phase: "any",
    feature: "UTF8",
    featureNeeds: "utf-8",
    syntax: "verb [options]",
    rfc: "2389 §4",
  },
  PASS: {
    argument: "optional-text",
    phase: "named",
    reveals: true,
    secret: true,
    syntax: "password",
    rfc: "959 §4.1.1",
  },
  PASV: { argument: "none", phase: "ready", opens: "offer", needs: "passive", syntax: "", rfc: "959 §4.1.2" },
  PBSZ: {
    argument: "text",
    phase: "any",
    needs: "tls",
    feature: "PBSZ",
    syntax: "0",
    rfc: "4217 §8",
  },
  PORT: {
    argument: "text",
    phase: "ready",
    opens: "dial",
    needs: "active",
    syntax: "h1,h2,h3,h4,p1,p2",
    rfc: "959 §4.1.2",
  },
  PRET: {
    argument: "text",
    phase: "ready",
    syntax: "verb [argument]",
    rfc: "drftpd",
  },
  PROT: {
    argument: "text",
    phase: "any",
    needs: "tls",
    feature: "PROT",
    syntax: "C | P",
    rfc: "4217 §9",
  },
  PWD: { argument: "none", phase: "ready", syntax: "", rfc: "959 §4.1.3" },
  QUIT: { argument: "none", phase: "any", leaves: true, syntax: "", rfc: "959 §4.1.1" },
  RANG: {
    argument: "text",
    phase: "ready",
    feature: "RANG STREAM",
    syntax: "first last",
    rfc: "draft-bryan-ftp-range §3",
  },
  REIN: { argument: "none", phase: "any", syntax: "", rfc: "959 §4.1.1" },
  REST: { argument: "text", phase: "ready", feature: "REST STREAM", syntax: "offset", rfc: "3659 §5" },
  RETR: { argument: "path", phase: "ready", channel: "send", permission: "read", syntax: "path", rfc: "959 §4.1.3" },
  RMD: { argument: "path", phase: "ready", permission: "delete", syntax: "path", rfc: "959 §4.1.3" },
  RNFR: { argument: "path", phase: "ready", permission: "rename", syntax: "path", rfc: "959 §4.1.3" },
  RNTO: {
    argument: "path",
    phase: "ready",
    follows: "RNFR",
    permission: "rename",
    syntax: "path",
    rfc: "959 §4.1.3",
  },
  SITE: { argument: "text-and-path", phase: "ready", syntax: "verb [argument]", rfc: "959 §4.1.3" },
  SIZE: { argument: "path", phase: "ready", permission: "list", feature: "SIZE", syntax: "path", rfc: "3659 §4" },
  SMNT: { argument: "text", phase: "ready", syntax: "path", rfc: "959 §4.1.1" },
  STAT: {
    argument: "listing",
    phase: "ready",
    duringTransfer: true,
    permission: "list",
    permissionWithArgument: true,
    syntax: "[[options] path]",
    rfc: "959 §4.1.3",
  },
  STOR: {
    argument: "path",
    phase: "ready",
    channel: "receive",
    permission: "write",
    syntax: "path",
    rfc: "959 §4.1.3",
  },
  STOU: {
    argument: "optional-path",
    phase: "ready",
    channel: "receive",
    permission: "write",
    syntax: "[path]",
    rfc: "959 §4.1.3",
  },
  STRU: { argument: "text", phase: "ready", syntax: "F", rfc: "959 §4.1.2" },
  SYST: { argument: "none", phase: "any", syntax: "", rfc: "959 §4.1.3" },
  TYPE: { argument: "text", phase: "ready", syntax: "A [N] | I | L 8", rfc: "959 §4.1.2" },
  USER: { argument: "text", phase: "any", reveals: true, syntax: "name", rfc: "959 §4.1.1" },
  XCRC: {
    argument: "text-and-path",
    phase: "ready",
    permission: "read",
    feature: "XCRC",
    syntax: "path [start [end]]",
    rfc: "draft-bryan-ftpext-hash §B",
  },
  XMD5: {
    argument: "text-and-path",
    phase: "ready",
    permission: "read",
    feature: "XMD5",
    syntax: "path [start [end]]",
    rfc: "draft-bryan-ftpext-hash §B",
  },
  XSHA: {
    argument: "text-and-path",
    phase: "ready",
    permission: "read",
    feature: "XSHA",
    syntax: "path [start [end]]",
    rfc: "draft-bryan-ftpext-hash §B",
  },
  XSHA1: {
    argument: "text-and-path",
    phase: "ready",
    permission: "read",
    feature: "XSHA1",
    syntax: "path [start [end]]",
    rfc: "draft-bryan-ftpext-hash §B",
  },
  XSHA256: {
    argument: "text-and-path",
    phase: "ready",
    permission: "read",
    feature: "XSHA256",
    syntax: "path [start [end]]",
    rfc: "draft-bryan-ftpext-hash §B",
  },
  XSHA512: {
    argument: "text-and-path",
    phase: "ready",
    permission: "read",
    feature: "XSHA512",
    syntax: "path [start [end]]",
    rfc: "draft-bryan-ftpext-hash §B",
  },
} as const satisfies Record<string, VerbRule>;

/** A verb that is built: a row of the table. */
export type Verb = keyof typeof verbs;

/** Older spellings, each of a verb in the table (RFC 775, RFC 1123 §4.1.3.1). */
const spellings: Readonly<Record<string, Verb>> = {
  XCUP: "CDUP",
  XCWD: "CWD",
  XMKD: "MKD",
  XPWD: "PWD",
  XRMD: "RMD",
};

/** Verbs of the registry (RFC 5797) that are known and not built: 502, where an unknown word gets 500. */
const notBuilt: ReadonlySet<string> = new Set(
  "ADAT CCC COMB CONF DSIZ ENC ESTA ESTP LPRT LPSV MAIL MFCT MIC MLFL MRCP MRSQ MSAM MSND MSOM THMB XSEM XSEN XRCP XRSQ".split(
    " ",
  ),
);

/** What a word in the place of a verb is. */
export type VerbLookup =
  | { readonly kind: "verb"; readonly verb: Verb }
  | { readonly kind: "not-built" }
  | { readonly kind: "unknown" };

/** Finds the row for a word as the client wrote it, in any case. */
export function lookUpVerb(word: string): VerbLookup {
  const upper = word.toUpperCase();
  if (Object.hasOwn(verbs, upper)) return { kind: "verb", verb: upper as Verb };
  const verb = Object.hasOwn(spellings, upper) ? spellings[upper] : undefined;
  if (verb) return { kind: "verb", verb };
  return { kind: notBuilt.has(upper) ? "not-built" : "unknown" };
}

/** The row of a verb, with every column to be asked for. */
export function ruleOf(verb: Verb): VerbRule {
  return verbs[verb];
}

/** All spellings of the verbs that exist in a session with these abilities, sorted, as HELP lists them. */
export function availableVerbs(abilities: ReadonlySet<Ability>): string[] {
  const exists = (verb: Verb): boolean => has(abilities, ruleOf(verb).needs);
  const older = Object.keys(spellings).filter((spelling) => exists(spellings[spelling]!));
  return [...(Object.keys(verbs) as Verb[]).filter(exists), ...older].sort();
}

/** The lines of FEAT (RFC 2389 §3.2) that are true in a session with these abilities, without MLST's facts. */
export function availableFeatures(abilities: ReadonlySet<Ability>): string[] {
  return (Object.keys(verbs) as Verb[])
    .map(ruleOf)
    .filter((rule) => rule.feature && has(abilities, rule.needs) && has(abilities, rule.featureNeeds))
    .map((rule) => rule.feature!)
    .sort();
}

/** Whether something that needs an ability exists: always, where it needs none. */
export function has(abilities: ReadonlySet<Ability>, needed: Ability | undefined): boolean {
  return needed === undefined || abilities.has(needed);
}
