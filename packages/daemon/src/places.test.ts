import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { virtualPath } from "@twinport/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { messagesIn } from "./messages/index.ts";
import { Places } from "./places.ts";
import type { Storage } from "@twinport/storage";
import type { DaemonConfig } from "./config.ts";

let scratch: ScratchFolder;
const folder = (name: string): string => path.join(scratch.path, name);
beforeEach(() => {
  scratch = new ScratchFolder();
  for (const name of ["served", "ann", "docs"]) fs.mkdirSync(folder(name));
});
afterEach(() => scratch[Symbol.asyncDispose]());

function placesFor(config: Partial<Pick<DaemonConfig, "readOnly" | "files">> = {}) {
  const clock = { now: 0 };
  const files = { uploads: "direct", sync: "none" } as const;
  const whole = { root: folder("served"), readOnly: false, files, ...config };
  return { places: new Places(whole, messagesIn("en"), () => clock.now), clock };
}

const plain = { mounts: [] };
const descriptors = (): number => fs.readdirSync("/proc/self/fd").length;

async function put(storage: Storage, name: string, bytes: number): Promise<void> {
  const file = await storage.write(virtualPath(name), { at: 0 });
  try {
    await file.write(new Uint8Array(bytes));
    await file.commit();
  } catch (error) {
    await file.abandon(false);
    throw error;
  }
}

async function namesIn(storage: Storage, at = "/"): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of storage.list(virtualPath(at), "names")) names.push(...batch.map(({ name }) => name));
  return names.sort();
}

test("accounts that say the same of their files share them, until the last one has left", () => {
  const { places } = placesFor();
  const one = places.lend({ ...plain, root: folder("ann") });
  const other = places.lend({ ...plain, root: `${folder("ann")}/` });
  const third = places.lend(plain);
  expect(other.storage).toBe(one.storage);
  expect(third.storage).not.toBe(one.storage);
  expect(places.open).toBe(2);
  one.released?.();
  one.released?.();
  expect(places.open).toBe(2);
  other.released?.();
  expect(places.open).toBe(1);
  third.released?.();
  expect(places.open).toBe(0);
});

test.runIf(process.platform === "linux")("nobody who is out holds a descriptor, with a quota or without", async () => {
  const { places } = placesFor();
  const before = descriptors();
  for (let i = 0; i < 50; i++) {
    fs.mkdirSync(folder(`user${i}`));
    const { storage, released } = places.lend({
      ...plain,
      root: folder(`user${i}`),
      ...(i % 2 && { quota: { files: 9 } }),
    });
    await put(storage, "/a", 1);
    released?.();
  }
  expect(descriptors()).toBe(before);
});

test("an account sees its mounts, and changes none that is read-only", async () => {
  const { places } = placesFor();
  const mounts = [{ path: virtualPath("/docs"), root: folder("docs"), readOnly: true }];
  fs.writeFileSync(path.join(folder("docs"), "a.txt"), "a");
  const { storage } = places.lend({ mounts, root: folder("ann") });
  await put(storage, "/own.txt", 1);
  expect(await namesIn(storage)).toEqual(["docs", "own.txt"]);
  expect(await namesIn(storage, "/docs")).toEqual(["a.txt"]);
  await expect(put(storage, "/docs/b.txt", 1)).rejects.toMatchObject({ code: "permission-denied" });
});

test("what the account says of its files goes before what the server says", async () => {
  const { places } = placesFor({ files: { uploads: "atomic", umask: 0o077, sync: "none" } });
  const mode = (name: string): number => fs.statSync(path.join(folder("ann"), name)).mode & 0o777;
  const byServer = places.lend({ ...plain, root: folder("ann") });
  expect(byServer.storage.features.has("unfinished")).toBe(true);
  await put(byServer.storage, "/server", 1);
  const own = places.lend({ ...plain, root: folder("ann"), uploads: "direct", umask: 0o027, fileMode: 0o660 });
  expect(own.storage.features.has("unfinished")).toBe(false);
  await put(own.storage, "/own", 1);
  expect([mode("server"), mode("own")]).toEqual([0o600, 0o640]);
});

test("where nobody may change anything, accounts of the file may not either", async () => {
  const { places } = placesFor({ readOnly: true });
  await expect(async () => put(places.lend(plain).storage, "/a", 1)).rejects.toMatchObject({
    code: "permission-denied",
  });
});

