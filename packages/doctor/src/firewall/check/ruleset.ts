import type { IpAddress, Prefix } from "@twinport/protocol";

/** What a packet has that rules ask for. */
export type Field =
  | "iif"
  | "oif"
  | "saddr"
  | "daddr"
  | "sport"
  | "dport"
  /** `tcp`. */
  | "l4proto"
  /** `ipv4` or `ipv6`. */
  | "nfproto"
  | "ct-state"
  /** `dnat` where the destination was translated. */
  | "ct-status"
  | "ct-direction"
  /** `ftp` where the helper has opened the way. */
  | "ct-helper"
  /** The kind of address: `local` where it is this host's own. */
  | "saddr-type"
  | "daddr-type";

/** One value, or a range of values, of one field. */
export type Value =
  | { readonly kind: "numbers"; readonly from: number; readonly to: number }
  | { readonly kind: "prefix"; readonly prefix: Prefix }
  | { readonly kind: "addresses"; readonly from: IpAddress; readonly to: IpAddress }
  /** An interface; `isStart` where only the beginning of its name is given (`veth*`). */
  | { readonly kind: "interface"; readonly name: string; readonly isStart: boolean }
  | { readonly kind: "word"; readonly word: string }
  /** Of no packet: an IPv4 address in the form of IPv6, which is on no wire. */
  | { readonly kind: "nobody" }
  | { readonly kind: "unknown" };

/** One condition of a rule. */
export type Match =
  /** The fields together are one of these: more than one field where a set is of concatenations. */
  | {
      readonly kind: "among";
      readonly fields: readonly Field[];
      readonly negated: boolean;
      readonly among: readonly (readonly Value[])[];
    }
  | {
      readonly kind: "tcp-flags";
      readonly mask: readonly string[];
      readonly set: readonly string[];
      readonly negated: boolean;
    }
  | { readonly kind: "mark"; readonly mask: number; readonly value: number; readonly negated: boolean }
  /** Depends on how much comes; `matches` is what it says of a connection that comes alone. */
  | { readonly kind: "load"; readonly matches: boolean }
  | { readonly kind: "always"; readonly matches: boolean }
  /** Not understood: it may match or not. */
  | { readonly kind: "unknown" };

/** Where a translation sends a connection; undefined is what is not known, or is left as it is. */
export interface Target {
  readonly address?: IpAddress;
  readonly ports?: { readonly from: number; readonly to: number };
  /** Something of it was not understood. */
  readonly isUnsure: boolean;
}

/** What a rule decides. */
export type RuleVerdict =
  | { readonly kind: "accept" | "drop" | "reject" }
  | { readonly kind: "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  | { readonly kind: "dnat"; readonly to: Target }
  | { readonly kind: "redirect"; readonly to: Target }
  | { readonly kind: "snat" | "masquerade" }
  /** Not understood, or not ours to know: a queue to a program, a proxy. */
  | { readonly kind: "unknown" };

/** What a rule changes of a packet besides. */
export type Effect =
  | { readonly kind: "mark"; readonly keep: number; readonly set: number }
  | { readonly kind: "mark-unknown" }
  | { readonly kind: "untrack" }
  /** Somebody reads along on the command connection and opens the ports that he reads of. */
  | { readonly kind: "helper"; readonly name: string };

/** One rule: all its matches hold, its effects happen, its verdict is given. */
export interface Rule {
  readonly matches: readonly Match[];
  readonly effects: readonly Effect[];
  readonly verdict?: RuleVerdict;
  /** As its program prints it; only its handle where that was not given. */
  readonly text: string;
}

/** The places on a packet's way at which chains stand. */
export type Hook = "ingress" | "prerouting" | "input" | "forward" | "output" | "postrouting";

/** What makes a chain one that packets meet by themselves. */
export interface Base {
  readonly type: "filter" | "nat" | "route";
  readonly hook: Hook;
  readonly priority: number;
  readonly policy: "accept" | "drop";
}

export interface Chain {
  readonly name: string;
  readonly base?: Base;
  readonly rules: readonly Rule[];
}

export interface Table {
  readonly family: "ip" | "ip6" | "inet" | "netdev";
  readonly name: string;
  readonly chains: ReadonlyMap<string, Chain>;
}

/** What one program printed, as far as TCP connections meet it. */
export interface Ruleset {
  /** `iptables-nft` prints tables that `nft` prints too; `iptables-legacy` such as no other sees. */
  readonly source: "nft" | "iptables-nft" | "iptables-legacy";
  readonly tables: readonly Table[];
}
