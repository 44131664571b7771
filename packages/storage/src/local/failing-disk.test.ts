import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { afterEach, describe, expect, test, vi } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { StorageError } from "../errors.ts";
import { diskStorage } from "./disk-storage.ts";
import { isAnyClaimed } from "./writers.ts";
import type { DiskStorage } from "./disk-storage.ts";
import type { WriteOptions } from "../storage.ts";

const calls = [
  "accessSync",
  "chmodSync",
  "closeSync",
  "fchmodSync",
  "fchownSync",
  "fstatSync",
  "ftruncateSync",
  "linkSync",
  "lstatSync",
  "mkdirSync",
  "openSync",
  "opendirSync",
  "renameSync",
  "rmdirSync",
  "statSync",
  "unlinkSync",
  "writeSync",
] as const;

afterEach(() => void vi.restoreAllMocks());

/**
 * The n-th call on the disk fails with EIO; or, as after a kill, so do all that follow.
 *
 * @returns how many calls there were
 */
function failAt(n: number, how: "once" | "from-then-on"): { count: number } {
  const seen = { count: 0 };
  // A handle that was only ever a name has nothing that its close could fail at.
  const written = new Set<unknown>();
  for (const call of calls) {
    const real = fs[call] as (...passed: unknown[]) => unknown;
    vi.spyOn(fs, call).mockImplementation((...passed: unknown[]) => {
      const isFailingCall = call !== "closeSync" || written.delete(passed[0]);
      if (!isFailingCall) return real(...passed);
      const turn = seen.count++;
      const fails = how === "once" ? turn === n : turn >= n;
      // What is closed is closed, whatever the system says of it.
      if (call === "closeSync") real(...passed);
      if (fails) throw Object.assign(new Error("EIO"), { code: "EIO" });
      if (call === "closeSync") return undefined;
      const result = real(...passed);
      if (call === "openSync" && ((passed[1] as number) & fs.constants.O_WRONLY) !== 0) written.add(result);
      return result;
    });
  }
  return seen;
}

const descriptors = (): number => fs.readdirSync("/proc/self/fd").length;

const scenes: readonly {
  title: string;
  old?: string;
  part?: string;
  options: WriteOptions;
  end: "commit" | "keep" | "discard";
}[] = [
  { title: "a new file", options: { at: 0 }, end: "commit" },
  { title: "a new file that is cut off", options: { at: 0 }, end: "keep" },
  { title: "a new file that is given up", options: { at: 0 }, end: "discard" },
  { title: "a replaced file", old: "old content", options: { at: 0 }, end: "commit" },
  { title: "a file that goes on", old: "old content", options: { at: 4 }, end: "commit" },
  { title: "a file that is appended to and given up", old: "old content", options: { at: "end" }, end: "discard" },
  { title: "an exclusive file", options: { at: 0, exclusive: true }, end: "commit" },
  { title: "what had been cut off", part: "half", options: { at: "end" }, end: "commit" },
];

describe
  .runIf(process.platform === "linux")
  .each([{}, { atomic: {} }, { atomic: { folder: "/.parts" }, umask: 0o022 }])("a disk that fails (%j)", (kind) => {
  const isAtomic = "atomic" in kind;

  test.each(scenes)("at any call of $title: nothing stays open, claimed, or half replaced", async (scene) => {
    for (const how of ["once", "from-then-on"] as const) {
      for (let n = 0; ; n++) {
        await using scratch = new ScratchFolder();
        const file = path.join(scratch.path, "a");
        using storage = diskStorage(scratch.path, kind);
        if (scene.old !== undefined) fs.writeFileSync(file, scene.old);
        if (scene.part !== undefined && isAtomic) await write(storage, { at: 0 }, scene.part, "keep");
        const before = descriptors();
        const seen = failAt(n, how);
        const failed = await write(storage, scene.options, "new", scene.end).catch((error: unknown) => error);
        vi.restoreAllMocks();
        const where = `call ${n} of ${seen.count}, ${how}`;
        expect(descriptors(), where).toBe(before);
        expect(isAnyClaimed(), where).toBe(false);
        if (failed !== undefined) expect(failed, where).toBeInstanceOf(StorageError);
        const start = { 0: "", 4: scene.old?.slice(0, 4), end: scene.part ?? scene.old }[scene.options.at] ?? "";
        if (isAtomic) {
          const now = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
          expect([scene.old, `${start}new`], where).toContain(now);
          if (failed === undefined && scene.end === "commit") expect(now, where).toBe(`${start}new`);
        }
        // Whatever was left does not stand in the way.
        await write(storage, { at: 0, ...(scene.options.exclusive && {}) }, "after", "commit");
        expect(fs.readFileSync(file, "utf8"), where).toBe("after");
        if (isAtomic) expect(fs.readdirSync(scratch.path).filter((name) => name !== ".parts")).toEqual(["a"]);
        if (n >= seen.count) break;
      }
    }
  });
});

/** One upload as the server drives it: whatever fails before the commit is abandoned. */
async function write(storage: DiskStorage, options: WriteOptions, content: string, end: string): Promise<void> {
  const upload = await storage.write(at("/a"), options);
  let isCommitting = false;
  try {
    await upload.write(new TextEncoder().encode(content));
    if (end !== "commit") return;
    isCommitting = true;
    await upload.commit();
  } finally {
    if (!isCommitting) await upload.abandon(end !== "discard");
  }
}
