import { parseIp } from "@twinport/protocol";
import { isObject, listOf, only, textOf } from "./nft-json.ts";
import { keyMatches, matchesOf } from "./nft-match.ts";
import { among, wordValue } from "./values.ts";
import type { Json, JsonObject } from "./nft-json.ts";
import type { Effect, Match, Rule, RuleVerdict, Target } from "./ruleset.ts";
import type { NamedSets } from "./nft-values.ts";

/** What one expression of a rule adds to it. */
interface Part {
  readonly matches?: readonly Match[];
  readonly effects?: readonly Effect[];
  readonly verdict?: RuleVerdict;
  /** A verdict that depends on a key: one alternative an element. */
  readonly choices?: readonly { readonly matches: readonly Match[]; readonly verdict: RuleVerdict | undefined }[];
}

interface Context {
  readonly sets: NamedSets;
  /** The helpers of the table, by the names of its objects. */
  readonly helpers: ReadonlyMap<string, string>;
}

type Reader = (what: Json, context: Context) => Part;

const nothing: Reader = () => ({});
const ends =
  (verdict: RuleVerdict): Reader =>
  () => ({ verdict });
const unknown: Part = { verdict: { kind: "unknown" } };
const load = (matches: boolean): Part => ({ matches: [{ kind: "load", matches }] });

const readers: Readonly<Record<string, Reader>> = {
  match: (what, { sets }) => (isObject(what) ? { matches: matchesOf(what, sets) } : unknown),
  accept: ends({ kind: "accept" }),
  drop: ends({ kind: "drop" }),
  reject: (what) => ({ matches: rejectMatches(what), verdict: { kind: "reject" } }),
  return: ends({ kind: "return" }),
  continue: nothing,
  jump: (what) => ({ verdict: { kind: "jump", chain: isObject(what) ? textOf(what["target"]) : "" } }),
  goto: (what) => ({ verdict: { kind: "goto", chain: isObject(what) ? textOf(what["target"]) : "" } }),
  vmap: (what, context) => (isObject(what) ? mapOf(what, context, (data) => verdictIn(data, context)) : unknown),
  dnat: (what, context) => translation("dnat", what, context),
  redirect: (what, context) => translation("redirect", what, context),
  snat: ends({ kind: "snat" }),
  masquerade: ends({ kind: "masquerade" }),
  limit: (what) => load(!(isObject(what) && what["inv"] === true)),
  quota: (what) => load(!(isObject(what) && what["inv"] === true)),
  "ct count": (what) => load(!(isObject(what) && what["inv"] === true)),
  // A set that rules fill: what it counts is nothing yet.
  set: (what, context) => ({
    matches: listOf(isObject(what) ? what["stmt"] : []).flatMap((one) => partOf(one, context).matches ?? []),
  }),
  meter: (what, context) => (isObject(what) ? partOf(what["stmt"] ?? null, context) : unknown),
  mangle: (what) => (isObject(what) ? mangleOf(what) : unknown),
  "ct helper": (what, { helpers }) => ({
    effects: [{ kind: "helper", name: helpers.get(textOf(what)) ?? textOf(what) }],
  }),
  notrack: () => ({ effects: [{ kind: "untrack" }] }),
  xt: (what) => (isObject(what) ? extensionOf(what) : unknown),
  ...Object.fromEntries(
    ["counter", "log", "flow", "dup", "last", "map", "ct timeout", "ct expectation", "secmark"].map((name) => [
      name,
      nothing,
    ]),
  ),
};

/** A rejection in the words of one family is of that one only; what else had said so is left out of the list by nft. */
function rejectMatches(what: Json): Match[] {
  const family = isObject(what) ? { icmp: "ipv4", icmpv6: "ipv6" }[textOf(what["type"])] : undefined;
  return family === undefined ? [] : [among("nfproto", [wordValue(family)])];
}

function partOf(expression: Json, context: Context): Part {
  // `null` stands for an extension that this nft cannot print.
  const [name, what] = only(expression) ?? [];
  const reader = name === undefined ? undefined : readers[name];
  return reader && what !== undefined ? reader(what, context) : unknown;
}

/** A rule, or where its verdict depends on a key, one a choice: no two of them match at a time. */
export function rulesOf(expressions: readonly Json[], text: string, context: Context): Rule[] {
  const parts = expressions.map((one) => partOf(one, context));
  const matches = parts.flatMap((part) => part.matches ?? []);
  const effects = parts.flatMap((part) => part.effects ?? []);
  const [verdict] = parts.flatMap((part) => part.verdict ?? []);
  const choices = parts.flatMap((part) => part.choices ?? []);
  if (choices.length === 0) return [{ text, matches, effects, ...(verdict && { verdict }) }];
  return [
    ...(effects.length > 0 ? [{ text, matches, effects }] : []),
    ...choices.map((choice) => ({
      text,
      matches: [...matches, ...choice.matches],
      effects: [],
      ...(choice.verdict && { verdict: choice.verdict }),
    })),
  ];
}

