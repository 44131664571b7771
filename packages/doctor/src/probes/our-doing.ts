import { isPassive } from "@twinport/protocol";
import type { AttemptEvidence } from "../evidence.ts";

/** What servers say that have no port left, whatever the code; and one that has failed itself. */
const noPlace = /\b(?:port|bind|listen|busy|in use|too many|oops|resource)/i;
const hasFailed = /\boops\b/i;

/** Commands that are not known, or not for this user: no matter of how many ask. */
const forGood: ReadonlySet<number> = new Set([501, 502, 503, 504, 522, 530]);

/**
 * Whether an attempt may have failed by what we did besides: the server has no port left, or has no ear for the command
 * while it is busy with the one before.
 */
export function mayBeOurDoing({ mode, outcome, modeReply }: AttemptEvidence): boolean {
  if (outcome === "control-lost" || outcome === "control-silent") return modeReply === undefined;
  if (outcome !== "command-refused" || !modeReply || forGood.has(modeReply.code)) return false;
  if (!isPassive(mode)) return hasFailed.test(modeReply.text);
  return modeReply.code < 500 || noPlace.test(modeReply.text);
}
