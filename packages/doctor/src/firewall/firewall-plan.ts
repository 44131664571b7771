import type { DataMode, IpAddress, Prefix } from "@twinport/protocol";
import type { Deployment } from "../deployment.ts";
import type { Family } from "../evidence.ts";
import type { Ports } from "../flows.ts";
import type { Role } from "./check/check.ts";

/** What rules are asked for. */
export interface FirewallRequest {
  readonly deployment: Deployment;
  /** Whose rules they are: a host's, or those of the box in front of it. */
  readonly role: Role;
  /** The clients' networks; none: any. */
  readonly from: readonly Prefix[];
  /** Where the server is, one address a family. A box in front of the server needs it; none: anywhere. */
  readonly to: readonly IpAddress[];
  /** The ports that clients offer in active mode (default 1024-65535). */
  readonly clientPorts?: Ports;
  /** The kernel's FTP helper opens the data connections, instead of an open range. */
  readonly helper: boolean;
}

/** Who may begin the connection with whom, in one family; an empty list is anybody. */
export interface RuleEnds {
  readonly family: Family;
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

/** One kind of connection that may begin, as a stateful firewall sees it: a line of the article's list and its answers. */
export interface FirewallRule {
  readonly channel: "control" | "data";
  readonly modes: readonly DataMode[];
  /** The number of the line that begins the connection; the next one is its answers. */
  readonly number: 1 | 3;
  /** Seen from what the rules guard: into it or out of it. */
  readonly direction: "in" | "out";
  readonly ends: readonly RuleEnds[];
  readonly sourcePorts: Ports;
  readonly destinationPorts: Ports;
  /** Only where the helper has read of it. */
  readonly helped: boolean;
}

/** What a box with NAT writes into the first packet of a connection that a rule lets through. */
export interface Translation {
  readonly rule: FirewallRule;
  readonly kind: "destination" | "source";
  readonly sources: readonly string[];
  /** Undefined: the box's own addresses. */
  readonly destinations: readonly string[] | undefined;
  /** The address that is written in; undefined: the one that the box has on that side. */
  readonly to: string | undefined;
}

/** Something that whoever loads the rules should know. */
export interface FirewallNote {
  readonly code: NoteCode;
  readonly facts: Readonly<Record<string, string>>;
}

/** The codes of {@link FirewallNote}. */
export type NoteCode =
  | "helper-not-here"
  | "loopback-only"
  | "helper-blind"
  | "helper-and-nat"
  | "helper-implicit"
  | "helper-tells-inner"
  | "tell-outer-address"
  | "inner-networks-assumed"
  | "client-tells-outer"
  | "active-behind-nat"
  | "client-ports-wide"
  | "passive-ports-any";

/** The rules for one place, in no dialect. */
export interface FirewallPlan {
  readonly role: Role;
  readonly modes: readonly DataMode[];
  readonly families: readonly Family[];
  readonly rules: readonly FirewallRule[];
  readonly translations: readonly Translation[];
  /** The rules whose connections the helper is to read along on; none without a helper. */
  readonly readAlong: readonly FirewallRule[];
  readonly deployment: Deployment;
  readonly notes: readonly FirewallNote[];
}
