// servers.md §4.2, line 13: no upload passes a quota, takes another's place, or leaves what it should not.
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { allPermissions } from "@twinport/accounts";
import { StorageError, diskStorage, memoryStorage, quotaStorage } from "@twinport/storage";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { VirtualPath } from "@twinport/protocol";
import type { Accounts } from "@twinport/accounts";
import type { DiskStorageOptions, Storage } from "@twinport/storage";

let scratch: ScratchFolder;
let root: string;

beforeEach(() => {
  scratch = new ScratchFolder();
  root = path.join(scratch.path, "root");
  fs.mkdirSync(root);
});
afterEach(() => scratch[Symbol.asyncDispose]());

const place = (storage: Storage, more = {}) => LoopbackServer.start({ storage, ...more });
const disk = (options?: DiskStorageOptions) => diskStorage(root, options);
const bytesOnDisk = (): number =>
  fs.readdirSync(root).reduce((sum, name) => sum + fs.statSync(path.join(root, name)).size, 0);

test.each([
  ["straight into the file", undefined],
  ["atomic", { atomic: {} }],
])("uploads beside each other (%s) never pass the quota together", async (_name, options) => {
  using files = disk(options);
  await using server = await place(quotaStorage(files, { bytes: 1_000_000 }));
  const clients = await Promise.all(Array.from({ length: 8 }, () => server.client()));
  const codes = await Promise.all(
    clients.map(async (client, i) => (await client.upload(`${i}.bin`, Buffer.alloc(300_000))).last.code),
  );
  expect(codes.filter((code) => code === 226).length).toBeLessThanOrEqual(3);
  expect(codes.filter((code) => code !== 226 && code !== 552)).toEqual([]);
  expect(bytesOnDisk()).toBeLessThanOrEqual(1_000_000);
});

test("folders without end are files without end to a quota", async () => {
  using files = disk();
  await using server = await place(quotaStorage(files, { files: 5 }));
  const client = await server.client();
  const codes = [];
  for (let i = 0; i < 7; i++) codes.push((await client.ask(`MKD ${i}`)).code);
  expect(codes).toEqual([257, 257, 257, 257, 257, 552, 552]);
});

test.each([
  ["straight into the file", undefined],
  ["atomic", { atomic: {} }],
])("a file has one writer (%s): the second hears 450, and the first is not disturbed", async (_name, options) => {
  using files = disk(options);
  await using server = await place(files);
  const one = await server.client();
  const other = await server.client();
  const data = await one.passive();
  expect((await one.ask("STOR a.bin")).code).toBe(150);
  data.send("first ");
  expect((await other.upload("a.bin", "second")).codes).toEqual([450]);
  expect((await other.upload("./x/../a.bin", "second", "APPE")).codes).toEqual([450]);
  data.end("half and second half");
  expect((await one.reply()).code).toBe(226);
  expect((await one.download("a.bin")).bytes.toString()).toBe("first half and second half");
});

test.each(["STOR", "APPE"])("with atomic uploads %s that is cut off leaves the old file as it was", async (verb) => {
  fs.writeFileSync(path.join(root, "a.bin"), "the old one");
  using files = disk({ atomic: {} });
  await using server = await place(files);
  const client = await server.client();
  const data = await client.passive();
  expect((await client.ask(`${verb} a.bin`)).code).toBe(150);
  data.send("half of the new one");
  await expect.poll(() => server.trace.some(({ kind }) => kind === "data-first-byte")).toBe(true);
  data.reset();
  expect((await client.reply()).code).toBe(426);
  expect(fs.readFileSync(path.join(root, "a.bin"), "utf8")).toBe("the old one");
});

test("what is not finished is seen by nobody, and read by no other user of the machine", async () => {
  using files = disk({ atomic: {} });
  await using server = await place(files);
  const client = await server.client();
  const data = await client.passive();
  expect((await client.ask("STOR a.bin")).code).toBe(150);
  data.send("half");
  await expect.poll(() => fs.readdirSync(root).length).toBe(1);
  const [part = ""] = fs.readdirSync(root);
  expect(fs.statSync(path.join(root, part)).mode & 0o077).toBe(0);
  const other = await server.client();
  expect((await other.download("", "NLST")).bytes.toString()).toBe("");
  expect((await other.download(part)).codes).toEqual([550]);
  expect((await other.ask(`DELE ${part}`)).code).toBe(550);
  data.end();
  expect((await client.reply()).code).toBe(226);
});

test("a name that may not be written cannot be reached by a rename either", async () => {
  fs.writeFileSync(path.join(root, "a.txt"), "harmless");
  fs.writeFileSync(path.join(root, ".htaccess"), "keep");
  using files = disk();
  const accounts = {
    verify: ({ name }: { name: string }) =>
      ({ kind: "accepted", account: { name, permissions: allPermissions, deny: [".ht*", "*.php"] } }) as const,
  };
  await using server = await place(files, { accounts });
  const client = await server.client();
  for (const to of [".htaccess", "x.php", "X.PHP"]) {
    expect(await client.codes("RNFR a.txt", `RNTO ${to}`)).toEqual([350, 550]);
    expect((await client.upload(to, "x")).codes).toEqual([550]);
  }
  expect(fs.readFileSync(path.join(root, ".htaccess"), "utf8")).toBe("keep");
});

