import dns from "node:dns/promises";
import net from "node:net";
import os from "node:os";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { allPermissions, singleAccount } from "@twinport/accounts";
import { ip } from "@twinport/protocol";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import { freeRange, holdPort, isFree } from "../../../test/testkit/free-ports.ts";
import { AddressBook } from "./address-book.ts";
import { settingsOf } from "./options.ts";
import type { Accounts } from "@twinport/accounts";
import type { PassiveAddressRule } from "./options.ts";
import type { ServerWarning } from "./observe.ts";

const files = { "/a.txt": "hello" };
const both = ["127.0.0.1", "127.0.0.2"] as const;

test("a range of one port serves two addresses at once", async () => {
  const ports = await freeRange(1);
  await using place = await LoopbackServer.start({ files, passive: { ports } });
  const clients = await Promise.all(both.map((from) => place.client({ from })));
  const offered = await Promise.all(clients.map((client) => client.offered("PASV")));
  expect(offered).toEqual([ports.from, ports.from]);
  // The later one comes first, and each gets what it asked for.
  const [one, two] = clients;
  one!.send("RETR a.txt");
  two!.send("STOR b.txt");
  const second = await two!.connectTo(ports.from);
  const first = await one!.connectTo(ports.from);
  second.end("from two");
  expect((await first.end().bytes()).toString()).toBe("hello");
  for (const client of clients) expect([(await client.reply()).code, (await client.reply()).code]).toEqual([150, 226]);
  expect((await one!.download("b.txt")).bytes.toString()).toBe("from two");
});

test("sessions of one address get different ports", async () => {
  await using place = await LoopbackServer.start({ passive: { ports: await freeRange(6) } });
  const offered: number[] = [];
  for (let i = 0; i < 6; i++) offered.push(await (await place.client()).offered(i % 2 ? "PASV" : "EPSV"));
  expect(new Set(offered).size).toBe(6);
  expect(place.server.usage.lentPorts).toBe(6);
});

test("a session that may use other hosts never shares a port with one of the same address", async () => {
  const accounts: Accounts<never> = {
    verify: ({ name }) => ({
      kind: "accepted",
      account: { name, permissions: allPermissions, mayUseOtherHosts: name === "fxp" },
    }),
  };
  for (const names of [
    ["ann", "fxp"],
    ["fxp", "ann"],
    ["fxp", "fxp"],
  ]) {
    await using place = await LoopbackServer.start({ accounts, passive: { ports: await freeRange(2) } });
    const ports = [];
    for (const name of names) ports.push(await (await (await place.connect()).login(name)).offered());
    expect(new Set(ports).size, names.join(" then ")).toBe(2);
    const third = await (await place.connect()).login("fxp");
    expect((await third.ask("EPSV")).code).toBe(425);
  }
});

test("to a session that may use other hosts another host may come", async () => {
  const accounts = singleAccount({ name: "ann", password: "secret", mayUseOtherHosts: true });
  await using place = await LoopbackServer.start({ files, accounts });
  const client = await place.client();
  const data = await client.connectTo(await client.offered(), "127.0.0.3");
  expect((await client.ask("RETR a.txt")).code).toBe(150);
  expect((await data.end().bytes()).toString()).toBe("hello");
  expect((await client.reply()).code).toBe(226);
});

test("a range that is used up is refused with a sentence, and the session goes on when a port is free again", async () => {
  const ports = await freeRange(2);
  await using place = await LoopbackServer.start({ files, passive: { ports } });
  const one = await place.client();
  const two = await place.client();
  const three = await place.client();
  await one.offered();
  await two.offered();
  const refusal = await three.ask("PASV");
  expect(refusal.text).toBe(
    `425 All 2 passive ports (${ports.from}-${ports.to}) are taken for 127.0.0.1; try again in a moment.`,
  );
  // Another address is not concerned.
  const other = await place.client({ from: "127.0.0.2" });
  expect((await other.download("a.txt")).bytes.toString()).toBe("hello");
  expect((await three.ask("RETR a.txt")).code).toBe(425);
  expect((await one.ask("ABOR")).code).toBe(225);
  // Through an active connection, or by the end of another session.
  const active = await one.active();
  one.send("RETR a.txt");
  expect((await (await active.accept()).end().bytes()).toString()).toBe("hello");
  await active[Symbol.asyncDispose]();
  expect((await three.download("a.txt")).bytes.toString()).toBe("hello");
  two.destroy();
  await place.next("session-closed");
  expect(await three.offered()).toBeGreaterThanOrEqual(ports.from);
});

