import fs from "node:fs";
import { pinned } from "./pinned.ts";
import { fileKey, isClaimed } from "./writers.ts";
import type { PartNames } from "./part-names.ts";

/**
 * Takes unfinished uploads out of a folder that holds nothing else, so that it can go.
 *
 * @returns `not-empty`, `busy` where nothing was taken, because there is more, or one of them is being written
 */
export function removeParts(real: string, parts: PartNames): "none" | "not-empty" | "busy" {
  return pinned(real, (here) => {
    const left: string[] = [];
    const folder = fs.opendirSync(here);
    try {
      for (let found = folder.readSync(); found; found = folder.readSync()) {
        if (!found.isFile() || !parts.fits(found.name)) return "not-empty";
        left.push(`${here}/${found.name}`);
      }
    } finally {
      folder.closeSync();
    }
    if (left.some((part) => isClaimed(fileKey(fs.lstatSync(part))))) return "busy";
    for (const part of left) fs.unlinkSync(part);
    return "none";
  });
}
