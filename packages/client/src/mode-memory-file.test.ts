import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { fileModeMemory } from "./mode-memory-file.ts";
import type { RememberedMode } from "./mode-memory.ts";

const now = 1_700_000_000_000;
const later = { now: () => now };

const mode = (server: string, more: Partial<RememberedMode> = {}): RememberedMode => ({
  server,
  network: "192.0.2.0/24",
  mode: "port",
  because: ["epsv dial-silent"],
  learned: now,
  expires: now + 1000,
  ...more,
});

test("what one program has learned the next one knows", async () => {
  await using folder = new ScratchFolder();
  const path = join(folder.path, "deep", "modes.json");
  await fileModeMemory(path, later).remember(mode("ftp.example:21"));
  const next = fileModeMemory(path, later);
  expect(await next.recall({ server: "ftp.example:21", network: "192.0.2.0/24" }, now)).toEqual(mode("ftp.example:21"));
  expect(await next.recall({ server: "ftp.example:21", network: "198.51.100.0/24" }, now)).toBeUndefined();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder.path, "deep"))).toEqual(["modes.json"]);
});

test("what has expired is neither told nor kept", async () => {
  await using folder = new ScratchFolder();
  const path = join(folder.path, "modes.json");
  const memory = fileModeMemory(path, later);
  await memory.remember(mode("old:21", { expires: now }));
  expect(await memory.list()).toEqual([]);
  await memory.remember(mode("new:21"));
  expect(await readFile(path, "utf8")).not.toContain("old:21");
});

test.each([
  ["a route", { server: "a:21", network: "192.0.2.0/24" }, ["b:21", "a:2121"]],
  ["a host with its port", "a:21", ["b:21", "a:2121"]],
  ["a host, whatever its ports", "A", ["b:21"]],
  ["all", undefined, []],
  ["nobody that it knows", "c", ["b:21", "a:2121", "a:21"]],
])("it forgets %s", async (_what, forgotten, left) => {
  await using folder = new ScratchFolder();
  const memory = fileModeMemory(join(folder.path, "modes.json"), later);
  for (const server of ["a:21", "a:2121", "b:21"]) await memory.remember(mode(server));
  await memory.forget(forgotten);
  expect((await memory.list()).map(({ server }) => server)).toEqual(left);
});

test.each([
  ["nothing", ""],
  ["half of it", '{"version":1,"modes":[{"server":"a'],
  ["something else", '"a text"'],
  ["a later version", '{"version":2,"modes":[]}'],
  [
    "entries that are none",
    '{"version":1,"modes":[1,{},{"server":1},null,{"server":"a:21","network":"n","mode":"rm -rf"}]}',
  ],
])("a file with %s in it is begun anew", async (_what, content) => {
  await using folder = new ScratchFolder();
  const path = join(folder.path, "modes.json");
  await writeFile(path, content);
  const memory = fileModeMemory(path, later);
  expect(await memory.list()).toEqual([]);
  await memory.remember(mode("a:21"));
  expect(await memory.list()).toEqual([mode("a:21")]);
});

test("a file that cannot be written fails where it is written, and not where it is read", async () => {
  await using folder = new ScratchFolder();
  const path = join(folder.path, "modes.json");
  await mkdir(path);
  const memory = fileModeMemory(path, later);
  expect(await memory.list()).toEqual([]);
  await expect(memory.remember(mode("a:21"))).rejects.toThrow(/modes\.json/);
  expect(await readdir(folder.path)).toEqual(["modes.json"]);
});

test("it keeps the thousand that were learned last", async () => {
  await using folder = new ScratchFolder();
  const path = join(folder.path, "modes.json");
  const many = Array.from({ length: 1000 }, (_, index) => mode(`h${index}:21`));
  await writeFile(path, JSON.stringify({ version: 1, modes: many }));
  const memory = fileModeMemory(path, later);
  await memory.remember(mode("new:21"));
  const kept = await memory.list();
  expect(kept).toHaveLength(1000);
  expect(kept[0]?.server).toBe("new:21");
  expect(kept.some(({ server }) => server === "h999:21")).toBe(false);
});

test("nothing but what is a mode's is kept", async () => {
  await using folder = new ScratchFolder();
  const path = join(folder.path, "modes.json");
  const more = { ...mode("a:21"), password: "secret" };
  await fileModeMemory(path, later).remember(more);
  expect(await readFile(path, "utf8")).not.toContain("secret");
});

test("what two memories of one file learn at the same time is all kept", async () => {
  await using folder = new ScratchFolder();
  const path = join(folder.path, "modes.json");
  const memories = [fileModeMemory(path, later), fileModeMemory(path, later)];
  const learn = async (index: number): Promise<void> => memories[index % 2]?.remember(mode(`h${index}:21`));
  await Promise.all(Array.from({ length: 40 }, (_, index) => learn(index)));
  expect(await fileModeMemory(path, later).list()).toHaveLength(40);
});

test("programs that write at the same time leave a whole file", async () => {
  await using folder = new ScratchFolder();
  const path = join(folder.path, "modes.json");
  const program = async (name: string): Promise<void> => {
    // A module of its own knows nothing of the others' turns, as a process of its own would not.
    vi.resetModules();
    const memory = (await import("./mode-memory-file.ts")).fileModeMemory(path, later);
    for (let index = 0; index < 10; index++) {
      await memory.remember(mode(`${name}${index}:21`));
      expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ version: 1 });
    }
  };
  await Promise.all(["a", "b", "c"].map(program));
  expect((await fileModeMemory(path, later).list()).length).toBeGreaterThanOrEqual(10);
  expect(await readdir(folder.path)).toEqual(["modes.json"]);
});
