// servers.md §4.2, line 16, by TLS: handshakes that come to nothing leave nothing behind.
import fs from "node:fs";
import process from "node:process";
import { expect, test } from "vitest";
import { serverCertificate } from "../testkit/certificates.ts";
import { inTime } from "../testkit/in-time.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import { realHello } from "../testkit/real-hello.ts";
import type { WireClient } from "../testkit/wire-client.ts";

const open = (): number => fs.readdirSync("/proc/self/fd").length;

/** Ways in which a handshake comes to nothing, on the command connection. */
const failures: readonly ((client: WireClient) => unknown)[] = [
  (client) => client.socket.end(),
  (client) => client.socket.resetAndDestroy(),
  (client) => client.socket.write("USER ann\r\nPASS secret\r\n"),
  (client) => client.socket.write(new Uint8Array(5000).fill(22)),
  (client) => client.secure({ ALPNProtocols: ["http/1.1"] }).catch(() => {}),
  (client) => client.secure({ maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-SHA" }).catch(() => {}),
  async (client) => {
    const hello = await realHello();
    client.socket.write(hello.subarray(0, hello.length - 20));
    client.socket.end();
  },
  async (client) => {
    client.socket.write(await realHello());
    client.socket.resetAndDestroy();
  },
];

test.runIf(process.platform === "linux")("handshakes that fail leave no descriptor and no session", async () => {
  await using place = await LoopbackServer.start({ tls: { certificates: [serverCertificate()] }, untraced: true });
  const inside = await place.secureClient();
  const storm = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      await Promise.all(
        failures.map(async (fail) => {
          const client = await place.connect();
          await client.reply();
          await client.ask("AUTH TLS");
          await fail(client);
          await inTime("the end of the session", client.closed);
          client.destroy();
        }),
      );
    }
    await expect.poll(() => place.server.usage.sessions, { timeout: 5000 }).toBe(1);
  };
  await storm(2);
  const before = open();
  await storm(12);
  await expect.poll(() => open() - before, { timeout: 5000 }).toBeLessThanOrEqual(2);
  expect(place.warned("session-failed")).toEqual([]);
  expect((await inside.ask("PWD")).code).toBe(257);
});

test.runIf(process.platform === "linux")("data connections that are refused leave nothing either", async () => {
  const tls = { certificates: [serverCertificate()], sessionReuse: "require", handshakeSeconds: 1 } as const;
  await using place = await LoopbackServer.start({ tls, files: { "/a": "a" }, untraced: true });
  const client = await place.secureClient();
  const refuse = async (): Promise<void> => {
    for (const line of ["RETR a", "STOR b", "LIST"]) {
      const data = client.secureData(await client.passive(), { session: undefined });
      expect((await client.ask(line)).code).toBe(150);
      expect((await client.reply()).code).toBe(522);
      data.destroy();
    }
  };
  // All ports of the range are opened at the first use.
  await refuse();
  const before = open();
  for (let i = 0; i < 10; i++) await refuse();
  await expect.poll(() => open() - before, { timeout: 5000 }).toBeLessThanOrEqual(2);
  const nothing = { dataConnections: 0, lentPorts: 0, unassigned: 0, bufferBytes: 0 };
  await expect.poll(() => place.server.usage, { timeout: 5000 }).toMatchObject(nothing);
  expect(place.server.dataByTls).toEqual({ own: 0, unproven: 33 });
});

test("more sessions than there is room for are sent away, also where TLS begins at once", async () => {
  const tls = { certificates: [serverCertificate()] };
  const listen = [{ tls: "implicit" as const }];
  await using place = await LoopbackServer.start({ tls, listen, limits: { sessions: 1 } });
  const first = await place.connect();
  await first.secure();
  expect((await first.reply()).code).toBe(220);
  const refused = place.next("session-refused");
  const second = await place.connect();
  await expect(second.secure()).rejects.toThrow();
  expect(await refused).toMatchObject({ because: "too-many-sessions" });
  expect((await first.ask("NOOP")).code).toBe(200);
});

test("a server that is closed does not wait for hands that nobody shakes", async () => {
  const listen = [{}, { tls: "implicit" as const }];
  await using place = await LoopbackServer.start({ tls: { certificates: [serverCertificate()] }, listen });
  const explicit = await place.connect();
  await explicit.reply();
  await explicit.ask("AUTH TLS");
  const implicit = await place.connect({ toPort: place.server.bound[1]!.port });
  const client = await place.secureClient();
  await client.passive();
  expect((await client.ask("LIST")).code).toBe(150);
  await inTime("the end of the server", place.server.close(), 3);
  await Promise.all([explicit.closed, implicit.closed, client.closed]);
  expect(place.warned("session-failed")).toEqual([]);
});

test.each([
  ["AUTH", 0],
  ["a connection that begins with TLS", 1],
])("the time for a login is over within the handshake behind %s", async (_title, listener) => {
  const clock = new ManualClock();
  const listen = [{}, { tls: "implicit" as const }];
  const tls = { certificates: [serverCertificate()], handshakeSeconds: 100 };
  await using place = await LoopbackServer.start({ clock, tls, listen, limits: { loginSeconds: 60 } });
  const client = await place.connect({ toPort: place.server.bound[listener]!.port });
  if (listener === 0) {
    await client.reply();
    await client.ask("AUTH TLS");
  } else await expect.poll(() => place.server.usage.sessions).toBe(1);
  const closed = place.next("session-closed", 2);
  clock.advance(60_001);
  expect(await closed).toMatchObject({ because: "login-timeout" });
  // Not in clear any more.
  expect(await client.line()).toBeUndefined();
  await expect.poll(() => clock.pending).toBe(0);
});
