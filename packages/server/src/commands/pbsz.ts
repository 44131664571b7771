import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** RFC 4217 §8: TLS has buffers of its own, so the only size is 0; whoever asks for another one is told that. */
export const pbsz: Handler = (session, { argument }) => {
  if (!session.state.isSecured) return reply(codes.badSequence, "PBSZ must follow AUTH.");
  if (!/^\d{1,10}$/.test(argument)) return reply(codes.badArgument, "PBSZ needs a number: PBSZ 0");
  session.advance({ kind: "buffer-size-set" });
  return reply(codes.ok, "PBSZ=0");
};
