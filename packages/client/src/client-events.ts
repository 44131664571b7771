import type { Facts, TraceStep } from "@twinport/protocol";

/** Something that a user may want to know, and that stopped nothing. */
export interface ClientWarning {
  readonly code:
    | "passive-address-replaced"
    | "preferred-port-taken"
    | "final-reply-missing"
    | "mode-fell-back"
    | "connection-renewed"
    | "transfer-resumed"
    | "tls-not-offered"
    | "tls-end-missing"
    | "listing-line-not-understood"
    | "memory-not-written"
    | "hash-not-offered"
    | "connections-limited"
    | "call-repeated"
    | "segments-not-possible";
  readonly facts: Facts;
}

/** The events of a client. */
export interface ClientEvents {
  trace: [TraceStep];
  warning: [ClientWarning];
}
