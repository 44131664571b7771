import fs from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { readAccountsFile, updateAccountsFile } from "./accounts-file.ts";
import type { AccountsFileError } from "./errors.ts";

const password = `$scrypt$ln=10,r=8,p=1$${"A".repeat(22)}$${"B".repeat(43)}`;
let scratch: ScratchFolder;
let file: string;

beforeEach(() => {
  scratch = new ScratchFolder();
  file = path.join(scratch.path, "accounts.json");
});
afterEach(() => scratch[Symbol.asyncDispose]());

const add = (name: string): Promise<unknown> =>
  updateAccountsFile(file, (accounts) => accounts.set(name, { password }));
const namesIn = async (): Promise<string[]> => [...(await readAccountsFile(file)).accounts.keys()];
const modeOf = async (name: string): Promise<number> => (await fs.stat(name)).mode & 0o777;

test("a new file is for its owner alone, and leaves nothing beside it", async () => {
  await add("ann");
  expect(await namesIn()).toEqual(["ann"]);
  expect(await modeOf(file)).toBe(0o600);
  expect(await fs.readdir(scratch.path)).toEqual(["accounts.json"]);
  expect((await readAccountsFile(file)).isOpenToOthers).toBe(false);
});

test("what else stands in the file stays, in its order, and so does its mode", async () => {
  await fs.writeFile(
    file,
    JSON.stringify({ defaults: { hide: [".*"] }, version: 1, accounts: { zoe: { password, sessions: 2 } } }),
  );
  await fs.chmod(file, 0o640);
  await add("ann");
  expect(Object.entries(JSON.parse(await fs.readFile(file, "utf8")))).toEqual([
    ["defaults", { hide: [".*"] }],
    ["version", 1],
    ["accounts", { zoe: { password, sessions: 2 }, ann: { password } }],
  ]);
  expect(await modeOf(file)).toBe(0o640);
  expect((await readAccountsFile(file)).isOpenToOthers).toBe(true);
});

test.runIf(process.getuid?.() === 0)("the owner of the file stays its owner", async () => {
  await add("ann");
  await fs.chown(file, 1234, 2345);
  await add("bob");
  expect(await fs.stat(file)).toMatchObject({ uid: 1234, gid: 2345 });
});

test("a link to the file stays a link", async () => {
  await add("ann");
  const link = path.join(scratch.path, "link.json");
  await fs.symlink(file, link);
  await updateAccountsFile(link, (accounts) => accounts.set("bob", { password }));
  expect((await fs.lstat(link)).isSymbolicLink()).toBe(true);
  expect(await namesIn()).toEqual(["ann", "bob"]);
});

test("names that objects have are written and read back", async () => {
  for (const name of ["__proto__", "constructor"]) await add(name);
  expect(await namesIn()).toEqual(["__proto__", "constructor"]);
});

test("a change that throws, or that makes no valid file, leaves the file as it was", async () => {
  await add("ann");
  const before = await fs.readFile(file, "utf8");
  const thrown = updateAccountsFile(file, () => {
    throw new Error("no");
  });
  await expect(thrown).rejects.toThrow("no");
  await expect(add("a/b")).rejects.toThrow("must be called by a name");
  await expect(updateAccountsFile(file, (accounts) => accounts.set("bob", { password, umask: "9" }))).rejects.toThrow(
    'umask of the account "bob"',
  );
  expect(await fs.readFile(file, "utf8")).toBe(before);
  expect(await fs.readdir(scratch.path)).toEqual(["accounts.json"]);
});

test("a file that is broken is not written over", async () => {
  await fs.writeFile(file, "{ not yet");
  await expect(add("ann")).rejects.toThrow("is not JSON");
  expect(await fs.readFile(file, "utf8")).toBe("{ not yet");
});

test("a change of nothing writes nothing", async () => {
  await add("ann");
  const { mtimeMs } = await fs.stat(file);
  await updateAccountsFile(file, () => {});
  expect((await fs.stat(file)).mtimeMs).toBe(mtimeMs);
});

test("of many changes at the same time none is lost", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `user${i}`);
  await Promise.all(names.map(add));
  expect((await namesIn()).sort()).toEqual(names.sort());
  expect(await fs.readdir(scratch.path)).toEqual(["accounts.json"]);
});

test("a lock that was left behind long ago is taken over, by many at the same time too", async () => {
  await fs.writeFile(`${file}.lock`, "somebody");
  await fs.utimes(`${file}.lock`, 1, 1);
  const names = Array.from({ length: 10 }, (_, i) => `user${i}`);
  await Promise.all(names.map(add));
  expect((await namesIn()).sort()).toEqual(names);
  expect(await fs.readdir(scratch.path)).toEqual(["accounts.json"]);
});

test("a lock that is new is waited for", async () => {
  await fs.writeFile(`${file}.lock`, "somebody");
  const added = add("ann");
  await expect(fs.readFile(file)).rejects.toThrow("ENOENT");
  await fs.rm(`${file}.lock`);
  await added;
  expect(await namesIn()).toEqual(["ann"]);
});

test("a folder that cannot be written to, and a file that is a folder, are said", async () => {
  const nowhere = path.join(scratch.path, "missing", "accounts.json");
  await expect(updateAccountsFile(nowhere, () => {})).rejects.toThrow(
    `${nowhere}: the accounts file cannot be written`,
  );
  await expect(readAccountsFile(nowhere)).rejects.toThrow(`${nowhere}: there is no such accounts file`);
  await expect(readAccountsFile(scratch.path)).rejects.toThrow("cannot be read (EISDIR)");
});

test.each([
  ["is read", ""],
  ["is found to be no JSON", ","],
])("nobody stands still while a file of twenty thousand accounts %s", async (_title, mistake) => {
  const accounts = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`user${i}`, { password }]));
  await fs.writeFile(file, JSON.stringify({ version: 1, accounts }, undefined, 2).slice(0, -1) + mistake + "}");
  let longest = 0;
  let last = performance.now();
  const watching = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  try {
    const size = await readAccountsFile(file).then(
      (read) => read.accounts.size,
      (error: unknown) => (error as AccountsFileError).code,
    );
    expect(size).toBe(mistake === "" ? 20_000 : "file-not-json");
  } finally {
    clearInterval(watching);
  }
  // Far more than a turn takes, for machines that have other things to do.
  expect(longest).toBeLessThan(150);
});

test("everybody else has turns while ten thousand accounts are read", async () => {
  const accounts = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`user${i}`, { password }]));
  await fs.writeFile(file, JSON.stringify({ version: 1, accounts }));
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  try {
    expect((await readAccountsFile(file)).accounts.size).toBe(10_000);
  } finally {
    clearInterval(counting);
  }
  expect(turns).toBeGreaterThan(5);
});
