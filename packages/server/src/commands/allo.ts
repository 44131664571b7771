import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** Space is not set aside; whether there is enough shows when the bytes come. */
export const allo: Handler = (_session, { argument }) =>
  /^\d+( R \d+)?$/i.test(argument)
    ? reply(codes.superfluous, "No space needs to be allocated.")
    : reply(codes.badArgument, "ALLO needs a number of bytes.");
