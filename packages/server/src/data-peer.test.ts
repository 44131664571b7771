import { describe, expect, test } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { freeRange } from "../../../test/testkit/free-ports.ts";
import { ActivePeer } from "../../../test/testkit/wire-client.ts";
import type { Storage } from "@twinport/storage";
import type { ServerOptions } from "./options.ts";

const files = { "/a.txt": "hello" };
const network = { ipv4Bits: 24, ipv6Bits: 64 };

describe("who may come to a passive port", () => {
  test.each<[string, ServerOptions["dataPeer"], string, boolean]>([
    ["the client itself", "exact", "127.0.0.1", true],
    ["nobody else", "exact", "127.0.0.2", false],
    ["the client itself, of a network", network, "127.0.0.1", true],
    ["another of the network", network, "127.0.0.200", true],
    ["nobody of another network", network, "127.0.1.1", false],
    ["the network may be small", { ipv4Bits: 30, ipv6Bits: 64 }, "127.0.0.4", false],
    ["the network may be one address", { ipv4Bits: 32, ipv6Bits: 128 }, "127.0.0.2", false],
    ["anybody", "any", "127.9.9.9", true],
  ])("%s", async (_name, dataPeer, from, comes) => {
    await using place = await LoopbackServer.start({ files, dataPeer: dataPeer! });
    const client = await place.client({ from: "127.0.0.1" });
    const port = await client.offered();
    const data = await client.connectTo(port, from);
    if (!comes) {
      expect(await data.over()).toBe("reset");
      expect(place.dataSteps).toContain("data-stranger-dropped");
      // The offer still waits for whom it is meant.
      const own = await client.connectTo(port, "127.0.0.1");
      expect((await client.ask("RETR a.txt")).code).toBe(150);
      expect((await own.end().bytes()).toString()).toBe("hello");
      expect((await client.reply()).code).toBe(226);
      return;
    }
    expect((await client.ask("RETR a.txt")).code).toBe(150);
    expect((await data.end().bytes()).toString()).toBe("hello");
    expect((await client.reply()).code).toBe(226);
  });
});

test("two sessions of one network never share a port, and what each is sent is its own", async () => {
  const range = await freeRange();
  const ports = { from: range.from, to: range.from + 1 };
  await using place = await LoopbackServer.start({ files, dataPeer: network, passive: { ports } });
  const [one, two, three, far] = [
    await place.client({ from: "127.0.0.1" }),
    await place.client({ from: "127.0.0.2" }),
    await place.client({ from: "127.0.0.3" }),
    await place.client({ from: "127.0.1.1" }),
  ];
  const first = await one.offered();
  const second = await two.offered();
  expect(new Set([first, second])).toEqual(new Set([ports.from, ports.to]));
  expect((await three.ask("EPSV")).code).toBe(425);
  // Of another network there is room at either.
  const third = await far.offered();
  expect([first, second]).toContain(third);
  for (const [client, port, from] of [
    [one, first, "127.0.0.9"],
    [two, second, "127.0.0.8"],
    [far, third, "127.0.1.7"],
  ] as const) {
    const data = await client.connectTo(port, from);
    expect((await client.ask("RETR a.txt")).code).toBe(150);
    expect((await data.end().bytes()).toString()).toBe("hello");
    expect((await client.reply()).code).toBe(226);
  }
  await three.offered();
});

test("an account that may have others come shares its port with nobody", async () => {
  const ports = await freeRange();
  const accounts = singleAccount<Storage>({ name: "ann", password: "secret", mayUseOtherHosts: true });
  await using place = await LoopbackServer.start({ accounts, dataPeer: network, passive: { ports } });
  const seen = new Set<number>();
  const count = ports.to - ports.from + 1;
  for (let i = 0; i < count; i++) seen.add(await (await place.client({ from: `127.0.${i}.1` })).offered());
  expect(seen.size).toBe(count);
  expect((await (await place.client({ from: "127.0.99.1" })).ask("EPSV")).code).toBe(425);
});

describe("PORT", () => {
  test.each<[string, ServerOptions["dataPeer"], string, number]>([
    ["to an address of the same network", network, "127.0.0.77", 200],
    ["to one of another", network, "127.0.1.77", 500],
    ["to another address, where only passive connections may come from any", "any", "127.0.0.77", 500],
    ["to another address, exactly", "exact", "127.0.0.77", 500],
  ])("%s", async (_name, dataPeer, address, code) => {
    await using place = await LoopbackServer.start({ files, dataPeer: dataPeer! });
    const client = await place.client({ from: "127.0.0.1" });
    await using peer = await ActivePeer.listen(address);
    const said = (await client.ask(`PORT ${peer.hostPort}`)).code;
    if (code !== 200) {
      expect(said).toBeGreaterThanOrEqual(code);
      return;
    }
    expect(said).toBe(200);
    client.send("RETR a.txt");
    const data = await peer.accept();
    expect((await client.reply()).code).toBe(150);
    expect((await data.end().bytes()).toString()).toBe("hello");
    expect((await client.reply()).code).toBe(226);
  });

  test("never to one of our own listeners, in the same network or not", async () => {
    await using place = await LoopbackServer.start({ files, dataPeer: network });
    const client = await place.client();
    const { port } = place.server.bound[0]!;
    expect((await client.ask(`PORT 127,0,0,1,${port >> 8},${port & 255}`)).code).toBe(504);
    expect((await client.ask("PORT 127,0,0,77,0,22")).code).toBe(504);
  });
});

test.each([
  [{ ipv4Bits: 0, ipv6Bits: 64 }],
  [{ ipv4Bits: 33, ipv6Bits: 64 }],
  [{ ipv4Bits: 24, ipv6Bits: 129 }],
  [{ ipv4Bits: 24.5, ipv6Bits: 64 }],
  [{ ipv4Bits: Number.NaN, ipv6Bits: 64 }],
])("%j is no network", async (dataPeer) => {
  await expect(LoopbackServer.start({ dataPeer })).rejects.toMatchObject({ code: "client-network-not-valid" });
});
