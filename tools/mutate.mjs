// Takes each defence away, one at a time, from a copy of the sources, and expects the test that names it to fail. A
// mutation that nobody notices is a defence that no test holds. `npm run mutate [-- part of a name]`
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { defences } from "../test/hostile/defences.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const AT_ONCE = Math.max(1, Math.min(4, os.availableParallelism()));
/** A test that would take longer hangs, and that is noticed too. */
const LONGEST_MS = 90_000;

/** A copy of all that the tests read, with its own links to the packages: those of the original lead back to it. */
function copyOfHouse() {
  const house = mkdtempSync(path.join(os.tmpdir(), "twinport-mutate-"));
  /** @param {string} from */
  const isSource = (from) => !/(^|\/)(node_modules|dist|\.git|\.ci)(\/|$)|tsbuildinfo$/.test(path.relative(root, from));
  for (const name of ["packages", "test", "tsconfig.json", "package.json", "vitest.config.ts"]) {
    cpSync(path.join(root, name), path.join(house, name), { recursive: true, filter: isSource });
  }
  for (const name of readdirSync(root).filter((one) => /^tsconfig.*\.json$/.test(one))) {
    cpSync(path.join(root, name), path.join(house, name));
  }
  const modules = path.join(house, "node_modules");
  mkdirSync(path.join(modules, "@twinport"), { recursive: true });
  for (const name of readdirSync(path.join(root, "node_modules"))) {
    if (name === "@twinport" || name === "twinport") continue;
    symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
  }
  for (const name of readdirSync(path.join(house, "packages"))) {
    const link = name === "twinport" ? path.join(modules, name) : path.join(modules, "@twinport", name);
    symlinkSync(path.join(house, "packages", name), link);
    const own = path.join(root, "packages", name, "node_modules");
    try {
      symlinkSync(own, path.join(house, "packages", name, "node_modules"));
    } catch {
      // Most packages have no modules of their own.
    }
  }
  return house;
}

/** What ends the tests that run. @type {Set<() => void>} */
const running = new Set();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
process.on("exit", () => {
  for (const kill of running) kill();
});

/** @typedef {typeof defences[number]} Defence */

/**
 * Whether the test fails in a house; with all that it said.
 *
 * @param {string} house
 * @param {Defence} defence
 * @returns {Promise<{ failed: boolean, ran: boolean, said: string }>}
 */
function runTest(house, { test, title = "" }) {
  return new Promise((resolve) => {
    const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--project", "unit", test, ...(title ? ["-t", title] : [])];
    const child = spawn(process.execPath, args, { cwd: house, env: { ...process.env, CI: "" }, detached: true });
    const kill = () => {
      // The whole group: vitest's own workers too.
      if (child.pid) process.kill(-child.pid, "SIGKILL");
    };
    running.add(kill);
    let said = "";
    child.stdout.on("data", (text) => (said += text));
    child.stderr.on("data", (text) => (said += text));
    let hung = false;
    const late = setTimeout(() => {
      hung = true;
      kill();
    }, LONGEST_MS);
    child.on("close", (code) => {
      clearTimeout(late);
      running.delete(kill);
      const ran = hung || /Tests\s+(?:.*?\s)?\d+ (?:passed|failed)/.test(strip(said));
      resolve({ failed: code !== 0, ran, said });
    });
  });
}

/** @param {string} text */
function strip(text) {
  // eslint-disable-next-line no-control-regex -- colours
  return text.replaceAll(/\u001b\[[0-9;]*m/g, "");
}

/**
 * @param {string} house
 * @param {Defence} one
 */
function mutate(house, { file, defence, without }) {
  const where = path.join(house, file);
  const text = readFileSync(where, "utf8");
  if (text.split(defence).length !== 2) throw new Error(`${file} does not hold this exactly once: ${defence}`);
  writeFileSync(
    where,
    text.replace(defence, () => without),
  );
  return () => writeFileSync(where, text);
}

const wanted = process.argv[2] ?? "";
const chosen = defences.filter(({ name }) => name.includes(wanted));
let next = 0;
/** @type {{ name: string, said: string }[]} */
const survived = [];

async function work() {
  const house = copyOfHouse();
  try {
    for (let one = chosen[next++]; one; one = chosen[next++]) {
      const restore = mutate(house, one);
      const { failed, ran, said } = await runTest(house, one);
      restore();
      const noticed = failed && ran;
      console.log(`${noticed ? "noticed " : "SURVIVED"}  ${one.name}`);
      if (!noticed) survived.push({ name: one.name, said });
    }
  } finally {
    rmSync(house, { recursive: true, force: true });
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
for (const { name, said } of survived) console.log(`\n== ${name}\n${strip(said).split("\n").slice(-40).join("\n")}`);
console.log(`${chosen.length - survived.length} of ${chosen.length} defences are held by a test`);
process.exitCode = survived.length === 0 && chosen.length > 0 ? 0 : 1;
