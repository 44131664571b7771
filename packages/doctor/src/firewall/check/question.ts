/** Which way a connection goes, as this host sees it: to it, from it, or from one of its networks to another. */
export type Direction = "in" | "out" | "through";

/** A connection that is about to begin, or a packet of one that stands. */
export interface Question {
  readonly family: 4 | 6;
  readonly direction: Direction;
  /** Whoever begins it, or whoever sends; undefined: somebody anywhere. */
  readonly from?: string;
  /** Undefined: this host's own address where it comes in; else somebody anywhere. */
  readonly to?: string;
  /** The port that it comes from (default 40000: one that a client's system gives). */
  readonly fromPort?: number;
  readonly port: number;
  /** `new` is a connection's first packet (default), `established` any later one, `related` the first one that a helper expects. */
  readonly state?: "new" | "established" | "related";
  /** Through a box: from its outside to its inside (default: the other way). */
  readonly isInward?: boolean;
  /** It is an answer: its sender is whom the connection came to. */
  readonly isReply?: boolean;
}

/** What is known of the host whose rules they are. */
export interface Place {
  /** The interface to the outside, at which connections of clients come in; undefined: any but loopback. */
  readonly outside?: string;
  /** A gateway's interface to the inside. */
  readonly inside?: string;
  /** The host's own addresses with their networks: `192.0.2.1/24`, by interface. */
  readonly interfaces: readonly { readonly name: string; readonly networks: readonly string[] }[];
}

/** Who decided. */
export interface Decider {
  /** As nftables names it: `ip filter`, `inet twinport`. */
  readonly table: string;
  readonly chain: string;
  /** Its line or its handle; undefined: the policy of the chain. */
  readonly rule?: string;
}

/** What becomes of it. `unsure`: a rule that may match was not understood, or asks for something that is not known. */
export interface Answer {
  readonly verdict: "passes" | "dropped" | "rejected" | "unsure";
  /** Undefined: it passes, and no chain stands in its way. */
  readonly by?: Decider;
  /** Where a translation has sent it. */
  readonly translated?: { readonly address: string | undefined; readonly port: number };
  /** Its sender's address is replaced on the way out. */
  readonly masqueraded?: true;
  /** So for a connection that comes alone: a limit stands on the way. */
  readonly limited?: true;
}
