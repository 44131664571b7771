import { expect, test, vi } from "vitest";
import { ip } from "@twinport/protocol";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import { ConfigError } from "./errors.ts";
import { AccountsInUse, SessionCount } from "./limits.ts";
import { createServer } from "./server.ts";
import { settingsOf } from "./options.ts";
import type { Limits, ServerOptions } from "./options.ts";

const accounts: ServerOptions["accounts"] = { verify: () => ({ kind: "refused", because: "not-allowed" }) };
const limitsWith = (limits: Partial<Limits>): Limits => settingsOf({ accounts, limits }).limits;

test("sessions are counted in all and by address; an IPv6 /64 is one", () => {
  const count = new SessionCount(limitsWith({ sessions: 4, sessionsPerAddress: 2 }));
  const enter = (text: string): string | undefined => count.enter(ip(text));
  expect([enter("192.0.2.1"), enter("::ffff:192.0.2.1"), enter("192.0.2.1")]).toEqual([
    undefined,
    undefined,
    "too-many-from-address",
  ]);
  expect([enter("2001:db8:0:1::1"), enter("2001:db8:0:1:ffff::2"), enter("192.0.2.2")]).toEqual([
    undefined,
    undefined,
    "too-many-sessions",
  ]);
  count.leave(ip("2001:db8:0:1::1"));
  expect([enter("2001:db8:0:1::3"), enter("192.0.2.2")]).toEqual([undefined, "too-many-sessions"]);
  for (const text of ["192.0.2.1", "192.0.2.1", "2001:db8:0:1::2", "2001:db8:0:1::3"]) count.leave(ip(text));
  expect([enter("192.0.2.1"), enter("192.0.2.1")]).toEqual([undefined, undefined]);
});

test("too many sessions, in all or of one address, are sent away with a word", async () => {
  await using place = await LoopbackServer.start({ limits: { sessions: 3, sessionsPerAddress: 2 } });
  await place.client();
  const second = await place.client();
  const refused = place.next("session-refused");
  const third = await place.connect();
  expect((await third.reply()).text).toBe("421 Too many sessions from your address; try again later.");
  await third.closed;
  expect(await refused).toMatchObject({ because: "too-many-from-address", peer: { address: "127.0.0.1" } });
  await place.client({ from: "127.0.0.2" });
  expect((await (await place.connect({ from: "127.0.0.3" })).reply()).text).toBe(
    "421 Too many sessions; try again later.",
  );
  second.destroy();
  await place.next("session-closed");
  await place.client();
});

test("after three refused logins the session ends; a login in between begins the count anew", async () => {
  await using place = await LoopbackServer.start({ limits: { loginFailures: 2 } });
  const client = await place.connect();
  await client.reply();
  expect(await client.codes("USER ann", "PASS x", "USER ann", "PASS secret", "USER ann", "PASS x")).toEqual([
    331, 530, 331, 230, 331, 530,
  ]);
  expect(await client.codes("USER ann", "PASS x")).toEqual([331, 530]);
  expect((await client.reply()).code).toBe(421);
  await client.closed;
});

test("REIN does not begin the count of refused logins anew", async () => {
  await using place = await LoopbackServer.start({ limits: { loginFailures: 2 } });
  const client = await place.connect();
  await client.reply();
  expect(await client.codes("USER ann", "PASS x", "REIN", "USER ann", "PASS x")).toEqual([331, 530, 220, 331, 530]);
  expect((await client.reply()).code).toBe(421);
});

test("the time for a login is from the connection to its end, whatever is said meanwhile", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, limits: { loginSeconds: 60 } });
  const client = await place.connect();
  await client.reply();
  clock.advance(59_000);
  expect(await client.codes("REIN", "USER ann", "REIN", "USER ann")).toEqual([220, 331, 220, 331]);
  clock.advance(1000);
  expect((await client.reply()).text).toBe("421 No login in 60 s; goodbye.");
  await client.closed;
});

test("who has logged in has no such time, and after REIN has it again", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, limits: { loginSeconds: 60 } });
  const client = await place.client();
  clock.advance(120_000);
  expect(await client.codes("NOOP", "REIN")).toEqual([200, 220]);
  clock.advance(60_000);
  expect((await client.reply()).code).toBe(421);
});

test("every command begins the idle time anew; nonsense does not", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, limits: { idleSeconds: 10 } });
  const client = await place.client();
  clock.advance(9000);
  expect((await client.ask("NOOP")).code).toBe(200);
  clock.advance(9000);
  expect((await client.ask("")).code).toBe(500);
  const closed = place.next("session-closed");
  clock.advance(1000);
  expect((await client.reply()).text).toBe("421 Idle for 10 s; goodbye.");
  expect(await closed).toMatchObject({ because: "idle-timeout" });
});

