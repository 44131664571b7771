import { visible } from "../command/command.ts";
import { formatTimestamp, parseTimestamp } from "../timestamp.ts";
import type { Entry, EntryKind } from "./entry.ts";

/** A fact of MLST and MLSD (RFC 3659 §7.5, and the registry's UNIX facts). */
export type FactName = "type" | "size" | "modify" | "perm" | "unique" | "UNIX.mode" | "UNIX.owner" | "UNIX.group";

/** All the facts there are, in the order in which they are written. */
export const factNames: readonly FactName[] = [
  "type",
  "size",
  "modify",
  "perm",
  "unique",
  "UNIX.mode",
  "UNIX.owner",
  "UNIX.group",
];

/** An entry as MLSD sees it: the folder itself and the one above it are listed too. */
export interface FactsEntry extends Omit<Entry, "kind"> {
  readonly kind: EntryKind | "current" | "parent";
  /** What the account may do with it, in the letters of RFC 3659 §7.5.5. */
  readonly perm?: string;
}

const types: Readonly<Record<FactsEntry["kind"], string>> = {
  file: "file",
  directory: "dir",
  link: "OS.unix=symlink",
  other: "OS.unix=other",
  current: "cdir",
  parent: "pdir",
};

const factOf: Readonly<Record<FactName, (entry: FactsEntry) => string | undefined>> = {
  type: ({ kind }) => types[kind],
  size: ({ kind, size }) => (kind === "file" ? String(size) : undefined),
  modify: ({ modified }) => formatTimestamp(modified),
  perm: ({ perm }) => perm,
  unique: ({ unique }) => unique,
  "UNIX.mode": ({ mode }) => (mode === undefined ? undefined : `0${(mode & 0o7777).toString(8).padStart(3, "0")}`),
  "UNIX.owner": ({ owner }) => owner,
  "UNIX.group": ({ group }) => group,
};

/** `type=file;size=12;modify=20260101000000; name`, with the facts that were asked for, without the line's end. */
export function formatFacts(entry: FactsEntry, wanted: ReadonlySet<FactName>): string {
  let line = "";
  for (const name of factNames) {
    if (!wanted.has(name)) continue;
    const fact = factOf[name](entry);
    // Neither a semicolon nor a space may stand in a fact (RFC 3659 §7.2): they end it, and all facts.
    if (fact !== undefined) line += `${name}=${visible(fact).replace(/[;\s]/g, "_")};`;
  }
  return `${line} ${visible(entry.name)}`;
}

/** Reads a line of MLST or MLSD; undefined for one that is none. Fact names are in lower case. */
export function parseFacts(
  line: string,
): { readonly name: string; readonly facts: ReadonlyMap<string, string> } | undefined {
  const found = /^((?:[^=; ]+=[^;]*;)*) (.+)$/s.exec(line);
  if (!found) return undefined;
  const facts = new Map<string, string>();
  for (const fact of found[1]!.split(";")) {
    const equals = fact.indexOf("=");
    if (equals > 0) facts.set(fact.slice(0, equals).toLowerCase(), fact.slice(equals + 1));
  }
  return { name: found[2]!, facts };
}

/** The time in a `modify` fact, in ms since 1970. */
export function modifiedOf(facts: ReadonlyMap<string, string>): number | undefined {
  return parseTimestamp(facts.get("modify") ?? "");
}

/** The line that FEAT has for MLST: all facts, those that are on marked with a star (RFC 3659 §7.8). */
export function formatFactsFeature(wanted: ReadonlySet<FactName>): string {
  return `MLST ${factNames.map((name) => `${name}${wanted.has(name) ? "*" : ""};`).join("")}`;
}

/** What `OPTS MLST type;size;` asks for; names that are not known are left out (RFC 3659 §7.9). */
export function parseFactsRequest(text: string): Set<FactName> {
  const asked = new Set(text.toLowerCase().split(";"));
  return new Set(factNames.filter((name) => asked.has(name.toLowerCase())));
}
