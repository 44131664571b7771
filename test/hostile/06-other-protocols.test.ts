// servers.md §4.2, line 6: somebody who was led here speaks another protocol, which may hold commands (ALPACA).
import net from "node:net";
import { describe, expect, test } from "vitest";
import { serverCertificate } from "../testkit/certificates.ts";
import { inTime } from "../testkit/in-time.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { realHello } from "../testkit/real-hello.ts";
import type { WireClient } from "../testkit/wire-client.ts";

const start = (): Promise<LoopbackServer> =>
  LoopbackServer.start({
    files: { "/a.txt": "hello" },
    tls: { certificates: [serverCertificate()], handshakeSeconds: 2 },
    listen: [{}, { tls: "implicit" }],
  });

const commands = "USER ann\r\nPASS secret\r\nDELE a.txt\r\n";

/** Requests of a browser whose form holds commands. */
const requests = {
  "a form": `POST / HTTP/1.1\r\nHost: ftp.example.org\r\nContent-Length: 40\r\n\r\n${commands}`,
  "a form to a long address": `POST /${"a".repeat(9000)} HTTP/1.1\r\nHost: ftp.example.org\r\n\r\n${commands}`,
  "a form of older days": `POST / HTTP/1.0\r\n\r\n${commands}`,
  "an address with commands in it": `GET /${commands}`.replaceAll("\r\n", "%0D%0A").concat(" HTTP/1.1\r\n\r\n"),
  "a question before a form": `OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n${commands}`,
  "HTTP/2": `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${commands}`,
};

/** Whatever was said, it was not done. */
async function nothingWasDone(place: LoopbackServer): Promise<void> {
  await place.quiet();
  const taken = place.trace.flatMap((step) => (step.kind === "command-received" ? [step.line] : []));
  expect(taken.filter((line) => /^(USER|PASS|DELE)/.test(line))).toEqual([]);
  expect(await place.storage.stat("/a.txt" as never)).toMatchObject({ size: 5 });
}

describe.each(Object.entries(requests))("%s", (_title, request) => {
  test.each(["whole", "in pieces"])("in clear, %s, ends the session before a command of it runs", async (how) => {
    await using place = await start();
    const client = await place.connect();
    expect((await client.reply()).code).toBe(220);
    if (how === "whole") client.socket.write(request);
    else {
      for (let at = 0; at < request.length; at += 700) {
        await new Promise((resolve) => client.socket.write(request.slice(at, at + 700), resolve));
      }
    }
    await inTime("the end of the session", client.closed);
    await nothingWasDone(place);
    expect(place.warned("foreign-protocol")).toMatchObject([{ peer: "127.0.0.1" }]);
  });

  test.each<[string, (place: LoopbackServer) => Promise<WireClient>]>([
    ["behind AUTH", async (place) => (await greeted(place)).authenticate()],
    ["at the port that begins with TLS", (place) => implicit(place)],
  ])("by TLS, %s, ends the session too", async (_way, come) => {
    await using place = await start();
    const client = await come(place);
    client.socket.write(request);
    await inTime("the end of the session", client.closed);
    await nothingWasDone(place);
    expect(place.warned("foreign-protocol")).toHaveLength(1);
  });

  test("in clear at the port that begins with TLS is no handshake", async () => {
    await using place = await start();
    const socket = net.connect(place.server.bound[1]!.port, "127.0.0.1").on("error", () => {});
    const gone = new Promise((resolve) => socket.resume().once("close", resolve));
    socket.write(request);
    await inTime("the end of the session", gone);
    await nothingWasDone(place);
    expect(place.warned("tls-failed")).toHaveLength(1);
  });
});

async function greeted(place: LoopbackServer): Promise<WireClient> {
  const client = await place.connect();
  expect((await client.reply()).code).toBe(220);
  return client;
}

async function implicit(place: LoopbackServer): Promise<WireClient> {
  const client = await place.connect({ toPort: place.server.bound[1]!.port });
  await client.secure();
  expect((await client.reply()).code).toBe(220);
  return client;
}

test("a file may be called like a request", async () => {
  await using place = await start();
  const client = await place.client();
  for (const line of ["SIZE a HTTP/1.1", "DELE a.txt HTTP/1.1"]) expect((await client.ask(line)).code).toBe(550);
  expect((await client.ask("NOOP")).code).toBe(200);
});

test.each([1, 5, 200, 5000])("a hello of TLS at the port in clear, in pieces of %i bytes, is told so", async (size) => {
  await using place = await start();
  const client = await place.connect();
  const hello = await realHello();
  for (let at = 0; at < hello.length; at += size) client.socket.write(hello.subarray(at, at + size));
  expect((await client.reply()).code).toBe(220);
  expect((await client.reply()).code).toBe(421);
  await inTime("the end of the session", client.closed);
  expect(place.warnings).toMatchObject([{ code: "foreign-protocol", spoke: "tls", peer: "127.0.0.1" }]);
});

test("who goes on with TLS there is told of once", async () => {
  await using place = await start();
  const client = await place.connect();
  expect((await client.reply()).code).toBe(220);
  client.socket.write(Uint8Array.of(22, 3, 1));
  expect((await client.reply()).code).toBe(421);
  for (let i = 0; i < 3; i++) {
    client.socket.write(Uint8Array.of(22, 3, 1));
    // The pieces must not come together.
    await (await place.connect()).reply();
  }
  expect(place.warned("foreign-protocol")).toHaveLength(1);
});

test("commands in clear at the port that begins with TLS are not run, and not answered in clear", async () => {
  await using place = await start();
  const socket = net.connect(place.server.bound[1]!.port, "127.0.0.1").on("error", () => {});
  let said = "";
  socket.setEncoding("latin1").on("data", (text: string) => (said += text));
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.write(commands);
  await inTime("the end of the session", gone);
  expect(said).not.toMatch(/^\d{3}/);
  await nothingWasDone(place);
});

test("a port that begins with TLS greets by it, protects data unasked, and knows no second AUTH", async () => {
  await using place = await start();
  const client = await implicit(place);
  await client.enter();
  expect((await client.ask("AUTH TLS")).code).toBe(503);
  const data = await client.securePassive();
  expect((await client.ask("RETR a.txt")).code).toBe(150);
  expect((await data.bytes()).toString()).toBe("hello");
  expect((await client.reply()).code).toBe(226);
  // REIN gives that back.
  expect(await client.codes("PBSZ 0", "PROT C", "REIN")).toEqual([200, 200, 220]);
  await client.enter();
  const again = await client.securePassive();
  expect((await client.ask("RETR a.txt")).code).toBe(150);
  expect((await again.bytes()).toString()).toBe("hello");
});
