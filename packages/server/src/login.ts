import { codes, reply } from "@twinport/protocol";
import { Membership } from "./membership.ts";
import { clientOf } from "./limits.ts";
import type { Account } from "@twinport/accounts";
import type { Reply, ReplyCode } from "@twinport/protocol";
import type { Storage } from "@twinport/storage";
import type { Session } from "./session.ts";

/** What became of a login: the client's reply, and whether that is a welcome. */
export interface LoginOutcome {
  readonly answer: Reply;
  readonly isIn: boolean;
}

/**
 * Lets somebody in whom the accounts have accepted, unless the hook, the rules for TLS or the number of sessions are
 * against it.
 *
 * @param refusal what the client hears if it is refused already: it has been shut out meanwhile, say
 */
export async function letIn(
  session: Session,
  found: Account<Storage>,
  code: ReplyCode,
  refusal?: Reply,
): Promise<LoginOutcome> {
  const name = session.state.name ?? "";
  const given = giveBackOnce(session, found);
  const refused = (answer: Reply): LoginOutcome => {
    given.released();
    return { answer, isIn: false };
  };
  if (refusal) return refused(refusal);
  const { account, refusal: said } = await askHook(session, given);
  if (said !== undefined) return refused(refuse(session, name, "hook", said));
  if (!session.security.suffices(account)) {
    return refused(refuse(session, name, "tls-required", "This account needs TLS; use AUTH TLS first."));
  }
  const member = enter(session, account, given.released);
  if (!member) return { answer: tooMany(session, name, account), isIn: false };
  session.login(member);
  return { answer: reply(code, `Welcome, ${account.name}.`), isIn: true };
}

/**
 * An account whose `released` may be called as often as anybody likes: a hook may make another account of it, or give
 * one that has nothing to do with it, and in the end it is given back once.
 */
function giveBackOnce(session: Session, account: Account<Storage>): Account<Storage> & { released: () => void } {
  let isDone = false;
  const released = (): void => {
    if (isDone) return;
    isDone = true;
    giveBack(session, account);
  };
  return { ...account, released };
}

function giveBack(session: Session, account: Account<Storage>): void {
  try {
    account.released?.();
  } catch (error) {
    // The session has ended all the same.
    session.services.emit("warning", { code: "accounts-failed", session: session.info, error });
  }
}

/** Gives the account back if it cannot be used: it may have been opened for this session. */
function enter(session: Session, account: Account<Storage>, givenBack: () => void): Membership | undefined {
  let member: Membership | undefined;
  const released = (): void => {
    if (account.released !== givenBack) giveBack(session, account);
    givenBack();
  };
  try {
    member = Membership.enter(account, session.services, { host: session.host, released });
    return member;
  } finally {
    if (!member) released();
  }
}

function tooMany(session: Session, name: string, account: Account<Storage>): Reply {
  session.advance({ kind: "login-refused" });
  session.services.emit("login-refused", { session: session.info, name, because: "too-many-sessions" });
  session.leave("too-many-sessions");
  return reply(codes.notAvailable, `Too many sessions of ${account.name}; try again later.`);
}

/** @param why more of the reason than the client's reply depends on, for the operator */
export function refuse(session: Session, name: string, because: string, text: string, why = because): Reply {
  session.advance({ kind: "login-refused" });
  session.services.emit("login-refused", { session: session.info, name, because: why });
  if (isGuess(because)) guessed(session, name);
  if (++session.loginFailures >= session.services.settings.limits.loginFailures) {
    session.leave("login-failures", reply(codes.notAvailable, "Too many refused logins; goodbye."));
  }
  return reply(codes.notLoggedIn, text);
}

/** A database that is down is no guess, and neither is what a hook refuses. */
function isGuess(because: string): boolean {
  return because === "unknown-name" || because === "wrong-password" || because === "not-allowed";
}

function guessed(session: Session, name: string): void {
  const { throttle, emit } = session.services;
  const peer = session.control.peerAddress;
  const scope = throttle?.refused(clientOf(peer), name);
  if (scope) emit("warning", { code: "login-banned", peer: peer.text, name, scope });
}

async function askHook(
  session: Session,
  account: Account<Storage>,
): Promise<{ account: Account<Storage>; refusal?: string }> {
  try {
    const said = await session.services.settings.hooks.login?.({ session: session.info, account });
    if (said && "refuse" in said) return { account, refusal: said.refuse };
    return { account: said?.account ?? account };
  } catch (error) {
    session.services.emit("warning", { code: "hook-failed", session: session.info, error });
    return { account, refusal: "Nobody can be let in now; try again later." };
  }
}
