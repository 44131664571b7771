import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** RFC 3659 §5: bytes to leave out. In TYPE A they would have to be counted as sent, with every CR. */
export const rest: Handler = (session, { argument }) => {
  const offset = Number(argument);
  if (!/^\d+$/.test(argument) || !Number.isSafeInteger(offset)) {
    return reply(codes.badArgument, "REST needs a number of bytes.");
  }
  if (offset > 0 && session.state.type === "ascii") {
    return reply(codes.notImplementedForArgument, "REST is for TYPE I; in TYPE A bytes are not counted.");
  }
  session.advance({ kind: "offset-set", offset });
  return reply(codes.moreNeeded, `The next transfer begins at byte ${offset}.`);
};
