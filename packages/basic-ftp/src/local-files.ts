import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { isNameInFolder } from "@twinport/protocol";

/** Which part of a local file is sent. */
export interface UploadOptions {
  /** The first byte. */
  localStart?: number;
  /** The last byte. */
  localEndInclusive?: number;
}

// By descriptors and callbacks, as programs that put another file system in place expect it.
const open = promisify(fs.open);
const close = promisify(fs.close);
const fstat = promisify(fs.fstat);
const stat = promisify(fs.stat);
const unlink = promisify(fs.unlink);
const makeDirectory = promisify(fs.mkdir);

/** One thing in a local directory, and what it is or leads to. */
export interface LocalEntry {
  readonly name: string;
  readonly path: string;
  readonly stats: fs.Stats;
}

/** What is in a local directory, each looked at when its turn comes. */
export async function* localEntries(directory: string): AsyncGenerator<LocalEntry> {
  for (const name of await promisify(fs.readdir)(directory)) {
    const full = path.join(directory, name);
    yield { name, path: full, stats: await stat(full) };
  }
}

/** Makes a local directory with those above it, unless something is there. */
export async function ensureLocalDirectory(directory: string): Promise<void> {
  const there = await ignoringErrors(() => stat(directory));
  if (!there) await makeDirectory(directory, { recursive: true });
}

/**
 * Sends a local file by `send`.
 *
 * @throws {Error} if the file was changed meanwhile: what the server has is neither the one nor the other
 */
export async function sendLocalFile<T>(
  localPath: string,
  remotePath: string,
  { localStart, localEndInclusive }: UploadOptions,
  send: (source: fs.ReadStream) => Promise<T>,
): Promise<T> {
  const fd = await open(localPath, "r");
  const range = {
    ...(localStart !== undefined && { start: localStart }),
    ...(localEndInclusive !== undefined && { end: localEndInclusive }),
  };
  const source = fs.createReadStream("", { fd, ...range, autoClose: false });
  try {
    const stats = await fstat(fd);
    const end = Math.min(stats.size, (localEndInclusive ?? Infinity) + 1);
    const expected = Math.max(0, end - (localStart ?? 0));
    const result = await send(source);
    // A pipe has no size.
    if (stats.isFile() && source.bytesRead !== expected) {
      throw new Error(
        `Local file "${localPath}" changed while it was being uploaded to "${remotePath}": expected to send ${expected} bytes but sent ${source.bytesRead}. The remote file is incomplete.`,
      );
    }
    return result;
  } finally {
    await ignoringErrors(() => close(fd));
  }
}

/** Writes to a local file by `receive`. A new file that nothing came for is removed again. */
export async function receiveLocalFile<T>(
  localPath: string,
  startAt: number,
  receive: (destination: fs.WriteStream) => Promise<T>,
): Promise<T> {
  const isResumed = startAt > 0;
  const fd = await open(localPath, isResumed ? "r+" : "w");
  const destination = fs.createWriteStream("", { fd, start: startAt, autoClose: false });
  try {
    return await receive(destination);
  } catch (error) {
    const stats = await ignoringErrors(() => stat(localPath));
    if (!isResumed && !(stats && stats.size > 0)) await ignoringErrors(() => unlink(localPath));
    throw error;
  } finally {
    await ignoringErrors(() => close(fd));
  }
}

/** Whether a name of a listing stays in the directory that it is joined to, by the rules of this system. */
export function isSafePathName(name: string, rules: Pick<path.PlatformPath, "sep"> = path): boolean {
  if (!isNameInFolder(name)) return false;
  // Windows also parts names by backslashes, and drives and streams by colons, and drops dots and blanks at the end.
  return rules.sep !== "\\" || !(/[\\:]/.test(name) || /^[. ]+$/.test(name));
}

/** What a function gives, or nothing where it fails. */
export async function ignoringErrors<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch {
    return undefined;
  }
}
