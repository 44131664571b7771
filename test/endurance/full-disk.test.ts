import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { diskStorage } from "@twinport/storage";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";

const MIB = 1024 * 1024;

/** A disk of four megabytes. */
class SmallDisk {
  readonly folder: string;
  readonly #scratch = new ScratchFolder();

  constructor() {
    this.folder = join(this.#scratch.path, "small");
    mkdirSync(this.folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", this.folder], { stdio: "pipe" });
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    execFileSync("umount", ["-l", this.folder]);
    await this.#scratch[Symbol.asyncDispose]();
  }
}

const mayMount = process.platform === "linux" && process.getuid?.() === 0;

test.runIf(mayMount || process.env["CI"]).for([
  ["atomic", true],
  ["straight into the file", false],
] as const)("on a full disk an upload (%s) is 452, and what was there is still whole", async ([, isAtomic]) => {
  await using disk = new SmallDisk();
  using storage = diskStorage(disk.folder, isAtomic ? { atomic: {} } : {});
  await using place = await LoopbackServer.start({ storage, partialUploads: "discard" });
  const client = await place.client();
  const kept = Buffer.alloc(2 * MIB, "kept");
  expect((await client.upload("kept.bin", kept)).codes).toEqual([150, 226]);
  const { last } = await client.upload("large.bin", Buffer.alloc(6 * MIB, "large"));
  expect(last.code).toBe(452);
  expect(last.text).not.toContain(disk.folder);
  // A half file stays only where resuming is meant.
  expect(readdirSync(disk.folder)).toEqual(["kept.bin"]);
  expect(readFileSync(join(disk.folder, "kept.bin")).equals(kept)).toBe(true);
  // And once there is room, all is as before.
  expect((await client.upload("small.bin", Buffer.alloc(MIB))).codes).toEqual([150, 226]);
  expect((await client.ask("NOOP")).code).toBe(200);
});

test.runIf(mayMount || process.env["CI"])(
  "with atomic uploads a full disk does not touch the file that was to be replaced",
  async () => {
    await using disk = new SmallDisk();
    using storage = diskStorage(disk.folder, { atomic: {} });
    await using place = await LoopbackServer.start({ storage });
    const client = await place.client();
    const old = Buffer.alloc(2 * MIB, "old");
    await client.upload("a.bin", old);
    for (const verb of ["STOR", "APPE"]) {
      expect((await client.upload("a.bin", Buffer.alloc(3 * MIB, "new"), verb)).last.code).toBe(452);
      expect(readFileSync(join(disk.folder, "a.bin")).equals(old)).toBe(true);
    }
    expect(readdirSync(disk.folder)).toEqual(["a.bin"]);
    expect(disk.free).toBeGreaterThan(1.9 * MIB);
  },
);

test.runIf(mayMount || process.env["CI"])("eight uploads that do not all fit: what has 226 is whole", async () => {
  await using disk = new SmallDisk();
  using storage = diskStorage(disk.folder, { atomic: {} });
  await using place = await LoopbackServer.start({ storage, partialUploads: "discard" });
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const client = await place.client();
      const bytes = Buffer.alloc(MIB, String(i));
      const { last } = await client.upload(`${i}.bin`, bytes);
      return { name: `${i}.bin`, code: last.code, bytes };
    }),
  );
  const kept = outcomes.filter(({ code }) => code === 226);
  expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set([226, 452]));
  expect(readdirSync(disk.folder).toSorted()).toEqual(kept.map(({ name }) => name).toSorted());
  for (const { name, bytes } of kept) expect(readFileSync(join(disk.folder, name)).equals(bytes)).toBe(true);
});
