// servers.md §4.2, line 8: no link, and nothing that is no file, leads out of the root or holds the server up.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { allPermissions } from "@twinport/accounts";
import { virtualPath } from "@twinport/protocol";
import { diskStorage } from "@twinport/storage";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { DiskStorage } from "@twinport/storage";

let scratch: ScratchFolder;
let outside: string;
let root: string;
let storage: DiskStorage;

beforeEach(() => {
  scratch = new ScratchFolder();
  outside = path.join(scratch.path, "outside");
  root = path.join(scratch.path, "root");
  for (const folder of [outside, root]) fs.mkdirSync(folder);
  fs.writeFileSync(path.join(outside, "secret.txt"), "secret");
  fs.writeFileSync(path.join(root, "own.txt"), "own");
  storage = diskStorage(root);
});

afterEach(async () => {
  expect(fs.readdirSync(outside)).toEqual(["secret.txt"]);
  expect(fs.readFileSync(path.join(outside, "secret.txt"), "utf8")).toBe("secret");
  storage[Symbol.dispose]();
  await scratch[Symbol.asyncDispose]();
});

test.each([
  ["relative", "../outside"],
  ["absolute", "OUTSIDE"],
  ["through the root and out again", "./../root/../outside"],
])("a %s link to a folder outside is no folder", async (_name, target) => {
  fs.symlinkSync(target.replace("OUTSIDE", outside), path.join(root, "out"));
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  expect((await client.ask("CWD out")).code).toBe(550);
  expect((await client.download("out/secret.txt")).codes).toEqual([550]);
  expect((await client.upload("out/new.txt", "x")).codes).toEqual([550]);
  expect(await client.codes("MKD out/made", "DELE out/secret.txt", "SIZE out/secret.txt", "RMD out")).toEqual([
    550, 550, 550, 550,
  ]);
  expect(await client.codes("RNFR own.txt", "RNTO out/moved.txt")).toEqual([350, 550]);
  for (const verb of ["LIST", "NLST", "MLSD"]) expect((await client.download("out", verb)).codes[0]).not.toBe(226);
  expect((await client.download("-R", "LIST")).bytes.toString()).not.toContain("secret");
});

test("a link to a file outside is neither read nor written", async () => {
  fs.symlinkSync("../outside/secret.txt", path.join(root, "link.txt"));
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  expect((await client.download("link.txt")).codes).toEqual([550]);
  expect((await client.upload("link.txt", "x")).codes).toEqual([550]);
  expect((await client.upload("link.txt", "x", "APPE")).codes).toEqual([550]);
  expect(await client.codes("SITE CHMOD 777 link.txt", "MFMT 20260101000000 link.txt")).toEqual([550, 550]);
});

test.runIf(process.platform === "linux")("FIFOs, sockets and devices are refused at once", async () => {
  execFileSync("mkfifo", [path.join(root, "fifo")]);
  const devices = process.getuid?.() === 0 ? ["zero"] : [];
  for (const name of devices) execFileSync("mknod", [path.join(root, name), "c", "1", "5"]);
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  for (const name of ["fifo", ...devices]) {
    expect((await client.download(name)).codes).toEqual([550]);
    expect((await client.upload(name, "x")).codes).toEqual([550]);
    expect((await client.upload(name, "x", "APPE")).codes).toEqual([550]);
  }
  expect((await client.ask("NOOP")).code).toBe(200);
});

test("what holds for a folder holds for every link that leads there", async () => {
  fs.mkdirSync(path.join(root, "private"));
  fs.writeFileSync(path.join(root, "private/a.txt"), "private");
  fs.symlinkSync("private", path.join(root, "open"));
  fs.symlinkSync("private/a.txt", path.join(root, "file"));
  fs.writeFileSync(path.join(root, "hidden.txt"), "hidden");
  fs.symlinkSync("hidden.txt", path.join(root, "seen"));
  const rules = [{ path: virtualPath("/private"), permissions: new Set<never>() }];
  const account = { name: "ann", permissions: allPermissions, rules, hide: ["hidden.*"] };
  await using place = await LoopbackServer.start({
    storage,
    accounts: { verify: () => ({ kind: "accepted", account }) },
  });
  const client = await place.client();
  for (const name of ["open/a.txt", "file", "seen"]) {
    expect((await client.download(name)).codes).toEqual([550]);
    expect((await client.upload(name, "x")).codes[0]).toBeGreaterThanOrEqual(500);
    expect((await client.upload(name, "x", "APPE")).codes[0]).toBeGreaterThanOrEqual(500);
    expect(await client.codes(`SIZE ${name}`, `XMD5 ${name}`, `SITE CHMOD 777 ${name}`)).toEqual([550, 550, 550]);
  }
  expect(await client.codes("MKD open/x", "DELE open/a.txt", "RNFR own.txt", "RNTO open/own.txt")).toEqual([
    550, 550, 350, 550,
  ]);
  expect((await client.upload("open/new.txt", "x")).codes).toEqual([550]);
  for (const verb of ["LIST", "NLST", "MLSD"]) expect((await client.download("open", verb)).codes.at(-1)).not.toBe(226);
  expect((await client.download("/*/*", "NLST")).bytes.toString()).not.toContain("a.txt");
  expect(fs.readFileSync(path.join(root, "private/a.txt"), "utf8")).toBe("private");
  expect(fs.readdirSync(path.join(root, "private"))).toEqual(["a.txt"]);
});
