import type { Reply, VirtualPath } from "@twinport/protocol";
import type { Session } from "../session.ts";

/** What a command came with, as its row in the verb table has it. */
interface CommandInput {
  readonly argument: string;
  /** For a path argument: the normalised path, its permission checked; else the folder that the session is in. */
  readonly path: VirtualPath;
}

/** What a verb does, and its last reply. Preliminary replies it sends itself; what it throws becomes a reply. */
export type Handler = (session: Session, input: CommandInput) => Reply | Promise<Reply>;
