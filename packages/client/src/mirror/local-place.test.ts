import { lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LocalPlace } from "./local-place.ts";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";

async function scene() {
  const scratch = new ScratchFolder();
  const root = join(scratch.path, "root");
  const outside = join(scratch.path, "outside");
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, "secret"), "secret");
  symlinkSync(outside, join(root, "link"));
  return { scratch, root, outside, place: new LocalPlace(root) };
}

const landing = (path: string) => ({ path, part: ".x.01234567.part", replaces: false });

/** A whole small file. */
function write(place: LocalPlace, path: string, text: string): void {
  const bytes = Buffer.from(text);
  const file = place.receiver(landing(path), bytes.length);
  file.memory?.set(bytes);
  file.land(1_000_000_000_000);
}

it("writes a file with its time, and leaves nothing beside it", async () => {
  const { scratch, root, place } = await scene();
  await using _scratch = scratch;
  place.makeFolder("a");
  write(place, "a/b", "text");
  expect(readFileSync(join(root, "a/b"), "utf8")).toBe("text");
  expect(statSync(join(root, "a/b")).mtimeMs).toBe(1_000_000_000_000);
  expect(readdirSync(join(root, "a"))).toEqual(["b"]);
});

it.each([
  ["make a folder", (place: LocalPlace) => place.makeFolder("link/a")],
  ["write a file", (place: LocalPlace) => write(place, "link/a", "text")],
  ["write a file farther down", (place: LocalPlace) => write(place, "link/b/a", "text")],
  ["remove a file", (place: LocalPlace) => place.removeFile("link/secret")],
  ["remove a folder", (place: LocalPlace) => place.removeFolder("link/sub")],
  ["set a time", (place: LocalPlace) => place.setModified("link/secret", 0)],
])("does not %s behind a link", async (_title, deed) => {
  const { scratch, outside, place } = await scene();
  await using _scratch = scratch;
  mkdirSync(join(outside, "sub"));
  expect(() => deed(place)).toThrow(/is no folder/);
  expect(readdirSync(outside).toSorted()).toEqual(["secret", "sub"]);
});

it("puts a file in the place of a link, and not where that leads", async () => {
  const { scratch, root, outside, place } = await scene();
  await using _scratch = scratch;
  symlinkSync(join(outside, "secret"), join(root, "file"));
  write(place, "file", "text");
  expect(lstatSync(join(root, "file")).isFile()).toBe(true);
  expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
});

it.each([10, 1_000_000])("does not write through a link that has the name of its part (%i bytes)", async (size) => {
  const { scratch, root, outside, place } = await scene();
  await using _scratch = scratch;
  symlinkSync(join(outside, "secret"), join(root, ".x.01234567.part"));
  const file = place.receiver(landing("file"), size);
  await file.begin();
  const sink = file.sink(0);
  await sink.write(new Uint8Array(size));
  await sink.end?.();
  await file.commit(undefined);
  expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
  expect(lstatSync(join(root, "file"))).toMatchObject({ size });
});

it("removes a link, and not what it leads to", async () => {
  const { scratch, root, outside, place } = await scene();
  await using _scratch = scratch;
  place.removeFile("link");
  expect(readdirSync(root)).toEqual([]);
  expect(readdirSync(outside)).toEqual(["secret"]);
});
