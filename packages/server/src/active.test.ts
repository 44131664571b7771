import net from "node:net";
import process from "node:process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { chooseDialAddress, ip } from "@twinport/protocol";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import { holdPort, portAboveFreeOne } from "../../../test/testkit/free-ports.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import type { ActiveView } from "@twinport/protocol";
import type { LoopbackOptions } from "../../../test/testkit/loopback-server.ts";
import type { ActivePeer, WireClient } from "../../../test/testkit/wire-client.ts";

const files = { "/a.txt": "hello" };

/** PORT and RETR: the text, and the port that the server came from. */
async function fetchActively(client: WireClient, path = "a.txt"): Promise<{ text: string; sourcePort: number }> {
  const peer = await client.active();
  client.send(`RETR ${path}`);
  const data = await peer.accept();
  const sourcePort = data.socket.remotePort!;
  const text = (await data.end().bytes()).toString();
  expect([(await client.reply()).code, (await client.reply()).code]).toEqual([150, 226]);
  await peer[Symbol.asyncDispose]();
  return { text, sourcePort };
}

test("the server dials from the port below its control port", async () => {
  const port = await portAboveFreeOne();
  await using place = await LoopbackServer.start({ files, listen: [{ port }], active: {} });
  const client = await place.client();
  for (let i = 0; i < 3; i++) expect(await fetchActively(client)).toEqual({ text: "hello", sourcePort: port - 1 });
  expect(place.warnings).toEqual([]);
});

test("where that port is taken it dials from any, and says so once", async () => {
  const port = await portAboveFreeOne();
  await using held = await holdPort(port - 1);
  await using place = await LoopbackServer.start({ files, listen: [{ port }], active: { sourcePort: "control-1" } });
  const client = await place.client();
  for (let i = 0; i < 3; i++) {
    const { text, sourcePort } = await fetchActively(client);
    expect(text).toBe("hello");
    expect(sourcePort).not.toBe(held.port);
  }
  expect(place.warnings).toEqual([{ code: "active-port-refused", port: port - 1, cause: "EADDRINUSE" }]);
});

test("told to, it dials from any port", async () => {
  const port = await portAboveFreeOne();
  await using place = await LoopbackServer.start({ files, listen: [{ port }], active: { sourcePort: "any" } });
  const { sourcePort } = await fetchActively(await place.client());
  expect(sourcePort).not.toBe(port - 1);
  expect(place.warnings).toEqual([]);
});

test("300 data connections at once share one source port", async () => {
  const port = await portAboveFreeOne();
  await using place = await LoopbackServer.start({ listen: [{ port }], active: {} });
  const clients = await Promise.all(Array.from({ length: 300 }, () => place.client()));
  const peers: ActivePeer[] = await Promise.all(clients.map((client) => client.active()));
  clients.forEach((client, i) => client.send(`STOR ${i}.txt`));
  const datas = await Promise.all(peers.map((peer) => peer.accept()));
  for (const client of clients) expect((await client.reply()).code).toBe(150);
  expect(place.server.usage.dataConnections).toBe(300);
  expect(new Set(datas.map(({ socket }) => socket.remotePort))).toEqual(new Set([port - 1]));
  datas.forEach((data, i) => data.end(`bytes of ${i}`));
  for (const client of clients) expect((await client.reply()).code).toBe(226);
  for (const peer of peers) await peer[Symbol.asyncDispose]();
  expect((await clients[0]!.download("299.txt")).bytes.toString()).toBe("bytes of 299");
  expect(place.warnings).toEqual([]);
});

test("the server dials from the address that the client came to", async () => {
  await using place = await LoopbackServer.start({ files, listen: [{ address: "127.0.0.5" }] });
  const client = await place.client({ from: "127.0.0.6" });
  const peer = await client.active();
  client.send("RETR a.txt");
  const data = await peer.accept();
  expect([data.socket.remoteAddress, data.socket.localAddress]).toEqual(["127.0.0.5", "127.0.0.6"]);
  data.end();
  await peer[Symbol.asyncDispose]();
});