test("the idle clock stands still during a transfer, and begins anew after it", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, limits: { idleSeconds: 10 } });
  const client = await place.client();
  const data = await client.passive();
  expect((await client.ask("STOR a.txt")).code).toBe(150);
  for (let i = 0; i < 10; i++) clock.advance(9000);
  data.end("x");
  expect((await client.reply()).code).toBe(226);
  clock.advance(9999);
  expect((await client.ask("NOOP")).code).toBe(200);
  clock.advance(10_000);
  expect((await client.reply()).code).toBe(421);
});

test("no timer is left when all sessions have gone", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock });
  const client = await place.client();
  await client.upload("a.txt", "x");
  await client.offered();
  client.destroy();
  await place.quiet();
  expect(clock.pending).toBe(0);
});

test.each<[string, Partial<ServerOptions>, string]>([
  ["a range that ends before it begins", { passive: { ports: { from: 20, to: 10 } } }, "passive-ports-not-valid"],
  [
    "a range that ends behind the last port",
    { passive: { ports: { from: 1, to: 65_536 } } },
    "passive-ports-not-valid",
  ],
  ["port 0", { passive: { ports: { from: 0, to: 10 } } }, "passive-ports-not-valid"],
  ["half a port", { passive: { ports: { from: 1.5, to: 10 } } }, "passive-ports-not-valid"],
  ["an empty address", { passive: { address: "" } }, "passive-address-not-valid"],
  ["an address of IPv6 for 227", { passive: { address: "2001:db8::1" } }, "passive-address-not-valid"],
  [
    "a prefix that is none",
    { passive: { address: [{ clients: "10.0.0.0/33", address: "local" }] } },
    "prefix-not-valid",
  ],
  ["a limit of nothing", { limits: { sessions: 0 } }, "limit-not-valid"],
  ["a limit below nothing", { limits: { idleSeconds: -1 } }, "limit-not-valid"],
  ["a limit that is no number", { limits: { rateUp: Number.NaN } }, "limit-not-valid"],
])("an option that cannot work is refused when the server is made: %s", (_name, options, code) => {
  expect(() => createServer({ accounts, ...options })).toThrow(ConfigError);
  expect(() => createServer({ accounts, ...options })).toThrow(expect.objectContaining({ code }));
});

test("the URL is there only when the server listens", async () => {
  const server = createServer({ accounts });
  expect(() => server.url).toThrow(expect.objectContaining({ code: "not-listening" }));
  await server.listen();
  expect(server.url).toBe(`ftp://127.0.0.1:${server.bound[0]!.port}/`);
  await expect(server.listen({ port: server.bound[0]!.port })).rejects.toMatchObject({ code: "listen-failed" });
  await server.close();
});

test("what all sessions may have together is shared by them alike", async () => {
  const big = new Uint8Array(12_000_000);
  await using place = await LoopbackServer.start({
    files: { "/big": big },
    limits: { totalRateDown: 4_000_000 },
    untraced: true,
  });
  const clients = await Promise.all(Array.from({ length: 4 }, () => place.client()));
  const peers = await Promise.all(clients.map((client) => client.passive()));
  for (const client of clients) expect((await client.ask("RETR big")).code).toBe(150);
  const received = (): number[] => peers.map((peer) => peer.received);
  // How long it takes is not asked here: only what each gets while all are there.
  await vi.waitFor(() => expect(Math.min(...received())).toBeGreaterThan(200_000), { timeout: 15_000, interval: 1 });
  const before = received();
  const since = (): number[] => received().map((count, i) => count - before[i]!);
  await vi.waitFor(() => expect(Math.max(...since())).toBeGreaterThan(1_000_000), { timeout: 15_000, interval: 1 });
  const parts = since();
  expect(Math.min(...parts) / Math.max(...parts)).toBeGreaterThan(0.8);
  for (const peer of peers) peer.destroy();
});

test("limits of an account that were changed hold for all its sessions", () => {
  const clock = new ManualClock();
  const inUse = new AccountsInUse(clock);
  const first = inUse.enter("ann", { rateDown: 1000 })!;
  const second = inUse.enter("ann", { rateDown: 1000 })!;
  expect(second.rates.down).toBe(first.rates.down);
  const third = inUse.enter("ann", { rateDown: 2000 })!;
  expect(first.rates.down).toBe(third.rates.down);
  expect(third.rates.down?.bytesPerSecond).toBe(2000);
  expect(inUse.enter("ann", { sessions: 3 })).toBeUndefined();
  for (const one of [first, second, third]) one.leave();
  expect(inUse.enter("ann", { sessions: 1 })?.sessions).toBe(1);
});
