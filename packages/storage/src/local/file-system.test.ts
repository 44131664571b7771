import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { diskStorage } from "./disk-storage.ts";
import type { Entry } from "@twinport/protocol";
import type { Storage } from "../storage.ts";

async function listed(storage: Storage, where: string, wanted: "facts" | "names" = "facts"): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const batch of storage.list(at(where), wanted)) all.push(...batch);
  return all;
}

describe.runIf(process.platform === "linux")("what is no regular file", () => {
  test.each([{}, { atomic: {} }])("is listed as such, and neither read nor written (%j)", async (options) => {
    await using scratch = new ScratchFolder();
    const storage = diskStorage(scratch.path, options);
    execFileSync("mkfifo", [path.join(scratch.path, "pipe")]);
    const server = net.createServer().listen(path.join(scratch.path, "socket"));
    await new Promise((resolve) => server.on("listening", resolve));
    const special = ["/pipe", "/socket"];
    // Only root makes devices.
    if (process.getuid?.() === 0) {
      for (const [name, kind, major, minor] of [
        ["null", "c", "1", "3"],
        ["disk", "b", "7", "200"],
      ] as const) {
        execFileSync("mknod", [path.join(scratch.path, name), kind, major, minor]);
        special.push(`/${name}`);
      }
    }
    for (const name of special) {
      expect((await listed(storage, "/")).find((entry) => `/${entry.name}` === name)?.kind).toBe("other");
      expect(() => storage.read(at(name))).toThrow("not a file");
      for (const where of [0, 5, "end"] as const) {
        await expect(async () => storage.write(at(name), { at: where })).rejects.toThrow("not a file");
      }
      expect(() => storage.setMode(at(name), 0o777)).toThrow("not a file");
    }
    await new Promise((resolve) => server.close(resolve));
  });

  test("is in proc what has a size and no content, or content and no size: it is refused", async () => {
    const proc = diskStorage("/proc/self", {});
    expect(() => proc.read(at("/status"))).toThrow("not a file");
    expect(() => proc.write(at("/oom_score_adj"), { at: 0 })).toThrow("not a file");
    expect(() => proc.read(at("/fd/0"))).toThrow();
    expect(() => proc.stat(at("/root/etc"))).toThrow("nothing is there");
    expect(() => proc.stat(at("/cwd/package.json"))).toThrow("nothing is there");
    expect((await listed(proc, "/")).length).toBeGreaterThan(10);
    expect(() => diskStorage("/sys/kernel", {}).read(at("/uevent_seqnum"))).toThrow("not a file");
  });

  test("an empty file on a disk is no such thing", async () => {
    await using scratch = new ScratchFolder();
    fs.writeFileSync(path.join(scratch.path, "empty"), "");
    const file = diskStorage(scratch.path).read(at("/empty"));
    expect(file.size).toBe(0);
    await file.close();
  });
});

test("a link says that it is one, in a list and alone; what lies behind a linked folder does not", async () => {
  await using scratch = new ScratchFolder();
  const storage = diskStorage(scratch.path);
  fs.mkdirSync(path.join(scratch.path, "in"));
  fs.writeFileSync(path.join(scratch.path, "in/file"), "x");
  fs.symlinkSync("in", path.join(scratch.path, "folder"));
  fs.symlinkSync("in/file", path.join(scratch.path, "file"));
  fs.symlinkSync("nowhere", path.join(scratch.path, "dangling"));
  const facts = Object.fromEntries(
    (await listed(storage, "/")).map(({ name, kind, isLinked }) => [name, [kind, isLinked]]),
  );
  expect(facts).toEqual({
    in: ["directory", undefined],
    folder: ["directory", true],
    file: ["file", true],
    dangling: ["link", true],
  });
  const linked = (await listed(storage, "/", "names")).filter(({ isLinked }) => isLinked);
  expect(linked.length).toBe(3);
  expect(storage.stat(at("/folder")).isLinked).toBe(true);
  expect(storage.stat(at("/file")).isLinked).toBe(true);
  expect(storage.stat(at("/folder/file")).isLinked).toBeUndefined();
});

test.runIf(process.platform === "linux")(
  "names that cannot be are refused by name, wherever they are used",
  async () => {
    await using scratch = new ScratchFolder();
    fs.writeFileSync(path.join(scratch.path, "there"), "x");
    for (const options of [{}, { atomic: {} }]) {
      const storage = diskStorage(scratch.path, options);
      // Past the normaliser, as a wrapper with a mistake in it would.
      for (const name of [`/${"n".repeat(256)}`, "/nul\0byte", `/${"é".repeat(128)}`] as ReturnType<typeof at>[]) {
        for (const act of [
          () => storage.stat(name),
          () => storage.read(name),
          () => storage.write(name, { at: 0 }),
          () => storage.makeDirectory(name),
          () => storage.removeFile(name),
          () => storage.removeDirectory(name),
          () => storage.rename(name, at("/x")),
          () => storage.rename(at("/there"), name),
          () => storage.setMode(name, 0o600),
        ]) {
          expect(act).toThrow("the name cannot be used here");
        }
        await expect(storage.list(name, "facts").next()).rejects.toThrow("the name cannot be used here");
      }
    }
  },
);

test.runIf(process.platform === "linux")("a backslash and the longest name are names like any other", async () => {
  await using scratch = new ScratchFolder();
  for (const options of [{}, { atomic: {} }, { atomic: { folder: "/.parts" } }]) {
    const storage = diskStorage(scratch.path, options);
    for (const name of ["..\\secret", "n".repeat(255), "é".repeat(127)]) {
      const upload = await storage.write(at(`/${name}`), { at: 0, owner: "somebody@example.net" });
      await upload.write(new Uint8Array(3));
      await upload.commit();
      expect(fs.statSync(path.join(scratch.path, name)).size).toBe(3);
      await storage.removeFile(at(`/${name}`));
    }
  }
});