test("over IPv6 the server dials by EPRT", async () => {
  await using place = await LoopbackServer.start({ files, listen: [{ address: "::1" }] });
  const client = await place.client();
  const server = net.createServer((socket) => socket.end().resume());
  server.listen({ host: "::1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  expect(await client.codes(`EPRT |2|::1|${port}|`, "RETR a.txt")).toEqual([200, 150]);
  expect((await client.reply()).code).toBe(226);
  expect((await client.ask(`PORT 127,0,0,1,195,80`)).code).toBe(504);
  server.close();
});

test("a client that refuses the connection is told at once what was dialled", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const peer = await client.active();
  await peer[Symbol.asyncDispose]();
  expect((await client.ask("RETR a.txt")).text).toBe(`425 127.0.0.1 port ${peer.port} refuses the connection.`);
  expect((await client.download("a.txt")).codes).toEqual([150, 226]);
  expect(place.trace.find(({ kind }) => kind === "data-dial-failed")).toMatchObject({
    dialed: { address: "127.0.0.1", port: peer.port },
    code: "dial-refused",
  });
});

/** A program that listens and has been stopped: its queue is full, and the system does not answer for it any more. */
async function silentListener(): Promise<Disposable & { readonly port: number }> {
  const listen = 'require("net").createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, function () {';
  const child = spawn(process.execPath, ["-e", `${listen} console.log(this.address().port) })`]);
  const [said] = (await inTime("a port", once(child.stdout, "data"))) as [Buffer];
  child.kill("SIGSTOP");
  const port = Number(said.toString());
  const waiting = Array.from({ length: 4 }, () => net.connect({ host: "127.0.0.1", port }).on("error", () => {}));
  await inTime("a full queue", Promise.all(waiting.slice(0, 2).map((socket) => once(socket, "connect"))));
  return {
    port,
    [Symbol.dispose]() {
      for (const socket of waiting) socket.destroy();
      child.kill("SIGKILL");
    },
  };
}

test("a client that does not answer is given up after the time for it, and told what was dialled", async () => {
  using silent = await silentListener();
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ files, clock, limits: { dialSeconds: 7 } });
  const client = await place.client();
  expect((await client.ask(`EPRT |1|127.0.0.1|${silent.port}|`)).code).toBe(200);
  client.send("RETR a.txt");
  await expect.poll(() => place.dataSteps.at(-1)).toBe("data-dialing");
  clock.advance(6999);
  expect((await client.ask("NOOP")).code).toBe(200);
  clock.advance(1);
  expect((await client.reply()).text).toBe(`425 127.0.0.1 port ${silent.port} did not answer in 7 s.`);
  expect((await client.download("a.txt")).codes).toEqual([150, 226]);
});

test("ABOR ends the waiting for a client that does not answer", async () => {
  using silent = await silentListener();
  await using place = await LoopbackServer.start({ files, clock: new ManualClock() });
  const client = await place.client();
  client.send(`EPRT |1|127.0.0.1|${silent.port}|`, "RETR a.txt", "ABOR");
  const codes = [await client.reply(), await client.reply(), await client.reply()].map(({ code }) => code);
  expect(codes).toEqual([200, 426, 226]);
});

test.each<[string, string, LoopbackOptions]>([
  ["its control port", "127,0,0,1", {}],
  ["its control port at all addresses", "127,0,0,1", { listen: [{ address: "0.0.0.0" }] }],
  ["its control port at all addresses of both families", "127,0,0,1", { listen: [{ address: "::" }] }],
])("the server never dials itself: %s", async (_name, address, options) => {
  await using place = await LoopbackServer.start({ files, ...options });
  const client = await place
    .client({ to: options.listen ? options.listen[0]!.address! : "127.0.0.1" })
    .catch(() => undefined);
  if (!client) return;
  const port = place.server.bound[0]!.port;
  for (const line of [
    `PORT ${address},${port >> 8},${port & 255}`,
    `EPRT |1|127.0.0.1|${port}|`,
    `EPRT |1|0.0.0.0|${port}|`,
    `EPRT |2|::ffff:127.0.0.1|${port}|`,
  ]) {
    expect((await client.ask(line)).code, line).toBeGreaterThanOrEqual(500);
  }
});

test("the server never dials itself: another address of the same machine, where it listens at all of them", async () => {
  await using place = await LoopbackServer.start({ files, listen: [{ address: "0.0.0.0" }] });
  const client = await place.client({ from: "127.0.0.2", to: "127.0.0.1" });
  const { port } = place.server.bound[0]!;
  expect((await client.ask(`PORT 127,0,0,2,${port >> 8},${port & 255}`)).code).toBe(504);
});

test("the server never dials itself: a passive port, its own session's or another's", async () => {
  await using place = await LoopbackServer.start({ files });
  const one = await place.client();
  const two = await place.client();
  const port = await two.offered();
  expect((await one.ask(`PORT 127,0,0,1,${port >> 8},${port & 255}`)).code).toBe(504);
  expect((await two.ask(`EPRT |1|127.0.0.1|${port}|`)).code).toBe(504);
});

