import { readFile, readdir, readlink } from "node:fs/promises";
import { kernelSockets } from "@twinport/channel";
import type { ListeningPort, LocalProgram } from "./server-facts.ts";

/** Programs whose open files are looked through at the most. */
const MOST_PROGRAMS = 10_000;

/** Who listens at which port of this machine; undefined where the system does not tell. */
export async function listeningPorts(isServer: (pid: number) => boolean): Promise<ListeningPort[] | undefined> {
  const sockets = await kernelSockets("listening");
  if (!sockets) return undefined;
  const owners = await ownersOf(new Set(sockets.map(({ inode }) => inode)), isServer);
  return sockets.map(({ local, inode }) => {
    const program = owners.get(inode);
    return { address: local.address.text, port: local.port, ...(program && { program }) };
  });
}

/** Whose sockets they are, by their inodes; those of others are seen by root only. */
async function ownersOf(
  inodes: ReadonlySet<number>,
  isServer: (pid: number) => boolean,
): Promise<Map<number, LocalProgram>> {
  const owners = new Map<number, LocalProgram>();
  for (const pid of (await localPids()).slice(0, MOST_PROGRAMS)) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    let program: LocalProgram | undefined;
    for (const file of files) {
      const link = await readlink(`/proc/${pid}/fd/${file}`).catch(() => "");
      const inode = Number(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? Number.NaN);
      if (!inodes.has(inode)) continue;
      program ??= isServer(pid)
        ? { pid, name: "twinport", isServer: true }
        : { pid, name: await nameOf(pid), isServer: false };
      // A server and the process that it came from may both have it.
      if (!owners.get(inode)?.isServer) owners.set(inode, program);
    }
  }
  return owners;
}

/** The processes of this machine. */
export async function localPids(): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function nameOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "?")).trim();
}
