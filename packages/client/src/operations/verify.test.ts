import { randomBytes } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { CuttingProxy } from "../../../../test/testkit/cutting-proxy.ts";
import { LoopbackServer } from "../../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { connectClient } from "../client.ts";
import type { ClientWarning } from "../client-events.ts";
import type { Faults } from "../../../../test/testkit/cutting-proxy.ts";

const wrong = `213 SHA-256 0-8 ${"0".repeat(64)} x`;

async function stage(files: Record<string, string | Uint8Array>, faults: Faults = {}) {
  const place = await LoopbackServer.start({ files });
  const proxy = await CuttingProxy.start(place.server.url, faults);
  const client = await connectClient(`ftp://ann:secret@127.0.0.1:${proxy.port}/`, { memory: false, retries: 5 });
  const warnings: ClientWarning[] = [];
  client.on("warning", (warning) => warnings.push(warning));
  const folder = new ScratchFolder();
  return {
    client,
    proxy,
    local: (name: string) => join(folder.path, name),
    names: () => readdir(folder.path),
    warned: () => warnings.map(({ code }) => code),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await proxy[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const bytes = randomBytes(9_000_000);

test("a download, its resumed part included, is compared by its hash", async () => {
  await using on = await stage({ "/big": bytes }, { cutAfter: (count) => (count < 2 ? 200_000 : undefined) });
  const result = await on.client.download("big", on.local("big"), { verify: "hash" });
  expect(result.verified).toBe("sha256");
  await writeFile(on.local("part.twinport-part"), bytes.subarray(0, 5_000_000));
  const resumed = await on.client.download("big", on.local("part"), { verify: "hash", resume: true });
  expect(resumed).toMatchObject({ verified: "sha256", moved: 4_000_000 });
  expect((await readFile(on.local("part"))).equals(bytes)).toBe(true);
});

test("a part that was of another file is found out by the hash, and not gone on with again", async () => {
  await using on = await stage({ "/big": bytes });
  await writeFile(on.local("big.twinport-part"), randomBytes(1000));
  const asked = on.client.download("big", on.local("big"), { verify: "hash", resume: true });
  await expect(asked).rejects.toMatchObject({ code: "hash-differs", retryable: true, facts: { algorithm: "sha256" } });
  expect(await on.names()).toEqual([]);
  await on.client.download("big", on.local("big"), { verify: "hash", resume: true });
  expect((await readFile(on.local("big"))).equals(bytes)).toBe(true);
});

test("a download to a stream is hashed on its way, also over a break", async () => {
  await using on = await stage({ "/big": bytes }, { cutAfter: (count) => (count < 2 ? 200_000 : undefined) });
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  expect((await on.client.download("big", sink, { verify: "hash" })).verified).toBe("sha256");
  expect(await on.client.readAll("big", { verify: "hash" })).toHaveLength(bytes.length);
});

test.each([
  [
    "a file",
    async (on: { local: (name: string) => string }) => {
      await writeFile(on.local("up"), bytes);
      return on.local("up");
    },
  ],
  ["bytes", async () => bytes],
  ["a stream", async () => inPieces(bytes, 100_000)],
  ["a blob", async () => new Blob([bytes])],
])("an upload of %s is compared by its hash", async (_what, source) => {
  await using on = await stage({});
  const result = await on.client.upload(await source(on), "up", { verify: "hash", atomic: true });
  expect(result).toMatchObject({ verified: "sha256", size: bytes.length });
});

test("an upload that is resumed has the hash of the whole", async () => {
  await using on = await stage({ "/up": bytes.subarray(0, 3_000_000) });
  const result = await on.client.upload(inPieces(bytes, 70_000), "up", { verify: "hash", resume: true });
  // A stream has no size by which what is there could be told to be its beginning.
  expect(result.verified).toBe("sha256");
  await on.client.upload(bytes.subarray(0, 3_000_000), "again");
  const second = await on.client.upload(new Blob([bytes]), "again", { verify: "hash", resume: true });
  expect(second).toMatchObject({ verified: "sha256", moved: 6_000_000 });
});

test("what differs on the server is an error with both values, and an atomic upload gets no name", async () => {
  await using on = await stage({}, { answer: (line) => (line.startsWith("HASH") ? wrong : undefined) });
  const failed = on.client.upload(Buffer.from("sent"), "up", { verify: "hash", atomic: true });
  await expect(failed).rejects.toMatchObject({
    code: "hash-differs",
    facts: { expected: expect.stringMatching(/^[0-9a-f]{64}$/), got: "0".repeat(64) },
  });
  expect(await on.client.names()).toEqual([]);
});

test("without a hash it is the size, and a warning", async () => {
  await using on = await stage({ "/a": "text" }, { answer: (line) => (line === "FEAT" ? "211 none" : undefined) });
  expect((await on.client.download("a", on.local("a"), { verify: "hash" })).verified).toBe("size");
  expect((await on.client.upload(Buffer.from("b"), "b", { verify: "hash" })).verified).toBe("size");
  expect(on.warned()).toEqual(["hash-not-offered", "hash-not-offered"]);
});

test("a size that differs is found with no hash at all; with nothing asked nothing is compared", async () => {
  await using on = await stage({}, { answer: (line) => (line === "SIZE up" ? "213 3" : undefined) });
  await expect(on.client.upload(Buffer.from("four"), "up")).rejects.toMatchObject({ code: "size-differs" });
  expect((await on.client.upload(Buffer.from("four"), "up", { verify: "nothing" })).verified).toBeUndefined();
});
