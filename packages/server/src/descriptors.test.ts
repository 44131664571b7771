import { readdirSync } from "node:fs";
import net from "node:net";
import { describe, expect, test, vi } from "vitest";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { descriptorLimit, sessionsFor } from "./descriptors.ts";

const open = (): number => readdirSync("/proc/self/fd").length;

describe.runIf(process.platform === "linux")("where descriptors can be counted", () => {
  test("there is room for six of each session, beside what is open, a reserve, and the passive ports", () => {
    const ports = { from: 30_000, to: 30_009 };
    expect(sessionsFor(open() + 32 + 10 + 600, ports)).toBeGreaterThanOrEqual(98);
    expect(sessionsFor(open() + 32 + 10 + 600, ports)).toBeLessThanOrEqual(101);
    // Of a large range not all is kept open.
    expect(sessionsFor(open() + 32 + 128 + 600, { from: 1024, to: 65_535 })).toBeGreaterThanOrEqual(98);
    expect(sessionsFor(1, ports)).toBe(1);
    expect(descriptorLimit()).toBeGreaterThan(100);
  });

  test("whoever comes when descriptors are short hears 421, and those who are there go on", async () => {
    const limits = { descriptors: open() + 32 + 64 + 12 + 12 };
    await using place = await LoopbackServer.start({ limits, files: { "/a.txt": "hello" }, passive: { ports: "any" } });
    const { room } = place.server;
    expect(room).toBeGreaterThanOrEqual(2);
    expect(room).toBeLessThan(8);
    const clients = await Promise.all(Array.from({ length: room }, () => place.client()));
    for (let i = 0; i < 3; i++) {
      const refused = place.next("session-refused");
      const late = await place.connect();
      expect((await late.reply()).text).toBe("421 This server has no room for more sessions; try again later.");
      expect(await refused).toMatchObject({ because: "descriptors-short" });
      await late.closed;
    }
    for (const client of clients) expect((await client.download("a.txt")).bytes.toString()).toBe("hello");
    clients[0]!.destroy();
    await place.next("session-closed");
    await place.client();
  });

  test("many who are refused and never leave do not take what is left", async () => {
    await using place = await LoopbackServer.start({ limits: { sessions: 1 }, files: { "/a.txt": "hello" } });
    const client = await place.client();
    const before = open();
    let refused = 0;
    place.server.on("session-refused", () => refused++);
    const { port } = place.server.bound[0]!;
    const crowd = Array.from({ length: 300 }, () => {
      const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.on("error", () => {});
      return socket;
    });
    try {
      await vi.waitFor(() => expect(refused).toBe(300), { timeout: 5000 });
      // Our own ends of them are open here too.
      const own = crowd.filter((socket) => !socket.destroyed).length;
      expect(open() - before - own).toBeLessThanOrEqual(25);
      expect((await client.download("a.txt")).bytes.toString()).toBe("hello");
    } finally {
      for (const socket of crowd) socket.destroy();
    }
  });
});
