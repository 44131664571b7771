import { parseFactsEntry } from "@twinport/protocol";
import { FileType } from "./FileInfo.ts";
import { fileInfo } from "./file-info-of.ts";
import type { FileInfo } from "./FileInfo.ts";

/** Whether a line may be one of MLSD: facts and a name, or a blank and a name. */
export function testLine(line: string): boolean {
  return /^[^\s=]+=\S*;/.test(line) || line.startsWith(" ");
}

const above: ReadonlySet<string | undefined> = new Set(["cdir", "pdir"]);

/** Reads a line of MLSD; undefined for the folder itself, the one above it, and what is no such line. */
export function parseLine(line: string): FileInfo | undefined {
  const entry = parseFactsEntry(line);
  if (!entry || entry.name === "." || entry.name === "..") return undefined;
  const type = entry.facts?.get("type") ?? "";
  if (above.has(type.toLowerCase())) return undefined;
  const info = fileInfo(entry);
  const modified = entry.facts?.get("modify");
  info.rawModifiedAt = info.modifiedAt?.toISOString() ?? modified ?? "";
  const target = /^os\.unix=slink:?(.*)$/is.exec(type)?.[1];
  if (target !== undefined) info.link = target;
  return info;
}

/**
 * Gives links their targets: some servers list the target as an entry of its own, with the same identity. Entries whose
 * names are paths are such targets elsewhere, or an attack, and are left out.
 */
export function transformList(files: FileInfo[]): FileInfo[] {
  const targets = new Map<string, string>();
  for (const { isSymbolicLink, uniqueID, name } of files) {
    if (!isSymbolicLink && uniqueID !== undefined) targets.set(uniqueID, name);
  }
  for (const file of files) {
    if (file.type !== FileType.SymbolicLink || file.uniqueID === undefined) continue;
    const target = targets.get(file.uniqueID);
    if (target !== undefined) file.link ??= target;
  }
  return files.filter(({ name }) => !name.includes("/"));
}

/** Reads the time of RFC 3659 §2.3, which is in UTC; an invalid Date where it is none. */
export function parseMLSxDate(fact: string): Date {
  const part = (from: number, to: number): number => Number(fact.slice(from, to));
  const day = Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14), part(15, 18));
  return new Date(day);
}