test("who may use other hosts has data sent to another one", async () => {
  const accounts = singleAccount({ name: "ann", password: "secret", mayUseOtherHosts: true });
  await using place = await LoopbackServer.start({ files, accounts });
  const client = await place.client();
  const other = await client.active({ listenAt: "127.0.0.9" });
  client.send("RETR a.txt");
  expect((await (await other.accept()).end().bytes()).toString()).toBe("hello");
  expect([(await client.reply()).code, (await client.reply()).code]).toEqual([150, 226]);
  await other[Symbol.asyncDispose]();
  const own = place.server.bound[0]!.port;
  expect(await client.codes(`PORT 127,0,0,1,${own >> 8},${own & 255}`, "PORT 127,0,0,9,0,80")).toEqual([504, 504]);
});

test("two servers exchange a file by FXP", async () => {
  const accounts = singleAccount({ name: "ann", password: "secret", mayUseOtherHosts: true });
  await using one = await LoopbackServer.start({ files, accounts, listen: [{ address: "127.0.0.11" }] });
  await using two = await LoopbackServer.start({ accounts, listen: [{ address: "127.0.0.12" }] });
  const from = await one.client();
  const to = await two.client();
  const where = /\((.*)\)/.exec((await to.ask("PASV")).text)![1]!;
  expect((await from.ask(`PORT ${where}`)).code).toBe(200);
  to.send("STOR copy.txt");
  from.send("RETR a.txt");
  for (const client of [to, from])
    expect([(await client.reply()).code, (await client.reply()).code]).toEqual([150, 226]);
  expect((await to.download("copy.txt")).bytes.toString()).toBe("hello");
});

test("ABOR and the end of the session end a dial", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const peer = await client.active();
  client.send("STOR b.txt");
  await peer.accept();
  expect((await client.reply()).code).toBe(150);
  client.destroy();
  await inTime("the end", place.quiet());
  await peer[Symbol.asyncDispose]();
});

const view = (asked: string, controlPeer: string, more: Partial<ActiveView> = {}): ActiveView => ({
  asked: { address: ip(asked), port: 50_000 },
  controlPeer: ip(controlPeer),
  mayDialOthers: false,
  mayCorrectPrivate: true,
  isOwnListener: () => false,
  ...more,
});

test.each<[string, ActiveView, string]>([
  ["the peer", view("8.8.8.8", "8.8.8.8"), "8.8.8.8"],
  ["the peer, mapped into IPv6", view("::ffff:8.8.8.8", "8.8.8.8"), "8.8.8.8"],
  ["the peer, padded", view("008.008.008.008", "8.8.8.8"), "8.8.8.8"],
  ["nobody", view("0.0.0.0", "8.8.8.8"), "8.8.8.8"],
  ["nobody in IPv6", view("::", "8.8.8.8"), "8.8.8.8"],
  ["a private address from a public peer", view("10.1.2.3", "8.8.8.8"), "8.8.8.8"],
  ["a shared address from a public peer", view("100.64.1.1", "8.8.8.8"), "8.8.8.8"],
  ["a link-local address from a public peer", view("169.254.1.1", "8.8.8.8"), "8.8.8.8"],
  ["a loopback address from a public peer", view("127.0.0.1", "8.8.8.8"), "8.8.8.8"],
  ["a unique local address from a public peer", view("fd00::1", "2a00::1"), "2a00::1"],
  [
    "a private address, where that is not allowed",
    view("10.1.2.3", "8.8.8.8", { mayCorrectPrivate: false }),
    "address-foreign",
  ],
  ["another private address from a private peer", view("10.1.2.3", "10.1.2.4"), "address-foreign"],
  ["another public address", view("1.1.1.1", "8.8.8.8"), "address-foreign"],
  ["another public address, for who may", view("1.1.1.1", "8.8.8.8", { mayDialOthers: true }), "1.1.1.1"],
  [
    "our loopback address, for who may",
    view("127.0.0.1", "8.8.8.8", { mayDialOthers: true, mayCorrectPrivate: false }),
    "address-not-dialable",
  ],
  [
    "our loopback address mapped, for who may",
    view("::ffff:127.0.0.1", "8.8.8.8", { mayDialOthers: true, mayCorrectPrivate: false }),
    "address-not-dialable",
  ],
  ["the other family", view("2a00::1", "8.8.8.8"), "family-differs"],
  ["a multicast address", view("224.0.0.1", "8.8.8.8"), "address-not-dialable"],
  ["a multicast address, for who may", view("ff02::1", "2a00::1", { mayDialOthers: true }), "address-not-dialable"],
  ["broadcast", view("255.255.255.255", "8.8.8.8", { mayDialOthers: true }), "address-not-dialable"],
  ["our own listener", view("8.8.8.8", "8.8.8.8", { isOwnListener: () => true }), "own-listener"],
])("where PORT leads: %s", (_name, asked, expected) => {
  const choice = chooseDialAddress(asked);
  expect(choice.kind === "dial" ? choice.where.value.address.text : choice.because).toBe(expected);
});
