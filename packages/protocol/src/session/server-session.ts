import { codes } from "../reply/codes.ts";
import { has, lookUpVerb, ruleOf } from "../command/verbs.ts";
import { reply } from "../reply/reply.ts";
import type { Ability, Verb, VerbRule } from "../command/verbs.ts";
import type { ByteRange } from "../command/byte-range.ts";
import type { Command } from "../command/command.ts";
import type { Reply } from "../reply/reply.ts";
import type { VirtualPath } from "../path.ts";

/** What a server has to remember of a conversation to know whether, when and in what order a command may run. */
export interface ServerSession {
  readonly phase: "greeted" | "named" | "ready";
  /** As USER gave it. */
  readonly name: string | undefined;
  readonly type: TransferType;
  /** How files and listings go over the data connection (MODE): as they are, or as one stream of zlib. */
  readonly mode: TransferMode;
  /** How hard what we send in MODE Z is compressed, 1 to 9 (OPTS MODE Z LEVEL). */
  readonly deflateLevel: number;
  /** Bytes that the next transfer leaves out (REST). */
  readonly offset: number;
  /** The part of a file that the next RETR or HASH is about (RANG); with it, `offset` is 0. */
  readonly range: ByteRange | undefined;
  /** What RNTO will rename, or is renaming. */
  readonly renameFrom: VirtualPath | undefined;
  /** RNFR has come and its RNTO has not: one RNFR is good for one RNTO. */
  readonly renameOpen: boolean;
  /** EPSV ALL was said: every other way to a data connection is shut (RFC 2428 §4). */
  readonly extendedPassiveOnly: boolean;
  /** The command connection is protected by TLS (AUTH, or a listener that begins with it). */
  readonly isSecured: boolean;
  /** PBSZ was said, without which there is no PROT (RFC 4217 §8). */
  readonly hasBufferSize: boolean;
  /** What the next data connections are (PROT). */
  readonly protection: Protection;
  /** What they are where PROT says nothing. */
  readonly impliedProtection: Protection;
}

/** PROT C, or PROT P: data by TLS. */
export type Protection = "clear" | "private";

/** TYPE A or TYPE I (which L 8 is too). */
export type TransferType = "ascii" | "image";

/** MODE S or MODE Z. */
export type TransferMode = "stream" | "deflate";

/** How a conversation begins, and begins again after REIN. RFC 959 §5.1: the default type is ASCII. */
export const newServerSession: ServerSession = {
  phase: "greeted",
  name: undefined,
  type: "ascii",
  mode: "stream",
  deflateLevel: 6,
  offset: 0,
  range: undefined,
  renameFrom: undefined,
  renameOpen: false,
  extendedPassiveOnly: false,
  isSecured: false,
  hasBufferSize: false,
  protection: "clear",
  impliedProtection: "clear",
};

/** What happens to a conversation; the events are what handlers report, not what bytes came. */
export type ServerSessionEvent =
  | { readonly kind: "command-taken"; readonly verb: Verb }
  | { readonly kind: "user-named"; readonly name: string }
  | { readonly kind: "login-accepted" }
  | { readonly kind: "login-refused" }
  | { readonly kind: "reinitialised" }
  | { readonly kind: "type-set"; readonly type: TransferType }
  | { readonly kind: "mode-set"; readonly mode: TransferMode }
  | { readonly kind: "deflate-level-set"; readonly level: number }
  | { readonly kind: "offset-set"; readonly offset: number }
  | { readonly kind: "range-set"; readonly range: ByteRange | undefined }
  | { readonly kind: "rename-started"; readonly from: VirtualPath }
  | { readonly kind: "extended-passive-only" }
  | { readonly kind: "secured"; readonly protection: Protection }
  | { readonly kind: "buffer-size-set" }
  | { readonly kind: "protection-set"; readonly protection: Protection };

type Transitions = {
  readonly [Kind in ServerSessionEvent["kind"]]: (
    session: ServerSession,
    event: Extract<ServerSessionEvent, { kind: Kind }>,
  ) => ServerSession;
};

