import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { diskStorage } from "./disk-storage.ts";

const kinds = [{}, { atomic: {} }, { atomic: { folder: "/.parts" } }];
const pairs = kinds.flatMap((first) => kinds.map((second) => [first, second] as const));

test.each(pairs)(
  "a file that one storage writes (%j) is in use for another (%j), by whichever name",
  async (one, two) => {
    await using scratch = new ScratchFolder();
    const root = path.join(scratch.path, "root");
    fs.mkdirSync(root);
    fs.writeFileSync(path.join(root, "file"), "old");
    fs.symlinkSync("file", path.join(root, "link"));
    fs.linkSync(path.join(root, "file"), path.join(root, "hard"));
    const first = diskStorage(root, one);
    const second = diskStorage(scratch.path, two);
    const upload = await first.write(at("/file"), { at: 0, owner: "ann" });
    for (const name of ["file", "link", "hard"]) {
      await expect(async () => second.write(at(`/root/${name}`), { at: 0, owner: "bob" })).rejects.toThrow("in use");
    }
    expect(() => second.removeFile(at("/root/file"))).toThrow("in use");
    await second.removeFile(at("/root/link"));
    await second.rename(at("/root"), at("/moved"));
    await upload.write(new Uint8Array(5));
    await upload.commit();
    expect(fs.statSync(path.join(scratch.path, "moved/file")).size).toBe(5);
    const next = await second.write(at("/moved/file"), { at: 0 });
    await next.abandon(false);
  },
);

test.each(pairs)("a name that one storage will give a file (%j) is in use for another (%j)", async (one, two) => {
  await using scratch = new ScratchFolder();
  const first = diskStorage(scratch.path, one);
  const second = diskStorage(scratch.path, two);
  fs.writeFileSync(path.join(scratch.path, "other"), "other");
  const upload = await first.write(at("/new"), { at: 0, owner: "ann" });
  await expect(async () => second.write(at("/new"), { at: 0, owner: "bob" })).rejects.toThrow("in use");
  await expect(async () => second.write(at("/new"), { at: 0, exclusive: true })).rejects.toThrow("there already");
  expect(() => second.rename(at("/other"), at("/new"))).toThrow("in use");
  await upload.abandon(false);
  const next = await second.write(at("/new"), { at: 0, exclusive: true });
  await next.commit();
});
