import { childOf, isPattern, namesOf, patternMatcher } from "@twinport/protocol";
import { ServerError } from "../errors.ts";
import { isLeftOut } from "./left-out.ts";
import { inTurns } from "./turns.ts";
import { refusePermission } from "../allowed-path.ts";
import { statIfThere } from "../stat-if-there.ts";
import type { Entry, VirtualPath } from "@twinport/protocol";
import type { Session } from "../session.ts";

/** Folders that one pattern is looked for in, and entries that are compared with it in all of them but the last name's. */
const MOST_FOLDERS = 10_000;

/** Whether a path has a pattern among its names. */
export function isPatternPath(path: VirtualPath): boolean {
  return namesOf(path).some(isPattern);
}

/**
 * What matches a path with patterns in any of its names. Their names are as the client wrote the path, so that they can
 * be asked for as they come.
 */
export async function* matching(
  session: Session,
  path: VirtualPath,
  written: string,
  wanted: "facts" | "names",
): AsyncGenerator<readonly Entry[]> {
  const names = namesOf(path);
  const first = names.findIndex(isPattern);
  const start = `/${names.slice(0, first).join("/")}` as VirtualPath;
  const prefix = writtenBefore(written, names.length - first);
  const search = { session, wanted, names, folders: 0 };
  yield* below(search, start, prefix, first);
}

interface Search {
  readonly session: Session;
  readonly wanted: "facts" | "names";
  readonly names: readonly string[];
  folders: number;
}

async function* below(
  search: Search,
  folder: VirtualPath,
  prefix: string,
  at: number,
): AsyncGenerator<readonly Entry[]> {
  const { session, names, wanted } = search;
  const name = names[at]!;
  const isLast = at === names.length - 1;
  if (!isPattern(name)) {
    const path = childOf(folder, name);
    if (!isLast) return yield* below(search, path, `${prefix}${name}/`, at + 1);
    if (refusePermission(session.access, "list", path)) return;
    const entry = await statIfThere(session.storage, path);
    if (entry) yield [{ ...entry, name: prefix + name }];
    return;
  }
  if (++search.folders > MOST_FOLDERS) throw new ServerError("pattern-too-wide");
  if (refusePermission(session.access, "list", folder)) return;
  const fits = patternMatcher(name);
  for await (const batch of entriesOf(search, folder, isLast ? wanted : "facts")) {
    const fitted = await inTurns(batch, (entry) => fits(entry.name));
    const fitting = batch.filter((_entry, i) => fitted[i]);
    if (isLast) {
      yield fitting.map((entry) => ({ ...entry, name: prefix + entry.name }));
      continue;
    }
    for (const entry of fitting) {
      if (entry.kind !== "directory") continue;
      yield* below(search, childOf(folder, entry.name), `${prefix}${entry.name}/`, at + 1);
    }
  }
}

/** What is in a folder; nothing where it is no folder, or not ours to list. */
async function* entriesOf(
  { session }: Search,
  folder: VirtualPath,
  wanted: "facts" | "names",
): AsyncGenerator<readonly Entry[]> {
  try {
    yield* session.storage.list(folder, wanted);
  } catch (error) {
    if (!isLeftOut(error)) throw error;
  }
}

/** How the path was written up to its last names. */
function writtenBefore(written: string, lastNames: number): string {
  let end = written.replace(/\/+$/, "").length;
  for (let i = 0; i < lastNames && end >= 0; i++) end = written.lastIndexOf("/", end - 1);
  return written.slice(0, end + 1);
}
