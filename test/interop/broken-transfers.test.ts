// What no client does on purpose, and every network does sooner or later.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ObservedServer } from "../testkit/observed-server.ts";
import { RawClient } from "../testkit/raw-client.ts";
import { passiveRange } from "../testkit/passive-range.ts";

// More than the kernel's buffers of a loopback connection hold: a client that reads nothing stops the transfer.
const LARGE = 64 * 1024 * 1024;

let server: ObservedServer;
let client: RawClient;

beforeEach(async () => {
  server = await ObservedServer.start(passiveRange(import.meta.url));
  await writeFile(join(server.root, "large"), Buffer.alloc(LARGE, "twinport"));
  client = await connect();
});

afterEach(async () => {
  client.destroy();
  await server[Symbol.asyncDispose]();
});

async function connect(): Promise<RawClient> {
  return (await RawClient.connect({ address: "127.0.0.1", port: server.port("127.0.0.1") })).login(server);
}

describe.each(["passive", "active"] as const)("%s", (mode) => {
  it("answers a reset in mid-upload with 426, never with 226, and keeps what has come for a resume", async () => {
    const data = await client.transfer(mode, "STOR broken");
    const sent = randomBytes(100_000);
    data.write(sent);
    await server.until("the first byte", () => server.steps.includes("data-first-byte"));
    data.resetAndDestroy();
    await client.expect(426);
    const [transfer] = server.transfers;
    expect(transfer?.started.mode).toBe(mode);
    expect(transfer?.finished).toMatchObject({ outcome: "failed", code: "data-reset" });
    const kept = await readFile(join(server.root, "broken"));
    expect(kept.equals(sent.subarray(0, kept.length))).toBe(true);
    await client.ask("NOOP", 200);
    expect(server.codes).not.toContain(226);
  });

  it("answers a reset in mid-download with 426", async () => {
    const data = await client.transfer(mode, "RETR large");
    await once(data, "readable");
    data.resetAndDestroy();
    await client.expect(426);
    await client.ask("NOOP", 200);
    expect(server.codes).not.toContain(226);
  });

  it.each([
    ["closed", "RETR large", "close"],
    ["closed", "STOR lost", "close"],
    ["reset", "RETR large", "reset"],
    ["reset", "STOR lost", "reset"],
  ] as const)("aborts the transfer when the command connection is %s in the middle of %s", async (_how, line, how) => {
    const data = await client.transfer(mode, line);
    if (line.startsWith("STOR")) data.write(randomBytes(100_000));
    await server.until("the first byte", () => server.steps.includes("data-first-byte"));
    const cut = once(data, "close");
    if (how === "reset") client.control.resetAndDestroy();
    else client.control.destroy();
    // The data connection is left alone by us: it is the server that must end it.
    data.resume();
    await cut;
    await server.until("the transfer's end", () => server.transfers[0]?.finished !== undefined);
    expect(server.transfers[0]?.finished).toMatchObject({ outcome: "failed", code: "control-lost" });
    await server.quiet();
  });

  it("finishes the transfer that QUIT came into: 226, then 221", async () => {
    const data = await client.transfer(mode, "STOR whole");
    const bytes = randomBytes(300_000);
    data.write(bytes.subarray(0, 100_000));
    client.say("QUIT");
    await server.until("the first byte", () => server.steps.includes("data-first-byte"));
    data.end(bytes.subarray(100_000));
    await client.expect(226);
    await client.expect(221);
    expect((await readFile(join(server.root, "whole"))).equals(bytes)).toBe(true);
  });

  it("answers STAT and NOOP at once while a download stands still", async () => {
    const data = await client.transfer(mode, "RETR large");
    const status = await client.ask("STAT", 211);
    expect(status.lines.join("\n")).toMatch(/RETR \/large: \d+ bytes sent/);
    await client.ask("NOOP", 200);
    expect(server.transfers[0]?.finished).toBeUndefined();
    let bytes = 0;
    data.on("data", (chunk: Buffer) => (bytes += chunk.length));
    await client.expect(226);
    if (!data.readableEnded) await once(data, "end");
    expect(bytes).toBe(LARGE);
  });

  it("answers STAT and NOOP at once while an upload waits for its bytes", async () => {
    const data = await client.transfer(mode, "STOR slow");
    data.write(randomBytes(1000));
    await server.until("the first byte", () => server.steps.includes("data-first-byte"));
    const status = await client.ask("STAT", 211);
    expect(status.lines.join("\n")).toContain("STOR /slow: 1000 bytes received");
    await client.ask("NOOP", 200);
    data.end();
    await client.expect(226);
    expect((await stat(join(server.root, "slow"))).size).toBe(1000);
  });

  it("lets another session use the ports while a transfer stands still", async () => {
    await client.transfer(mode, "RETR large");
    using other = await connect();
    const data = await other.transfer(mode, "STOR meanwhile");
    data.end("meanwhile");
    await other.expect(226);
    expect(await readFile(join(server.root, "meanwhile"), "utf8")).toBe("meanwhile");
  });
});
