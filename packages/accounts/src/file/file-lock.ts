import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import { AccountsFileError } from "./errors.ts";

/** A lock this old was left behind by a program that has died: what is done under it takes milliseconds. */
const STALE_MS = 10_000;

/** How long the others are waited for. */
const PATIENCE_MS = 30_000;

/** A lock that is held until it is disposed. */
export interface FileLock extends AsyncDisposable {
  /** Nobody has taken it for one that was left behind. */
  isHeld(): Promise<boolean>;
}

/**
 * Holds a lock between programs: a file that only one of them can make.
 *
 * @param file what is locked, for the errors
 * @throws {AccountsFileError} `file-locked`, `file-not-written`
 */
export async function holdFileLock(lock: string, file: string): Promise<FileLock> {
  const mark = randomUUID();
  const isHeld = async (): Promise<boolean> => (await contentOf(lock)) === mark;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!(await take(lock, mark, file))) {
    if (patience.aborted) throw new AccountsFileError("file-locked", { file });
    await removeIfStale(lock);
    await after(5 + Math.random() * 20);
  }
  return {
    isHeld,
    async [Symbol.asyncDispose]() {
      if (await isHeld()) await fs.rm(lock, { force: true });
    },
  };
}

/** It has its content from the beginning: it is made under another name, and linked, which fails if it is there. */
async function take(lock: string, mark: string, file: string): Promise<boolean> {
  const own = `${lock}.${mark}`;
  try {
    await fs.writeFile(own, mark, { flag: "wx", mode: 0o600 });
    await fs.link(own, lock);
    return true;
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") return false;
    throw new AccountsFileError("file-not-written", { file, cause: errnoOf(cause) }, { cause });
  } finally {
    await fs.rm(own, { force: true });
  }
}

/** Moved away first: of several who find it old, one moves it, and whoever moves a new one instead puts it back. */
async function removeIfStale(lock: string): Promise<void> {
  if (!(await isStale(lock))) return;
  const moved = `${lock}.${randomUUID()}`;
  try {
    await fs.rename(lock, moved);
    if (!(await isStale(moved))) await fs.link(moved, lock);
  } catch {
    // Somebody else was faster.
  } finally {
    await fs.rm(moved, { force: true });
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await fs.stat(lock)).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

async function contentOf(lock: string): Promise<string | undefined> {
  try {
    return await fs.readFile(lock, "utf8");
  } catch {
    return undefined;
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
