import { codes, reply } from "@twinport/protocol";
import { clientOf } from "../limits.ts";
import { letIn, refuse } from "../login.ts";
import type { Verification } from "@twinport/accounts";
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
  const { security, services, control } = session;
  const { account } = verification;
  // Also where the account is not let in without TLS: its password was right, and has been on the way.
  if (security.isPasswordExposed && !account.isShared) {
    services.emit("warning", { code: "login-in-clear", session: session.info, name, peer: control.peer.address });
  }
  const { answer, isIn } = await letIn(session, account, codes.loggedIn, banned ?? withoutCertificate(session, name));
  if (isIn) services.throttle?.accepted(clientOf(control.peerAddress), name);
  return answer;
};

/** What a client hears whose password is not enough here. */
function withoutCertificate(session: Session, name: string): Reply | undefined {
  if (!session.security.isCertificateMissing) return undefined;
  return refuse(session, name, "certificate-not-trusted", "A certificate that is trusted is needed here.");
}

/** Whoever has guessed wrong before waits, or is sent away. */
async function waitInLine(session: Session, name: string): Promise<Reply | undefined> {
  const { throttle } = session.services;
  const verdict = throttle?.ask(clientOf(session.control.peerAddress), name);
  if (verdict?.kind === "banned") return sendAway(session, name, verdict.seconds);
  const wait = verdict?.milliseconds ?? 0;
  if (wait === 0) return undefined;
  await session.undertaking.pause(wait);
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
