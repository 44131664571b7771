import { codes, reply } from "@twinport/protocol";
import { Membership } from "../membership.ts";
import { clientOf } from "../limits.ts";
import type { Account, Verification } from "@twinport/accounts";
import type { Reply } from "@twinport/protocol";
import type { Storage } from "@twinport/storage";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

const goodbye = reply(codes.notAvailable, "Goodbye.");

/** One sentence for all refusals: which of name and password was wrong is nobody's business. */
export const pass: Handler = async (session, { argument }) => {
  const name = session.state.name ?? "";
  const tooSoon = await waitInLine(session, name);
  if (tooSoon) return tooSoon;
  // Nobody waits for the answer: a guess less to look at.
  if (!session.isAwaited) return goodbye;
  let verification: Verification<Storage>;
  try {
    const { accounts } = session.host ?? session.services.settings;
    verification = await accounts.verify({
      name,
      password: argument,
      peer: session.control.peerAddress.text,
      isAwaited: () => session.isAwaited && secondsShutOut(session, name) === 0,
    });
  } catch (error) {
    session.services.emit("warning", { code: "accounts-failed", session: session.info, error });
    return refuse(session, name, "accounts-failed", "Nobody can be let in now; try again later.");
  }
  const banned = shutOut(session, name);
  if (verification.kind === "refused") {
    const { because, why } = verification;
    // Nobody has guessed: it was not looked at.
    if (because === "not-awaited") return banned ?? goodbye;
    return banned ?? refuse(session, name, because, "Login incorrect.", why);
  }
  const given = giveBackOnce(session, verification.account);
  if (banned) {
    given.released();
    return banned;
  }
  const { account, refusal } = await askHook(session, given);
  if (refusal !== undefined) {
    given.released();
    return refuse(session, name, "hook", refusal);
  }
  const member = enter(session, account, given.released);
  if (!member) return tooMany(session, name, account);
  session.login(member);
  session.services.throttle?.accepted(clientOf(session.control.peerAddress), name);
  return reply(codes.loggedIn, `Welcome, ${account.name}.`);
};

/** Whoever has guessed wrong before waits, or is sent away. */
async function waitInLine(session: Session, name: string): Promise<Reply | undefined> {
  const { throttle } = session.services;
  const verdict = throttle?.ask(clientOf(session.control.peerAddress), name);
  if (verdict?.kind === "banned") return sendAway(session, name, verdict.seconds);
  const wait = verdict?.milliseconds ?? 0;
  if (wait === 0) return undefined;
  await session.pause(wait);
  return shutOut(session, name);
}

/** What a client hears who has been shut out meanwhile. */
function shutOut(session: Session, name: string): Reply | undefined {
  const seconds = secondsShutOut(session, name);
  return seconds > 0 ? sendAway(session, name, seconds) : undefined;
}

function secondsShutOut(session: Session, name: string): number {
  return session.services.throttle?.secondsShutOut(clientOf(session.control.peerAddress), name) ?? 0;
}

function sendAway(session: Session, name: string, seconds: number): Reply {
  session.advance({ kind: "login-refused" });
  session.services.emit("login-refused", { session: session.info, name, because: "banned" });
  session.leave("login-banned", goodbye);
  return reply(codes.notLoggedIn, `Too many refused logins; try again in ${seconds} s.`);
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
function refuse(session: Session, name: string, because: string, text: string, why = because): Reply {
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
