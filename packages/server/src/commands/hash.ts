import { codes, rangeWithin, reply } from "@twinport/protocol";
import { hashFile } from "../hash-file.ts";
import type { Handler } from "./handler.ts";

/** draft-bryan-ftpext-hash §3: of the stored bytes, which are those that TYPE I and MODE S would send. */
export const hash: Handler = async (session, { argument, path }) => {
  const { range } = session.state;
  const name = session.hash;
  try {
    return await hashFile(session, {
      verb: "HASH",
      path,
      hash: name,
      part: (size) => rangeWithin(range, size) ?? reply(codes.restartNotValid, `The file has only ${size} bytes.`),
      answer: (hex, { from, to }) => {
        // A range is told as RANG has it, with its last byte; a whole file by its size.
        const last = range ? to - 1 : to;
        return reply(codes.fileStatus, `${name} ${from}-${last} ${hex} ${argument}`);
      },
    });
  } finally {
    if (range) session.advance({ kind: "range-set", range: undefined });
  }
};
