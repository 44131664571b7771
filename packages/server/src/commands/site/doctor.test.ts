import net from "node:net";
import os from "node:os";
import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { allPermissions } from "@twinport/accounts";
import { parseFarEndReply } from "@twinport/protocol";
import { serverCertificate } from "../../../../../test/testkit/certificates.ts";
import { LoopbackServer } from "../../../../../test/testkit/loopback-server.ts";
import { ManualClock } from "../../../../../test/testkit/manual-clock.ts";
import { freeRange, isFree } from "../../../../../test/testkit/free-ports.ts";
import { ActivePeer } from "../../../../../test/testkit/wire-client.ts";
import type { WireClient } from "../../../../../test/testkit/wire-client.ts";

const files = { "/a.txt": "hello" };
const hasIpv6 = Object.values(os.networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

/** What SITE DOCTOR answers, as it is meant. */
async function asked(client: WireClient, what: string) {
  const { code, text } = await client.ask(`SITE DOCTOR ${what}`);
  expect(`${code} ${text}`).toMatch(/^200 /);
  return parseFarEndReply(text.slice("200 ".length));
}

describe("what the other end sees of the command connection", () => {
  test("its client's address and port", async () => {
    await using place = await LoopbackServer.start();
    const client = await place.client({ from: "127.0.0.3" });
    const { localPort: port } = client.socket;
    expect(await asked(client, "PEER")).toEqual({ kind: "peer", peer: { address: "127.0.0.3", port } });
  });

  test("what it has heard and told last, or nothing", async () => {
    await using place = await LoopbackServer.start();
    const client = await place.client();
    expect(await asked(client, "HEARD")).toEqual({ kind: "heard", heard: undefined, told: undefined });
    await client.ask("port 127,0,0,1,195,80");
    const { text } = await client.ask("PASV");
    expect(await asked(client, "heard")).toEqual({ kind: "heard", heard: "PORT 127,0,0,1,195,80", told: text });
    await client.ask("EPRT |1|10.9.8.7|50000|");
    const extended = await client.ask("EPSV");
    expect(await asked(client, "HEARD")).toEqual({
      kind: "heard",
      heard: "EPRT |1|10.9.8.7|50000|",
      told: extended.text,
    });
    await client.codes("REIN", "USER ann", "PASS secret");
    expect(await asked(client, "HEARD")).toEqual({ kind: "heard", heard: undefined, told: undefined });
  });
});

describe("what came to the port that was offered last", () => {
  const at = (port: number) => ({ kind: "arrival", port });

  test("nothing, and then the client", async () => {
    await using place = await LoopbackServer.start({ files });
    const client = await place.client();
    const port = await client.offered();
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "nothing" });
    const data = await client.connectTo(port);
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "accepted" });
    client.send("RETR a.txt");
    await data.end().bytes();
    await client.reply();
    await client.reply();
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "accepted" });
    const next = await client.offered();
    expect(await asked(client, `PORT ${next}`)).toEqual({ ...at(next), arrival: "nothing" });
  });

  test("somebody else, unless he came for another who waits there", async () => {
    const ports = await freeRange(1);
    await using place = await LoopbackServer.start({ files, passive: { ports } });
    const [client, other] = [await place.client({ from: "127.0.0.2" }), await place.client({ from: "127.0.0.3" })];
    const [port] = [await client.offered(), await other.offered()];
    await other.connectTo(port);
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "nothing" });
    expect(await asked(other, `PORT ${port}`)).toEqual({ ...at(port), arrival: "accepted" });
    await (await client.connectTo(port, "127.0.0.9")).over();
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "stranger", address: "127.0.0.9" });
    await client.connectTo(port);
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "accepted" });
  });

  test("the client, too late", async () => {
    const clock = new ManualClock();
    await using place = await LoopbackServer.start({ clock });
    const client = await place.client();
    const port = await client.offered();
    clock.advance(31_000);
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "nothing" });
    await (await client.connectTo(port)).over();
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "accepted" });
  });

  test("unknown for every other port", async () => {
    await using place = await LoopbackServer.start();
    const client = await place.client();
    expect(await asked(client, "PORT 40000")).toEqual({ ...at(40_000), arrival: "unknown" });
    const { port } = place.server.bound[0]!;
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "unknown" });
  });

  test("by TLS too, whoever's session it is: what may be another's is unknown until its first bytes say", async () => {
    const certificate = serverCertificate();
    const ports = await freeRange(1);
    await using place = await LoopbackServer.start({ files, passive: { ports }, tls: { certificates: [certificate] } });
    const one = await place.secureClient();
    const first = await one.offered();
    const data = await one.connectTo(first);
    expect(await asked(one, `PORT ${first}`)).toEqual({ ...at(first), arrival: "accepted" });
    data.destroy();
    const two = await place.secureClient();
    const [port] = [await one.offered(), await two.offered()];
    const shared = await one.connectTo(port);
    expect(await asked(two, `PORT ${port}`)).toEqual({ ...at(port), arrival: "unknown" });
    one.send("RETR a.txt");
    const secured = one.secureData(shared);
    expect((await secured.bytes()).toString()).toBe("hello");
    await one.reply();
    await one.reply();
    expect(await asked(one, `PORT ${port}`)).toEqual({ ...at(port), arrival: "accepted" });
  });

  test.runIf(hasIpv6)("by IPv6 too", async () => {
    await using place = await LoopbackServer.start({ listen: [{ address: "::1" }] });
    const client = await place.client({ to: "::1" });
    expect(await asked(client, "PEER")).toMatchObject({ peer: { address: "::1" } });
    const port = await client.offered();
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "nothing" });
    await client.connectTo(port);
    expect(await asked(client, `PORT ${port}`)).toEqual({ ...at(port), arrival: "accepted" });
    const listening = net.createServer((socket) => socket.end()).listen(0, "::1");
    await once(listening, "listening");
    const { port: own } = listening.address() as net.AddressInfo;
    expect(await asked(client, `DIAL ${own}`)).toEqual({ kind: "dial", port: own, outcome: "connected" });
    listening.close();
  });
});

