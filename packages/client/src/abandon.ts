import { ClientError } from "./errors.ts";
import type { Reply } from "@twinport/protocol";
import type { Conversation } from "./conversation.ts";

/** Seconds for a command connection to come back to order, where nobody says otherwise. */
const SECONDS = 2;

/** Replies that are heard for one end; more are a way to never come to it. */
const MOST = 10;

/**
 * Takes a command connection out of a transfer that was given up: ABOR, and whatever is still due (RFC 959 §4.1.3: a
 * reply for the transfer and one for ABOR; one for both is seen too, and so are three). False where the server stays
 * silent; the connection is of no use then.
 *
 * @param seconds for each of the replies
 */
export async function abandonTransfer(conversation: Conversation, seconds: number = SECONDS): Promise<boolean> {
  try {
    conversation.send("ABOR");
    for (let finals = 0, heard = 0; finals < 2 && heard < MOST; heard++) {
      // After the first, the second is not waited for as long: there may be none.
      const patience = finals === 0 ? seconds : Math.min(seconds, 0.3 + 4 * conversation.roundTrip);
      const reply = await nextOrNothing(conversation, patience);
      if (!reply && finals === 0) return false;
      if (!reply) break;
      if (reply.code === 421) return false;
      if (reply.code >= 200) finals++;
    }
    return await isInStep(conversation, seconds);
  } catch (error) {
    if (error instanceof ClientError) return false;
    throw error;
  }
}

/**
 * A question with an answer that nothing else has (257): late replies to the transfer and to ABOR come before it, and
 * one of them taken for the answer would have every later command hear the answer to the one before.
 */
async function isInStep(conversation: Conversation, seconds: number): Promise<boolean> {
  conversation.send("PWD");
  for (let heard = 0; heard < MOST; heard++) {
    const reply = await nextOrNothing(conversation, seconds);
    if (!reply || reply.code === 421) return false;
    if (reply.code === 257) return conversation.isUsable;
  }
  return false;
}

async function nextOrNothing(conversation: Conversation, seconds: number): Promise<Reply | undefined> {
  try {
    return await conversation.next({ seconds });
  } catch (error) {
    if (error instanceof ClientError && error.code === "timed-out") return undefined;
    throw error;
  }
}
