import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as pass } from "node:timers/promises";
import { RawClient } from "../testkit/raw-client.ts";
import { inTime } from "../testkit/in-time.ts";
import { aName, digestOf, freshFile, mustBe } from "./spot.ts";
import { readFile } from "node:fs/promises";
import type { Deed, Spot } from "./spot.ts";

/** A client at the wire, which is gone at the end. */
async function atTheWire(spot: Spot, act: (client: RawClient) => Promise<unknown>): Promise<void> {
  using client = await RawClient.connect(spot);
  await client.login(spot);
  await act(client);
}

/** A connection that nobody minds to lose. */
async function connectTo(port: number, localAddress = "127.0.0.1"): Promise<net.Socket> {
  const socket = net.connect({ host: "127.0.0.1", port, localAddress });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
  return socket.resume();
}

const portIn = (line = ""): number => Number(/\|\|\|(\d+)\|/.exec(line)?.[1]);

const large = ({ steady }: Spot): string => steady.at(-1)?.path ?? "";

/** The beginning of a ClientHello, and not the rest. */
export const halfHello = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 1, 2, 3, 4]);

/** What is said on a port that waits for FTP. */
const garbage: readonly ((spot: Spot) => Buffer)[] = [
  ({ dice }) => randomBytes(dice.between(1, 40_000)),
  () => Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
  () => halfHello,
  () => Buffer.from([0xff, 0xf4, 0xff, 0xf2, 0xff, 0xfd, 0xff, 0xff, 0xfa, 13, 10]),
  () => Buffer.alloc(100_000, "A"),
  () =>
    Buffer.from("USER ann\r\nPASS secret\r\n\r\n\0\r\nNONSENSE x\r\nRETR\r\nPORT 1,2,3\r\nREST -1\r\nCWD \u0000\r\n"),
];

