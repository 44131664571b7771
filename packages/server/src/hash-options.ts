import { codes, reply } from "@twinport/protocol";
import { hashNamed, hashNames } from "./hash-names.ts";
import type { Reply } from "@twinport/protocol";
import type { Session } from "./session.ts";

/** OPTS HASH: says what HASH computes, or changes it (draft-bryan-ftpext-hash §3.2). */
export function chooseHash(session: Session, asked: string): Reply {
  const hash = asked === "" ? session.hash : hashNamed(asked);
  if (!hash) return reply(codes.badArgument, `HASH is one of ${hashNames.join(", ")}.`);
  session.hash = hash;
  return reply(codes.ok, hash);
}
