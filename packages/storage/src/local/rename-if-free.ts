import fs from "node:fs";
import { errnoOf } from "./system-error.ts";

/** File systems without hard links say one of these. */
const noLinks: ReadonlySet<string | undefined> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Gives a file another name only where nothing has it; else it throws EEXIST. A kill between the two leaves both names. */
export function renameIfFree(from: string, to: string): void {
  try {
    // Unlike a rename, it never replaces.
    fs.linkSync(from, to);
  } catch (error) {
    if (!noLinks.has(errnoOf(error))) throw error;
    if (fs.lstatSync(to, { throwIfNoEntry: false })) {
      throw Object.assign(new Error("something stands there"), { code: "EEXIST" });
    }
    fs.renameSync(from, to);
    return;
  }
  fs.unlinkSync(from);
}
