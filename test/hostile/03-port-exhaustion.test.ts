// servers.md §4.2, line 3: nobody uses the passive ports up for the others.
import { expect, test } from "vitest";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import { freeRange } from "../testkit/free-ports.ts";

test("a client that says PASV without end holds one port", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.client();
  for (let i = 0; i < 200; i++) expect((await client.ask("EPSV")).code).toBe(229);
  expect(place.server.usage.lentPorts).toBe(1);
});

test("many sessions of one address use up its own share, and another client finds a port", async () => {
  const ports = await freeRange(3);
  await using place = await LoopbackServer.start({ passive: { ports } });
  const greedy = await Promise.all(Array.from({ length: 4 }, () => place.client({ from: "127.0.0.2" })));
  const codes = [];
  for (const client of greedy) codes.push((await client.ask("EPSV")).code);
  expect(codes).toEqual([229, 229, 229, 425]);
  const other = await place.client({ from: "127.0.0.3" });
  const port = await other.offered();
  expect(port).toBeGreaterThanOrEqual(ports.from);
  expect(port).toBeLessThanOrEqual(ports.to);
});

test("a port to which nobody comes is given back when its time is up", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, limits: { offerSeconds: 30 } });
  const client = await place.client();
  await client.offered();
  expect(place.server.usage.lentPorts).toBe(1);
  clock.advance(30_001);
  expect(place.server.usage.lentPorts).toBe(0);
  expect((await client.ask("LIST")).code).toBe(425);
});

test("whoever is not logged in gets no port", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.connect();
  await client.reply();
  expect(await client.codes("PASV", "EPSV", "PORT 127,0,0,1,195,80")).toEqual([530, 530, 530]);
});
