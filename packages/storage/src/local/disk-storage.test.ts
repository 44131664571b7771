import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { afterEach, describe, expect, test, vi } from "vitest";
import { virtualPath } from "@twinport/protocol";
import { storageContract } from "../contract/index.ts";
import { diskStorage } from "./disk-storage.ts";
import type { DiskStorage } from "./disk-storage.ts";

const made: string[] = [];

function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "twinport-disk-"));
  made.push(folder);
  return folder;
}

/** A storage on `top/root`, with a secret beside the root. */
function confined(): { storage: DiskStorage; root: string; top: string } {
  const top = temporaryFolder();
  const root = path.join(top, "root");
  fs.mkdirSync(path.join(root, "in/deep"), { recursive: true });
  fs.writeFileSync(path.join(top, "secret"), "secret");
  fs.writeFileSync(path.join(root, "in/file"), "inside");
  return { storage: diskStorage(root), root, top };
}

afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of made.splice(0)) fs.rmSync(folder, { recursive: true });
});

describe("straight into the file", () => {
  storageContract({ test, create: () => diskStorage(temporaryFolder()) });
});
describe("atomic, beside the file", () => {
  storageContract({ test, create: () => diskStorage(temporaryFolder(), { atomic: {} }), unfinished: true });
});
describe("atomic, in a folder, and synced", () => {
  const options = { atomic: { folder: "/.parts" }, sync: "all" } as const;
  storageContract({ test, create: () => diskStorage(temporaryFolder(), options), unfinished: true });
});

test.each([
  ["a link to a file outside", (root: string) => fs.symlinkSync("../secret", path.join(root, "x"))],
  [
    "an absolute link to a file outside",
    (root: string) => fs.symlinkSync(path.join(root, "../secret"), path.join(root, "x")),
  ],
  [
    "a link through a folder inside and out again",
    (root: string) => fs.symlinkSync("in/../../secret", path.join(root, "x")),
  ],
  ["a link to itself", (root: string) => fs.symlinkSync("x", path.join(root, "x"))],
  [
    "a link whose absolute target only begins like the root",
    (root: string) => fs.symlinkSync(`${root}-other`, path.join(root, "x")),
  ],
])("%s leads nowhere, for reading, writing and asking", (_name, link) => {
  const { storage, root, top } = confined();
  link(root);
  const x = virtualPath("/x");
  expect(() => storage.stat(x)).toThrow("nothing is there");
  expect(() => storage.read(x)).toThrow("nothing is there");
  expect(() => storage.write(x, { at: 0 })).toThrow("nothing is there");
  expect(fs.readFileSync(path.join(top, "secret"), "utf8")).toBe("secret");
});

test("a linked folder outside can be neither entered, listed, nor renamed into", async () => {
  const { storage, root, top } = confined();
  fs.symlinkSync("..", path.join(root, "up"));
  expect(() => storage.read(virtualPath("/up/secret"))).toThrow("nothing is there");
  expect(() => storage.makeDirectory(virtualPath("/up/made"))).toThrow("nothing is there");
  expect(() => storage.rename(virtualPath("/in/file"), virtualPath("/up/moved"))).toThrow("nothing is there");
  await expect(storage.list(virtualPath("/up"), "facts").next()).rejects.toThrow("nothing is there");
  expect(fs.readdirSync(top).toSorted()).toEqual(["root", "secret"]);
});

test("links inside the root work, relative and absolute, and are listed as what they lead to", async () => {
  const { storage, root } = confined();
  fs.symlinkSync("in/file", path.join(root, "to-file"));
  fs.symlinkSync(path.join(root, "in"), path.join(root, "to-folder"));
  fs.symlinkSync("../../in/file", path.join(root, "in/deep/back"));
  fs.symlinkSync("../secret", path.join(root, "out"));
  expect(storage.read(virtualPath("/to-file")).size).toBe(6);
  expect(storage.stat(virtualPath("/to-folder/deep/back")).size).toBe(6);
  const { value } = await storage.list(virtualPath("/"), "facts").next();
  const kinds = Object.fromEntries((value ?? []).map(({ name, kind }: { name: string; kind: string }) => [name, kind]));
  expect(kinds).toEqual({ in: "directory", "to-file": "file", "to-folder": "directory", out: "link" });
});

test("a write through a dangling link inside makes the file that it names", async () => {
  const { storage, root } = confined();
  fs.symlinkSync("in/later", path.join(root, "x"));
  await (await storage.write(virtualPath("/x"), { at: 0 })).commit();
  expect(fs.existsSync(path.join(root, "in/later"))).toBe(true);
});

