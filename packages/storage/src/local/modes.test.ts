import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { diskStorage } from "./disk-storage.ts";
import type { DiskStorage } from "./disk-storage.ts";
import type { WriteOptions } from "../storage.ts";

async function put(storage: DiskStorage, where: string, options: Partial<WriteOptions> = {}): Promise<void> {
  const upload = await storage.write(at(where), { at: 0, ...options });
  await upload.write(new Uint8Array(1));
  await upload.commit();
}

describe.skipIf(process.platform === "win32")("permission bits", () => {
  const modeOf = (scratch: ScratchFolder, name: string): string =>
    (fs.statSync(path.join(scratch.path, name)).mode & 0o7777).toString(8);

  test.each([undefined, {}, { folder: "/.parts" }])(
    "of new files and folders are exact with a umask (atomic: %j)",
    async (atomic) => {
      await using scratch = new ScratchFolder();
      for (const [umask, file, folder] of [
        [0o000, "666", "777"],
        [0o002, "664", "775"],
        [0o077, "600", "700"],
      ] as const) {
        const storage = diskStorage(scratch.path, { umask, atomic });
        await put(storage, `/${umask}`);
        storage.makeDirectory(at(`/d${umask}`));
        expect([modeOf(scratch, `${umask}`), modeOf(scratch, `d${umask}`)]).toEqual([file, folder]);
      }
      const storage = diskStorage(scratch.path, { umask: 0o077, atomic });
      await put(storage, "/private", { umask: 0 });
      storage.makeDirectory(at("/own"), { umask: 0o007 });
      expect([modeOf(scratch, "private"), modeOf(scratch, "own")]).toEqual(["600", "700"]);
    },
  );

  test.each([undefined, {}])("a session's umask takes bits away, and gives none back (atomic: %j)", async (atomic) => {
    await using scratch = new ScratchFolder();
    const configured = diskStorage(scratch.path, { umask: 0o022, atomic });
    await put(configured, "/session", { umask: 0o007 });
    configured.makeDirectory(at("/folder"), { umask: 0o050 });
    expect([modeOf(scratch, "session"), modeOf(scratch, "folder")]).toEqual(["640", "705"]);
    await put(configured, "/session", { umask: 0 });
    expect(modeOf(scratch, "session")).toBe("640");
    const free = diskStorage(scratch.path, { atomic });
    await put(free, "/free", { umask: 0o002 });
    expect(modeOf(scratch, "free")).toBe("664");
  });

  test.each([undefined, {}])("of new files are the process's own without one (atomic: %j)", async (atomic) => {
    await using scratch = new ScratchFolder();
    await put(diskStorage(scratch.path, { atomic }), "/a");
    expect(modeOf(scratch, "a")).toBe((0o666 & ~process.umask()).toString(8));
  });

  test("a folder keeps what it has for its group, a file has no special bits", async () => {
    await using scratch = new ScratchFolder();
    const storage = diskStorage(scratch.path, { umask: 0o022 });
    fs.chmodSync(scratch.path, 0o2775);
    storage.makeDirectory(at("/d"));
    expect(modeOf(scratch, "d")).toBe("2755");
    storage.setMode(at("/d"), 0o700);
    expect(modeOf(scratch, "d")).toBe("2700");
    await put(storage, "/a");
    fs.chmodSync(path.join(scratch.path, "a"), 0o4755);
    storage.setMode(at("/a"), 0o711);
    expect(modeOf(scratch, "a")).toBe("711");
    for (const mode of [0o4755, 0o2755, 0o1777, 0o100644, -1]) {
      expect(() => storage.setMode(at("/a"), mode)).toThrow("does not allow");
    }
  });

  test("are set through a link inside, and never through one that leads out", async () => {
    await using scratch = new ScratchFolder();
    const root = path.join(scratch.path, "root");
    fs.mkdirSync(root);
    fs.writeFileSync(path.join(scratch.path, "secret"), "", { mode: 0o600 });
    fs.writeFileSync(path.join(root, "file"), "");
    fs.symlinkSync("../secret", path.join(root, "out"));
    fs.symlinkSync("file", path.join(root, "in"));
    const storage = diskStorage(root);
    expect(() => storage.setMode(at("/out"), 0o777)).toThrow("nothing is there");
    storage.setMode(at("/in"), 0o640);
    expect(modeOf(scratch, "root/file")).toBe("640");
    expect(modeOf(scratch, "secret")).toBe("600");
    expect(() => storage.freeSpace(at("/out"))).toThrow("nothing is there");
  });

  test("room on the disk is what the system has for those who are not root", async () => {
    await using scratch = new ScratchFolder();
    const { bavail, bsize } = fs.statfsSync(scratch.path);
    expect(Math.abs(diskStorage(scratch.path).freeSpace(at("/")) - bavail * bsize)).toBeLessThan(1e9);
  });
});
