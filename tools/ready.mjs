// Makes a fresh clone ready to run: node tools/ready.mjs [--build]
// Needs nothing but Node and npm, and says nothing when there is nothing to do. Written so that an old Node can
// at least read it as far as the sentence that refuses it.
import { spawn } from "node:child_process";
import { chmodSync, readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const lowest = { major: 20, minor: 19 };

/** @param {string} version @returns {boolean} */
function isTooOld(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < lowest.major || (major === lowest.major && minor < lowest.minor);
}

/** @param {string} file @returns {Record<string, any> | undefined} */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(root + file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * npm writes what it installed to node_modules/.package-lock.json. Contents are compared, not times: a checkout
 * touches the lock file without changing it, and a restored node_modules is old without being stale.
 */
function isInstalled() {
  const wanted = lockedPackages("package-lock.json");
  const present = lockedPackages("node_modules/.package-lock.json");
  if (!wanted || !present) return false;
  const isCurrent = (/** @type {string} */ place) =>
    present[place] ? JSON.stringify(present[place]) === JSON.stringify(wanted[place]) : wanted[place].optional === true; // built for another platform
  return (
    Object.keys(wanted).every((place) => place === "" || isCurrent(place)) &&
    Object.keys(present).every((place) => place in wanted)
  );
}

/**
 * Runs a command to its end; a signal that stops us stops it too, so that nothing is left behind.
 * @param {string} program @param {string[]} args @returns {Promise<void>}
 */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", 2, 2] });
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => void child.kill(signal);
    process.on("SIGINT", pass).on("SIGTERM", pass);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.off("SIGINT", pass).off("SIGTERM", pass);
      if (code === 0) resolve();
      else reject(new Error(`${[program, ...args].join(" ")} ended with ${signal || code}`));
    });
  });
}

/** @param {string[]} args @returns {Promise<void>} */
function npm(args) {
  const cli = process.env["npm_execpath"];
  return cli && /\.c?js$/.test(cli) ? run(process.execPath, [cli, ...args]) : run("npm", args);
}

/** @param {{ build: boolean }} wanted @returns {Promise<void>} */
async function makeReady({ build }) {
  if (isTooOld(process.versions.node)) {
    throw new Error(
      `Twinport needs Node ${lowest.major}.${lowest.minor} or newer; this is Node ${process.versions.node}`,
    );
  }
  if (!isInstalled()) {
    console.error("installing what package-lock.json names");
    // The build needs the development tools, whatever NODE_ENV says.
    await npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
  }
  if (build) await buildPackages();
}

async function buildPackages() {
  await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-b", "tsconfig.build.json"]);
  chmodSync(`${root}packages/twinport/bin/twinport.js`, 0o755);
}

/** @param {{ build: boolean }} wanted @returns {Promise<boolean>} */
export async function isReady(wanted) {
  try {
    await makeReady(wanted);
    return true;
  } catch (error) {
    console.error(`twinport: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return false;
  }
}

const started = process.argv[1];
if (started && realpathSync(started) === fileURLToPath(import.meta.url)) {
  await isReady({ build: process.argv.includes("--build") });
}
