import net from "node:net";
import process from "node:process";
import { once } from "node:events";
import type { PortRange } from "@twinport/channel";

// Below the ephemeral ports of Linux and above the ranges of test/interop; each worker has a part of its own, so files
// that run side by side do not take each other's ports between the look and the use.
const FIRST = 31_000;
const PART = 200;
const PARTS = 8;

const part = FIRST + (Number(process.env["VITEST_POOL_ID"] ?? 0) % PARTS) * PART;
let next = 0;

/** A range of ports that nobody listens on at these addresses. */
export async function freeRange(count = 8, addresses: readonly string[] = ["127.0.0.1"]): Promise<PortRange> {
  for (let tries = 0; tries < PART; tries++) {
    if (next + count > PART) next = 0;
    const from = part + next;
    next += count;
    const ports = Array.from({ length: count }, (_, i) => from + i);
    const free = await Promise.all(addresses.flatMap((address) => ports.map((port) => isFree(port, address))));
    if (free.every(Boolean)) return { from, to: from + count - 1 };
  }
  throw new Error(`no ${count} ports in a row are free in ${part}-${part + PART - 1}`);
}

/** Whether somebody could listen there. */
export async function isFree(port: number, address = "127.0.0.1"): Promise<boolean> {
  const server = net.createServer();
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    if (server.listening) {
      server.close();
      await once(server, "close");
    }
  }
}

/** Holds a port as another program would. */
export async function holdPort(
  port: number,
  address = "127.0.0.1",
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = net.createServer((socket) => socket.destroy());
  server.listen({ host: address, port, exclusive: true });
  await once(server, "listening");
  return {
    port: (server.address() as net.AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

/** A control port for a server whose neighbour below is free, as `control-1` wants it. */
export async function portAboveFreeOne(): Promise<number> {
  const { from } = await freeRange(2);
  return from + 1;
}