describe("dialling the client", () => {
  test("connected, and ended at once; refused where nobody listens", async () => {
    await using place = await LoopbackServer.start();
    const client = await place.client({ from: "127.0.0.2" });
    await using peer = await ActivePeer.listen("127.0.0.2");
    expect(await asked(client, `DIAL ${peer.port}`)).toEqual({ kind: "dial", port: peer.port, outcome: "connected" });
    const data = await peer.accept();
    expect(await data.over()).toBe("ended");
    data.destroy();
    const { from: free } = await freeRange(1);
    expect(await asked(client, `DIAL ${free}`)).toEqual({ kind: "dial", port: free, outcome: "refused" });
  });

  test("from the port of active mode, which is told", async () => {
    const { from: sourcePort } = await freeRange(2);
    await using place = await LoopbackServer.start({
      active: { sourcePort: "control-1" },
      listen: [{ port: sourcePort + 1 }],
    });
    const client = await place.client({ from: "127.0.0.2" });
    const came: (number | undefined)[] = [];
    const listening = net.createServer((socket) => {
      came.push(socket.remotePort);
      socket.destroy();
    });
    listening.listen(0, "127.0.0.2");
    await once(listening, "listening");
    const { port } = listening.address() as net.AddressInfo;
    expect(await asked(client, `DIAL ${port}`)).toEqual({ kind: "dial", port, from: sourcePort, outcome: "connected" });
    await vi.waitFor(() => expect(came).toEqual([sourcePort]));
    listening.close();
  });

  test("from a free port of the passive range, at which nobody listens meanwhile", async () => {
    const ports = await freeRange(3);
    await using place = await LoopbackServer.start({ passive: { ports } });
    const client = await place.client();
    await client.offered();
    await vi.waitFor(() => expect(place.server.usage.openPorts).toBe(3));
    await using peer = await ActivePeer.listen("127.0.0.1");
    const answer = await asked(client, `DIAL ${peer.port} FROM PASSIVE`);
    expect(answer).toMatchObject({ kind: "dial", port: peer.port, outcome: "connected" });
    const from = answer?.kind === "dial" ? (answer.from ?? 0) : 0;
    expect(from).toBeGreaterThanOrEqual(ports.from);
    expect(from).toBeLessThanOrEqual(ports.to);
    const data = await peer.accept();
    expect(data.socket.remotePort).toBe(from);
    data.destroy();
  });

  test("from the port that was reserved for it, which is given back by the dial or after 10 s", async () => {
    const ports = await freeRange(2);
    const clock = new ManualClock();
    await using place = await LoopbackServer.start({ clock, passive: { ports } });
    const client = await place.client();
    const reserved = await asked(client, "RESERVE");
    const q = reserved?.kind === "reserve" ? reserved.port : 0;
    expect(await isFree(q)).toBe(true);
    await using peer = await ActivePeer.listen("127.0.0.1");
    const dialed = { kind: "dial", port: peer.port, outcome: "connected" };
    expect(await asked(client, `DIAL ${peer.port} FROM ${q}`)).toEqual({ ...dialed, from: q });
    expect((await client.ask(`SITE DOCTOR DIAL ${peer.port} FROM ${q}`)).code).toBe(503);
    // Both can be offered again.
    const other = await place.client();
    expect(new Set([await client.offered(), await other.offered()])).toEqual(new Set([ports.from, ports.to]));
    await other.codes("PORT 127,0,0,1,195,80");
    expect((await asked(client, "RESERVE"))?.kind).toBe("reserve");
    expect((await other.ask("EPSV")).code).toBe(425);
    clock.advance(10_000);
    expect((await other.ask("EPSV")).code).toBe(229);
  });
});

