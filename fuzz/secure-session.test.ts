// The invariant: whatever bytes come at whatever moment of AUTH, of a handshake or of TLS, on a command or a data connection, the other sessions go on, nothing unforeseen happens, and nothing stays open.
import { once } from "node:events";
import net from "node:net";
import process from "node:process";
import { Duplex } from "node:stream";
import tls from "node:tls";
import fc from "fast-check";
import { afterAll, expect } from "vitest";
import { serverCertificate } from "../test/testkit/certificates.ts";
import { inTime } from "../test/testkit/in-time.ts";
import { LoopbackServer } from "../test/testkit/loopback-server.ts";
import { realHello } from "../test/testkit/real-hello.ts";
import { fuzz } from "./target.ts";
import type { SessionReuse } from "@twinport/server";

const hello = await realHello();

/** Bytes that may come: any, those of a handshake up to somewhere and then changed, or commands. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .record({
      length: fc.integer({ min: 1, max: hello.length }),
      changed: fc.array(fc.tuple(fc.nat(hello.length), fc.nat(255)), { maxLength: 4 }),
      behind: fc.uint8Array({ maxLength: 40 }),
    })
    .map(({ length, changed, behind }) => {
      const made = Buffer.from(hello);
      for (const [at, byte] of changed) made[at % made.length] = byte;
      return Buffer.concat([made.subarray(0, length), behind]);
    }),
  fc.constantFrom("USER ann\r\nPASS secret\r\n", "AUTH TLS\r\n", "NOOP", "\r\n", "POST / HTTP/1.1\r\n").map((text) => {
    return Buffer.from(text);
  }),
);

const trouble = fc.record({
  /** Where the bytes come, as far as that is reached. */
  moment: fc.constantFrom("greeted", "with AUTH", "behind AUTH", "in TLS", "under TLS"),
  bytes: fc.array(bytes, { minLength: 1, maxLength: 4 }),
  leaves: fc.constantFrom("ends", "resets", "goes on"),
  /** What the data connection is for. */
  transfer: fc.constantFrom("STOR b.txt", "RETR big", "RETR a.txt", "LIST"),
});

type Trouble = typeof trouble extends fc.Arbitrary<infer One> ? One : never;

const places = new Map<SessionReuse, Promise<LoopbackServer>>();
const faults: unknown[] = [];
process.on("unhandledRejection", (reason) => faults.push(reason));

function placeFor(sessionReuse: SessionReuse): Promise<LoopbackServer> {
  let place = places.get(sessionReuse);
  if (!place) {
    place = LoopbackServer.start({
      files: { "/a.txt": "hello", "/big": new Uint8Array(2_000_000) },
      passive: { ports: "any" },
      loginThrottle: false,
      limits: { stallSeconds: 1, offerSeconds: 1 },
      tls: { certificates: [serverCertificate()], sessionReuse, handshakeSeconds: 1 },
      untraced: true,
    });
    places.set(sessionReuse, place);
  }
  return place;
}
afterAll(async () => {
  for (const place of places.values()) await (await place)[Symbol.asyncDispose]();
});

/** TLS over a socket that may be spoken to beside it. */
function over(raw: net.Socket): Duplex {
  const stream = new Duplex({
    read() {},
    write: (chunk: Buffer, _encoding, done) => void raw.write(chunk, () => done()),
    final: (done) => void raw.end(() => done()),
  });
  raw.on("data", (chunk: Buffer) => stream.push(chunk)).on("close", () => stream.destroy());
  return stream.on("error", () => {});
}

/** Hands are shaken, or that has failed. */
async function secured(raw: net.Socket): Promise<tls.TLSSocket | undefined> {
  const socket = tls.connect({ socket: over(raw), rejectUnauthorized: false }).on("error", () => {});
  socket.resume();
  const done = once(socket, "secureConnect").then(
    () => true,
    () => false,
  );
  const gone = once(raw, "close").then(
    () => false,
    () => false,
  );
  return (await inTime("the handshake", Promise.race([done, gone]))) ? socket : undefined;
}

async function say(to: net.Socket, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    if (to.destroyed || !to.writable) return;
    await new Promise<void>((resolve) => to.write(piece, () => setImmediate(resolve)));
  }
}

async function leave(raw: net.Socket, how: Trouble["leaves"]): Promise<void> {
  if (how === "ends") raw.end();
  else if (how === "resets" && !raw.destroyed) raw.resetAndDestroy();
  else await new Promise((resolve) => setImmediate(resolve));
  raw.destroy();
}

async function dial(port: number): Promise<net.Socket> {
  const raw = net.connect({ port, host: "127.0.0.1", noDelay: true }).on("error", () => {});
  await once(raw, "connect");
  return raw;
}

async function onControl(place: LoopbackServer, { moment, bytes: pieces, leaves }: Trouble): Promise<void> {
  const raw = await dial(place.server.bound[0]!.port);
  await once(raw, "data");
  const auth = Buffer.from("AUTH TLS\r\n");
  if (moment === "greeted") await say(raw.resume(), pieces);
  else if (moment === "with AUTH") await say(raw.resume(), [Buffer.concat([auth, ...pieces])]);
  else {
    raw.write(auth);
    await once(raw, "data");
    if (moment === "behind AUTH") await say(raw.resume(), pieces);
    else {
      const socket = await secured(raw);
      await say(moment === "in TLS" && socket ? socket : raw, pieces);
    }
  }
  await leave(raw, leaves);
}

async function onData(place: LoopbackServer, { moment, bytes: pieces, leaves, transfer }: Trouble): Promise<void> {
  const client = await place.secureClient();
  const raw = await dial(await client.offered());
  client.send(transfer);
  if (moment === "greeted" || moment === "with AUTH" || moment === "behind AUTH") await say(raw.resume(), pieces);
  else {
    const socket = await secured(raw);
    await say(moment === "in TLS" && socket ? socket : raw, pieces);
  }
  await leave(raw, leaves);
  let { code } = await client.reply();
  if (code === 150) ({ code } = await client.reply());
  expect([226, 425, 426, 522]).toContain(code);
  // Its own session goes on too.
  expect((await client.ask("NOOP")).code).toBe(200);
  client.destroy();
}

async function check(act: typeof onControl, reuse: SessionReuse, what: Trouble): Promise<void> {
  const place = await placeFor(reuse);
  const other = await place.secureClient();
  await act(place, what);
  const data = await other.securePassive();
  expect((await other.ask("RETR a.txt")).code).toBe(150);
  expect((await data.bytes()).toString()).toBe("hello");
  expect((await other.reply()).code).toBe(226);
  data.destroy();
  other.destroy();
  await place.quiet();
  expect(place.warned("session-failed")).toEqual([]);
  expect(faults).toEqual([]);
}

fuzz(
  {
    "on a command connection": fc.asyncProperty(trouble, (what) => check(onControl, "prefer", what)),
    "on a data connection, whoever it is": fc.asyncProperty(trouble, (what) => check(onData, "prefer", what)),
    "on a data connection that must be the session's": fc.asyncProperty(trouble, (what) =>
      check(onData, "require", what),
    ),
  },
  { runsARound: 20 },
);
