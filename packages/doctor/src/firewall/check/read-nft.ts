import { isObject, listOf, textOf } from "./nft-json.ts";
import { rulesOf } from "./nft-rule.ts";
import type { Json, JsonObject } from "./nft-json.ts";
import type { Base, Chain, Hook, Rule, Ruleset, Table } from "./ruleset.ts";

const families: readonly string[] = ["ip", "ip6", "inet", "netdev"] satisfies Table["family"][];
const hooks: readonly string[] = [
  "ingress",
  "prerouting",
  "input",
  "forward",
  "output",
  "postrouting",
] satisfies Hook[];

interface DraftTable {
  readonly family: Table["family"];
  readonly name: string;
  readonly chains: Map<string, { readonly base?: Base; readonly rules: JsonObject[] }>;
  readonly sets: Map<string, readonly Json[]>;
  readonly helpers: Map<string, string>;
}

/**
 * Reads what `nft -j list ruleset` prints.
 *
 * @param listing what `nft -a list ruleset` prints: rules are called by their text instead of by their handle
 * @throws {SyntaxError} what is given is no JSON
 */
export function readNft(json: string, listing = ""): Ruleset {
  const objects = JSON.parse(json) as Json;
  const tables = new Map<string, DraftTable>();
  for (const object of listOf(isObject(objects) ? objects["nftables"] : [])) {
    if (isObject(object))
      for (const [kind, what] of Object.entries(object)) if (isObject(what)) take(kind, what, tables);
  }
  const texts = textsOf(listing);
  return { source: "nft", tables: [...tables.values()].map((table) => tableOf(table, texts)) };
}

function take(kind: string, what: JsonObject, tables: Map<string, DraftTable>): void {
  const [family, name] = [textOf(what["family"]), textOf(what["name"])];
  if (kind === "table") {
    if (!families.includes(family) || listOf(what["flags"]).includes("dormant")) return;
    const table = { family: family as Table["family"], name, chains: new Map(), sets: new Map(), helpers: new Map() };
    tables.set(`${family} ${name}`, table);
    return;
  }
  const table = tables.get(`${family} ${textOf(what["table"])}`);
  if (kind === "chain") {
    const base = baseOf(what);
    table?.chains.set(name, { ...(base && { base }), rules: [] });
  } else if (kind === "rule") table?.chains.get(textOf(what["chain"]))?.rules.push(what);
  else if (kind === "set" || kind === "map") table?.sets.set(name, listOf(what["elem"]));
  else if (kind === "ct helper") table?.helpers.set(name, textOf(what["type"]));
}

function baseOf({ type, hook, prio, policy }: JsonObject): Base | undefined {
  if (!hooks.includes(textOf(hook))) return undefined;
  return {
    type: type === "nat" || type === "route" ? type : "filter",
    hook: hook as Hook,
    priority: Number(prio),
    policy: policy === "drop" ? "drop" : "accept",
  };
}

function tableOf({ family, name, chains, sets, helpers }: DraftTable, texts: ReadonlyMap<string, string>): Table {
  const ruleOf = (rule: JsonObject): Rule[] => {
    const handle = textOf(rule["handle"]);
    const text = texts.get(`${family} ${name} ${handle}`) ?? `handle ${handle}`;
    return rulesOf(listOf(rule["expr"]), text, { sets, helpers });
  };
  const read = ([chain, { base, rules }]: [string, { base?: Base; rules: JsonObject[] }]): [string, Chain] => [
    chain,
    { name: chain, ...(base && { base }), rules: rules.flatMap(ruleOf) },
  ];
  return { family, name, chains: new Map([...chains].map(read)) };
}

/** The texts of rules by table and handle. */
function textsOf(listing: string): Map<string, string> {
  const texts = new Map<string, string>();
  let table = "";
  for (const line of listing.split("\n")) {
    const [, begun] = /^table (\S+ \S+) \{/.exec(line) ?? [];
    if (begun !== undefined) table = begun;
    const [, text, handle] = /^\s+(.*\S)\s*# handle (\d+)$/.exec(line) ?? [];
    if (text !== undefined && handle !== undefined) texts.set(`${table} ${handle}`, text);
  }
  return texts;
}
