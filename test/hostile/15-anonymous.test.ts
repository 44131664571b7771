// servers.md §4.2, line 15: what strangers bring is not handed on to strangers.
import { expect, test } from "vitest";
import { anonymousAccounts } from "@twinport/accounts";
import { virtualPath } from "@twinport/protocol";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import type { Permission } from "@twinport/protocol";
import type { Storage } from "@twinport/storage";

const files = { "/readme.txt": "hello", "/incoming/.keep": "", "/incoming/old.txt": "brought by somebody" };

const dropBox = (...permissions: Permission[]) =>
  anonymousAccounts<Storage>({ rules: [{ path: virtualPath("/incoming"), permissions: new Set(permissions) }] });

test("anonymous users change nothing unless they are told that they may", async () => {
  await using place = await LoopbackServer.start({ files, accounts: anonymousAccounts<Storage>() });
  const client = await (await place.connect()).login("anonymous", "me@");
  expect((await client.upload("x", "x")).codes).toEqual([550]);
  expect(await client.codes("MKD x", "DELE readme.txt", "RNFR readme.txt", "RMD incoming")).toEqual([
    550, 550, 550, 550,
  ]);
  expect((await client.download("readme.txt")).codes).toEqual([150, 226]);
});

test("what is brought into a drop box can be seen, read, changed and moved by nobody", async () => {
  await using place = await LoopbackServer.start({ files, accounts: dropBox("write") });
  const client = await (await place.connect()).login("anonymous", "me@");
  expect((await client.upload("/incoming/new.txt", "mine")).codes).toEqual([150, 226]);
  for (const name of ["/incoming/new.txt", "/incoming/old.txt"]) {
    expect((await client.download(name)).codes).toEqual([550]);
    expect(await client.codes(`SIZE ${name}`, `MDTM ${name}`, `MLST ${name}`, `STAT ${name}`)).toEqual([
      550, 550, 550, 550,
    ]);
    expect(await client.codes(`DELE ${name}`, `RNFR ${name}`)).toEqual([550, 550]);
    expect((await client.upload(name, "overwritten")).codes).toEqual([550]);
    expect((await client.upload(name, "added", "APPE")).codes).toEqual([550]);
    await client.ask("REST 1");
    expect((await client.upload(name, "changed")).codes).toEqual([550]);
  }
  for (const verb of ["LIST", "NLST", "MLSD"]) expect((await client.download("/incoming", verb)).codes).toEqual([550]);
  const { bytes } = await client.download("-R /", "LIST");
  expect(bytes.toString()).not.toContain("new.txt");
  expect((await client.download("/inc*/*", "NLST")).bytes.toString()).toBe("");
});

test("a file is not led out of a drop box by a rename of the folder above it", async () => {
  const accounts = anonymousAccounts<Storage>({
    permissions: new Set(["list", "read", "rename", "write"]),
    rules: [{ path: virtualPath("/a/incoming"), permissions: new Set(["write"]) }],
  });
  await using place = await LoopbackServer.start({ files: { "/a/incoming/x": "x" }, accounts });
  const client = await (await place.connect()).login("anonymous", "me@");
  expect(await client.codes("RNFR /a")).toEqual([550]);
});

test("nor by a rename of its own", async () => {
  const accounts = anonymousAccounts<Storage>({
    permissions: new Set(["list", "read", "rename", "write"]),
    rules: [{ path: virtualPath("/incoming"), permissions: new Set(["write", "rename"]) }],
  });
  await using place = await LoopbackServer.start({ files, accounts });
  const client = await (await place.connect()).login("anonymous", "me@");
  expect(await client.codes("RNFR /incoming/old.txt", "RNTO /incoming/new.txt")).toEqual([350, 250]);
  expect(await client.codes("RNFR /incoming/new.txt", "RNTO /new.txt")).toEqual([350, 550]);
  expect((await client.ask("RNFR /incoming")).code).toBe(550);
});