test("a port outside of the range is never offered", async () => {
  const ports = await freeRange(3);
  await using place = await LoopbackServer.start({ passive: { ports } });
  const client = await place.client();
  const offered = new Set<number>();
  for (let i = 0; i < 100; i++) offered.add(await client.offered(i % 2 ? "PASV" : "EPSV"));
  expect([...offered].sort((one, other) => one - other)).toEqual([ports.from, ports.from + 1, ports.to]);
  expect(place.server.usage).toMatchObject({ lentPorts: 1, openPorts: 3 });
});

test("a stranger is dropped and told of, and the offer stays for its owner", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const port = await client.offered("PASV");
  const stranger = await client.connectTo(port, "127.0.0.3");
  expect(await stranger.over()).toBe("reset");
  expect(place.trace.filter(({ kind }) => kind === "data-stranger-dropped")).toMatchObject([
    { local: { address: "127.0.0.1", port }, peer: { address: "127.0.0.3", port: expect.any(Number) } },
  ]);
  expect(place.server.usage.lentPorts).toBe(1);
  const data = await client.connectTo(port);
  expect((await client.ask("RETR a.txt")).code).toBe(150);
  expect((await data.end().bytes()).toString()).toBe("hello");
});

test("who comes to a port after its owner is a stranger, also from the same address", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const port = await client.offered();
  const first = await client.connectTo(port);
  const second = await client.connectTo(port);
  expect(await second.over()).toBe("reset");
  expect((await client.ask("RETR a.txt")).code).toBe(150);
  expect((await first.end().bytes()).toString()).toBe("hello");
});

test("a port that another program holds is skipped and told of once", async () => {
  const ports = await freeRange(2);
  await using held = await holdPort(ports.from);
  await using place = await LoopbackServer.start({ files, passive: { ports } });
  const client = await place.client();
  for (let i = 0; i < 10; i++) expect(await client.offered()).toBe(ports.to);
  expect(place.warned("passive-port-busy")).toEqual([
    { code: "passive-port-busy", bound: { address: "127.0.0.1", port: held.port }, cause: "EADDRINUSE" },
  ]);
  expect((await (await place.client()).ask("EPSV")).code).toBe(425);
});

test("where other programs hold the whole range, that is said and not that clients have used it up", async () => {
  const ports = await freeRange(1);
  await using _held = await holdPort(ports.from);
  await using place = await LoopbackServer.start({ files, passive: { ports } });
  const client = await place.client();
  expect((await client.ask("EPSV")).text).toBe(
    `425 No passive port (${ports.from}-${ports.to}) can be opened here: other programs hold them.`,
  );
});

test("any ports that the system gives serve several servers side by side, and are shared as those of a range", async () => {
  await using one = await LoopbackServer.start({ files, passive: { ports: "any" } });
  await using two = await LoopbackServer.start({ files, passive: { ports: "any" } });
  for (const place of [one, two]) {
    const client = await place.client();
    for (const verb of ["EPSV", "PASV"] as const) {
      const port = await client.offered(verb);
      expect(port).toBeGreaterThan(1023);
      const own = port.toString();
      expect((await client.ask(`EPRT |1|127.0.0.1|${own}|`)).text).toContain("does not dial itself");
      expect((await client.download("a.txt")).bytes.toString()).toBe("hello");
    }
  }
});

test("a port that was held is taken when it is free again", async () => {
  const clock = new ManualClock();
  const ports = await freeRange(1);
  const held = await holdPort(ports.from);
  await using place = await LoopbackServer.start({ files, clock, passive: { ports } });
  const client = await place.client();
  expect((await client.ask("EPSV")).code).toBe(425);
  await held[Symbol.asyncDispose]();
  clock.advance(61_000);
  expect((await client.download("a.txt")).bytes.toString()).toBe("hello");
});

