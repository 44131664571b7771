// Packs every package as it would be published, and asks publint and attw about the tarballs.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const windows = process.platform === "win32";

/** @param {string} program @param {string[]} args @returns {Promise<{ ok: boolean, stdout: string, all: string }>} */
function run(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: root, shell: windows, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ ok: !error, stdout, all: stdout + stderr }),
    );
  });
}

const folder = mkdtempSync(join(tmpdir(), "twinport-packed-"));
try {
  const packed = await run("npm", ["pack", "--workspaces", "--json", "--pack-destination", folder]);
  if (!packed.ok) throw new Error(packed.all);
  const answer = JSON.parse(packed.stdout);
  /** @type {{ name: string, filename: string, files: { path: string }[] }[]} */
  const packages = Array.isArray(answer) ? answer : Object.values(answer);
  if (packages.length === 0) throw new Error("npm pack packed nothing");

  const checks = packages.flatMap(({ name, filename, files }) => {
    const tarball = join(folder, filename);
    return [
      async () => ({
        title: `${name}: files`,
        ok: !files.some(({ path }) => /\.test\.|\.tsbuildinfo$/.test(path)),
        all: files.map(({ path }) => path).join("\n"),
      }),
      async () => ({ title: `${name}: publint`, ...(await run("npx", ["publint", "run", tarball, "--strict"])) }),
      async () => ({
        title: `${name}: attw`,
        ...(await run("npx", ["attw", tarball, "--profile", "esm-only", "--no-emoji", "--no-color"])),
      }),
    ];
  });

  const worker = async () => {
    for (let check = checks.shift(); check; check = checks.shift()) {
      const { title, ok, all } = await check();
      console.log(`${ok ? "ok  " : "FAIL"} ${title}`);
      if (ok) continue;
      console.log(all.trim().replace(/^/gm, "     "));
      process.exitCode = 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
} finally {
  rmSync(folder, { recursive: true });
}