/** Each event and what it makes of the conversation. */
const transitions: Transitions = {
  "command-taken": (session, { verb }) => {
    const rule = ruleOf(verb);
    // A rename is two commands in a row (RFC 959 §4.1.3); what may come in between is what may come at any time.
    if (rule.duringTransfer || session.renameFrom === undefined) return session;
    return { ...session, renameFrom: rule.follows ? session.renameFrom : undefined, renameOpen: false };
  },
  // Transfer parameters outlive USER (RFC 959 §4.1.1), and no NAT looks for PORT again after EPSV ALL (RFC 2428 §4).
  "user-named": (session, { name }) => ({
    ...session,
    phase: "named",
    name,
    offset: newServerSession.offset,
    range: newServerSession.range,
    renameFrom: newServerSession.renameFrom,
    renameOpen: newServerSession.renameOpen,
  }),
  "login-accepted": (session) => ({ ...session, phase: "ready" }),
  "login-refused": (session) => ({ ...session, phase: "greeted", name: undefined }),
  // TLS itself stays: a client that was heard in clear again would be heard by everybody.
  reinitialised: ({ isSecured, impliedProtection }) => ({
    ...newServerSession,
    isSecured,
    impliedProtection,
    protection: impliedProtection,
  }),
  "type-set": (session, { type }) => ({ ...session, type }),
  "mode-set": (session, { mode }) => ({ ...session, mode }),
  "deflate-level-set": (session, { level }) => ({ ...session, deflateLevel: level }),
  // REST and RANG both say where the next transfer begins: the later one holds.
  "offset-set": (session, { offset }) => ({ ...session, offset, range: undefined }),
  "range-set": (session, { range }) => ({ ...session, range, offset: 0 }),
  "rename-started": (session, { from }) => ({ ...session, renameFrom: from, renameOpen: true }),
  "extended-passive-only": (session) => ({ ...session, extendedPassiveOnly: true }),
  // What was said in clear may have been said by anybody (RFC 4217 §4).
  secured: (_session, { protection }) => ({
    ...newServerSession,
    isSecured: true,
    protection,
    impliedProtection: protection,
  }),
  "buffer-size-set": (session) => ({ ...session, hasBufferSize: true }),
  "protection-set": (session, { protection }) => ({ ...session, protection }),
};

/** The conversation after an event; the one before is not changed. */
export function advance<Kind extends ServerSessionEvent["kind"]>(
  session: ServerSession,
  event: Extract<ServerSessionEvent, { kind: Kind }>,
): ServerSession {
  const transition = transitions[event.kind] as (from: ServerSession, by: typeof event) => ServerSession;
  return transition(session, event);
}

/** A command may run, or this is what the client hears instead. */
export type Admission =
  | { readonly kind: "run"; readonly verb: Verb; readonly argument: string }
  | { readonly kind: "refused"; readonly reply: Reply };

/**
 * Whether a command may run now. The order of the questions is the order in which a client wants to know: does the
 * verb exist, is the argument there, may it come now.
 */
export function admit(session: ServerSession, command: Command, abilities: ReadonlySet<Ability>): Admission {
  const found = lookUpVerb(command.word);
  const word = command.word.toUpperCase();
  if (found.kind === "unknown") return refused(codes.unrecognised, `${word} is not a command.`);
  if (found.kind === "not-built") return refused(codes.notImplemented, `${word} is not implemented here.`);
  const { verb } = found;
  const rule = ruleOf(verb);
  if (!has(abilities, rule.needs)) return refused(codes.notImplemented, `${word} is not available here.`);
  const argument = keepsSpaces(rule) ? command.argument : command.argument.trim();
  if (argument !== "" && rule.argument === "none") return refused(codes.badArgument, `${word} takes no argument.`);
  if (argument === "" && (rule.argument.startsWith("text") || rule.argument === "path")) {
    return refused(codes.badArgument, `${word} needs an argument: ${word} ${rule.syntax}`);
  }
  const early = tooEarly(session, word, rule);
  if (early) return { kind: "refused", reply: early };
  if (session.extendedPassiveOnly && rule.opens && !rule.afterEpsvAll) {
    return refused(codes.badSequence, `${word} is shut since EPSV ALL; use EPSV.`);
  }
  if (rule.follows === "RNFR" && !session.renameOpen) {
    return refused(codes.badSequence, `${word} must follow RNFR.`);
  }
  return { kind: "run", verb, argument };
}

function keepsSpaces(rule: VerbRule): boolean {
  // A password may end with a space, and so may a name, wherever in the argument it is.
  return rule.secret === true || rule.permission !== undefined || rule.argument.endsWith("path");
}

function tooEarly(session: ServerSession, word: string, rule: VerbRule): Reply | undefined {
  if (rule.phase === "ready" && session.phase !== "ready") {
    return reply(codes.notLoggedIn, "Log in with USER and PASS first.");
  }
  if (rule.phase === "greeted" && session.phase !== "greeted") {
    return reply(codes.badSequence, `${word} must come before USER.`);
  }
  if (rule.phase === "named" && session.phase === "greeted") {
    return reply(codes.badSequence, `${word} must follow USER.`);
  }
  if (rule.phase === "named" && session.phase === "ready") return reply(codes.badSequence, "Logged in already.");
  return undefined;
}

function refused(code: number, text: string): Admission {
  return { kind: "refused", reply: reply(code, text) };
}