test("an offer that nobody takes expires: 425, and the port is free", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ files, clock, limits: { offerSeconds: 5 } });
  const client = await place.client();
  const port = await client.offered();
  client.send("RETR a.txt");
  await expect.poll(() => place.trace.at(-1)).toMatchObject({ kind: "command-received", line: "RETR a.txt" });
  clock.advance(4999);
  expect(place.server.usage.lentPorts).toBe(1);
  clock.advance(1);
  expect((await client.reply()).text).toBe(`425 Nobody came to port ${port} in 5 s.`);
  expect(place.server.usage.lentPorts).toBe(0);
  expect(place.dataSteps).toEqual(["data-offered", "data-offer-expired"]);
  // Also where no transfer waits for it; who comes then is a stranger.
  const second = await client.offered();
  clock.advance(5000);
  expect(place.server.usage.lentPorts).toBe(0);
  expect(await (await client.connectTo(second)).over()).toBe("reset");
  expect((await client.ask("RETR a.txt")).text).toBe(`425 Nobody came to port ${second} in 5 s.`);
});

test("a second PASV withdraws the first, and sends away who has come to it", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const early = await client.connectTo(await client.offered("PASV"));
  const port = await client.offered("PASV");
  expect(await early.over()).toBe("reset");
  expect(place.server.usage.lentPorts).toBe(1);
  const data = await client.connectTo(port);
  expect((await client.ask("RETR a.txt")).code).toBe(150);
  expect((await data.end().bytes()).toString()).toBe("hello");
});

test("who comes before the command and sends at once loses nothing", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.client();
  const data = await client.connectTo(await client.offered());
  data.end("x".repeat(100_000));
  expect(await client.codes("NOOP", "NOOP", "STOR a.txt")).toEqual([200, 200, 150]);
  expect((await client.reply()).code).toBe(226);
  expect((await client.ask("SIZE a.txt")).text).toBe("213 100000");
});

test("who has come and gone before the command is told that, and the session lives", async () => {
  await using place = await LoopbackServer.start({ files });
  for (const verb of ["RETR a.txt", "STOR b.txt"]) {
    const client = await place.client();
    const data = await client.connectTo(await client.offered());
    data.reset();
    await once(data.socket, "close");
    const codes = [(await client.ask(verb)).code];
    if (codes[0] === 150) codes.push((await client.reply()).code);
    expect(codes.at(-1), verb).toBeGreaterThanOrEqual(425);
    expect((await client.download("a.txt")).codes).toEqual([150, 226]);
  }
});

test("a client that goes while it waits leaves no lent port", async () => {
  await using place = await LoopbackServer.start({ files });
  for (const lines of [["PASV"], ["EPSV", "RETR a.txt"], ["PASV", "EPSV", "STOR b.txt"]]) {
    const client = await place.client();
    client.send(...lines);
    await client.reply();
    client.socket.resetAndDestroy();
    await place.next("session-closed");
    await place.quiet();
  }
});

test("a client that goes while its PASV is being answered leaves no lent port", async () => {
  let answer = (): void => {};
  const looked = vi.spyOn(dns, "lookup").mockImplementation((() => {
    return new Promise((resolve) => (answer = () => resolve({ address: "127.0.0.1", family: 4 })));
  }) as never);
  try {
    await using place = await LoopbackServer.start({ passive: { ports: await freeRange(2), address: "a.example" } });
    const client = await place.client();
    client.send("PASV");
    await expect.poll(() => looked.mock.calls.length).toBe(1);
    const closed = place.next("session-closed");
    client.socket.resetAndDestroy();
    // Another's question is answered after the loss was noticed.
    const other = await place.client();
    await other.ask("NOOP");
    other.destroy();
    answer();
    await closed;
    await place.quiet(1);
  } finally {
    looked.mockRestore();
  }
});

