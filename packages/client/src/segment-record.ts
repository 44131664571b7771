import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { ByteRange } from "./segment-ranges.ts";

/** Of which remote file the segments are: another one of that name has another size or time. */
export interface RemoteVersion {
  readonly server: string;
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970; undefined where the server does not tell: then nothing can be gone on with later. */
  readonly modified: number | undefined;
}

/** Whether it still is the same file, as far as can be told. */
export function isSameVersion(one: RemoteVersion, other: RemoteVersion): boolean {
  return (
    one.server === other.server && one.path === other.path && one.size === other.size && one.modified === other.modified
  );
}

/** Ranges that a record may have; more is none of ours. */
const MOST = 10_000;

/** The ranges that an earlier program has fetched of this version; undefined where there is no record of that. */
export async function readRecord(file: string, version: RemoteVersion): Promise<ByteRange[] | undefined> {
  if (version.modified === undefined) return undefined;
  try {
    const record: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof record !== "object" || record === null) return undefined;
    const { version: format, of, done } = record as { version?: unknown; of?: RemoteVersion; done?: unknown };
    if (format !== 1 || typeof of !== "object" || !isSameVersion(of, version)) return undefined;
    if (!Array.isArray(done) || done.length > MOST) return undefined;
    return done.every((range: unknown) => isRange(range, version.size)) ? (done as ByteRange[]) : undefined;
  } catch {
    // Not there, or not whole: what it speaks of is fetched again.
    return undefined;
  }
}

/** Puts the record in the place of the last one. */
export async function writeRecord(file: string, of: RemoteVersion, done: readonly ByteRange[]): Promise<void> {
  const fresh = `${file}.${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(fresh, JSON.stringify({ version: 1, of, done }), { flag: "wx" });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

function isRange(value: unknown, size: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { from, to } = value as Partial<Record<keyof ByteRange, unknown>>;
  return (
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(to) &&
    Number(from) >= 0 &&
    Number(to) <= size &&
    Number(from) <= Number(to)
  );
}
