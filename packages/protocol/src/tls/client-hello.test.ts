import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { describe, expect, test } from "vitest";
import { clientHello } from "../../../../test/testkit/client-hello.ts";
import { howeverCut } from "../../../../test/testkit/however-cut.ts";
import { inTime } from "../../../../test/testkit/in-time.ts";
import { testCertificate } from "../../../../test/testkit/peer-server.ts";
import { readClientHello } from "./client-hello.ts";
import type { ClientHello } from "./client-hello.ts";

const versions = ["TLSv1.2", "TLSv1.3"] as const;
/** Node binds a session to the name since 24.17. */
const name = "files.example";
const keyName = Buffer.alloc(16, "the key's name").toString("hex");
const ticketKeys = Buffer.concat([Buffer.from(keyName, "hex"), Buffer.alloc(32, 7)]);

/** A session that a server with known ticket keys has given. */
async function sessionOf(version: tls.SecureVersion): Promise<Buffer> {
  const { certificate, key } = await testCertificate();
  const server = tls.createServer({ cert: certificate, key, ticketKeys }, (socket) => socket.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const options = { ...only(version), servername: name, rejectUnauthorized: false };
  const client = tls.connect({ host: "127.0.0.1", port, ...options });
  try {
    client.resume();
    const [session] = (await inTime("a session", once(client, "session"))) as [Buffer];
    return session;
  } finally {
    client.destroy();
    server.close();
  }
}

/** All that a client says before it is answered. */
async function firstWords(options: tls.ConnectionOptions): Promise<Buffer> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const client = tls.connect({ host: "127.0.0.1", port, ...options });
  client.on("error", () => {});
  const [accepted] = (await once(server, "connection")) as [net.Socket];
  let bytes = Buffer.alloc(0);
  try {
    while (readClientHello(bytes).kind === "more") {
      const [chunk] = (await inTime("a ClientHello", once(accepted, "data"))) as [Buffer];
      bytes = Buffer.concat([bytes, chunk]);
    }
    return bytes;
  } finally {
    client.destroy();
    accepted.destroy();
    server.close();
  }
}

function only(version: tls.SecureVersion): tls.SecureContextOptions {
  return { minVersion: version, maxVersion: version };
}

const sessionId = expect.any(String) as unknown as string;

/** What is known with each byte more, as one who reads sees it. */
function readInPieces(pieces: Iterable<Uint8Array>): ClientHello {
  let bytes = new Uint8Array(0);
  let last: ClientHello = { kind: "more", atLeast: 1 };
  for (const piece of pieces) {
    bytes = Uint8Array.from([...bytes, ...piece]);
    const known = readClientHello(bytes);
    if (last.kind === "more" && bytes.length < last.atLeast) expect(known).toEqual(last);
    if (last.kind !== "more") expect(known).toEqual(last);
    last = known;
  }
  return last;
}

describe("what a real client says", () => {
  test.each(versions)("a session that it takes up is told by the name of its keys (%s)", async (version) => {
    const said = await firstWords({ ...only(version), session: await sessionOf(version), servername: name });
    expect(readClientHello(said)).toEqual({
      kind: "hello",
      sessionId,
      tickets: [keyName],
      serverName: name,
      protocols: [],
    });
  });

  test.each(versions)("without one or a name there is none (%s)", async (version) => {
    expect(readClientHello(await firstWords(only(version)))).toEqual({
      kind: "hello",
      sessionId,
      tickets: [],
      protocols: [],
    });
  });

  test.each(versions)("the name and the protocols that it asks for (%s)", async (version) => {
    const said = await firstWords({
      ...only(version),
      servername: name,
      ALPNProtocols: ["ftp", "ftp-data"],
    });
    expect(readClientHello(said)).toEqual({
      kind: "hello",
      sessionId,
      tickets: [],
      serverName: name,
      protocols: ["ftp", "ftp-data"],
    });
  });

  test.each(versions)("it is the same however it was cut, and in whatever records (%s)", async (version) => {
    const said = await firstWords({ ...only(version), session: await sessionOf(version), servername: name });
    const whole = { kind: "hello", sessionId, tickets: [keyName], serverName: name, protocols: [] };
    for (const pieces of howeverCut(said)) expect(readInPieces(pieces)).toEqual(whole);
    for (let at = 0; at < said.length; at++) expect(readClientHello(said.subarray(0, at)).kind).toBe("more");
    for (const most of [1, 2, 3, 5, 16, said.length - 6]) {
      const again = inRecords(said.subarray(5), most);
      expect(readInPieces(howeverCut(again).next().value as Uint8Array[])).toEqual(whole);
      expect(readClientHello(again)).toEqual(whole);
    }
  });
});

