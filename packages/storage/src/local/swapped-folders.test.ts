import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { performance } from "node:perf_hooks";
import { expect, test } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { StorageError } from "../errors.ts";
import { diskStorage } from "./disk-storage.ts";
import type { DiskStorage } from "./disk-storage.ts";

const SECONDS = process.env["TWINPORT_PROVE"] ? 30 : 2;

/** Makes `d` a folder, then a link to what is outside, and `f` a file, then such a link, as fast as it can. */
const swap = `
const fs = require("node:fs");
process.chdir(process.argv[1]);
process.stdout.write("ready");
for (;;) for (const [a, b] of [["real", "out"], ["out", "real"]]) for (const what of ["d", "f"]) {
  try { fs.renameSync(what, what + "-" + a); } catch {}
  try { fs.renameSync(what + "-" + b, what); } catch {}
}`;

/** Everything below a folder, with what a change would leave its mark on. */
function everything(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((found) => {
      const real = path.join(found.parentPath, found.name);
      const { mode, mtimeMs, size, ino } = fs.lstatSync(real);
      const content = found.isFile() ? fs.readFileSync(real, "utf8") : "";
      return [real, mode, mtimeMs, size, ino, content].join(" ");
    })
    .toSorted();
}

test.runIf(process.platform === "linux").each([{}, { atomic: {} }])(
  "however fast folders and links are swapped, nothing outside is read or touched (%j)",
  { timeout: (SECONDS + 20) * 1000 },
  async (options) => {
    await using scratch = new ScratchFolder();
    const root = path.join(scratch.path, "root");
    const outside = path.join(scratch.path, "outside");
    for (const folder of [root, outside, `${root}/d`, `${outside}/empty`]) fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(outside, "file"), "SECRET");
    fs.writeFileSync(path.join(outside, "only-outside"), "SECRET");
    fs.symlinkSync("../outside", path.join(root, "d-out"));
    fs.symlinkSync("../outside/file", path.join(root, "f-out"));
    fs.writeFileSync(path.join(root, "f"), "inside");
    fs.writeFileSync(path.join(root, "d/file"), "inside");
    fs.writeFileSync(path.join(root, "mine"), "inside");
    const before = [...everything(outside), fs.statSync(outside).mtimeMs, fs.statSync(outside).mode];
    const storage = diskStorage(root, options);
    const child = spawn(process.execPath, ["-e", swap, root], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(child.stdout, "data");
      const seen = await everyAct(storage, performance.now() + SECONDS * 1000);
      // Otherwise nothing was proved: both sides were met, and more than once.
      expect(Math.min(seen.went, seen.refused)).toBeGreaterThan(50);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    expect([...everything(outside), fs.statSync(outside).mtimeMs, fs.statSync(outside).mode]).toEqual(before);
  },
);

async function everyAct(storage: DiskStorage, until: number): Promise<{ went: number; refused: number }> {
  const put = async (where: string, begin: 0 | "end"): Promise<void> => {
    const upload = await storage.write(at(where), { at: begin });
    await upload.write(new TextEncoder().encode("inside"));
    await upload.commit();
  };
  const get = async (where: string): Promise<void> => {
    const file = storage.read(at(where));
    const buffer = Buffer.alloc(64);
    await file.readInto(buffer, 0);
    await file.close();
    expect(buffer.toString()).not.toContain("SECRET");
  };
  const list = async (where: string): Promise<void> => {
    for await (const batch of storage.list(at(where), "facts")) {
      for (const { name } of batch) expect(name).not.toMatch(/only-outside|empty/);
    }
  };
  const acts: readonly (() => unknown)[] = [
    () => get("/d/file"),
    () => get("/d/only-outside"),
    () => get("/f"),
    () => put("/d/file", 0),
    () => put("/d/file", "end"),
    () => put("/d/new", 0),
    () => put("/f", "end"),
    () => list("/d"),
    () => list("/"),
    () => expect(storage.stat(at("/d")).size).toBe(0),
    () => expect(() => storage.stat(at("/d/only-outside"))).toThrow(StorageError),
    () => storage.makeDirectory(at("/d/made")),
    () => storage.removeDirectory(at("/d/made")),
    () => storage.removeDirectory(at("/d/empty")),
    () => storage.removeFile(at("/d/new")),
    () => storage.removeFile(at("/d/only-outside")),
    () => storage.rename(at("/mine"), at("/d/mine")),
    () => storage.rename(at("/d/mine"), at("/mine")),
    () => storage.rename(at("/d/only-outside"), at("/taken")),
    () => storage.setMode(at("/d/file"), 0o640),
    () => storage.setMode(at("/f"), 0o640),
    () => storage.setMode(at("/d"), 0o755),
    () => storage.setModified(at("/d/file"), 1e12),
    () => storage.setModified(at("/f"), 1e12),
    () => storage.freeSpace(at("/d")),
  ];
  const seen = { went: 0, refused: 0 };
  while (performance.now() < until) {
    for (const act of acts) {
      try {
        await act();
        seen.went++;
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        seen.refused++;
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return seen;
}
