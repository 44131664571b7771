import { codes, reply } from "@twinport/protocol";
import type { Account, Verification } from "@twinport/accounts";
import type { Reply } from "@twinport/protocol";
import type { Storage } from "@twinport/storage";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

/** One sentence for all refusals: which of name and password was wrong is nobody's business. */
export const pass: Handler = async (session, { argument }) => {
  const name = session.state.name ?? "";
  let verification: Verification<Storage>;
  try {
    const { accounts } = session.services.settings;
    verification = await accounts.verify({ name, password: argument, peer: session.control.peerAddress.text });
  } catch (error) {
    session.services.emit("warning", { code: "accounts-failed", session: session.info, error });
    return refuse(session, name, "accounts-failed", "Nobody can be let in now; try again later.");
  }
  if (verification.kind === "refused") return refuse(session, name, verification.because, "Login incorrect.");
  const { account, refusal } = await askHook(session, verification.account);
  if (refusal !== undefined) return refuse(session, name, "hook", refusal);
  session.login(account);
  return reply(codes.loggedIn, `Welcome, ${account.name}.`);
};

function refuse(session: Session, name: string, because: string, text: string): Reply {
  session.advance({ kind: "login-refused" });
  session.services.emit("login-refused", { session: session.info, name, because });
  if (++session.loginFailures >= session.services.settings.limits.loginFailures) {
    session.leave("login-failures", reply(codes.notAvailable, "Too many refused logins; goodbye."));
  }
  return reply(codes.notLoggedIn, text);
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
