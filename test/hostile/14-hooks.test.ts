// servers.md §4.2, line 14: what a client says reaches hooks as data, and a home has no way out of the root.
import { expect, test } from "vitest";
import { allPermissions } from "@twinport/accounts";
import { virtualPath } from "@twinport/protocol";
import { memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import type { WritableFile } from "@twinport/storage";

test("a hook's path is normalised like a client's", async () => {
  await using place = await LoopbackServer.start({
    files: { "/a.txt": "a" },
    hooks: { transfer: () => ({ path: "/../../a.txt\0" }) },
  });
  const client = await place.client();
  expect((await client.download("a.txt")).codes).toEqual([553]);
});

test("a home with .. in it is the folder below the root that it says", () => {
  expect(virtualPath("/../../etc")).toBe("/etc");
});

test("a hook that is asked about a file is asked before anything of it is touched", async () => {
  const seen: string[] = [];
  const storage = memoryStorage({ files: { "/a.txt": "old" } });
  await using place = await LoopbackServer.start({
    storage,
    hooks: {
      transfer: ({ path }) => {
        seen.push(path);
        return { refuse: "Not now." };
      },
    },
  });
  const client = await place.client();
  expect((await client.upload("x/../a.txt; rm -rf $(HOME)`id`", "new")).codes).toEqual([550]);
  expect(seen).toEqual(["/a.txt; rm -rf $(HOME)`id`"]);
});

test("an upload is told of as complete only when the storage has kept it", async () => {
  const storage = memoryStorage({});
  const write = storage.write.bind(storage);
  let commit: (() => void) | undefined;
  const slow = Object.assign(Object.create(storage) as typeof storage, {
    features: storage.features,
    write: (...request: Parameters<typeof write>): WritableFile => {
      const file = write(...request);
      return {
        start: file.start,
        write: (bytes) => file.write(bytes),
        abandon: (keep) => file.abandon(keep),
        commit: () => new Promise<void>((resolve) => (commit = () => resolve(file.commit()))),
      };
    },
    stat: storage.stat.bind(storage),
  });
  await using place = await LoopbackServer.start({ storage: slow });
  let finished = false;
  place.server.on("transfer-finished", () => (finished = true));
  const client = await place.client();
  const data = await client.passive();
  client.send("STOR a.txt");
  expect((await client.reply()).code).toBe(150);
  data.end("bytes");
  await expect.poll(() => commit).toBeDefined();
  expect(finished).toBe(false);
  expect(client.unread).toBe(0);
  commit!();
  expect((await client.reply()).code).toBe(226);
  expect(finished).toBe(true);
});

test("an account's folder is where the account says, whatever its name is", async () => {
  await using place = await LoopbackServer.start({
    files: { "/etc/passwd": "x", "/home/x": "y" },
    accounts: {
      verify: ({ name }) => ({
        kind: "accepted",
        account: { name, permissions: allPermissions, home: virtualPath("/home") },
      }),
    },
  });
  const client = await place.connect();
  await client.login("../../etc");
  expect((await client.ask("PWD")).text).toMatch(/^257 "\/home" /);
});
