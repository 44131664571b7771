import { codes, parseByteRange, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** draft-bryan-ftp-range §3: both bytes belong to it; `1 0` takes it back, and so does what cannot be (there: MUST). */
export const rang: Handler = (session, { argument }) => {
  const parsed = parseByteRange(argument);
  session.advance({ kind: "range-set", range: parsed.kind === "range" ? parsed.range : undefined });
  if (parsed.kind === "whole") return reply(codes.moreNeeded, "The next RETR or HASH is of the whole file.");
  if (parsed.kind === "refused") {
    return reply(
      codes.badArgument,
      parsed.because === "backwards"
        ? "RANG ends before it begins; the whole file is meant again."
        : "RANG needs the numbers of the first and the last byte.",
    );
  }
  const { first, last } = parsed.range;
  return reply(codes.moreNeeded, `The next RETR or HASH is of the bytes from ${first} to ${last}.`);
};
