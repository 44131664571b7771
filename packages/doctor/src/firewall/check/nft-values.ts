import { isObject, listOf, only, textOf } from "./nft-json.ts";
import { addressValue, among, interfaceValue, numbers, portsValue, wordValue } from "./values.ts";
import type { Json } from "./nft-json.ts";
import type { Field, Match, Value } from "./ruleset.ts";

/** The sets and maps of a table, by name, with their elements. */
export type NamedSets = ReadonlyMap<string, readonly Json[]>;

/** A field, and what a rule that asks for it says by that alone: `ip saddr` is one of IPv4 only. */
export interface Asked {
  readonly field: Field;
  readonly implied: readonly Match[];
}

const metaFields: Readonly<Record<string, Field>> = {
  iif: "iif",
  iifname: "iif",
  oif: "oif",
  oifname: "oif",
  l4proto: "l4proto",
  nfproto: "nfproto",
  protocol: "nfproto",
};

const ctFields: Readonly<Record<string, Field>> = {
  state: "ct-state",
  status: "ct-status",
  direction: "ct-direction",
  helper: "ct-helper",
};

const addressFields: Readonly<Record<string, Field>> = { saddr: "saddr", daddr: "daddr" };
const portFields: Readonly<Record<string, Field>> = { sport: "sport", dport: "dport" };
const families: Readonly<Record<string, string>> = { ip: "ipv4", ip6: "ipv6" };

const word = (field: Field, text: string): Match => among(field, [wordValue(text)]);

/** The field that an expression asks for; undefined where it asks for something else. */
export function fieldOf(expression: Json): Asked | undefined {
  const [kind, what] = only(expression) ?? [];
  if (!isObject(what)) return undefined;
  const plain = (field: Field | undefined): Asked | undefined => field && { field, implied: [] };
  switch (kind) {
    case "meta":
      return plain(metaFields[textOf(what["key"])]);
    case "ct":
      return what["dir"] === undefined ? plain(ctFields[textOf(what["key"])]) : undefined;
    case "fib":
      return what["result"] === "type" ? plain(typeField(listOf(what["flags"]))) : undefined;
    case "payload":
      return payloadField(textOf(what["protocol"]), textOf(what["field"]));
    default:
      return undefined;
  }
}

function typeField(flags: readonly Json[]): Field | undefined {
  if (flags.includes("daddr")) return "daddr-type";
  return flags.includes("saddr") ? "saddr-type" : undefined;
}

function payloadField(protocol: string, name: string): Asked | undefined {
  const family = families[protocol];
  if (family !== undefined) {
    const field = addressFields[name] ?? (name === "protocol" || name === "nexthdr" ? "l4proto" : undefined);
    return field && { field, implied: [word("nfproto", family)] };
  }
  const field = portFields[name];
  if (!field) return undefined;
  return { field, implied: protocol === "th" ? [] : [word("l4proto", protocol)] };
}

/** A header that TCP packets have not: whatever is asked of it, it does not hold. */
export function isOfOthers(expression: Json): boolean {
  const [kind, what] = only(expression) ?? [];
  return kind === "payload" && isObject(what) && others.has(textOf(what["protocol"]));
}

const others = new Set(["udp", "udplite", "icmp", "icmpv6", "igmp", "sctp", "dccp", "esp", "ah", "comp", "arp"]);

/** The alternatives of a right side: each a value a field. */
export function alternativesOf(fields: readonly Field[], right: Json, sets: NamedSets): Value[][] {
  if (typeof right === "string" && right.startsWith("@")) {
    const elements = sets.get(right.slice(1));
    return elements ? elements.map((element) => elementOf(fields, element)) : [fields.map(() => unknown)];
  }
  const [kind, what] = only(right) ?? [];
  if (kind === "set") return listOf(what).map((element) => elementOf(fields, element));
  // A list of states without braces: any of them.
  if (Array.isArray(right)) return (right as readonly Json[]).map((element) => elementOf(fields, element));
  return [elementOf(fields, right)];
}

const unknown: Value = { kind: "unknown" };

/** One element, in its wrapping with a timeout or a counter or without. */
function elementOf(fields: readonly Field[], element: Json): Value[] {
  const [kind, what] = only(element) ?? [];
  if (kind === "elem" && isObject(what)) return elementOf(fields, what["val"] ?? null);
  if (kind === "concat") return fields.map((field, i) => valueOf(field, listOf(what)[i] ?? null));
  return fields.length === 1 ? fields.map((field) => valueOf(field, element)) : fields.map(() => unknown);
}

function valueOf(field: Field, json: Json): Value {
  const [kind, what] = only(json) ?? [];
  if (kind === "prefix" && isObject(what)) return addressValue(`${textOf(what["addr"])}/${textOf(what["len"])}`);
  if (kind === "range") return rangeOf(field, listOf(what));
  if (typeof json !== "string" && typeof json !== "number") return unknown;
  return single(field, json);
}

function rangeOf(field: Field, [from = null, to = null]: readonly Json[]): Value {
  if (field === "saddr" || field === "daddr") return addressValue(`${textOf(from)}-${textOf(to)}`);
  return typeof from === "number" && typeof to === "number" ? numbers(from, to) : unknown;
}

const protocolNumbers: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };
const familyWords: Readonly<Record<string, string>> = { ip: "ipv4", ip6: "ipv6", "2": "ipv4", "10": "ipv6" };

function single(field: Field, value: string | number): Value {
  const text = String(value);
  switch (field) {
    case "saddr":
    case "daddr":
      return addressValue(text);
    case "sport":
    case "dport":
      return typeof value === "number" ? numbers(value) : portsValue(text);
    case "iif":
    case "oif":
      return interfaceValue(text, "*");
    case "l4proto":
      return wordValue(protocolNumbers[Number(text)] ?? text);
    case "nfproto":
      return wordValue(familyWords[text] ?? text);
    default:
      return wordValue(text);
  }
}
