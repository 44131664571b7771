import { mkdirSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { beforeAll, expect, test } from "vitest";
import { RawClient } from "../testkit/raw-client.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { ServerProcess, buildServer } from "../testkit/server-process.ts";
import { proving } from "../testkit/proving.ts";

const CONNECTS = proving ? 10_000 : 2_000;
const SECONDS = proving ? 10 : 2;

beforeAll(buildServer);

test(
  `${CONNECTS} connections in ${SECONDS} s from many addresses do not keep a fresh client waiting`,
  { timeout: 120_000 },
  async () => {
    await using scratch = new ScratchFolder();
    const folder = join(scratch.path, "served");
    mkdirSync(folder);
    await using server = await ServerProcess.start({ folder, limits: { sessions: 1000, sessionsPerAddress: 50 } });
    const flood: net.Socket[] = [];
    const waited: number[] = [];
    const began = performance.now();
    const connect = (i: number): void => {
      const localAddress = `127.1.${i % 200}.${1 + (Math.floor(i / 200) % 250)}`;
      const socket = net.connect({ ...server.address, host: "127.0.0.1", localAddress });
      socket.on("error", () => {}).resume();
      flood.push(socket);
    };
    try {
      const ticks = SECONDS * 20;
      for (let tick = 0; tick < ticks; tick++) {
        for (let i = 0; i < CONNECTS / ticks; i++) connect(flood.length);
        if (tick % 10 === 5) {
          // Some leave, so that there is room; whoever comes next is to be served at once.
          for (const socket of flood.filter((one) => !one.destroyed).slice(0, 100)) socket.destroy();
          const asked = performance.now();
          const fresh = await freshClient(server);
          waited.push(performance.now() - asked);
          fresh.destroy();
        }
        const due = began + ((tick + 1) * SECONDS * 1000) / ticks;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      }
      expect(flood.length).toBe(CONNECTS);
      // Well below the 2 s that a person would notice.
      expect(Math.max(...waited)).toBeLessThan(2000);
    } finally {
      for (const socket of flood) socket.destroy();
    }
    await expect.poll(async () => (await server.look()).usage.sessions, { timeout: 20_000 }).toBe(0);
  },
);

/** Logs in and lists, however often it is told that there are too many. */
async function freshClient(server: ServerProcess): Promise<RawClient> {
  for (;;) {
    try {
      const client = await RawClient.connect({ ...server.address, localAddress: "127.0.0.9" });
      await client.login({ user: "ann", password: "secret" });
      const data = await client.transfer("passive", "LIST");
      data.resume().end();
      await client.expect(226);
      return client;
    } catch (error) {
      if (!String(error).includes("421")) throw error;
    }
  }
}