describe("who may not", () => {
  const refused = ["PEER", "HEARD", "PORT 30000", "DIAL 50000", "RESERVE"].map((what) => `SITE DOCTOR ${what}`);

  test.each([
    ["anonymous and others who share an account", { isShared: true }, {}, 502],
    ["an account that may not", { mayAskDoctor: false }, {}, 502],
    ["anybody, where the server has it off", {}, { siteDoctor: false }, 502],
    ["nobody else", {}, {}, undefined],
    ["nor those who share an account that may", { isShared: true, mayAskDoctor: true }, {}, undefined],
  ] as const)("%s", async (_name, account, options, code) => {
    const accounts = {
      verify: () => ({ kind: "accepted" as const, account: { name: "ann", permissions: allPermissions, ...account } }),
    };
    await using place = await LoopbackServer.start({ accounts, ...options });
    const client = await place.client();
    const codes = await client.codes(...refused);
    if (code === undefined) expect(codes).not.toContain(502);
    else expect(codes).toEqual(refused.map(() => code));
    expect((await client.ask("SITE HELP")).text.includes("DOCTOR")).toBe(code === undefined);
  });

  test("whoever is not in", async () => {
    await using place = await LoopbackServer.start();
    const client = await place.connect();
    await client.reply();
    expect(await client.codes(...refused)).toEqual(refused.map(() => 530));
  });

  test("anybody to be dialled where active mode is off, or from a range where passive mode is", async () => {
    await using noActive = await LoopbackServer.start({ active: false });
    const one = await noActive.client();
    expect(await one.codes("SITE DOCTOR DIAL 50000", "SITE DOCTOR PEER", "SITE DOCTOR RESERVE")).toEqual([
      550, 200, 200,
    ]);
    await using noPassive = await LoopbackServer.start({ passive: false });
    const two = await noPassive.client();
    expect(await two.codes("SITE DOCTOR RESERVE", "SITE DOCTOR DIAL 50000 FROM PASSIVE")).toEqual([550, 550]);
  });
});

test("no more dials a minute than so many, however often somebody logs in", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock });
  await using peer = await ActivePeer.listen();
  const codes: number[] = [];
  for (let login = 0; login < 4; login++) {
    const client = await place.client();
    codes.push(...(await client.codes(...Array.from({ length: 20 }, () => `SITE DOCTOR DIAL ${peer.port}`))));
  }
  expect(codes).toEqual([...Array<number>(60).fill(200), ...Array<number>(20).fill(450)]);
  clock.advance(60_000);
  const client = await place.client();
  expect(await client.codes(`SITE DOCTOR DIAL ${peer.port}`)).toEqual([200]);
});

test.each([
  ["", 501],
  ["WHAT", 501],
  ["DIAL", 501],
  ["DIAL 0", 501],
  ["DIAL 70000", 501],
  ["DIAL 192.0.2.1 50000", 501],
  ["DIAL 50000 FROM 192.0.2.1", 501],
  ["DIAL 50000 FROM 30000", 503],
  ["DIAL 1023", 504],
  ["PORT x", 501],
])("SITE DOCTOR %s is refused with %i", async (what, code) => {
  await using place = await LoopbackServer.start();
  const client = await place.client();
  expect((await client.ask(`SITE DOCTOR ${what}`.trim())).code).toBe(code);
});