function inRecords(message: Uint8Array, most: number): Uint8Array {
  const records: number[] = [];
  for (let at = 0; at < message.length; at += most) {
    const part = message.subarray(at, at + most);
    records.push(22, 3, 1, part.length >> 8, part.length & 0xff, ...part);
  }
  return Uint8Array.from(records);
}

describe("tickets", () => {
  const ticket = Uint8Array.from({ length: 200 }, (_, i) => i);
  const firstOf = "000102030405060708090a0b0c0d0e0f";

  test.each<[string, Parameters<typeof clientHello>[0], string[]]>([
    ["none", {}, []],
    ["an empty one, as a client that would like to have one says", { ticket: new Uint8Array(0) }, []],
    ["one that is too short for a name", { ticket: ticket.subarray(0, 15) }, []],
    ["one that is a name and nothing else", { ticket: ticket.subarray(0, 16) }, [firstOf]],
    ["several", { identities: [ticket, ticket.subarray(0, 8), ticket.toReversed()] }, [firstOf, lastOf(ticket)]],
    ["of both kinds", { ticket: ticket.toReversed(), identities: [ticket] }, [lastOf(ticket), firstOf]],
    ["behind much else", { ticket, padding: 3000, record: 100 }, [firstOf]],
  ])("%s", (_name, made, tickets) => {
    expect(readClientHello(clientHello(made))).toMatchObject({ kind: "hello", tickets });
  });
});

function lastOf(ticket: Uint8Array): string {
  return Buffer.from(ticket.toReversed().subarray(0, 16)).toString("hex");
}

describe("what is no ClientHello is known as soon as it can be", () => {
  const hello = clientHello();
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = Uint8Array.from(hello);
    copy.set(bytes, at);
    return copy;
  };

  test.each<[string, Uint8Array]>([
    ["plain text", Buffer.from("G")],
    ["the hello of SSL 2", Uint8Array.of(0x80, 0x2e, 1, 3, 1)],
    ["another record of TLS", Uint8Array.of(21)],
    ["a version that there never was", Uint8Array.of(22, 2)],
    ["an empty record", Uint8Array.of(22, 3, 1, 0, 0)],
    ["a record that is too long", Uint8Array.of(22, 3, 1, 0x40, 1)],
    ["a ServerHello", changed(5, 2)],
    ["an empty hello", Uint8Array.of(22, 3, 1, 0, 4, 1, 0, 0, 0)],
    ["a hello that ends within its random", Uint8Array.of(22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 5, 5)],
    ["ciphers that go beyond its end", changed(44, 0xff)],
    ["extensions that go beyond its end", clientHello({ padding: 9 }).map((byte, at) => (at === 50 ? 0xff : byte))],
    ["another record between two parts of it", Uint8Array.of(22, 3, 1, 0, 1, 1, 21, 3, 1, 0, 2, 1)],
  ])("%s", (_name, bytes) => {
    expect(readClientHello(bytes)).toEqual({ kind: "not-tls" });
  });

  test("a hello from before there were extensions has none", () => {
    const bare = hello.subarray(0, -2);
    bare[4]! -= 2;
    bare[8]! -= 2;
    expect(readClientHello(bare)).toEqual({ kind: "hello", sessionId, tickets: [], protocols: [] });
  });

  test("a broken extension shows only what was whole in it", () => {
    const said = clientHello({ protocols: ["ftp", "ftp-data"] });
    const last = said.length - "ftp-data".length - 1;
    said[last] = 100;
    expect(readClientHello(said)).toEqual({ kind: "hello", sessionId, tickets: [], protocols: ["ftp"] });
  });

  test("a length of 16 MiB is believed by nobody who has not seen the bytes", () => {
    const said = Uint8Array.of(22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff, 3, 3);
    expect(readClientHello(said)).toEqual({ kind: "more", atLeast: 5 + 2 ** 14 });
  });
});
