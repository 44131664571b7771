import { codes, parseSumRequest, reply } from "@twinport/protocol";
import { hashFile } from "./hash-file.ts";
import { statIfThere } from "./stat-if-there.ts";
import type { Reply, Verb } from "@twinport/protocol";
import type { Handler } from "./commands/handler.ts";
import type { HashName } from "./hash-names.ts";
import type { Part } from "./hash-file.ts";
import type { Session } from "./session.ts";

/** XCRC and its kin: `path`, and a part of the file behind it, which ends before its second number. */
export function sumVerb(verb: Verb, hash: HashName): Handler {
  return async (session, { argument }) => {
    const request = await requestIn(session, argument);
    const allowed = session.allow(request.path, "read");
    if ("refused" in allowed) return allowed.refused;
    return hashFile(session, {
      verb,
      path: allowed.path,
      hash,
      part: (size) => partOf(request, size),
      // Older clients compare with what their own library writes: capitals for a CRC, small letters for the others.
      answer: (hex) => reply(codes.actionDone, hash === "CRC32" ? hex.toUpperCase() : hex),
    });
  };
}

interface Request {
  readonly path: string;
  readonly start: bigint;
  readonly end: bigint | undefined;
}

/** A name may end with numbers: without quotes it is the name of a file, if there is one. */
async function requestIn(session: Session, argument: string): Promise<Request> {
  const request = parseSumRequest(argument);
  if (request.isQuoted || request.path === argument) return request;
  const allowed = session.allow(argument, "read");
  const isName = "path" in allowed && (await statIfThere(session.storage, allowed.path));
  return isName ? { path: argument, start: 0n, end: undefined } : request;
}

function partOf({ start, end }: Request, size: number): Part | Reply {
  const to = end ?? BigInt(size);
  if (start > to && start <= BigInt(size)) return reply(codes.fileUnavailable, "The part ends before it begins.");
  if (start > to || to > BigInt(size)) return reply(codes.fileUnavailable, `The file has only ${size} bytes.`);
  return { from: Number(start), to: Number(to) };
}
