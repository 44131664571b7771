import type { ModeCommand, Reply } from "@twinport/protocol";
import type { Attempt } from "./errors.ts";
import type { ClientContext } from "./context.ts";
import type { Session } from "./session.ts";

/** What a transfer needs of the client that it belongs to. */
export interface TransferHost {
  readonly context: ClientContext;
  /** Nothing will be asked any more. */
  readonly isClosed: boolean;
  /** Somebody who is logged in; a new login where the last one is of no use any more. */
  session(signal: AbortSignal): Promise<Session>;
  /** This session is of no use any more. */
  drop(session: Session): void;
  /** What moves bytes here, as far as it is known. */
  recall(session: Session): Promise<ModeCommand | undefined>;
  /** It has moved bytes in this client. */
  isProven(mode: ModeCommand): boolean;
  worked(session: Session, mode: ModeCommand, attempts: readonly Attempt[]): Promise<void>;
  failed(session: Session, mode: ModeCommand): Promise<void>;
}

/** A transfer that is whole. */
export interface TransferDone {
  /** The server's last word; undefined where that was lost and the size was asked for instead. */
  readonly reply: Reply | undefined;
  readonly mode: ModeCommand;
  readonly attempts: readonly Attempt[];
}
