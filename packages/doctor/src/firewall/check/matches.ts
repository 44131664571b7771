import { inPrefix, reachOf } from "@twinport/protocol";
import { all, any, certainly, not } from "./packet.ts";
import type { IpAddress, Prefix } from "@twinport/protocol";
import type { Certainty, InterfaceView, Packet } from "./packet.ts";
import type { Field, Match, Rule, Value } from "./ruleset.ts";

/** Whether a rule is about a packet. Rules are many and packets, too: the first match that does not hold ends it. */
export function ruleMatches({ matches }: Rule, packet: Packet): Certainty {
  return all(matches, (match) => holds(match, packet));
}

/** What of a packet stays as it is on its way in. */
const lasting: ReadonlySet<Field> = new Set<Field>(["iif", "saddr", "sport", "l4proto", "nfproto"]);

/** Whether a rule is not about a packet, at whichever port it comes in and whatever becomes of it. */
export function isNeverAbout({ matches }: Rule, packet: Packet): boolean {
  return matches.some(
    (match) =>
      match.kind === "among" && match.fields.every((field) => lasting.has(field)) && holds(match, packet) === "no",
  );
}

function holds(match: Match, packet: Packet): Certainty {
  switch (match.kind) {
    case "among": {
      const found = any(match.among, (values) => isAlternative(match.fields, values, packet));
      return match.negated ? not(found) : found;
    }
    case "tcp-flags": {
      const sent = packet.state === "new" || packet.state === "related" ? ["syn"] : ["ack"];
      const masked = match.mask.filter((flag) => sent.includes(flag));
      const same = masked.length === match.set.length && match.set.every((flag) => masked.includes(flag));
      return certainly(same !== match.negated);
    }
    case "mark":
      if (packet.mark === undefined) return "maybe";
      return certainly(((packet.mark & match.mask) >>> 0 === match.value) !== match.negated);
    case "load":
    case "always":
      return certainly(match.matches);
    case "unknown":
      return "maybe";
  }
}

function isAlternative(fields: readonly Field[], values: readonly Value[], packet: Packet): Certainty {
  return all(fields, (field, i) => isValue(field, values[i] ?? unknown, packet));
}

const unknown: Value = { kind: "unknown" };

function isValue(field: Field, value: Value, packet: Packet): Certainty {
  if (value.kind === "unknown") return "maybe";
  if (value.kind === "nobody") return "no";
  switch (field) {
    case "iif":
    case "oif":
      return value.kind === "interface" ? isInterface(packet[field], value.name, value.isStart) : "maybe";
    case "saddr":
    case "daddr":
      return isAddress(packet[field], packet.family, value);
    case "sport":
    case "dport":
      return value.kind === "numbers" ? certainly(packet[field] >= value.from && packet[field] <= value.to) : "maybe";
    default:
      return value.kind === "word" ? isWord(field, value.word, packet) : "maybe";
  }
}

function isInterface(view: InterfaceView, name: string, isStart: boolean): Certainty {
  if (view === "none") return "no";
  if (view === "not-loopback") return name === "lo" ? "no" : name === "" && isStart ? "yes" : "maybe";
  return certainly(isStart ? view.name.startsWith(name) : view.name === name);
}

function isAddress(address: IpAddress | undefined, family: 4 | 6, value: Value): Certainty {
  if (value.kind === "prefix") {
    if (value.prefix.address.family !== family) return "no";
    return address ? certainly(inPrefix(value.prefix, address)) : isSomebodyIn(value.prefix);
  }
  if (value.kind !== "addresses") return "maybe";
  const { from, to } = value;
  if (from.family !== family) return "no";
  if (address) return certainly(compare(from, address) <= 0 && compare(address, to) <= 0);
  // Only a range that begins with the same byte is surely not one of most addresses.
  return from.bytes[0] === to.bytes[0] ? "no" : "maybe";
}

/** Bits of a prefix from which on it is taken to be one network of many: most addresses are in another. */
const ONE_OF_MANY = { 4: 9, 6: 17 } as const;

/** Whether somebody anywhere is in a network: surely if it is the whole world, surely not if it is a small or special one. */
function isSomebodyIn({ address, bits }: Prefix): Certainty {
  if (bits === 0) return "yes";
  if (bits >= ONE_OF_MANY[address.family]) return "no";
  return reachOf(address) === "public" ? "maybe" : "no";
}

function compare(one: IpAddress, other: IpAddress): number {
  const at = one.bytes.findIndex((byte, i) => byte !== other.bytes[i]);
  return at < 0 ? 0 : one.bytes[at]! - other.bytes[at]!;
}

function isWord(field: Field, word: string, packet: Packet): Certainty {
  switch (field) {
    case "l4proto":
      return certainly(word === "tcp");
    case "nfproto":
      return certainly(word === (packet.family === 4 ? "ipv4" : "ipv6"));
    case "ct-state":
      return certainly(word === packet.state || (word === "dnat" && packet.isTranslated));
    case "ct-status":
      return statusOf(word, packet);
    case "ct-direction":
      return certainly(word === (packet.isReply ? "reply" : "original") || word === (packet.isReply ? "1" : "0"));
    case "ct-helper":
      // Who reads along on a command connection, if anybody, is not asked here.
      return packet.state === "related" ? certainly(word === "ftp") : "maybe";
    case "daddr-type":
      return packet.isForUs === undefined ? "maybe" : certainly(word === (packet.isForUs ? "local" : "unicast"));
    case "saddr-type":
      return certainly(word === (packet.isFromUs ? "local" : "unicast"));
    default:
      return "maybe";
  }
}

function statusOf(word: string, packet: Packet): Certainty {
  if (word === "dnat") return certainly(packet.isTranslated);
  if (word === "expected") return certainly(packet.state === "related");
  if (word === "seen-reply" || word === "assured") return packet.state === "established" ? "maybe" : "no";
  return "maybe";
}
