import fs from "node:fs";
import type { Entry } from "@twinport/protocol";
import { nextTurn } from "../next-turn.ts";
import { entryOf } from "./entry-of.ts";

/** Entries a batch: 2 ms of lstat, well below what a session beside it would feel. */
const BATCH = 256;

/** What of a folder is wanted. */
export interface WantedList {
  /** The folder, by a path that cannot lead elsewhere meanwhile. */
  readonly here: string;
  readonly wanted: "facts" | "names";
  readonly isLeftOut: (name: string) => boolean;
  /** What a link leads to, if it may be seen. */
  readonly linked: (name: string) => Entry | undefined;
}

/** The entries of a folder in batches, with a turn for everybody else between them. */
export async function* listFolder(list: WantedList): AsyncGenerator<readonly Entry[]> {
  const folder = fs.opendirSync(list.here, { bufferSize: BATCH });
  try {
    for (;;) {
      const batch = nextBatch(folder, list);
      if (batch === undefined) return;
      yield batch;
      // A reader that keeps up would otherwise have this loop to itself until the end.
      await nextTurn();
    }
  } finally {
    folder.closeSync();
  }
}

function nextBatch(folder: fs.Dir, list: WantedList): Entry[] | undefined {
  const batch: Entry[] = [];
  for (let i = 0; i < BATCH; i++) {
    const found = folder.readSync();
    if (!found) return i > 0 ? batch : undefined;
    if (list.isLeftOut(found.name)) continue;
    const entry = list.wanted === "names" ? guessed(found) : asked(list, found.name);
    if (entry) batch.push(entry);
  }
  return batch;
}

function guessed(found: fs.Dirent): Entry {
  const { name } = found;
  const kind = found.isDirectory() ? "directory" : "file";
  return { name, kind, size: 0, modified: 0, ...(found.isSymbolicLink() && { isLinked: true }) };
}

function asked(list: WantedList, name: string): Entry | undefined {
  const stats = fs.lstatSync(`${list.here}/${name}`, { throwIfNoEntry: false });
  if (!stats) {
    // Gone meanwhile; or a name that is not UTF-8, which cannot be asked for, and must not make a folder look empty.
    return name.includes("\ufffd") ? { name, kind: "other", size: 0, modified: 0 } : undefined;
  }
  // A link shows what it leads to; one that leads nowhere, or out of the root, shows only that it is a link.
  return (stats.isSymbolicLink() ? list.linked(name) : undefined) ?? entryOf(name, stats);
}
