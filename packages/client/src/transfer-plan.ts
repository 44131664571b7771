import type { ByteSink, ByteSource } from "@twinport/channel";
import type { Session } from "./session.ts";

/** What goes over a data connection. */
type TransferBody =
  /** @param sink a new one for each attempt */
  | {
      readonly direction: "receive";
      readonly sink: (session: Session) => ByteSink;
      readonly chunk?: number | undefined;
    }
  | { readonly direction: "send"; readonly source: () => ByteSource };

/** One transfer, however many attempts it takes. */
export interface TransferPlan {
  readonly verb: "RETR" | "STOR" | "APPE" | "LIST" | "NLST" | "MLSD";
  readonly argument?: string;
  /** `either` is for lines, which are read in both: each change is a command of its own. */
  readonly type: "A" | "I" | "either";
  readonly body: TransferBody;
  /** Where the next attempt begins (REST). */
  readonly offset: () => number;
  /** Called for each piece that has moved. */
  readonly onMoved?: (bytes: number) => void;
  /** The server does not begin in the middle (REST is refused): false where it cannot be begun anew. */
  readonly fromStart?: () => boolean;
  /**
   * Makes ready for another attempt after one that moved so many bytes and broke; false where what was moved cannot be
   * moved again.
   */
  readonly again: (session: Session, moved: number) => boolean | Promise<boolean>;
  /**
   * The server says that all has moved; what is missing then, where that can be known: it is taken up again from there,
   * as if it had broken. What is none the less to be judged by the caller is not.
   */
  readonly lacks?: (moved: number) => Promise<string | undefined>;
  /**
   * All bytes have moved, and it is not sure that they were all: what can be found out. Either the server has not said
   * its last word, or it has, and TLS has not said its end.
   */
  readonly settle: (session: Session, moved: number, missing: MissingEnd) => Settled | Promise<Settled>;
}

/** Whether a transfer whose end was not acknowledged is whole. */
export type Settled = "whole" | "not-whole" | "not-known";

/** What an end lacks that is not sure. */
export type MissingEnd = "last-reply" | "tls-end";
