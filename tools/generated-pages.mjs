import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);

/** @typedef {{ readonly path: string, readonly text: string }} Page */

/**
 * Writes the pages that a tool makes, where it is that tool that was started; with --check it writes nothing and fails
 * when a page is another one.
 *
 * @param {string} tool the URL of its module
 * @param {() => readonly Page[]} pages
 */
export function writePages(tool, pages) {
  const [, started] = process.argv;
  const path = fileURLToPath(tool);
  if (!started || realpathSync(started) !== path) return;
  const name = relative(fileURLToPath(root), path);
  for (const page of pages()) {
    if (textOf(page.path) === page.text) continue;
    if (process.argv.includes("--check")) {
      console.error(`${page.path} is not what its tables say: run node ${name}`);
      process.exitCode = 1;
    } else {
      writeFileSync(new URL(page.path, root), page.text);
      console.log(`wrote ${page.path}`);
    }
  }
}

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(new URL(path, root), "utf8");
  } catch {
    return undefined;
  }
}
