// servers.md §4.2, line 16: who is slow, or many, costs little, and is not waited for without end.
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import process from "node:process";
import { expect, test } from "vitest";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ManualClock } from "../testkit/manual-clock.ts";

test("a client that takes nothing of its file is given up, and its session goes on", async () => {
  const files = { "/big": new Uint8Array(16 * 1024 * 1024) };
  await using place = await LoopbackServer.start({ files, limits: { stallSeconds: 0.5 } });
  const client = await place.client();
  const data = await client.passive();
  data.socket.pause();
  expect((await client.ask("RETR big")).code).toBe(150);
  expect((await client.reply()).code).toBe(426);
  expect((await client.ask("NOOP")).code).toBe(200);
});

test("an upload of which nothing comes is given up", async () => {
  await using place = await LoopbackServer.start({ limits: { stallSeconds: 0.5 } });
  const client = await place.client();
  await client.passive();
  expect((await client.ask("STOR x")).code).toBe(150);
  expect((await client.reply()).code).toBe(426);
});

test("a session in which nothing is said ends, and one whose data flows does not", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, limits: { idleSeconds: 100, stallSeconds: 1e6 } });
  const idle = await place.client();
  const busy = await place.client();
  const data = await busy.passive();
  expect((await busy.ask("STOR x")).code).toBe(150);
  for (let i = 0; i < 3; i++) {
    clock.advance(60_000);
    data.send("x");
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await idle.reply()).code).toBe(421);
  data.end();
  expect((await busy.reply()).code).toBe(226);
});

test("a flood of connections from one address leaves room for the others", async () => {
  await using place = await LoopbackServer.start({ limits: { sessions: 100, sessionsPerAddress: 20 } });
  const flood = await Promise.all(Array.from({ length: 60 }, () => place.connect({ from: "127.0.0.66" })));
  const codes = await Promise.all(flood.map(async (client) => (await client.reply()).code));
  expect(codes.filter((code) => code === 220)).toHaveLength(20);
  await place.client({ from: "127.0.0.1" });
});

test.runIf(process.platform === "linux")("who is refused and does not leave is not kept", async () => {
  await using place = await LoopbackServer.start({ limits: { sessions: 1 } });
  await place.client();
  const open = (): number => fs.readdirSync("/proc/self/fd").length;
  const before = open();
  let told = 0;
  place.server.on("session-refused", () => told++);
  // They neither read nor close: a half-open connection stays until the server lets go of it.
  const refused = Array.from({ length: 200 }, () =>
    net.connect({ ...place.server.bound[0]!, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {}),
  );
  await Promise.all(refused.map((socket) => once(socket, "connect")));
  await expect.poll(() => told, { timeout: 5000 }).toBe(refused.length);
  await expect.poll(() => open() - before - refused.length, { timeout: 3000 }).toBeLessThan(60);
  for (const socket of refused) socket.destroy();
});

test("before descriptors run out new clients hear 421, and those who are there go on", async () => {
  await using place = await LoopbackServer.start({ files: { "/a": "a" }, limits: { descriptors: 220 } });
  const inside = [];
  const refused = place.next("session-refused");
  for (let i = 0; i < 200; i++) {
    const client = await place.connect();
    const { code } = await client.reply();
    if (code === 421) break;
    expect(code).toBe(220);
    inside.push(client);
  }
  expect(await refused).toMatchObject({ because: "descriptors-short" });
  expect(inside.length).toBeGreaterThan(0);
  expect(inside.length).toBeLessThan(73);
});

test("a session before its login is small", async () => {
  await using place = await LoopbackServer.start({ untraced: true });
  const before = process.memoryUsage().rss;
  const clients = await Promise.all(Array.from({ length: 500 }, () => place.connect({ deaf: true })));
  await expect.poll(() => place.server.usage.sessions).toBe(500);
  expect((process.memoryUsage().rss - before) / clients.length).toBeLessThan(200 * 1024);
  for (const client of clients) client.takeReplies();
});