/** Odd and broken clients at the wire, without TLS. */
export const rawFaults: readonly Deed[] = [
  {
    name: "silent",
    weight: 2,
    async run(spot) {
      const ports = [spot.plainPort, spot.port];
      const sockets = await Promise.all(Array.from({ length: 4 }, (_, i) => connectTo(ports[i % 2] ?? 0)));
      // Once in a while until the server has had enough.
      if (spot.dice.once(4)) {
        const gone = Promise.all(sockets.map(async (socket) => socket.closed || once(socket, "close")));
        await inTime("the server ends clients that say nothing", gone, 20);
      } else await pass(spot.dice.between(0, 1500));
      for (const socket of sockets) socket.destroy();
      spot.expected("silent");
    },
  },
  {
    name: "passive, and nobody comes",
    weight: 3,
    tls: ["off"],
    run: (spot) =>
      atTheWire(spot, async (client) => {
        for (let times = 0; times < 15; times++) {
          const [verb, code] = spot.dice.of([
            ["EPSV", 229],
            ["PASV", 227],
          ] as const);
          await client.ask(verb, code);
        }
        if (spot.dice.once(2)) await lists(client);
        spot.expected("nobody came");
      }),
  },
  {
    name: "data connection, and no command",
    weight: 3,
    tls: ["off"],
    run: (spot) =>
      atTheWire(spot, async (client) => {
        const { lines } = await client.ask("EPSV", 229);
        const port = portIn(lines[0]);
        const sockets = [await connectTo(port), await connectTo(port), await connectTo(port, "127.0.0.77")];
        for (const socket of sockets) if (spot.dice.once(2)) socket.write(randomBytes(spot.dice.between(1, 100_000)));
        await pass(spot.dice.between(0, 300));
        for (const socket of sockets) socket.destroy();
        if (spot.dice.once(2)) await client.ask("NOOP", 200);
        spot.expected("no command came");
      }),
  },
  {
    name: "garbage",
    weight: 4,
    async run(spot) {
      const socket = await connectTo(spot.dice.once(2) ? spot.plainPort : spot.port);
      socket.write(spot.dice.of(garbage)(spot));
      await pass(spot.dice.between(0, 500));
      if (spot.dice.once(2)) socket.resetAndDestroy();
      else socket.destroy();
      spot.expected("garbage");
    },
  },
  {
    name: "AUTH, and half a handshake",
    weight: 3,
    tls: ["off"],
    async run(spot) {
      using client = await RawClient.connect(spot);
      await client.ask("AUTH TLS", 234);
      client.control.write(halfHello);
      // Once in a while until the server has had enough.
      if (spot.dice.once(4))
        await inTime("the server ends a handshake that stands still", once(client.control, "close"), 20);
      else await pass(spot.dice.between(0, 1000));
      spot.expected("half a handshake");
    },
  },
  {
    name: "ABOR of a download",
    weight: 3,
    tls: ["off"],
    run: (spot) =>
      atTheWire(spot, async (client) => {
        const data = await client.transfer(spot.way.mode, `RETR ${large(spot)}`);
        data.once("data", () => {});
        client.say("ABOR");
        data.resume();
        await aborted(client);
        await lists(client);
        spot.expected("ABOR");
      }),
  },
  {
    name: "ABOR of an upload",
    weight: 3,
    tls: ["off"],
    run: (spot) =>
      atTheWire(spot, async (client) => {
        const noted = aName(spot);
        if (!noted) return;
        const local = await freshFile(spot, 300_000);
        await noted.begin(local);
        const data = await client.transfer(spot.way.mode, `STOR ${noted.path}`);
        data.write((await readFile(local)).subarray(0, spot.dice.below(300_000)));
        client.say("ABOR");
        await aborted(client);
        noted.cutOff();
        await lists(client);
        spot.expected("ABOR");
      }),
  },
  {
    name: "reset in mid-transfer",
    weight: 4,
    tls: ["off"],
    run: (spot) =>
      atTheWire(spot, async (client) => {
        if (spot.dice.once(2)) {
          await once(await client.transfer(spot.way.mode, `RETR ${large(spot)}`), "readable");
        } else {
          const noted = aName(spot);
          if (!noted) return;
          const local = await freshFile(spot, 300_000);
          await noted.begin(local);
          const data = await client.transfer(spot.way.mode, `STOR ${noted.path}`);
          const some = (await readFile(local)).subarray(0, spot.dice.below(300_000));
          await new Promise((resolve) => data.write(some, resolve));
          noted.cutOff();
        }
        client.destroy("reset");
        spot.expected("reset");
      }),
  },
  {
    name: "slow reader",
    weight: 2,
    tls: ["off"],
    run: (spot) =>
      atTheWire(spot, async (client) => {
        const file = spot.steady.at(-1);
        const data = await client.transfer(spot.way.mode, `RETR ${large(spot)}`);
        await pass(spot.dice.between(500, 2000));
        const chunks: Buffer[] = [];
        for await (const chunk of data) {
          chunks.push(chunk as Buffer);
          if (spot.dice.once(60)) await pass(20);
        }
        await client.expect(226);
        mustBe("what a slow reader has got", digestOf(Buffer.concat(chunks)), file?.sha256);
      }),
  },
  {
    name: "REIN",
    weight: 2,
    tls: ["off"],
    run: (spot) =>
      atTheWire(spot, async (client) => {
        if (spot.dice.once(2)) await client.ask("EPSV", 229);
        await client.ask("REIN", 220);
        await client.ask("PWD", 530);
        await client.login(spot);
        await lists(client);
      }),
  },
  {
    name: "wrong passwords",
    weight: 1,
    tls: ["off"],
    async run(spot) {
      // From where nobody else comes: who guesses is slowed down, and shut out.
      const localAddress = `127.0.9.${spot.dice.between(1, 250)}`;
      using client = await RawClient.connect({ ...spot, localAddress });
      await client.ask(`USER nobody-${spot.dice.below(1000)}`, 331);
      await client.ask("PASS wrong", 530);
      spot.expected("wrong password");
    },
  },
  {
    name: "hash and lists",
    weight: 3,
    tls: ["off"],
    run: (spot) =>
      atTheWire(spot, async (client) => {
        await client.ask("OPTS HASH SHA-256", 200);
        for (const { path, sha256 } of spot.steady) {
          const { lines } = await client.ask(`HASH ${path}`, 213);
          if (!lines.join(" ").toLowerCase().includes(sha256)) throw new Error(`the hash of ${path}: ${String(lines)}`);
        }
        for (const verb of ["LIST", "NLST", "MLSD", "LIST many", "MLSD many"]) await lists(client, verb);
        await client.ask("STAT many", 212);
        // Nobody waits for this one.
        if (spot.dice.once(2)) client.say(`HASH ${large(spot)}`);
      }),
  },
  {
    name: "storage fails",
    weight: 3,
    tls: ["off"],
    user: "eve",
    run: (spot) =>
      atTheWire(spot, async (client) => {
        const act = spot.dice.of(["open", "write", "commit", "read"]);
        const verb = act === "read" || (act === "open" && spot.dice.once(2)) ? "RETR" : "STOR";
        const { lines } = await client.ask("EPSV", 229);
        const data = await connectTo(portIn(lines[0]));
        client.say(`${verb} fails-${act}.bin`);
        if (verb === "STOR") data.end(Buffer.alloc(3_000_000));
        const first = await client.reply();
        const last = first.code === 150 ? await client.reply() : first;
        if (last.code < 400) throw new Error(`${verb} fails-${act}.bin: ${String(last.lines)}`);
        await client.ask("NOOP", 200);
        data.destroy();
        spot.expected("storage failed");
      }),
  },
];

async function lists(client: RawClient, verb = "LIST"): Promise<void> {
  const data = await client.transfer("passive", verb);
  data.resume();
  await client.expect(226, verb);
}

/** 426 and 226, or twice 226 where the transfer was done before. */
async function aborted(client: RawClient): Promise<void> {
  const { code, lines } = await client.reply();
  if (code !== 426 && code !== 226) throw new Error(`ABOR: ${String(lines)}`);
  await client.expect(226, "ABOR");
}
