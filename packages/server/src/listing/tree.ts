import { ROOT, childOf, visible } from "@twinport/protocol";
import { isLeftOut } from "./left-out.ts";
import { refusePermission } from "../allowed-path.ts";
import type { Entry, VirtualPath } from "@twinport/protocol";
import type { Session } from "../session.ts";
import type { Batches } from "./listing.ts";

interface Folder {
  readonly path: VirtualPath;
  /** What stands above its entries. */
  readonly title: string;
}

/**
 * A folder and all that is below it, as `ls -R` writes it: each folder with its name above it. Links are not followed,
 * so there is an end. What cannot be listed further down is left out.
 */
export async function* tree(
  session: Session,
  top: VirtualPath,
  written: string,
  inFolder: (folder: VirtualPath) => Batches,
  write: (entries: Batches) => AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly string[]> {
  // The next one last: what a folder holds comes before what stands beside it.
  const waiting: Folder[] = [{ path: top, title: written.replace(/(?<=.)\/+$/, "") || "." }];
  for (let isFirst = true; ; isFirst = false) {
    const folder = waiting.pop();
    if (!folder) return;
    if (!isFirst && refusePermission(session.access, "list", folder.path)) continue;
    yield [...(isFirst ? [] : [""]), `${visible(folder.title)}:`];
    const below: Folder[] = [];
    try {
      yield* write(noting(inFolder(folder.path), (entry) => below.push(childFolder(folder, entry))));
    } catch (error) {
      // Removed meanwhile, or not ours to read: the rest of the tree is still there. A disk that fails is another thing:
      // what comes behind it would be taken for the whole.
      if (isFirst || !isLeftOut(error)) throw error;
    }
    waiting.push(...below.reverse());
  }
}

async function* noting(batches: Batches, note: (folder: Entry) => void): AsyncGenerator<readonly Entry[]> {
  for await (const batch of batches) {
    for (const entry of batch) {
      const isItself = entry.name === "." || entry.name === "..";
      if (entry.kind === "directory" && !entry.isLinked && !isItself) note(entry);
    }
    yield batch;
  }
}

function childFolder({ path, title }: Folder, { name }: Entry): Folder {
  return { path: childOf(path, name), title: title === ROOT ? `/${name}` : `${title}/${name}` };
}
