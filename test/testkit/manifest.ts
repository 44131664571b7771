import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";

/** All files below a folder, each with its SHA-256, in the order of their names. */
export async function manifest(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const digest = createHash("sha256").update(await readFile(path));
    lines.push(`${digest.digest("hex")}  ${relative(folder, path)}`);
  }
  return lines.sort((one, other) => (one.slice(66) < other.slice(66) ? -1 : 1));
}
