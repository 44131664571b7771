import type { Ability, Reply } from "@twinport/protocol";
import type { Session } from "../../session.ts";

/** One verb of SITE: everything that is true of it, and what it does. */
export interface BuiltInSiteVerb {
  /** What follows the verb, as SITE HELP prints it. */
  readonly syntax: string;
  /** What must be able or allowed in the session for the verb to exist in it. */
  readonly needs?: Ability;
  /** Asks for the permission that the path needs itself: only it knows where in the argument the path is. */
  readonly run: (session: Session, argument: string) => Reply | Promise<Reply>;
}
