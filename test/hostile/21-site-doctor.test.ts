// SITE DOCTOR dials, reserves and counts for whoever is in: none of that without bounds, and never towards anybody else.
import net from "node:net";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { ip } from "@twinport/protocol";
import { UntakenOffers } from "../../packages/server/src/far-end/untaken-offers.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import { freeRange } from "../testkit/free-ports.ts";

/** Somebody who counts who comes. */
async function listening(address: string) {
  const came: net.Socket[] = [];
  const server = net.createServer((socket) => came.push(socket)).listen(0, address);
  await once(server, "listening");
  const close = async (): Promise<void> => {
    for (const socket of came) socket.destroy();
    server.close();
    await once(server, "close");
  };
  return { came, port: (server.address() as net.AddressInfo).port, [Symbol.asyncDispose]: close };
}

test("no other host is dialled than the one that asks, however that is written", async () => {
  await using place = await LoopbackServer.start();
  await using other = await listening("127.0.0.9");
  const client = await place.client({ from: "127.0.0.2" });
  const answers = [
    await client.ask(`SITE DOCTOR DIAL ${other.port}`),
    await client.ask(`SITE DOCTOR DIAL 127.0.0.9 ${other.port}`),
    await client.ask(`SITE DOCTOR DIAL 127.0.0.9:${other.port}`),
    await client.ask(`SITE DOCTOR DIAL ${other.port} FROM 127.0.0.9`),
    await client.ask(`SITE DOCTOR DIAL ${other.port} 127.0.0.9`),
  ];
  expect(answers.map(({ code }) => code)).toEqual([200, 501, 501, 501, 501]);
  expect(answers[0]!.text).toContain("refused");
  expect(other.came).toEqual([]);
});

test("services of a client's machine are not dialled", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.client({ from: "127.0.0.2" });
  expect(await client.codes("SITE DOCTOR DIAL 22", "SITE DOCTOR DIAL 1023", "SITE DOCTOR DIAL 1024")).toEqual([
    504, 504, 200,
  ]);
});

test("the server does not dial itself: neither where it takes commands nor where it offers ports", async () => {
  await using place = await LoopbackServer.start({ listen: [{ address: "0.0.0.0" }] });
  const client = await place.client();
  const port = await client.offered();
  const { port: control } = place.server.bound[0]!;
  expect(await client.codes(`SITE DOCTOR DIAL ${port}`, `SITE DOCTOR DIAL ${control}`)).toEqual([504, 504]);
  // And the offer still waits.
  await client.connectTo(port);
  expect((await client.ask(`SITE DOCTOR PORT ${port}`)).text).toBe(`200 PORT ${port} accepted`);
});

test("a session dials twenty times, one after the other, and REIN gives it no more", async () => {
  await using place = await LoopbackServer.start();
  await using own = await listening("127.0.0.2");
  const client = await place.client({ from: "127.0.0.2" });
  const dial = `SITE DOCTOR DIAL ${own.port}`;
  client.send(
    ...Array.from({ length: 19 }, () => dial),
    "SITE DOCTOR RESERVE",
    dial,
    "REIN",
    "USER ann",
    "PASS secret",
  );
  client.send(dial, `${dial} FROM PASSIVE`, "SITE DOCTOR RESERVE");
  const codes: number[] = [];
  for (let i = 0; i < 27; i++) codes.push((await client.reply()).code);
  expect(codes).toEqual([...Array.from({ length: 20 }, () => 200), 450, 220, 331, 230, 450, 450, 450]);
  await vi.waitFor(() => expect(own.came).toHaveLength(19));
});

test("only one port of the range is reserved at a time, and it comes back with the end of its session", async () => {
  const ports = await freeRange(2);
  await using place = await LoopbackServer.start({ clock: new ManualClock(), passive: { ports } });
  const [greedy, other] = [await place.client({ from: "127.0.0.2" }), await place.client({ from: "127.0.0.3" })];
  expect(await greedy.codes("SITE DOCTOR RESERVE")).toEqual([200]);
  expect(await other.codes("SITE DOCTOR RESERVE", "EPSV")).toEqual([450, 229]);
  greedy.destroy();
  await vi.waitFor(() => expect(place.server.usage.sessions).toBe(1));
  expect((await other.ask("SITE DOCTOR RESERVE")).code).toBe(200);
});

