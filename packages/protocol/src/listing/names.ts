import { listed } from "./dialect.ts";
import type { LineMeaning } from "./dialect.ts";
import { nameAndKind } from "./vms.ts";

/** What `ls` says on the connection for data instead of names. */
const complaint = /^(?:\/\S{1,64}\/)?ls: .*: (?:No such file or directory|Permission denied|not found)$/s;

/** A line of NLST: a name, often with the path that was asked for before it, and a slash behind a folder. */
export function readName(
  line: string,
  { asked, isVms }: { asked: string | undefined; isVms: boolean },
): LineMeaning | undefined {
  if (complaint.test(line)) return undefined;
  if (isVms) {
    const { name, kind } = nameAndKind(line);
    return listed({ name, kind: kind === "file" ? "unknown" : kind, raw: line });
  }
  const isFolder = line.length > 1 && line.endsWith("/");
  const path = isFolder ? line.slice(0, -1) : line;
  return listed({
    name: lastComponent(withoutAsked(path, asked)),
    kind: isFolder ? "directory" : "unknown",
    raw: line,
  });
}

/** The path without the one that was asked for, or its last name where the two are one. */
export function withoutAsked(path: string, asked: string | undefined): string {
  if (asked === undefined || asked === "") return path;
  if (path === asked) return path.slice(path.lastIndexOf("/") + 1);
  const folder = asked.endsWith("/") ? asked : `${asked}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}

/** The name at the end of a path downwards; a path that leads elsewhere is given back whole, and is no name. */
export function lastComponent(path: string): string {
  const steps = path.split("/");
  const isDownwards = steps.every((step) => step !== "" && step !== "..");
  return isDownwards ? steps.at(-1)! : path;
}
