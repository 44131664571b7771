import type { Reply, VirtualPath } from "@twinport/protocol";
import type { Session } from "../session.ts";

/** What a command came with, as its row in the verb table has it. */
interface CommandInput {
  readonly argument: string;
  /** The normalised path, its permission checked; the folder that the session is in where no path was given. */
  readonly path: VirtualPath;
}

/** What a verb does, and its last reply. Preliminary replies it sends itself; what it throws becomes a reply. */
export type Handler = (session: Session, input: CommandInput) => Reply | Promise<Reply>;