test("removing and renaming a link touch the link alone", async () => {
  const { storage, root } = confined();
  fs.symlinkSync("in/file", path.join(root, "x"));
  await storage.rename(virtualPath("/x"), virtualPath("/y"));
  await storage.removeFile(virtualPath("/y"));
  expect(fs.readFileSync(path.join(root, "in/file"), "utf8")).toBe("inside");
});

test.runIf(process.platform === "linux")("a FIFO is refused at once, for reading and for writing", () => {
  const { storage, root } = confined();
  execFileSync("mkfifo", [path.join(root, "pipe")]);
  expect(() => storage.read(virtualPath("/pipe"))).toThrow("not a file");
  expect(() => storage.write(virtualPath("/pipe"), { at: 0 })).toThrow("not a file");
});

test("offsets beyond 4 GiB are offsets, not remainders of them", async () => {
  const { storage, root } = confined();
  const far = 2 ** 32 + 5;
  const upload = await storage.write(virtualPath("/big"), { at: far });
  await upload.write(new TextEncoder().encode("end"));
  await upload.commit();
  expect(fs.statSync(path.join(root, "big")).size).toBe(far + 3);
  const file = storage.read(virtualPath("/big"));
  const buffer = new Uint8Array(3);
  await file.readInto(buffer, far);
  await file.close();
  expect(new TextDecoder().decode(buffer)).toBe("end");
});

test.runIf(process.platform === "linux")("no descriptor is left behind, whatever fails", async () => {
  const { storage, root } = confined();
  fs.symlinkSync("..", path.join(root, "up"));
  const before = fs.readdirSync("/proc/self/fd").length;
  for (const written of ["/in/file", "/up/secret", "/no/where", "/in", "/in/deep/../file"]) {
    const where = virtualPath(written);
    for (const act of [
      () => storage.stat(where),
      () => storage.read(where).close(),
      async () => (await storage.write(where, { at: "end" })).abandon(true),
      () => storage.rename(where, virtualPath("/up/x")),
    ]) {
      try {
        await act();
      } catch {
        continue;
      }
    }
    const list = storage.list(where, "facts");
    await list.next().catch(() => {});
    await list.return(undefined).catch(() => {});
  }
  expect(fs.readdirSync("/proc/self/fd").length).toBe(before);
});

test.runIf(process.platform === "linux")(
  "a name that is not UTF-8 is listed, so that its folder does not look empty",
  async () => {
    const { storage, root } = confined();
    fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/in/deep/caf`), Buffer.from([0xe9])]), "x");
    const { value } = await storage.list(virtualPath("/in/deep"), "facts").next();
    expect(value).toMatchObject([{ name: "caf\ufffd", kind: "other" }]);
  },
);

test.skipIf(process.platform === "win32").each([
  ["as here", process.platform],
  ["by name, as elsewhere", "darwin"],
])("a path is resolved to where its links lead, and never out (%s)", (_how, platform) => {
  const { root } = confined();
  vi.spyOn(process, "platform", "get").mockReturnValue(platform as NodeJS.Platform);
  const storage = diskStorage(root);
  fs.symlinkSync("in/file", path.join(root, "to-file"));
  fs.symlinkSync(path.join(root, "in"), path.join(root, "to-folder"));
  fs.symlinkSync("../../to-folder/deep", path.join(root, "in/deep/round"));
  fs.symlinkSync(".", path.join(root, "to-root"));
  fs.symlinkSync("../secret", path.join(root, "out"));
  fs.symlinkSync("loop", path.join(root, "loop"));
  for (const [written, leads] of [
    ["/to-file", "/in/file"],
    ["/to-folder", "/in"],
    ["/to-folder/file", "/in/file"],
    ["/to-folder/new", "/in/new"],
    ["/to-folder/new/deep", "/in/new/deep"],
    ["/to-folder/file/below", "/in/file/below"],
    ["/in/deep/round/round/x", "/in/deep/x"],
    ["/to-root", "/"],
    ["/to-root/to-root/to-file", "/in/file"],
  ] as const) {
    expect(storage.resolve(virtualPath(written)), written).toBe(leads);
  }
  for (const written of ["/out", "/out/x", "/loop", "/loop/x"]) {
    expect(() => storage.resolve(virtualPath(written)), written).toThrow("nothing is there");
  }
});

test.runIf(process.platform === "linux")(
  "a link to what is not there yet is resolved to what would be made",
  async () => {
    const { storage, root } = confined();
    fs.symlinkSync("in/new", path.join(root, "to-new"));
    expect(storage.resolve(virtualPath("/to-new"))).toBe("/in/new");
    await (await storage.write(virtualPath("/to-new"), { at: 0 })).commit();
    expect(fs.existsSync(path.join(root, "in/new"))).toBe(true);
  },
);