test("clients that ask at once for a name's address wait for one lookup", async () => {
  let answer = (): void => {};
  const looked = vi.spyOn(dns, "lookup").mockImplementation((() => {
    return new Promise((resolve) => (answer = () => resolve({ address: "127.0.0.1", family: 4 })));
  }) as never);
  try {
    await using place = await LoopbackServer.start({ passive: { address: "a.example" } });
    const clients = await Promise.all(both.map((from) => place.client({ from })));
    for (const client of clients) client.send("PASV");
    await expect.poll(() => place.trace.filter((step) => "line" in step && step.line === "PASV").length).toBe(2);
    expect(looked).toHaveBeenCalledTimes(1);
    answer();
    for (const client of clients) expect((await client.reply()).code).toBe(227);
  } finally {
    looked.mockRestore();
  }
});

const linkLocal = Object.entries(os.networkInterfaces()).flatMap(([zone, all = []]) =>
  all.filter(({ address }) => address.startsWith("fe80:")).map(({ address }) => `${address}%${zone}`),
);

test.skipIf(linkLocal.length === 0)("a client at a link-local address leaves the range to all others", async () => {
  const ports = await freeRange(4);
  await using place = await LoopbackServer.start({ listen: [{ address: "::" }], passive: { ports } });
  expect((await (await place.client({ to: linkLocal[0]! })).ask("EPSV")).code).toBe(229);
  await expect.poll(() => place.server.usage.openPorts).toBe(4);
  expect((await (await place.client({ to: "127.0.0.1" })).ask("PASV")).code).toBe(227);
  expect((await (await place.client({ to: "::1" })).ask("EPSV")).code).toBe(229);
  expect(place.warned("passive-port-busy")).toEqual([]);
});

test("listeners are kept open and given back with the server", async () => {
  const ports = await freeRange(4);
  {
    await using place = await LoopbackServer.start({ files, passive: { ports } });
    expect(place.server.usage.openPorts).toBe(0);
    const client = await place.client();
    await client.download("a.txt");
    await expect.poll(() => place.server.usage.openPorts).toBe(4);
    expect(await isFree(ports.from)).toBe(false);
  }
  for (let port = ports.from; port <= ports.to; port++) expect(await isFree(port)).toBe(true);
});

test("over IPv6 EPSV works, and PASV says why it cannot", async () => {
  await using place = await LoopbackServer.start({ files, listen: [{ address: "::1" }] });
  const client = await place.client();
  expect((await client.ask("PASV")).text).toBe("425 PASV can only say IPv4 addresses; use EPSV.");
  expect((await client.ask("EPSV 1")).code).toBe(522);
  expect((await client.ask("EPSV 2")).code).toBe(229);
  expect((await client.download("a.txt")).bytes.toString()).toBe("hello");
});

test("an IPv4 client of a listener at :: is an IPv4 client", async () => {
  await using place = await LoopbackServer.start({ files, listen: [{ address: "::" }] });
  const client = await place.client({}).catch(() => undefined);
  client?.destroy();
  const socket = net.connect({ host: "127.0.0.1", port: place.server.bound[0]!.port });
  socket.setEncoding("utf8");
  let text = "";
  socket.on("data", (chunk: string) => (text += chunk));
  socket.write("USER ann\r\nPASS secret\r\nPASV\r\n");
  await expect.poll(() => text).toMatch(/227 Entering Passive Mode \(127,0,0,1,\d+,\d+\)/);
  expect(place.trace.find(({ kind }) => kind === "data-offered")).toMatchObject({ bound: { address: "127.0.0.1" } });
  socket.destroy();
});

const view = {
  listener: { address: "0.0.0.0", port: 2121 },
  local: ip("192.168.1.5"),
  peer: ip("192.168.1.77"),
};

function bookOf(
  address: string | readonly PassiveAddressRule[],
  warnings: ServerWarning[] = [],
  clock = new ManualClock(),
) {
  const accounts = singleAccount({ name: "ann", password: "secret" });
  const { passive } = settingsOf({ accounts, passive: { address } });
  return new AddressBook(passive!.rules, clock, (warning) => warnings.push(warning));
}

