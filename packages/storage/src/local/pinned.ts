import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { O_PATH } from "./open-flags.ts";

/** What stands at a real path; a link throws ELOOP, so that the confinement takes the next step. */
export function followed(real: string): fs.Stats {
  const stats = fs.lstatSync(real);
  if (stats.isSymbolicLink()) throw linkMet();
  return stats;
}

/**
 * Does something with what stands at a real path now, and with nothing that is put there meanwhile. A link throws
 * ELOOP.
 */
export function pinned<T>(real: string, use: (real: string, stats: fs.Stats) => T): T {
  if (process.platform !== "linux") return use(real, followed(real));
  const handle = fs.openSync(real, O_PATH | fs.constants.O_NOFOLLOW);
  try {
    const stats = fs.fstatSync(handle);
    if (stats.isSymbolicLink()) throw linkMet();
    return use(`/proc/self/fd/${handle}`, stats);
  } finally {
    fs.closeSync(handle);
  }
}

/** A folder that stays the same one however it is renamed, and the last name of the path that led there. */
export interface Held {
  readonly folder: string;
  readonly name: string;
  readonly stats: fs.Stats;
  close(): void;
}

/** Holds the folder of a real path. */
export function hold(real: string): Held {
  const name = path.basename(real);
  if (process.platform !== "linux") {
    const folder = path.dirname(real);
    return { folder, name, stats: fs.statSync(folder), close() {} };
  }
  const handle = fs.openSync(path.dirname(real), O_PATH | fs.constants.O_DIRECTORY);
  const close = (): void => fs.closeSync(handle);
  try {
    return { folder: `/proc/self/fd/${handle}`, name, stats: fs.fstatSync(handle), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Freeing the blocks of a larger file takes longer than the sessions beside it should wait. */
const FREED_AT_ONCE = 64 * 1024 * 1024;

/**
 * Takes the name of a large file away, and lets the thread pool free what it held: until then it is held open.
 *
 * @param takeAway unlinks the name, or renames something over it
 */
export function freeingLater(real: string, stats: fs.Stats | undefined, takeAway: () => void): void | Promise<void> {
  const isLarge = stats?.isFile() && stats.size > FREED_AT_ONCE && stats.nlink === 1;
  if (!isLarge || process.platform !== "linux") return takeAway();
  const handle = fs.openSync(real, O_PATH | fs.constants.O_NOFOLLOW);
  try {
    takeAway();
  } catch (error) {
    fs.closeSync(handle);
    throw error;
  }
  // What fails here has no name any more.
  return new Promise((resolve) => fs.close(handle, () => resolve()));
}

function linkMet(): Error {
  return Object.assign(new Error("a link"), { code: "ELOOP" });
}
