import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { expect, test } from "vitest";
import { Client, FTPError } from "./index.ts";
import { StringWriter } from "./StringWriter.ts";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { ScriptedServer } from "../../../test/testkit/scripted-server.ts";
import type { LoopbackOptions } from "../../../test/testkit/loopback-server.ts";
import type { ProgressInfo } from "./index.ts";

/** Runs with a client that is in at a server of ours, and is closed before that looks at what is left. */
async function withClient(
  options: LoopbackOptions,
  run: (client: Client, server: LoopbackServer) => Promise<void>,
): Promise<void> {
  await using server = await LoopbackServer.start(options);
  const client = new Client(5000);
  try {
    const [bound] = server.server.bound;
    await client.access({ host: "127.0.0.1", port: bound?.port ?? 0, user: "ann", password: "secret" });
    await run(client, server);
  } finally {
    client.close();
  }
}

async function textOf(client: Client, path: string, startAt?: number): Promise<string> {
  const target = new StringWriter();
  await client.downloadTo(target, path, startAt);
  return target.getText("utf8");
}

test("a stream goes up, comes down, is appended to and taken up again", async () => {
  await withClient({}, async (client) => {
    expect(await client.uploadFrom(Readable.from(["0123"]), "a")).toMatchObject({ code: 226 });
    await client.appendFrom(Readable.from(["4567"]), "a");
    expect(await textOf(client, "a")).toBe("01234567");
    expect(await textOf(client, "a", 6)).toBe("67");
    expect(await client.size("a")).toBe(8);
    expect((await client.lastMod("a")).getTime()).toBeGreaterThan(Date.parse("2020-01-01"));
  });
});

test("a local file goes up and comes down, wholly and in part", async () => {
  await using folder = new ScratchFolder();
  const local = join(folder.path, "local");
  const back = join(folder.path, "back");
  await writeFile(local, "0123456789");
  await withClient({}, async (client) => {
    await client.uploadFrom(local, "whole");
    await client.uploadFrom(local, "part", { localStart: 2, localEndInclusive: 4 });
    await client.appendFrom(local, "part", { localStart: 5 });
    expect(await textOf(client, "whole")).toBe("0123456789");
    expect(await textOf(client, "part")).toBe("23456789");
    await client.downloadTo(back, "whole");
    await writeFile(back, "0123");
    await client.downloadTo(back, "whole", 4);
    expect(await readFile(back, "utf8")).toBe("0123456789");
  });
});

test("a file that is not there leaves no empty file here, and the client usable", async () => {
  await using folder = new ScratchFolder();
  await withClient({}, async (client) => {
    await expect(client.downloadTo(join(folder.path, "none"), "none")).rejects.toBeInstanceOf(FTPError);
    expect(await readdir(folder.path)).toEqual([]);
    expect(await client.pwd()).toBe("/");
  });
});

test("directories go up and come down with all that is in them", async () => {
  await using folder = new ScratchFolder();
  const here = join(folder.path, "here");
  await mkdir(join(here, "deep", "empty"), { recursive: true });
  await writeFile(join(here, "a"), "A");
  await writeFile(join(here, "deep", " b"), "B");
  await withClient({}, async (client) => {
    await client.uploadFromDir(here, "there/it/is");
    expect(await client.pwd()).toBe("/");
    expect(await textOf(client, "there/it/is/deep/ b")).toBe("B");
    const back = join(folder.path, "back");
    await client.downloadToDir(back, "there/it/is");
    expect((await readdir(back, { recursive: true })).toSorted()).toEqual([
      "a",
      "deep",
      join("deep", " b"),
      join("deep", "empty"),
    ]);
    await client.removeDir("there");
    expect(await client.list()).toEqual([]);
  });
});

test("files are renamed and removed, and a refusal may be ignored", async () => {
  await withClient({ files: { "/a": "x" } }, async (client) => {
    await client.rename("a", "b");
    expect((await client.list()).map(({ name }) => name)).toEqual(["b"]);
    await client.remove("b");
    expect((await client.remove("b", true)).code).toBe(550);
    await expect(client.remove("b")).rejects.toMatchObject({ code: 550 });
    await client.ensureDir("/x/y");
    expect(await client.pwd()).toBe("/x/y");
    await client.cdup();
    await client.removeEmptyDir("y");
    await client.clearWorkingDir();
    expect(await client.list()).toEqual([]);
  });
});

test("progress is counted for each transfer and for all", async () => {
  await withClient({ files: { "/a": "x".repeat(1000) } }, async (client) => {
    const seen: ProgressInfo[] = [];
    client.trackProgress((info) => seen.push(info));
    await textOf(client, "a");
    await client.uploadFrom(Readable.from(["0123456789"]), "b");
    expect(seen[0]).toMatchObject({ name: "a", type: "download" });
    expect(seen.at(-1)).toEqual({ name: "b", type: "upload", bytes: 10, bytesOverall: 1010 });
    client.trackProgress();
    const count = seen.length;
    await client.list();
    expect(seen).toHaveLength(count);
  });
});

test("all data connections of an active-only server come to us", async () => {
  await withClient({ passive: false, files: { "/a": "by active mode" } }, async (client, server) => {
    expect(await textOf(client, "a")).toBe("by active mode");
    await client.uploadFrom(Readable.from(["up"]), "b");
    expect((await client.list()).map(({ name }) => name).toSorted()).toEqual(["a", "b"]);
    expect(server.dataSteps).toContain("data-dialing");
  });
});

test("a slow target is waited for, and its failure ends the client", async () => {
  await withClient({ files: { "/a": "x".repeat(100_000) } }, async (client) => {
    const target = new PassThrough();
    const failing = client.downloadTo(target, "a");
    target.once("readable", () => target.destroy(new Error("disk full")));
    await expect(failing).rejects.toThrow("disk full");
    expect(client.closed).toBe(true);
  });
});

test("a listing that does not end is given up", async () => {
  await using server = await ScriptedServer.start({
    files: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`/${i}`, ""])),
  });
  const client = new Client(2000, { maxListingBytes: 1000 });
  await client.access({ host: "127.0.0.1", port: server.port, user: "ann", password: "pw" });
  await expect(client.list()).rejects.toThrow("StringWriter: Maximum bytes exceeded, maxByteLength=1000.");
  client.close();
});

test("names that lead out of the directory are left out", async () => {
  await using folder = new ScratchFolder();
  await using server = await ScriptedServer.start({ files: { "/a": "kept" } });
  const client = new Client(2000);
  const said: string[] = [];
  client.ftp.log = (message) => said.push(message);
  await client.access({ host: "127.0.0.1", port: server.port, user: "ann", password: "pw" });
  const { parseList } = client;
  client.parseList = (raw) => {
    const [entry] = parseList(raw);
    return entry
      ? ["../x", "/etc/x", "..", ".", "", "b\0", "a"].map((name) => Object.assign(Object.create(entry), { name }))
      : [];
  };
  await client.downloadToDir(join(folder.path, "in"));
  client.close();
  expect(await readdir(folder.path, { recursive: true })).toEqual(["in", join("in", "a")]);
  expect(said).toContain('Invalid filename from server listing, will skip file. ("../x")');
});
