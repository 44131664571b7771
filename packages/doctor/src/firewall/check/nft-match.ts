import { isObject, listOf, only, textOf } from "./nft-json.ts";
import { alternativesOf, fieldOf, isOfOthers } from "./nft-values.ts";
import { among, numbers, wordValue } from "./values.ts";
import type { Json, JsonObject } from "./nft-json.ts";
import type { Field, Match } from "./ruleset.ts";
import type { Asked, NamedSets } from "./nft-values.ts";

const unknown: readonly Match[] = [{ kind: "unknown" }];

/** The conditions that one `match` makes: the one that it is, and those that it implies. */
export function matchesOf(match: JsonObject, sets: NamedSets): readonly Match[] {
  const op = textOf(match["op"]);
  const [left = null, right = null] = [match["left"], match["right"]];
  if (isOfOthers(left)) return [{ kind: "always", matches: false }];
  if (isReturnPath(left)) return [{ kind: "always", matches: (right === true) === (op !== "!=") }];
  if (isUnicast(left)) {
    const isOurs = listOf(right).some((one) => one === "host" || one === "unicast");
    return [{ kind: "always", matches: isOurs === (op !== "!=") }];
  }
  const flags = flagsMatch(op, left, right);
  if (flags) return flags;
  const mark = markMatch(op, left, right);
  if (mark) return [mark];
  const asked = askedOf(left);
  return asked ? fieldMatch(op, asked, right, sets) : unknown;
}

/** The conditions under which a key has one of these values. */
export function keyMatches(key: Json, elements: readonly Json[], negated: boolean, sets: NamedSets): readonly Match[] {
  const asked = askedOf(key);
  return asked ? fieldMatch(negated ? "!=" : "==", asked, { set: elements }, sets) : unknown;
}

function askedOf(left: Json): Asked[] | undefined {
  const [kind, what] = only(left) ?? [];
  const asked = (kind === "concat" ? listOf(what) : [left]).map(fieldOf);
  return asked.every((one) => one !== undefined) ? asked : undefined;
}

function fieldMatch(op: string, asked: readonly Asked[], right: Json, sets: NamedSets): readonly Match[] {
  const implied = asked.flatMap((one) => one.implied);
  const fields = asked.map(({ field }) => field);
  const [field] = fields;
  if (["<", ">", "<=", ">="].includes(op)) {
    const match = field && fields.length === 1 && typeof right === "number" ? orderMatch(op, field, right) : undefined;
    return [...implied, ...(match ? [match] : unknown)];
  }
  if (!["==", "!=", "in"].includes(op)) return unknown;
  return [...implied, { kind: "among", fields, negated: op === "!=", among: alternativesOf(fields, right, sets) }];
}

function orderMatch(op: string, field: Field, bound: number): Match {
  const [from, to] = { "<": [0, bound - 1], "<=": [0, bound], ">": [bound + 1, 65_535] }[op] ?? [bound, 65_535];
  return among(field, [numbers(from!, to)]);
}

/** Whether there is a way back to the sender: there is one, or we would not be asked. */
function isReturnPath(left: Json): boolean {
  const [kind, what] = only(left) ?? [];
  if (kind !== "fib" || !isObject(what) || what["result"] === "type") return false;
  return listOf(what["flags"]).includes("saddr");
}

function isUnicast(left: Json): boolean {
  const [kind, what] = only(left) ?? [];
  return kind === "meta" && isObject(what) && what["key"] === "pkttype";
}

function isTcpFlags(json: Json | undefined): boolean {
  const [kind, what] = json === undefined ? [] : (only(json) ?? []);
  return kind === "payload" && isObject(what) && what["protocol"] === "tcp" && what["field"] === "flags";
}

/** `tcp flags syn` (any of them), `tcp flags & (fin|syn|rst|ack) == syn`, `tcp flags syn / fin,syn,rst,ack`. */
function flagsMatch(op: string, left: Json, right: Json): readonly Match[] | undefined {
  const tcp = among("l4proto", [wordValue("tcp")]);
  const [kind, what] = only(left) ?? [];
  const [masked, mask] = kind === "&" ? listOf(what) : [];
  const negated = op === "!=";
  if (isTcpFlags(masked) && (op === "==" || negated)) {
    const [flags, set] = [flagNames(mask), flagNames(right)];
    return [tcp, flags && set ? { kind: "tcp-flags", mask: flags, set, negated } : { kind: "unknown" }];
  }
  if (!isTcpFlags(left)) return isTcpFlags(masked) ? unknown : undefined;
  const set = flagNames(right);
  if (!set) return unknown;
  // "in": at least one of them is set; "==" and "!=": exactly these.
  return op === "in"
    ? [tcp, { kind: "tcp-flags", mask: set, set: [], negated: true }]
    : [tcp, { kind: "tcp-flags", mask: allFlags, set, negated }];
}

const allFlags = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"];

function flagNames(json: Json | undefined): string[] | undefined {
  if (json === 0 || json === undefined) return json === 0 ? [] : undefined;
  const [kind, what] = only(json) ?? [];
  const names = kind === "|" ? listOf(what).flatMap((one) => flagNames(one) ?? [""]) : listOf(json).map(textOf);
  return names.every((name) => allFlags.includes(name)) ? names : undefined;
}

/** `meta mark 0x1`, `meta mark & 0xff == 0x1`. */
function markMatch(op: string, left: Json, right: Json): Match | undefined {
  const [kind, what] = only(left) ?? [];
  const [masked = null, mask] = kind === "&" ? listOf(what) : [left, 0xffff_ffff];
  const [meta, key] = only(masked) ?? [];
  if (meta !== "meta" || !isObject(key) || key["key"] !== "mark") return undefined;
  if (typeof mask !== "number" || typeof right !== "number" || (op !== "==" && op !== "!=")) return { kind: "unknown" };
  return { kind: "mark", mask: mask >>> 0, value: right >>> 0, negated: op === "!=" };
}
