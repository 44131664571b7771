// servers.md §4.2, line 11: no name, pattern or folder makes a listing lie, hold others up, or take memory without end.
import { expect, test } from "vitest";
import { StorageError, memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import type { Storage } from "@twinport/storage";

const nasty = "a\r\n150 x\r\n226 done\u001b[2J\u0000\u007f\u0085b";

/** A storage with a name in it that FTP could not have made. */
function withName(name: string): Storage {
  const memory = memoryStorage({ files: { "/plain.txt": "x" } });
  const entry = { name, kind: "file", size: 1, modified: 0 } as const;
  return Object.assign(Object.create(memory) as Storage, {
    features: new Set(),
    list: async function* () {
      yield [entry];
    },
    stat: (path: string) =>
      path === "/" ? { name: "", kind: "directory", size: 0, modified: 0 } : { ...entry, kind: "directory" },
  });
}

test.each(["LIST", "NLST", "MLSD", "LIST -R", "NLST -l"])(
  "control bytes in a name never reach what %s sends",
  async (verb) => {
    await using place = await LoopbackServer.start({ storage: withName(nasty) });
    const client = await place.client();
    const [word, ...rest] = verb.split(" ");
    const { bytes } = await client.download(rest.join(" "), word);
    const lines = bytes.toString().split("\r\n");
    // eslint-disable-next-line no-control-regex -- that is what is looked for
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/u);
    expect(lines.filter((line) => line.startsWith("226"))).toEqual([]);
  },
);

test("nor what goes over the command connection", async () => {
  await using place = await LoopbackServer.start({ storage: withName(nasty) });
  const client = await place.client();
  const { lines } = await client.ask("STAT /");
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f]/);
  client.send("CWD a\tb", "PWD");
  expect((await client.reply()).code).toBe(250);
  expect((await client.reply()).text).toMatch(/^257 "\/a.b" /);
});

test("a pattern that would take others for ever takes a moment", async () => {
  const files = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`/${"a".repeat(200)}${i}`, ""]));
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const { codes } = await client.download(`${"*a".repeat(100)}*b`, "NLST");
  expect(codes).toEqual([150, 226]);
  expect((await client.download("{a,b}{a,b}*[".repeat(20), "LIST")).codes.at(-1)).toBe(226);
});

test("patterns in every name of a path stop where they fit too much, and the client is told", async () => {
  const endless: Storage = Object.assign(Object.create(memoryStorage({})) as Storage, {
    features: new Set(),
    stat: (path: string) => {
      if (path.includes("*")) throw new StorageError("not-found", { operation: "stat", path });
      return { name: "d", kind: "directory", size: 0, modified: 0 };
    },
    list: async function* () {
      yield Array.from({ length: 50 }, (_, i) => ({ name: `d${i}`, kind: "directory", size: 0, modified: 0 }));
    },
  });
  await using place = await LoopbackServer.start({ storage: endless });
  const client = await place.client();
  const data = await client.passive();
  expect((await client.ask("LIST /*/*/*/x*")).code).toBe(150);
  expect((await client.reply()).code).toBe(451);
  // Cut off, so that nobody takes what has come for the whole.
  expect(await data.over()).toBe("reset");
  expect((await client.download("/*/*", "NLST")).codes).toEqual([150, 226]);
});

test("a client that does not read its list does not make the server hold it", async () => {
  let asked = 0;
  const huge: Storage = Object.assign(Object.create(memoryStorage({})) as Storage, {
    features: new Set(),
    stat: () => ({ name: "", kind: "directory", size: 0, modified: 0 }),
    list: async function* () {
      for (; asked < 100_000; asked++) {
        yield Array.from({ length: 256 }, (_, i) => ({ name: `${asked}-${i}`, kind: "file", size: 0, modified: 0 }));
      }
    },
  });
  await using place = await LoopbackServer.start({ storage: huge });
  const client = await place.client();
  const data = await client.passive();
  data.socket.pause();
  expect((await client.ask("LIST")).code).toBe(150);
  const other = await place.client();
  for (let i = 0; i < 200; i++) expect((await other.ask("NOOP")).code).toBe(200);
  // The kernel's buffers, and one batch more; not the whole list.
  expect(asked).toBeLessThan(5_000);
  client.destroy();
});
