import fs from "node:fs";
import process from "node:process";
import { promisify } from "node:util";

/**
 * What is on the disk itself, and not only on its way there, when an upload is told to be whole: nothing, the file's
 * bytes (`file`), or its name as well (`all`).
 */
export type SyncPolicy = "none" | "file" | "all";

const fsync = promisify(fs.fsync);

/** The bytes of a file. */
export async function syncFile(descriptor: number): Promise<void> {
  await fsync(descriptor);
}

/** The names in a folder. Windows can only do that with the whole volume. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const descriptor = fs.openSync(folder, fs.constants.O_RDONLY);
  try {
    await fsync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