function mapOf(map: JsonObject, { sets }: Context, read: (data: Json) => RuleVerdict | undefined): Part {
  const { key = null, data = null } = map;
  const elements =
    typeof data === "string" ? sets.get(data.replace(/^@/, "")) : listOf(isObject(data) ? data["set"] : []);
  if (!elements) return unknown;
  const pairs = elements.map((pair) => [listOf(pair)[0] ?? null, listOf(pair)[1] ?? null] as const);
  const named = pairs.filter(([value]) => !isRest(value));
  return {
    choices: pairs.map(([value, chosen]) => ({
      matches: isRest(value)
        ? keyMatches(
            key,
            named.map(([one]) => one),
            true,
            sets,
          )
        : keyMatches(key, [value], false, sets),
      verdict: read(chosen),
    })),
  };
}

/** The element that stands for all that have none of their own. */
function isRest(value: Json): boolean {
  return value === "*" || (isObject(value) && isObject(value["elem"]) && value["elem"]["val"] === "*");
}

function verdictIn(data: Json, context: Context): RuleVerdict | undefined {
  const [name] = only(data) ?? [];
  return name === "continue" ? undefined : (partOf(data, context).verdict ?? { kind: "unknown" });
}

function translation(kind: "dnat" | "redirect", what: Json, context: Context): Part {
  if (!isObject(what)) return { verdict: { kind, to: { isUnsure: false } } };
  const { addr, port } = what;
  const [name, map] = addr === undefined ? [] : (only(addr) ?? []);
  if (name === "map" && isObject(map)) return mapOf(map, context, (data) => ({ kind, to: targetIn(data, port) }));
  return { verdict: { kind, to: { ...addressIn(addr), ...portsIn(port), isUnsure: !isKnown(addr, port) } } };
}

function targetIn(data: Json, port: Json | undefined): Target {
  const [name, parts] = only(data) ?? [];
  const [addr, ownPort = port] = name === "concat" ? listOf(parts) : [data];
  return { ...addressIn(addr), ...portsIn(ownPort), isUnsure: !isKnown(addr, ownPort) };
}

function addressIn(addr: Json | undefined): Pick<Target, "address"> {
  const address = parseIp(textOf(addr));
  return address ? { address } : {};
}

function portsIn(port: Json | undefined): Pick<Target, "ports"> {
  if (typeof port === "number") return { ports: { from: port, to: port } };
  const [name, bounds] = port === undefined ? [] : (only(port) ?? []);
  const [from, to] = name === "range" ? listOf(bounds) : [];
  return typeof from === "number" && typeof to === "number" ? { ports: { from, to } } : {};
}

function isKnown(addr: Json | undefined, port: Json | undefined): boolean {
  return (
    (addr === undefined || addressIn(addr).address !== undefined) &&
    (port === undefined || portsIn(port).ports !== undefined)
  );
}

const ALL = 0xffff_ffff;

function mangleOf({ key = null, value = null }: JsonObject): Part {
  const [kind, what] = only(key) ?? [];
  // Rewrites the packet itself: what is asked of it afterwards is not known.
  if (kind === "payload") return unknown;
  if (kind !== "meta" || !isObject(what) || what["key"] !== "mark") return {};
  if (typeof value === "number") return { effects: [{ kind: "mark", keep: 0, set: value }] };
  const [op, operands] = only(value) ?? [];
  const [left = null, number] = listOf(operands);
  const [from] = only(left) ?? [];
  if (from !== "meta" || typeof number !== "number") return { effects: [{ kind: "mark-unknown" }] };
  const keeps: Readonly<Record<string, readonly [number, number]>> = {
    "|": [~number >>> 0, number],
    "&": [number, 0],
    "^": [ALL, number],
  };
  const [keep, set] = keeps[op ?? ""] ?? [];
  return {
    effects: [keep === undefined || set === undefined ? { kind: "mark-unknown" } : { kind: "mark", keep, set }],
  };
}

/** Extensions of iptables, of which nft knows the names only. */
function extensionOf({ type, name }: JsonObject): Part {
  if (type === "match") return name === "comment" ? {} : { matches: [{ kind: "unknown" }] };
  return new Set<Json | undefined>(["LOG", "NFLOG", "AUDIT", "TRACE", "TCPMSS"]).has(name) ? {} : unknown;
}
