import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { AccountsFileError } from "./errors.ts";
import { holdFileLock } from "./file-lock.ts";
import { fileVersion } from "./file-version.ts";
import { parseAccountsFile, parseAccountsFileInTurns } from "./parse-accounts-file.ts";
import type { AccountsFile } from "./account-record.ts";
import type { WrittenAccount } from "./account-schema.ts";

/** Some eighty thousand accounts: more of them are a matter for a database. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Readable, writable or executable by somebody who is not the owner. */
const OF_OTHERS = 0o077;

/** A file that was read, and how to see whether it is still the same. */
export interface ReadAccountsFile extends AccountsFile {
  /** Another one where the file is another, or has been written to. */
  readonly version: string;
  /** The group or others can read or write it. */
  readonly isOpenToOthers: boolean;
}

/**
 * Reads an accounts file.
 *
 * @throws {AccountsFileError}
 */
export async function readAccountsFile(file: string): Promise<ReadAccountsFile> {
  const { text, version, mode } = await readText(file);
  const isOpenToOthers = process.platform !== "win32" && (mode & OF_OTHERS) !== 0;
  return { ...(await parseAccountsFileInTurns(text, file)), version, isOpenToOthers };
}

/**
 * What {@link ReadAccountsFile.version} would be now.
 *
 * @throws {AccountsFileError} `file-not-there`, `file-not-readable`
 */
export async function accountsFileVersion(file: string): Promise<string> {
  try {
    return fileVersion(await fs.stat(file, { bigint: true }));
  } catch (error) {
    throw notReadable(error, file);
  }
}

/**
 * Changes the accounts of a file, or makes the file. Others who do the same wait for each other. What is written has
 * been checked; readers see the old file or the new one and nothing between.
 *
 * @param change changes the accounts as they stand in the file; if it throws, nothing is written
 * @param options `only: "check"`: everything is done but the writing
 * @throws {AccountsFileError}
 */
export async function updateAccountsFile<T>(
  file: string,
  change: (accounts: Map<string, WrittenAccount>) => T,
  { only }: { readonly only?: "check" } = {},
): Promise<T> {
  const real = await followed(file);
  for (;;) {
    await using lock = await holdFileLock(`${real}.lock`, file);
    const before = await readIfThere(real, file);
    const written = JSON.parse(before ?? '{"version":1,"accounts":{}}') as { accounts: Record<string, WrittenAccount> };
    const accounts = new Map(Object.entries(written.accounts));
    const result = change(accounts);
    // Object.fromEntries makes a property even of `__proto__`.
    const text = `${JSON.stringify({ ...written, accounts: Object.fromEntries(accounts) }, undefined, 2)}\n`;
    parseAccountsFile(text, file);
    if (text === before || only === "check") return result;
    if (await replace(real, text, file, () => lock.isHeld())) return result;
    // The lock was taken for one that somebody had left behind: what was read may be old.
  }
}

/** Links are followed: a link that leads to the file stays one. */
async function followed(file: string): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch {
    return path.resolve(file);
  }
}

async function readIfThere(real: string, file: string): Promise<string | undefined> {
  try {
    const { text } = await readText(real);
    parseAccountsFile(text, file);
    return text.replace(/^\ufeff/, "");
  } catch (error) {
    if (error instanceof AccountsFileError && error.code === "file-not-there") return undefined;
    throw error;
  }
}

async function readText(file: string): Promise<{ text: string; version: string; mode: number }> {
  try {
    await using handle = await fs.open(file, "r");
    // Before the text: if somebody writes meanwhile, the next look sees another version.
    const stats = await handle.stat({ bigint: true });
    if (stats.size > MAX_BYTES) throw new AccountsFileError("file-too-large", { file, limit: MAX_BYTES });
    return { text: await handle.readFile("utf8"), version: fileVersion(stats), mode: Number(stats.mode) };
  } catch (error) {
    throw error instanceof AccountsFileError ? error : notReadable(error, file);
  }
}

function notReadable(cause: unknown, file: string): AccountsFileError {
  const errno = errnoOf(cause);
  if (errno === "ENOENT") return new AccountsFileError("file-not-there", { file }, { cause });
  return new AccountsFileError("file-not-readable", { file, cause: errno }, { cause });
}

/** Puts the text in the file's place, if that is still allowed at the last moment. */
async function replace(real: string, text: string, file: string, mayReplace: () => Promise<boolean>): Promise<boolean> {
  const folder = path.dirname(real);
  const next = path.join(folder, `.${path.basename(real)}.${randomUUID()}`);
  try {
    const handle = await fs.open(next, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await takeAfter(handle, real);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!(await mayReplace())) return false;
    await fs.rename(next, real);
    await syncFolder(folder);
    return true;
  } catch (cause) {
    throw new AccountsFileError("file-not-written", { file, cause: errnoOf(cause) }, { cause });
  } finally {
    await fs.rm(next, { force: true });
  }
}

/** The new file has the old one's owner and permission bits, as far as this user can give them. */
async function takeAfter(handle: fs.FileHandle, real: string): Promise<void> {
  const old = await fs.stat(real).catch(() => undefined);
  if (!old) return;
  const own = await handle.stat();
  const isOwner = own.uid === old.uid && own.gid === old.gid;
  const given = isOwner || (await handle.chown(old.uid, old.gid).then(...yesOrNo));
  // Another group must not get what the old one had.
  await handle.chmod(old.mode & (given ? 0o777 : 0o700));
}

const yesOrNo = [() => true, () => false] as const;

/** The name in the folder outlives a loss of power too. Not on Windows, where a folder cannot be opened. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await fs.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
