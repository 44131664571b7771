import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { ip } from "@twinport/protocol";
import { expect, test } from "vitest";
import { freeRange } from "../../../test/testkit/free-ports.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import { testCertificate } from "../../../test/testkit/peer-server.ts";
import { PortPool } from "./port-pool.ts";
import { ServerIdentity } from "./tls-server.ts";
import { systemClock } from "./clock.ts";
import type { SessionTls } from "./tls-server.ts";

const local = ip("127.0.0.1");

/** The TLS session that a client has of its command connection. */
async function sessionOf(session: SessionTls, options: tls.ConnectionOptions): Promise<Buffer> {
  const server = net.createServer((socket) => {
    const secured = session.side.begin(socket).on("error", () => {});
    secured.on("secure", () => secured.end("220 ready\r\n"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const client = tls.connect({ ...options, host: "127.0.0.1", port });
  try {
    client.resume();
    const [ticket] = (await inTime("a session", once(client, "session"))) as [Buffer];
    return ticket;
  } finally {
    client.destroy();
    server.close();
  }
}

test.each([
  { version: "TLSv1.2", onlySends: true },
  { version: "TLSv1.2", onlySends: false },
  { version: "TLSv1.3", onlySends: true },
  { version: "TLSv1.3", onlySends: false },
] as const)("what was read to tell clients apart is still there for TLS: %o", async ({ version, onlySends }) => {
  const { certificate, key } = await testCertificate();
  const identity = new ServerIdentity({ certificates: [{ cert: certificate, key }] });
  const options = { rejectUnauthorized: false, minVersion: version, maxVersion: version };
  const sessions = Array.from({ length: 8 }, () => identity.session());
  const names = new Set(sessions.map(({ ticketName }) => ticketName));
  const pool = new PortPool(await freeRange(1), systemClock, {}, { isTicketOfOther: (shown) => names.has(shown) });
  const offers = await Promise.all(
    sessions.map(({ ticketName }) => pool.offer({ local, peer: local, timeout: 10, tls: { ticketName } })),
  );
  const tickets = await Promise.all(sessions.map((session) => sessionOf(session, options)));
  // The last one comes first.
  const clients = tickets
    .toReversed()
    .map((session) => tls.connect({ ...options, session, host: "127.0.0.1", port: offers[0]!.bound.port }))
    .toReversed();
  for (const [at, client] of clients.entries()) {
    client.on("error", () => {});
    const connection = await inTime("a connection", offers[at]!.connection());
    expect(connection.peer.port).toBe(client.localPort);
    const patience = { timeout: 5, clock: systemClock, signal: new AbortController().signal };
    const facts = await connection.acceptTls({ session: sessions[at]!, onlySends, ...patience });
    expect(facts).toMatchObject({ protocol: version, isResumed: true });
    const said = inTime("a word", once(client, "data"));
    await connection.write(Buffer.from(`for ${at}`));
    expect(String((await said)[0])).toBe(`for ${at}`);
    const gone = new Promise<void>((resolve) => connection.onClosed(resolve));
    connection.close();
    await inTime("the end", gone);
    client.destroy();
  }
  await inTime("the end of the pool", pool.close());
});
