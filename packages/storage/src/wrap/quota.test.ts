import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { storageContract } from "../contract/index.ts";
import { StorageError } from "../errors.ts";
import { diskStorage } from "../local/disk-storage.ts";
import { memoryStorage } from "../memory/memory-storage.ts";
import { keepsUnfinished } from "../storage.ts";
import { quotaStorage } from "./quota.ts";
import { usageLedger } from "./usage-ledger.ts";
import type { VirtualPath } from "@twinport/protocol";
import type { Storage, WriteOptions } from "../storage.ts";
import type { Usage } from "./usage-ledger.ts";

const plenty = { bytes: 1e9, files: 1e6 };

describe("with room to spare", () => {
  storageContract({ test, create: () => quotaStorage(memoryStorage(), plenty) });
});
describe("with room to spare, atomic", () => {
  storageContract({ test, create: () => quotaStorage(memoryStorage({ atomic: true }), plenty), unfinished: true });
});

async function put(storage: Storage, where: string, size: number, options: Partial<WriteOptions> = {}): Promise<void> {
  const upload = await storage.write(at(where), { at: 0, ...options });
  try {
    if (size > 0) await upload.write(new Uint8Array(size));
  } catch (error) {
    await upload.abandon(false);
    throw error;
  }
  await upload.commit();
}

const kinds: readonly [string, (scratch: ScratchFolder) => Storage][] = [
  ["in memory", () => memoryStorage()],
  ["in memory, atomic", () => memoryStorage({ atomic: true })],
  ["on a disk", ({ path: root }) => diskStorage(root)],
  ["on a disk, atomic", ({ path: root }) => diskStorage(root, { atomic: {} })],
  ["on a disk, atomic, in a folder", ({ path: root }) => diskStorage(root, { atomic: { folder: "/.parts" } })],
];

