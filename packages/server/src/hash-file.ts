import { codes, reply } from "@twinport/protocol";
import { clientOf } from "./limits.ts";
import type { Reply, Verb, VirtualPath } from "@twinport/protocol";
import type { HashName } from "./hash-names.ts";
import type { Session } from "./session.ts";

/** A part of a file, from a byte up to, and without, another. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** What HASH and its older kin differ in. */
export interface FileHash {
  readonly verb: Verb;
  readonly path: VirtualPath;
  readonly hash: HashName;
  /** The part that is meant in a file of this size, or why there is none. */
  readonly part: (size: number) => Part | Reply;
  readonly answer: (hex: string, part: Part) => Reply;
}

/** Hashes bytes of a file as they are stored, whatever TYPE and MODE say. ABOR gives it up. */
export async function hashFile(session: Session, { verb, path, hash, part, answer }: FileHash): Promise<Reply> {
  const file = await session.storage.read(path);
  try {
    const meant = part(file.size);
    if ("code" in meant) return meant;
    const outcome = await session.undertaking.work(`${verb} ${path}`, (signal) =>
      session.services.hashes.hash({
        hash,
        file,
        path,
        ...meant,
        signal,
        owner: clientOf(session.control.peerAddress),
      }),
    );
    if (outcome.kind === "done") return answer(outcome.hex, meant);
    if (outcome.kind === "given-up") return reply(codes.transferAborted, "The hash was given up.");
    return reply(codes.fileBusy, "Too many hashes are being computed; try again later.");
  } finally {
    await file.close();
  }
}
