import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cacheFolderOf } from "../mode-memory-place.ts";

/** Lines that are kept. */
const MOST_LINES = 500;

function fileOf(environment: NodeJS.ProcessEnv): string {
  return path.join(cacheFolderOf(environment), "shell-history");
}

/** The lines of earlier shells, the newest first; none where they cannot be read. */
export function readHistory(environment: NodeJS.ProcessEnv): string[] {
  try {
    return readFileSync(fileOf(environment), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .slice(0, MOST_LINES);
  } catch {
    return [];
  }
}

/** Keeps the lines, the newest first, readable by nobody else. What may hold a password is left out. */
export function keepHistory(lines: readonly string[], environment: NodeJS.ProcessEnv): void {
  const kept = lines.filter((line) => !/:\/\/[^/\s]*@|^\s*quote\b/i.test(line)).slice(0, MOST_LINES);
  try {
    mkdirSync(cacheFolderOf(environment), { recursive: true, mode: 0o700 });
    writeFileSync(fileOf(environment), kept.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  } catch {
    // A convenience: where there is no place for it, there is none.
  }
}
