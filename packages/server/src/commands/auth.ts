import { codes, reply } from "@twinport/protocol";
import type { Protection } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** What a client may call TLS, and what it then takes its data connections to be (RFC 4217 §4 and the drafts before it). */
const mechanisms: Readonly<Record<string, Protection>> = {
  TLS: "clear",
  "TLS-C": "clear",
  "TLS-P": "private",
  SSL: "private",
};

/** RFC 4217 §4: hands are shaken when the reply to this is with the client. */
export const auth: Handler = (session, { argument }) => {
  const asked = argument.toUpperCase();
  if (!Object.hasOwn(mechanisms, asked)) return reply(codes.notImplementedForArgument, "AUTH knows TLS only.");
  if (session.state.isSecured) return reply(codes.badSequence, "TLS is spoken already.");
  session.secureNext(mechanisms[asked]!);
  return reply(codes.securityAgreed, "TLS from now on.");
};
