// The invariant: whatever clients say and do, nothing outside of the folder is read, changed or named, and a file answered with 226 is on the disk as it was sent.
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { allPermissions } from "@twinport/accounts";
import { diskStorage } from "@twinport/storage";
import { manifest } from "../test/testkit/manifest.ts";
import { ScratchFolder } from "../test/testkit/scratch-folder.ts";
import { SECRET, UNSEEN, WatchedServer, restricted } from "./watched-server.ts";
import { scripts } from "./session-script.ts";
import { fuzz } from "./target.ts";
import type { Seen } from "./watched-server.ts";
import type { Script } from "./session-script.ts";

let server: WatchedServer;

beforeAll(async () => {
  server = await WatchedServer.start({ partialUploads: "discard" });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Files that a restricted account may not change, and what is in them. */
const fixed = { "in/old.txt": SECRET, "ro/kept.txt": "kept", [`hidden/below/${UNSEEN}`]: SECRET };

/** Plays scripts on a fresh folder, with one beside it that must not be touched. */
async function play(
  all: readonly Script[],
  { isRestricted, isAtomic }: { readonly isRestricted: boolean; readonly isAtomic: boolean },
): Promise<void> {
  await using scratch = new ScratchFolder();
  const root = path.join(scratch.path, "served");
  const outside = path.join(scratch.path, "outside");
  for (const folder of ["folder", "kept", "in", "ro", "hidden/below"])
    fs.mkdirSync(path.join(root, folder), { recursive: true });
  fs.mkdirSync(outside);
  fs.writeFileSync(path.join(outside, "outside.txt"), SECRET);
  fs.symlinkSync(outside, path.join(root, "out"));
  fs.symlinkSync("../outside/outside.txt", path.join(root, "folder/b.txt"));
  fs.symlinkSync("loop", path.join(root, "loop"));
  fs.writeFileSync(path.join(root, "a.txt"), "one\r\ntwo\n");
  for (const [name, content] of Object.entries(fixed)) fs.writeFileSync(path.join(root, name), content);
  const before = await manifest(outside);
  const storage = diskStorage(root, isAtomic ? { atomic: {} } : {});
  const seen = await server.run(
    all,
    isRestricted ? { ...restricted, storage } : { permissions: allPermissions, storage },
  );
  storage[Symbol.dispose]();
  await vi.waitFor(() => expect(openBelow(scratch.path)).toEqual([]), { timeout: 5000, interval: 1 });
  expect(await manifest(outside)).toEqual(before);
  expect(fs.readdirSync(scratch.path).sort()).toEqual(["outside", "served"]);
  expectKept(root, seen);
  expect(seen.heard).not.toContain(path.basename(scratch.path));
  if (!isRestricted) return;
  expect(seen.heard).not.toContain(SECRET);
  expect(seen.heard).not.toContain(UNSEEN);
  for (const [name, content] of Object.entries(fixed))
    expect(fs.readFileSync(path.join(root, name), "utf8")).toBe(content);
}

/** Files below a folder that this process has open, where the system tells. */
function openBelow(folder: string): string[] {
  if (!fs.existsSync("/proc/self/fd")) return [];
  const open = fs.readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      return [fs.readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });
  return open.filter((file) => file.startsWith(folder));
}

function expectKept(root: string, { kept }: Seen): void {
  for (const { name, content } of kept) expect(fs.readFileSync(path.join(root, name)).equals(content), name).toBe(true);
}

fuzz(
  {
    "an account that may do all": fc.asyncProperty(scripts, fc.boolean(), (all, isAtomic) =>
      play(all, { isRestricted: false, isAtomic }),
    ),
    "an account that may do little": fc.asyncProperty(scripts, fc.boolean(), (all, isAtomic) =>
      play(all, { isRestricted: true, isAtomic }),
    ),
  },
  { runsARound: 10 },
);