test.each(["4755", "2755", "1777", "7777"])("SITE CHMOD %s sets no bit beyond the nine", async (mode) => {
  fs.writeFileSync(path.join(root, "a.txt"), "x", { mode: 0o644 });
  using files = disk();
  await using server = await place(files);
  const client = await server.client();
  expect((await client.ask(`SITE CHMOD ${mode} a.txt`)).code).toBe(504);
  expect(fs.statSync(path.join(root, "a.txt")).mode & 0o7777).toBe(0o644);
});

/** Ann may do everything; bob may bring files and rename, and replace none. */
const accounts: Accounts<Storage> = {
  verify: ({ name }) => ({
    kind: "accepted",
    account: { name, permissions: name === "bob" ? new Set(["list", "write", "rename"]) : allPermissions },
  }),
};

test.each([
  ["a rename", ["RNFR bob.txt", "RNTO ann.txt"]],
  ["an upload from its second byte on", ["REST 1", "STOR ann.txt"]],
  ["an upload to its end", ["APPE ann.txt"]],
])("%s never replaces what was acknowledged a moment before, and might not be replaced", async (_name, lines) => {
  using files = disk({ atomic: {}, sync: "file" });
  await using server = await place(quotaStorage(files, { bytes: 1_000_000 }), { accounts });
  const ann = await (await server.connect()).login("ann", "x");
  const bob = await (await server.connect()).login("bob", "x");
  for (let i = 0; i < 20; i++) {
    await bob.upload("bob.txt", "bob's");
    const data = await ann.passive();
    expect((await ann.ask("STOR ann.txt")).code).toBe(150);
    const other = await bob.passive();
    data.end("what ann was told is kept");
    bob.send(...lines);
    other.end("bob's own");
    expect((await ann.reply()).code).toBe(226);
    const codes = [];
    for (const _line of lines) codes.push((await bob.reply()).code);
    if (codes.at(-1) === 150) codes.push((await bob.reply()).code);
    other.destroy();
    // Where bob was first, it was ann who replaced his, which she may.
    expect(fs.readFileSync(path.join(root, "ann.txt"), "utf8")).toBe("what ann was told is kept");
    await ann.ask("DELE ann.txt");
    await ann.ask("DELE bob.txt");
  }
});

test("without the right to replace a rename does not, and neither does a resumed upload that was too late", async () => {
  const memory = memoryStorage({ files: { "/ann.txt": "ann's", "/bob.txt": "bob's" } });
  // As if it had been finished between the question and the answer.
  const late = Object.assign(Object.create(memory) as typeof memory, {
    features: memory.features,
    stat: (where: VirtualPath) => {
      if (where === "/ann.txt") throw new StorageError("not-found", { operation: "stat", path: where });
      return memory.stat(where);
    },
    write: memory.write.bind(memory),
    read: memory.read.bind(memory),
    rename: memory.rename.bind(memory),
  });
  await using server = await place(late, { accounts });
  const bob = await (await server.connect()).login("bob", "x");
  expect(await bob.codes("RNFR bob.txt", "RNTO ann.txt")).toEqual([350, 550]);
  await bob.ask("REST 0");
  expect((await bob.upload("ann.txt", "bob's", "STOR")).codes).toEqual([550]);
  const ann = await (await server.connect()).login("ann", "x");
  expect((await ann.upload("ann.txt", "more", "APPE")).codes).toEqual([550]);
  expect((await ann.download("ann.txt")).bytes.toString()).toBe("ann's");
});

test("SITE UMASK takes bits away, and gives none that the operator has taken", async () => {
  using files = disk({ umask: 0o027 });
  await using server = await place(files);
  const client = await server.client();
  for (const [umask, mode] of [
    ["000", 0o640],
    ["077", 0o600],
  ] as const) {
    await client.ask(`SITE UMASK ${umask}`);
    await client.upload(`${umask}.txt`, "x");
    expect(fs.statSync(path.join(root, `${umask}.txt`)).mode & 0o777).toBe(mode);
  }
});

test("who has no data connection makes nothing be opened", async () => {
  let opened = 0;
  const memory = memoryStorage({ files: { "/big.bin": "big" } });
  const counting = Object.assign(Object.create(memory) as typeof memory, {
    features: memory.features,
    read: (...asked: Parameters<typeof memory.read>) => (opened++, memory.read(...asked)),
    write: (...asked: Parameters<typeof memory.write>) => (opened++, memory.write(...asked)),
  });
  await using server = await place(counting);
  const client = await server.client();
  for (const line of ["APPE big.bin", "STOR new.bin", "STOU", "RETR big.bin"]) {
    expect((await client.ask(line)).code).toBe(425);
  }
  expect(opened).toBe(0);
});

test("an upload whose client was killed is not taken for whole", async () => {
  using files = disk({ atomic: {} });
  await using server = await place(files);
  const client = await server.client();
  const data = await client.passive();
  expect((await client.ask("STOR a.bin")).code).toBe(150);
  const finished = server.next("transfer-finished");
  data.send("half of it");
  // It has run for a while, and the system ends one connection a moment after the other.
  await new Promise((resolve) => setTimeout(resolve, 300));
  data.end();
  await new Promise((resolve) => setTimeout(resolve, 2));
  client.socket.end();
  expect((await finished).outcome).toBe("failed");
  expect(fs.readdirSync(root).filter((name) => !name.startsWith("."))).toEqual([]);
});