test("a folder that is not there is said, and nothing stays open", () => {
  const { places } = placesFor();
  const missing = folder("missing");
  for (const quota of [{}, { quota: { bytes: 1 } }]) {
    expect(() => places.lend({ ...plain, root: missing, ...quota })).toThrow(
      `cannot serve ${missing}: there is no such`,
    );
  }
  const mounts = [{ path: virtualPath("/m"), root: missing, readOnly: false }];
  expect(() => places.lend({ mounts, root: folder("ann") })).toThrow(`cannot serve ${missing}`);
  expect(places.open).toBe(0);
});

test("a quota counts what is there, and is one for all accounts over a root, also over a link to it", async () => {
  const { places } = placesFor();
  fs.writeFileSync(path.join(folder("ann"), "old"), Buffer.alloc(60));
  fs.symlinkSync(folder("ann"), folder("link"));
  const one = places.lend({ ...plain, root: folder("ann"), quota: { bytes: 100 } });
  await expect(put(one.storage, "/a", 41)).rejects.toMatchObject({ code: "quota-exceeded" });
  await put(one.storage, "/a", 30);
  one.released?.();
  const other = places.lend({ ...plain, root: folder("link"), quota: { bytes: 101 } });
  await expect(put(other.storage, "/b", 12)).rejects.toMatchObject({ code: "quota-exceeded" });
  // Who has no quota is counted too.
  const free = places.lend({ ...plain, root: folder("ann") });
  await put(free.storage, "/c", 8);
  await expect(put(other.storage, "/b", 4)).rejects.toMatchObject({ code: "quota-exceeded" });
  await put(other.storage, "/b", 3);
});

test("what was done past a quota is counted when that session ends, and what others do after ten minutes", async () => {
  const { places, clock } = placesFor();
  const early = places.lend({ ...plain, root: folder("ann") });
  const limited = places.lend({ ...plain, root: folder("ann"), quota: { bytes: 100 } });
  await put(limited.storage, "/a", 10);
  await put(early.storage, "/b", 80);
  early.released?.();
  await expect(put(limited.storage, "/c", 11)).rejects.toMatchObject({ code: "quota-exceeded" });
  fs.rmSync(path.join(folder("ann"), "b"));
  await expect(put(limited.storage, "/c", 11)).rejects.toMatchObject({ code: "quota-exceeded" });
  clock.now += 10 * 60 * 1000;
  const again = places.lend({ ...plain, root: folder("ann"), quota: { bytes: 100 } });
  await put(again.storage, "/c", 90);
});

test("a mount in which nothing can be changed has left nothing to be counted", async () => {
  const { places } = placesFor();
  const limited = places.lend({ ...plain, root: folder("ann"), quota: { bytes: 100 } });
  await put(limited.storage, "/a", 10);
  // No session has done it: only a recount would see it.
  fs.writeFileSync(path.join(folder("ann"), "unseen"), Buffer.alloc(95));
  const visit = (readOnly: boolean): void =>
    places
      .lend({ root: folder("docs"), mounts: [{ path: virtualPath("/m"), root: folder("ann"), readOnly }] })
      .released?.();
  visit(true);
  await put(limited.storage, "/b", 80);
  visit(false);
  await expect(put(limited.storage, "/c", 1)).rejects.toMatchObject({ code: "quota-exceeded" });
});

test("what an atomic account has not finished is seen by no other one", async () => {
  const { places } = placesFor();
  const atomic = places.lend({ ...plain, root: folder("ann"), uploads: "atomic" });
  const direct = places.lend({ ...plain, root: folder("ann"), uploads: "direct", quota: { bytes: 10 } });
  const upload = await atomic.storage.write(virtualPath("/a"), { at: 0, owner: "ann" });
  await upload.write(new Uint8Array(4));
  await upload.abandon(true);
  expect(fs.readdirSync(folder("ann"))).toEqual([".a.ann.part"]);
  expect(await namesIn(direct.storage)).toEqual([]);
  await expect(put(direct.storage, "/.a.ann.part", 1)).rejects.toMatchObject({ code: "name-not-allowed" });
  // It takes room all the same.
  await expect(put(direct.storage, "/b", 7)).rejects.toMatchObject({ code: "quota-exceeded" });
  await put(direct.storage, "/b", 6);
});