test.each<[string, string | readonly PassiveAddressRule[], string, readonly string[]]>([
  ["no rule", [], "192.168.1.5", ["control-local-address"]],
  ["an address for all", "203.0.113.9", "203.0.113.9", ["told-by-rule"]],
  ["a padded address", "203.000.113.009", "203.0.113.9", ["told-by-rule"]],
  ["the session's own", "local", "192.168.1.5", ["control-local-address"]],
  ["a name that resolves", "localhost", "127.0.0.1", ["told-by-rule", "name-resolved"]],
  [
    "a name that does not",
    "nowhere.invalid",
    "192.168.1.5",
    ["told-by-rule", "name-not-resolved", "control-local-address"],
  ],
  [
    "the client's range, before what holds for all",
    [{ clients: "192.168.0.0/16", address: "local" }, { address: "203.0.113.9" }],
    "192.168.1.5",
    ["control-local-address"],
  ],
  [
    "another range",
    [{ clients: "10.0.0.0/8", address: "local" }, { address: "203.0.113.9" }],
    "203.0.113.9",
    ["told-by-rule"],
  ],
  [
    "the listener",
    [{ listener: "0.0.0.0:2121", address: "203.0.113.1" }, { address: "203.0.113.9" }],
    "203.0.113.1",
    ["told-by-rule"],
  ],
  ["another listener", [{ listener: "0.0.0.0:21", address: "203.0.113.1" }], "192.168.1.5", ["control-local-address"]],
  [
    "listener and range together",
    [
      { listener: "0.0.0.0:2121", clients: "10.0.0.0/8", address: "203.0.113.1" },
      { listener: "0.0.0.0:2121", address: "203.0.113.2" },
    ],
    "203.0.113.2",
    ["told-by-rule"],
  ],
])("227 tells the address of the first rule that fits: %s", async (_name, address, told, because) => {
  const { value, because: reasons } = await bookOf(address).choose(view);
  expect([value.text, reasons]).toEqual([told, because]);
});

test.each([
  ["a private address to a public peer", "192.168.1.5", "8.8.8.8", "private"],
  ["a shared address (RFC 6598) to a public peer", "100.64.0.1", "8.8.8.8", "private"],
  ["a loopback address to another host", "127.0.0.1", "192.168.1.77", "loopback"],
  ["no address at all", "0.0.0.0", "192.168.1.77", "unspecified"],
  ["a private address to a private peer", "192.168.1.5", "192.168.1.77", undefined],
  ["a public address", "203.0.113.9", "8.8.8.8", undefined],
  ["a loopback address to a loopback peer", "127.0.0.1", "127.0.0.1", undefined],
])("an address that cannot work is warned about once for each peer: %s", async (_name, told, peer, because) => {
  const warnings: ServerWarning[] = [];
  const book = bookOf(told, warnings);
  for (let i = 0; i < 3; i++) await book.choose({ ...view, peer: ip(peer) });
  const warning = { code: "passive-address-unreachable", peer, advertised: told, because };
  expect(warnings).toEqual(because === undefined ? [] : [warning]);
  if (because === undefined) return;
  await book.choose({ ...view, peer: ip("1.1.1.1") });
  expect(warnings).toHaveLength(2);
});

test("a name that does not resolve is not asked for and warned about at each PASV", async () => {
  const warnings: ServerWarning[] = [];
  const clock = new ManualClock();
  const book = bookOf("nowhere.invalid", warnings, clock);
  for (let i = 0; i < 3; i++) await book.choose(view);
  expect(warnings).toMatchObject([{ code: "passive-name-not-resolved", name: "nowhere.invalid" }]);
  clock.advance(61_000);
  await book.choose(view);
  expect(warnings).toHaveLength(2);
});

test("227 says what the rule says", async () => {
  await using place = await LoopbackServer.start({
    passive: { ports: await freeRange(2), address: [{ clients: "127.0.0.2", address: "203.0.113.9" }] },
  });
  expect((await (await place.client()).ask("PASV")).text).toContain("(127,0,0,1,");
  expect((await (await place.client({ from: "127.0.0.2" })).ask("PASV")).text).toContain("(203,0,113,9,");
});
