import { codes, reply } from "@twinport/protocol";
import { letIn } from "../login.ts";
import type { Reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

/** Known or unknown, everybody is asked for a password: who asks for names learns none. */
export const user: Handler = async (session, { argument }) => {
  if (session.account) session.logout();
  session.advance({ kind: "user-named", name: argument });
  return (await byCertificate(session, argument)) ?? reply(codes.passwordNeeded, "Password, please.");
};

/** RFC 2228 §5: 232 where what was shown by TLS says already who it is. */
async function byCertificate(session: Session, name: string): Promise<Reply | undefined> {
  const { facts, mayMatchName } = session.security;
  const { accounts } = session.host ?? session.services.settings;
  if (!facts?.fingerprint || !accounts.verifyCertificate) return undefined;
  const { fingerprint, commonName, isVerified: isTrusted } = facts;
  try {
    const verification = await accounts.verifyCertificate({
      name,
      peer: session.control.peerAddress.text,
      certificate: { fingerprint, commonName, isTrusted },
      mayMatchName,
    });
    if (verification?.kind !== "accepted") return undefined;
    return (await letIn(session, verification.account, codes.loggedInBySecurity)).answer;
  } catch (error) {
    session.services.emit("warning", { code: "accounts-failed", session: session.info, error });
    return undefined;
  }
}
