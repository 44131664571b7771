import fs from "node:fs";
import process from "node:process";
import { nextTurn } from "../next-turn.ts";
import { closeQuietly } from "./close-quietly.ts";
import { O_PATH } from "./open-flags.ts";
import { followed, freeingLater } from "./pinned.ts";
import { fileKey, isAnyClaimed, isClaimed } from "./writers.ts";
import type { PartNames } from "./part-names.ts";

/** Removed between two turns: 5 ms of unlink. */
const BATCH = 128;

/**
 * Takes unfinished uploads out of a folder that holds nothing else, so that it can go. Everybody else has turns
 * meanwhile: what comes into the folder by then stays.
 *
 * @param real is used before this returns, and not afterwards
 * @returns `not-empty`, `busy` where there is more, or one of them is being written; nothing was taken if that was so
 * from the start
 */
export async function removeParts(real: string, parts: PartNames): Promise<"none" | "not-empty" | "busy"> {
  const folder = held(real);
  try {
    const left: string[] = [];
    for (const part of partsIn(folder.here, parts)) {
      if (part === undefined) return "not-empty";
      left.push(part);
      if (left.length % (8 * BATCH) === 0) await nextTurn();
    }
    for (const [i, part] of left.entries()) {
      if (!isAnyClaimed()) break;
      if (isWritten(part)) return "busy";
      if ((i + 1) % BATCH === 0) await nextTurn();
    }
    for (const [i, part] of left.entries()) {
      const stats = fs.lstatSync(part, { throwIfNoEntry: false });
      if (stats && isClaimed(fileKey(stats))) return "busy";
      if (stats) await freeingLater(part, stats, () => fs.unlinkSync(part));
      if ((i + 1) % BATCH === 0) await nextTurn();
    }
    return "none";
  } finally {
    folder.close();
  }
}

/** The paths of what a folder holds; undefined for what is no unfinished upload. */
function* partsIn(here: string, parts: PartNames): Generator<string | undefined> {
  const folder = fs.opendirSync(here);
  try {
    for (let found = folder.readSync(); found; found = folder.readSync()) {
      yield found.isFile() && parts.fits(found.name) ? `${here}/${found.name}` : undefined;
    }
  } finally {
    folder.closeSync();
  }
}

function isWritten(part: string): boolean {
  const stats = fs.lstatSync(part, { throwIfNoEntry: false });
  return stats !== undefined && isClaimed(fileKey(stats));
}

/** A folder that stays the same one for longer than a turn. */
function held(real: string): { readonly here: string; close(): void } {
  if (process.platform !== "linux") {
    followed(real);
    return { here: real, close() {} };
  }
  const { O_DIRECTORY, O_NOFOLLOW } = fs.constants;
  const handle = fs.openSync(real, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  return { here: `/proc/self/fd/${handle}`, close: () => closeQuietly(handle) };
}