describe.each(kinds)("a quota %s", (_title, create) => {
  test("takes exactly what it allows, and refuses the byte that is too many before it is written", async () => {
    await using scratch = new ScratchFolder();
    const storage = quotaStorage(create(scratch), { bytes: 100 });
    await put(storage, "/a", 60);
    const upload = await storage.write(at("/b"), { at: 0 });
    await upload.write(new Uint8Array(40));
    expect(() => upload.write(new Uint8Array(1))).toThrow("quota is used up");
    await upload.commit();
    expect((await storage.stat(at("/b"))).size).toBe(40);
    expect(await storage.usage()).toEqual({ bytes: 100, files: 2 });
    expect(await storage.freeSpace(at("/"))).toBe(0);
    await storage.removeFile(at("/a"));
    expect(await storage.freeSpace(at("/"))).toBe(60);
  });

  test("charges a replaced file with what the new one is larger", async () => {
    await using scratch = new ScratchFolder();
    const storage = quotaStorage(create(scratch), { bytes: 100, files: 1 });
    await put(storage, "/a", 90);
    await put(storage, "/a", 100);
    await expect(put(storage, "/a", 101)).rejects.toThrow("quota is used up");
    const { size } = await storage.stat(at("/a"));
    expect(await storage.usage()).toEqual({ bytes: size, files: 1 });
    await put(storage, "/a", 10);
    await put(storage, "/a", 90, { at: "end" });
    expect(await storage.usage()).toEqual({ bytes: 100, files: 1 });
  });

  test("holds for uploads side by side, and for files and folders", async () => {
    await using scratch = new ScratchFolder();
    const storage = quotaStorage(create(scratch), { bytes: 100, files: 3 });
    const uploads = await Promise.all([1, 2].map((n) => storage.write(at(`/${n}`), { at: 0 })));
    const outcomes = await Promise.allSettled(
      uploads.flatMap((upload) => [1, 2, 3].map(async () => upload.write(new Uint8Array(30)))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBe(3);
    await storage.makeDirectory(at("/d"));
    await expect(storage.makeDirectory(at("/e"))).rejects.toThrow("quota is used up");
    await expect(storage.write(at("/f"), { at: 0 })).rejects.toThrow("quota is used up");
    for (const upload of uploads) await upload.commit();
    expect(await storage.usage()).toEqual({ bytes: 90, files: 3 });
    await storage.removeDirectory(at("/d"));
    await put(storage, "/f", 10);
  });

  test("counts what was there before, and what another account brings", async () => {
    await using scratch = new ScratchFolder();
    const inner = create(scratch);
    await inner.makeDirectory(at("/d"));
    await put(inner, "/d/a", 50);
    const ledger = usageLedger(inner);
    const small = quotaStorage(inner, { bytes: 60 }, ledger);
    const large = quotaStorage(inner, { bytes: 100 }, ledger);
    await put(large, "/b", 9);
    await expect(put(small, "/c", 2)).rejects.toThrow("quota is used up");
    await put(small, "/c", 1);
    await put(large, "/e", 40);
    expect(await small.usage()).toEqual({ bytes: 100, files: 5 });
    await expect(put(small, "/c", 2)).rejects.toThrow("quota is used up");
    await put(small, "/e", 5);
  });

  test("knows after any sequence what a new count would find, and was never passed", { timeout: 60_000 }, async () => {
    const runs = process.env["TWINPORT_PROVE"] ? 1000 : 60;
    const limit = { bytes: 100, files: 6 };
    const file = fc.constantFrom("/a", "/b", "/d/a", "/d/b", "/e/a");
    const any = fc.oneof(file, fc.constantFrom("/d", "/e", "/d/d"));
    const act = fc.oneof(
      {
        arbitrary: fc.record({
          kind: fc.constant("upload" as const),
          path: file,
          at: fc.constantFrom<0 | 5 | "end">(0, 5, "end"),
          exclusive: fc.boolean(),
          owner: fc.constantFrom("ann", "bob"),
          sizes: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
          end: fc.constantFrom("commit", "commit", "keep", "discard"),
        }),
        weight: 4,
      },
      fc.record({ kind: fc.constantFrom("mkdir" as const, "remove" as const, "rmdir" as const), path: any }),
      fc.record({ kind: fc.constant("rename" as const), path: any, to: any }),
      fc.record({ kind: fc.constant("discard" as const), path: file, owner: fc.constantFrom("ann", "bob") }),
    );
    const sessions = fc.array(fc.array(act, { maxLength: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(sessions, fc.boolean(), async (all, hadFiles) => {
        await using scratch = new ScratchFolder();
        const inner = create(scratch);
        if (hadFiles) {
          await inner.makeDirectory(at("/d"));
          await put(inner, "/d/a", 30);
        }
        const ledger = usageLedger(inner);
        const accounts = [quotaStorage(inner, limit, ledger), quotaStorage(inner, { ...limit, bytes: 60 }, ledger)];
        const within = ({ bytes, files }: Usage): void => {
          expect(bytes).toBeLessThanOrEqual(limit.bytes);
          expect(files).toBeLessThanOrEqual(limit.files);
        };
        await Promise.all(
          all.map(async (acts, i) => {
            const storage = accounts[i % 2] ?? quotaStorage(inner, limit, ledger);
            for (const one of acts) {
              await perform(storage, one).catch((error: unknown) => {
                if (!(error instanceof StorageError)) throw error;
              });
              within(await storage.usage());
            }
          }),
        );
        const known = await ledger.usage();
        within(known);
        expect(known).toEqual(await usageLedger(inner).usage());
      }),
      { numRuns: runs },
    );
  });
});

interface Act {
  readonly kind: "upload" | "mkdir" | "remove" | "rmdir" | "rename" | "discard";
  readonly path: string;
  readonly to?: string;
  readonly at?: 0 | 5 | "end";
  readonly exclusive?: boolean;
  readonly owner?: string;
  readonly sizes?: readonly number[];
  readonly end?: string;
}

async function perform(storage: Storage, act: Act): Promise<void> {
  const where = at(act.path);
  const { owner = "ann" } = act;
  if (act.kind === "mkdir") return storage.makeDirectory(where);
  if (act.kind === "remove") return storage.removeFile(where);
  if (act.kind === "rmdir") return storage.removeDirectory(where);
  if (act.kind === "rename") return storage.rename(where, at(act.to ?? "/"));
  if (act.kind === "discard") return keepsUnfinished(storage) ? storage.discardUnfinished(where, owner) : undefined;
  const upload = await storage.write(where, { at: act.at ?? 0, exclusive: act.exclusive ?? false, owner });
  try {
    for (const size of act.sizes ?? []) {
      await upload.write(new Uint8Array(size));
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    await upload.abandon(act.end !== "discard");
    throw error;
  }
  if (act.end === "commit") await upload.commit();
  else await upload.abandon(act.end === "keep");
}

test("what cannot be measured is counted again before the next change", async () => {
  await using scratch = new ScratchFolder();
  fs.symlinkSync("nowhere", path.join(scratch.path, "dangling"));
  const storage = quotaStorage(diskStorage(scratch.path), plenty);
  expect(await storage.usage()).toEqual({ bytes: 0, files: 1 });
  await storage.removeFile(at("/dangling"));
  expect(await storage.usage()).toEqual({ bytes: 0, files: 0 });
});

test("a link is a file without bytes, also to a folder, and is not gone into", async () => {
  await using scratch = new ScratchFolder();
  fs.mkdirSync(path.join(scratch.path, "d"));
  fs.writeFileSync(path.join(scratch.path, "d/f"), "12345");
  fs.symlinkSync("d", path.join(scratch.path, "folder"));
  fs.symlinkSync("d/f", path.join(scratch.path, "file"));
  const storage = quotaStorage(diskStorage(scratch.path), plenty);
  expect(await storage.usage()).toEqual({ bytes: 5, files: 4 });
  await put(storage, "/file", 9);
  expect(await storage.usage()).toEqual({ bytes: 9, files: 4 });
  await storage.removeFile(at("/file"));
  expect(await storage.usage()).toEqual({ bytes: 9, files: 3 });
});

test("no descriptor goes past it, and room is what the quota and the disk both have", async () => {
  await using scratch = new ScratchFolder();
  const storage = quotaStorage(diskStorage(scratch.path), { bytes: 1e18 });
  await put(storage, "/a", 1);
  const file = await storage.read(at("/a"));
  expect([storage.features.has("descriptor"), file.descriptor]).toEqual([false, undefined]);
  await file.close();
  expect(await storage.freeSpace(at("/"))).toBeLessThan(1e17);
  expect(quotaStorage(memoryStorage(), { files: 1 }).features.has("free-space")).toBe(false);
});

test("what was acknowledged is never replaced by a rename that must not, however two sessions meet", async () => {
  await using scratch = new ScratchFolder();
  const disk = diskStorage(scratch.path, { atomic: {}, sync: "file" });
  const ledger = usageLedger(disk);
  const [ann, bob] = [quotaStorage(disk, plenty, ledger), quotaStorage(disk, {}, ledger)] as const;
  const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const outcomes = new Set<string>();
  for (let i = 0; i < 60; i++) {
    const [target, source] = [`/target ${i}`, `/source ${i}`];
    await put(bob, source, 2);
    const uploads = async (): Promise<void> => {
      await later(Math.random() * 3);
      const upload = await ann.write(at(target), { at: "end", owner: "ann", expects: "no-finished-file" });
      await later(Math.random() * 3);
      await upload.write(new Uint8Array(1));
      await upload.commit();
    };
    const renames = async (): Promise<void> => {
      await later(Math.random() * 6);
      await bob.rename(at(source), at(target), { replace: false });
    };
    const [uploaded, renamed] = await Promise.allSettled([uploads(), renames()]);
    const acknowledged = [uploaded, renamed].filter(({ status }) => status === "fulfilled");
    expect(acknowledged).toHaveLength(1);
    expect(disk.stat(at(target)).size).toBe(uploaded.status === "fulfilled" ? 1 : 2);
    outcomes.add(`${uploaded.status} ${renamed.status}`);
  }
  expect(outcomes.size).toBe(2);
  expect(await ann.usage()).toEqual(await usageLedger(disk).recount());
});

test("what a commit must first copy holds nobody up who waits for the count", async () => {
  const inner = memoryStorage({ files: { "/large": "0123456789" } });
  let copied: () => void = () => {};
  const copying = new Promise<void>((resolve) => (copied = resolve));
  const open = inner.write.bind(inner);
  Object.defineProperty(inner, "write", {
    value: (where: VirtualPath, options: WriteOptions) => {
      const upload = open(where, options);
      return { ...upload, write: (bytes: Uint8Array) => copying.then(() => upload.write(bytes)) };
    },
  });
  const storage = quotaStorage(inner, {});
  const upload = await storage.write(at("/large"), { at: 3 });
  const committing = (async () => upload.commit())();
  await storage.makeDirectory(at("/d"));
  copied();
  await committing;
  expect(await storage.usage()).toEqual({ bytes: 3, files: 2 });
});

test("what is in a folder that cannot be counted is not free for that", async () => {
  const inner = memoryStorage({ files: { "/locked/a": "0123456789", "/b": "x" } });
  let isLocked = false;
  const list = inner.list.bind(inner);
  Object.defineProperty(inner, "list", {
    value: (where: VirtualPath) => {
      if (isLocked && where === "/locked")
        throw new StorageError("permission-denied", { operation: "list", path: where });
      return list(where);
    },
  });
  const ledger = usageLedger(inner);
  const storage = quotaStorage(inner, { bytes: 12 }, ledger);
  isLocked = true;
  await expect(put(storage, "/c", 1)).rejects.toThrow("cannot list /locked: the system does not allow it");
  isLocked = false;
  await expect(put(storage, "/c", 2)).rejects.toThrow("quota is used up");
  isLocked = true;
  expect(await ledger.recount()).toEqual({ bytes: 11, files: 3 });
  await expect(put(storage, "/c", 2)).rejects.toThrow("quota is used up");
  await put(storage, "/c", 1);
  isLocked = false;
  expect(await ledger.recount()).toEqual({ bytes: 12, files: 4 });
});

test("what a storage hides that is not atomic is counted, and goes with its folder", async () => {
  await using scratch = new ScratchFolder();
  fs.mkdirSync(path.join(scratch.path, "d"));
  fs.writeFileSync(path.join(scratch.path, "d/.a.ann.part"), "half");
  const storage = quotaStorage(diskStorage(scratch.path, { hide: {} }), {});
  expect(await storage.usage()).toEqual({ bytes: 4, files: 2 });
  await storage.removeDirectory(at("/d"));
  expect(await storage.usage()).toEqual({ bytes: 0, files: 0 });
});
