import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { FileReceiver, PART_SUFFIX } from "./file-receiver.ts";

const modified = Date.UTC(2024, 0, 2, 3, 4, 5);

async function receive(target: string, text: string, { resume = false, at = 0 } = {}): Promise<void> {
  const receiver = new FileReceiver(target, { resume });
  expect(await receiver.begin({ modified })).toBe(at);
  const sink = receiver.sink(at);
  await sink.write(Buffer.from(text));
  await sink.end?.();
  await receiver.commit(modified);
}

const read = (...at: string[]): string => fs.readFileSync(path.join(...at), "utf8");

test("what stood there is there until all has come, and then what has come is, with its time", async () => {
  await using folder = new ScratchFolder();
  const target = path.join(folder.path, "a");
  fs.writeFileSync(target, "before");
  const receiver = new FileReceiver(target, { resume: false });
  await receiver.begin();
  await receiver.sink(0).write(Buffer.from("half"));
  expect(read(target)).toBe("before");
  await receiver.abandon();
  expect([read(target), read(`${target}${PART_SUFFIX}`)]).toEqual(["before", "half"]);
  await receive(target, "whole");
  expect([read(target), fs.readdirSync(folder.path)]).toEqual(["whole", ["a"]]);
  expect(fs.statSync(target).mtimeMs).toBe(modified);
});

test("what has nothing in it is not left", async () => {
  await using folder = new ScratchFolder();
  const receiver = new FileReceiver(path.join(folder.path, "a"), { resume: false });
  await receiver.begin();
  await receiver.abandon();
  await receiver.abandon();
  expect(fs.readdirSync(folder.path)).toEqual([]);
});

test("a link at the target stays one, also where it leads to what is not there yet", async () => {
  await using folder = new ScratchFolder();
  fs.mkdirSync(path.join(folder.path, "real"));
  fs.writeFileSync(path.join(folder.path, "real/there"), "before");
  for (const name of ["there", "new"]) {
    const link = path.join(folder.path, name);
    fs.symlinkSync(`real/${name}`, link);
    await receive(link, "hello");
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
    expect(read(folder.path, "real", name)).toBe("hello");
  }
  fs.symlinkSync("circle", path.join(folder.path, "circle"));
  const circle = new FileReceiver(path.join(folder.path, "circle"), { resume: false });
  await expect(circle.begin()).rejects.toMatchObject({ code: "local-file" });
});

test("what comes in the place of a file gets its permissions", async () => {
  await using folder = new ScratchFolder();
  const target = path.join(folder.path, "a");
  fs.writeFileSync(target, "before");
  fs.chmodSync(target, 0o640);
  await receive(target, "hello");
  expect(fs.statSync(target).mode & 0o777).toBe(0o640);
});

test("a folder is no file", async () => {
  await using folder = new ScratchFolder();
  await expect(new FileReceiver(folder.path, { resume: false }).begin()).rejects.toMatchObject({ code: "local-file" });
});

test("a part that was left is gone on with, by who left it and by who did not", async () => {
  await using folder = new ScratchFolder();
  const target = path.join(folder.path, "a");
  const first = new FileReceiver(target, { resume: true });
  await first.begin({ modified });
  await first.sink(0).write(Buffer.from("hel"));
  await first.abandon();
  await receive(target, "lo", { resume: true, at: 3 });
  expect(read(target)).toBe("hello");
  // Another program's part has the name itself.
  fs.writeFileSync(target, "hel");
  await receive(target, "lo!", { resume: true, at: 3 });
  expect(read(target)).toBe("hello!");
});

test.each([
  ["of a version before", modified - 86_400_000],
  ["of a version behind", modified + 86_400_000],
])("a part %s is begun anew", async (_name, version) => {
  await using folder = new ScratchFolder();
  const target = path.join(folder.path, "a");
  const first = new FileReceiver(target, { resume: true });
  await first.begin({ modified: version });
  await first.sink(0).write(Buffer.from("other"));
  await first.abandon();
  await receive(target, "hello", { resume: true, at: 0 });
  expect(read(target)).toBe("hello");
});

test("two who fetch to one name at the same time do not make a file of both", async () => {
  await using folder = new ScratchFolder();
  const target = path.join(folder.path, "a");
  const first = new FileReceiver(target, { resume: false });
  await first.begin();
  await first.sink(0).write(Buffer.from("one"));
  const other = new FileReceiver(target, { resume: false });
  await expect(other.begin()).rejects.toMatchObject({ code: "local-file" });
  await other.abandon();
  await first.commit(undefined);
  expect(read(target)).toBe("one");
  await receive(target, "two");
  expect(read(target)).toBe("two");
});
