import type { Family } from "../../evidence.ts";
import type { Flow, Ports } from "../../flows.ts";
import type { Answer, Decider, Place } from "./question.ts";

/** Whose rules they are: the server's host or the client's, or a NAT box in front of one of them. */
export type Role = "server" | "client" | "gateway-server" | "gateway-client";

/** A flow as it is asked for: in which families (default both), and to which address of the host where not to any. */
export interface AskedFlow extends Flow {
  readonly families?: readonly Family[];
  readonly own?: Readonly<Partial<Record<Family, string>>>;
}

export interface CheckOptions {
  /** Default `server`. */
  readonly role?: Role;
  /** Default both. */
  readonly families?: readonly Family[];
  /** Where the other side sits: each address is tried (default anywhere: rules for single networks do not help it). */
  readonly from?: readonly string[];
  /** What is behind a gateway: the server's own address, or a client's. */
  readonly behind?: readonly string[];
  /** A gateway replaces IPv4 addresses (default: where what is behind it has no public one). */
  readonly translates?: boolean;
  /** The IPv4 address by which the world knows what is behind a gateway (default: the gateway's own). */
  readonly reachedAt?: string;
  /** Ports that are open on purpose though no flow needs them (22, …). */
  readonly known?: readonly number[];
  /** What is known of the host (default nothing). */
  readonly place?: Place;
}

/** A flow, or some of its ports, that does not come through, or of which that cannot be said. */
export interface FlowCheck {
  readonly flow: Flow;
  readonly family: Family;
  /** The other side's address that was tried; undefined: somebody anywhere. */
  readonly peer?: string;
  /** The ports that it is about: of the end to which the packets go. */
  readonly ports: Ports;
  readonly answer: Answer;
}

/** Ports that new connections from outside pass although nothing of the deployment needs them. */
export interface OpenPorts {
  readonly family: Family;
  readonly ports: Ports;
  /** Only from this port: `20` where a rule trusts the source port of active mode. */
  readonly fromPort?: number;
  /** Only from there: one of those that are to reach other ports. */
  readonly peer?: string;
  /** A flow needs them, but not from everybody. */
  readonly isTooWide?: true;
  /** False where a rule was not understood: they may be open. */
  readonly isSure: boolean;
  readonly by?: Decider;
}

/** A port that a gateway ought to send to what is behind it, and does not. */
export interface MissingForward {
  readonly flow: Flow;
  readonly family: Family;
  readonly ports: Ports;
  /** Where it sends them instead. */
  readonly goesTo?: { readonly address: string | undefined; readonly port: number };
}

/** What the rules do with the flows of a deployment. */
export interface RulesCheck {
  /** No rule and no policy keeps anything out: whatever listens can be reached. */
  readonly isOpen: readonly Family[];
  readonly missing: readonly FlowCheck[];
  readonly unsure: readonly FlowCheck[];
  readonly open: readonly OpenPorts[];
  readonly forwards: readonly MissingForward[];
  /** What begins behind a gateway keeps its private address. */
  readonly unmasqueraded: readonly Family[];
  /** A rule gives the command connection to the conntrack helper of FTP. */
  readonly hasHelper: boolean;
}
