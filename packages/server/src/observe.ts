import type { DataMode, Endpoint, TraceEvent } from "@twinport/protocol";

/** A session as events tell of it. */
export interface SessionInfo {
  /** Unique within the server's life. */
  readonly id: string;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** The account's name, once somebody is logged in. */
  readonly account: string | undefined;
  /** The version of TLS that the command connection speaks; not there where that is in clear. */
  readonly tls?: string;
}

/** A transfer as events tell of it. */
export interface TransferInfo {
  readonly session: SessionInfo;
  readonly verb: string;
  readonly direction: "send" | "receive";
  /** The virtual path; of a listing, the folder. */
  readonly path: string;
}

/** Why a client gets no session. */
export type SessionRefusal = "too-many-sessions" | "too-many-from-address" | "descriptors-short" | "draining";

/** Something that the operator should know and that ends nothing. */
export type ServerWarning =
  | { readonly code: "active-port-refused"; readonly port: number; readonly cause: string }
  | { readonly code: "accept-failed"; readonly bound: Endpoint; readonly cause: string }
  | {
      /** Somebody has guessed passwords: a name, or everybody new, is shut out from an address for a while. */
      readonly code: "login-banned";
      readonly peer: string;
      readonly name: string;
      readonly scope: "name" | "address";
    }
  | { readonly code: "passive-port-busy"; readonly bound: Endpoint; readonly cause: string }
  | {
      readonly code: "passive-address-unreachable";
      readonly peer: string;
      readonly advertised: string;
      readonly because: "unspecified" | "loopback" | "private";
    }
  | { readonly code: "passive-name-not-resolved"; readonly name: string; readonly cause: string }
  | {
      /** Clients of a network have asked for passive ports, and none of them has come to one. */
      readonly code: "offers-not-taken";
      /** As `203.0.113.0/24`, or a /64. */
      readonly network: string;
      /** How many addresses; 256 may be more. */
      readonly clients: number;
      readonly offers: number;
      readonly ports: { readonly from: number; readonly to: number };
    }
  | { readonly code: "session-failed"; readonly session: SessionInfo; readonly error: unknown }
  | { readonly code: "storage-failed"; readonly session: SessionInfo; readonly error: unknown }
  | { readonly code: "accounts-failed"; readonly session: SessionInfo; readonly error: unknown }
  | { readonly code: "hook-failed"; readonly session: SessionInfo; readonly error: unknown }
  /** Somebody has come in without TLS from a public address: the password could be read on the way. */
  | {
      readonly code: "login-in-clear";
      readonly session: SessionInfo;
      readonly name: string;
      readonly peer: string;
    }
  /** What came to the port is another protocol than the one that is spoken there. */
  | {
      readonly code: "foreign-protocol";
      readonly peer: string;
      readonly spoke: "http" | "tls" | "other";
      readonly bound: Endpoint;
    }
  /** Hands could not be shaken on a command connection. */
  | { readonly code: "tls-failed"; readonly peer: string; readonly cause: string }
  /** Bytes in clear came behind AUTH and were thrown away: somebody may have put them there. */
  | { readonly code: "clear-behind-auth"; readonly peer: string; readonly bytes: number };

/** The events of a server and what each brings; names are in the past tense. */
export interface ServerEvents {
  "session-opened": [SessionInfo];
  "session-refused": [{ readonly peer: Endpoint; readonly because: SessionRefusal }];
  "session-closed": [{ readonly session: SessionInfo; readonly because: string }];
  "login-accepted": [SessionInfo];
  "login-refused": [{ readonly session: SessionInfo; readonly name: string; readonly because: string }];
  "transfer-started": [TransferInfo & { readonly mode: DataMode; readonly peer: Endpoint }];
  "transfer-finished": [
    TransferInfo & {
      readonly bytes: number;
      readonly milliseconds: number;
      readonly outcome: "complete" | "failed";
      /** `complete`, or the code of what ended it. */
      readonly code: string;
      /** An upload ended without the end of TLS, and counts as whole all the same: it may be only a part. */
      readonly wasTruncated?: boolean;
    },
  ];
  warning: [ServerWarning];
  /** Every step of every conversation. With no listener for it no step is made. */
  trace: [TraceEvent];
}