test("a range of one port is never taken out", async () => {
  await using place = await LoopbackServer.start({ passive: { ports: await freeRange(1) } });
  const client = await place.client();
  expect(await client.codes("SITE DOCTOR RESERVE", "SITE DOCTOR DIAL 50000 FROM PASSIVE", "EPSV")).toEqual([
    450, 450, 229,
  ]);
});

test("what is dialled is gone with the session", async () => {
  await using place = await LoopbackServer.start();
  await using own = await listening("127.0.0.2");
  const client = await place.client({ from: "127.0.0.2" });
  await client.ask(`SITE DOCTOR DIAL ${own.port}`);
  client.destroy();
  await place.quiet(1);
});

test("during a transfer it waits for its end, and the data is whole", async () => {
  const big = "x".repeat(4_000_000);
  await using place = await LoopbackServer.start({ files: { "/big": big } });
  const client = await place.client();
  const data = await client.passive();
  client.send("RETR big", "SITE DOCTOR PEER", "SITE DOCTOR DIAL 50000");
  expect((await client.reply()).code).toBe(150);
  expect((await data.end().bytes()).length).toBe(big.length);
  expect((await client.reply()).code).toBe(226);
  expect((await client.reply()).text).toMatch(/^200 PEER /);
  expect((await client.reply()).text).toMatch(/^200 DIAL 50000 refused/);
});

test("what was heard is told in one line, and not more of it than a line needs", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.client();
  await client.ask(`PORT ${"1,".repeat(1000)}\u0001\u001b[31m; TOLD -`);
  const { lines } = await client.ask("SITE DOCTOR HEARD");
  expect(lines).toHaveLength(1);
  expect(lines[0]!.length).toBeLessThan(250);
  await client.ask("PORT \u0001\u001b[31m");
  expect((await client.ask("SITE DOCTOR HEARD")).text).toBe("200 HEARD PORT ??[31m; TOLD -");
});

test("networks that take no offer are counted in bounded room, however many they are", () => {
  let warnings = 0;
  const offers = new UntakenOffers({ from: 30_000, to: 30_099 }, () => warnings++);
  for (let i = 0; i < 5_000; i++) {
    const group = (n: number): string => ((i >> n) & 0xff).toString(16);
    offers.untaken(ip(`2001:db8:${group(8)}:${group(0)}::1`), 30_000, i);
  }
  expect(offers.size).toBeLessThanOrEqual(512);
  // Many of one network are few lines.
  warnings = 0;
  for (let i = 0; i < 5_000; i++) offers.untaken(ip(`2001:db8:ffff:1::${i.toString(16)}`), 30_000, i);
  expect(warnings).toBeLessThan(10);
});

test("clients that never come are told of; whoever only asks for a port and goes is not counted", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, files: { "/a": "a" } });
  for (let i = 0; i < 5; i++) {
    const probe = await place.client({ from: `127.0.7.${i + 1}` });
    await probe.offered();
    await probe.ask("QUIT");
  }
  expect(place.warned("offers-not-taken")).toEqual([]);
  for (let i = 0; i < 3; i++) await (await place.client({ from: `127.0.7.${i + 1}` })).offered();
  clock.advance(31_000);
  const ports = place.server.passivePorts;
  await vi.waitFor(() =>
    expect(place.warned("offers-not-taken")).toEqual([
      { code: "offers-not-taken", network: "127.0.7.0/24", clients: 3, offers: 3, ports },
    ]),
  );
});

test("a client that looks for another way has not come either; one that came at last clears its network", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, files: { "/a": "a" } });
  const stuck = await place.client({ from: "127.0.8.1" });
  for (const verb of ["EPSV", "PASV", "EPSV"] as const) await stuck.offered(verb);
  await stuck.ask("PORT 127,0,8,1,195,80");
  expect(place.warned("offers-not-taken")).toHaveLength(1);
  const works = await place.client({ from: "127.0.9.1" });
  await works.download("a");
  for (let i = 0; i < 20; i++) await works.offered();
  expect(place.warned("offers-not-taken")).toHaveLength(1);
});
