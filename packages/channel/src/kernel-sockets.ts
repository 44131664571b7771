import os from "node:os";
import { createReadStream } from "node:fs";
import { parseIp } from "@twinport/protocol";
import type { HostPort, IpAddress } from "@twinport/protocol";

/** States by their numbers in Linux's tables of its TCP sockets. `half-open`: a SYN has come from outside, and the ACK of our answer has not. */
const states = { "half-open": "03", "time-wait": "06", listening: "0A" } as const;

/** One of the states that are asked for. */
export type KernelSocketState = keyof typeof states;

/** A TCP socket as the kernel shows it. */
export interface KernelSocket {
  readonly local: HostPort;
  readonly remote: HostPort;
  /** By this a process that has it is found; 0 for none. */
  readonly inode: number;
  /** The table that it is in: a socket of IPv6 may serve IPv4 too. */
  readonly family: 4 | 6;
}

/** Of a machine with more sockets than this has lines, the rest is not read. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The TCP sockets of this machine that are in a state; undefined where the system does not tell. */
export async function kernelSockets(state: KernelSocketState): Promise<KernelSocket[] | undefined> {
  const [tcp, tcp6 = []] = await Promise.all([
    readTable("/proc/net/tcp", state, 4),
    readTable("/proc/net/tcp6", state, 6),
  ]);
  // Where IPv6 is off there is one table only.
  return tcp && [...tcp, ...tcp6];
}

/** The sockets of a table that are in a state. */
export function socketsIn(table: string, state: KernelSocketState, family: 4 | 6): KernelSocket[] {
  const address = `([0-9A-F]{${family === 4 ? 8 : 32}}):([0-9A-F]{4})`;
  // Behind the state: queues, timers, retransmissions, user, timeout, inode.
  const line = new RegExp(`^ *\\d+: ${address} ${address} ${states[state]} \\S+ \\S+ \\S+ +\\d+ +\\d+ (\\d+)`, "gm");
  return [...table.matchAll(line)].map(([, local = "", localPort = "", remote = "", remotePort = "", inode]) => ({
    local: { address: addressOf(local), port: Number.parseInt(localPort, 16) },
    remote: { address: addressOf(remote), port: Number.parseInt(remotePort, 16) },
    inode: Number(inode),
    family,
  }));
}

/** Piece by piece: a server with a hundred thousand connections has other things to do meanwhile. */
async function readTable(path: string, state: KernelSocketState, family: 4 | 6): Promise<KernelSocket[] | undefined> {
  const found: KernelSocket[] = [];
  let rest = "";
  try {
    for await (const chunk of createReadStream(path, { encoding: "latin1", end: MOST_BYTES })) {
      const text = rest + String(chunk);
      const end = text.lastIndexOf("\n") + 1;
      found.push(...socketsIn(text.slice(0, end), state, family));
      rest = text.slice(end);
    }
    return found;
  } catch {
    return undefined;
  }
}

/** Words of 32 bits in hex, each in this machine's own order of bytes. */
function addressOf(hex: string): IpAddress {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const own = Buffer.from(word, "hex");
    return [...(os.endianness() === "LE" ? own.reverse() : own)];
  });
  const groups = bytes.flatMap((byte, i) => (i % 2 === 0 ? [((byte << 8) | bytes[i + 1]!).toString(16)] : []));
  return parseIp(bytes.length === 4 ? bytes.join(".") : groups.join(":"))!;
}
