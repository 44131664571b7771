import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** Accounts beside names are of another age: superfluous where somebody is in, no way in where nobody is. */
export const acct: Handler = (session) =>
  session.state.phase === "ready"
    ? reply(codes.superfluous, "No account is needed.")
    : reply(codes.badSequence, "Log in with USER and PASS.");
