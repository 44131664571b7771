import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { describe, expect, test } from "vitest";
import { serverCertificate, testAuthority } from "../../../test/testkit/certificates.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import { DataConnection, endpoint } from "./data-connection.ts";
import { ServerIdentity } from "./tls-server.ts";
import { systemClock } from "./clock.ts";
import type { SecureFacts } from "./tls.ts";
import type { SessionTls } from "./tls-server.ts";

const own = serverCertificate();
const files = testAuthority().sign({ commonName: "files", names: "DNS:files.example.org" });
const client = testAuthority().sign({ commonName: "ann" });

/** Hands that are shaken over a data connection; what both ends make of it. */
async function shake(
  session: SessionTls,
  options: tls.ConnectionOptions = {},
): Promise<{ facts: SecureFacts; ticket: Buffer; reused: boolean; shown: string }> {
  const listener = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as net.AddressInfo;
  const secured = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  let ticket: Buffer = Buffer.alloc(0);
  secured.on("session", (one) => (ticket = one)).on("error", () => {});
  const shaken = once(secured, "secureConnect").then(() => ({
    reused: secured.isSessionReused(),
    shown: String(secured.getPeerCertificate().subject?.CN),
  }));
  shaken.catch(() => {});
  const [socket] = (await once(listener, "connection")) as [net.Socket];
  const connection = DataConnection.accepted(socket, endpoint("127.0.0.1", port));
  try {
    const patience = { timeout: 5, clock: systemClock, signal: new AbortController().signal };
    const facts = await connection.acceptTls({ session, onlySends: true, ...patience });
    const seen = await inTime("the client's end of the handshake", shaken);
    connection.end().catch(() => {});
    await inTime("the end", once(secured.resume(), "end"));
    return { facts, ticket, ...seen };
  } finally {
    secured.destroy();
    connection.close();
    listener.close();
  }
}

describe("an identity", () => {
  test("tells what it shows: names, fingerprint and dates", () => {
    const [facts] = new ServerIdentity({ certificates: [own] }).certificates;
    expect(facts).toMatchObject({ names: "DNS:localhost, IP Address:127.0.0.1", fingerprint: own.fingerprint });
    expect(facts!.validFrom).toEqual(new Date("2020-01-01T00:00:00Z"));
    expect(facts!.validTo).toEqual(new Date("2100-01-01T00:00:00Z"));
  });

  test.each([
    ["none", []],
    ["one that is no certificate", [{ cert: "none", key: own.key }]],
    ["a key that is no key", [{ cert: own.cert, key: "none" }]],
    ["the key of another", [{ cert: own.cert, key: files.key }]],
    ["one of several that is wrong", [own, { cert: files.cert, key: own.key }]],
  ])("cannot be made of %s, nor replaced by it", (_title, certificates) => {
    expect(() => new ServerIdentity({ certificates })).toThrow();
    const identity = new ServerIdentity({ certificates: [own] });
    expect(() => identity.replace(certificates)).toThrow();
    expect(identity.certificates).toMatchObject([{ fingerprint: own.fingerprint }]);
  });

  test("cannot be made with rules that OpenSSL does not know", () => {
    expect(() => new ServerIdentity({ certificates: [own], ciphers: "NO-SUCH-CIPHER" })).toThrow();
    expect(() => new ServerIdentity({ certificates: [own], clients: { want: "ask", ca: "no authority" } })).toThrow();
  });

  test("shows what it was replaced by to sessions that begin then, and to no other", async () => {
    const identity = new ServerIdentity({ certificates: [own] });
    const before = identity.session();
    identity.replace([files]);
    expect((await shake(before)).shown).toBe("localhost");
    expect((await shake(identity.session())).shown).toBe("files");
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("tickets of %s", (version) => {
  const only = { minVersion: version, maxVersion: version };

  test("are the session's own, and begin with its name", async () => {
    const identity = new ServerIdentity({ certificates: [own] });
    const [one, other] = [identity.session(), identity.session()];
    expect(one.ticketName).toMatch(/^[\da-f]{32}$/);
    expect(one.ticketName).not.toBe(other.ticketName);
    const first = await shake(one, only);
    expect(first.facts).toMatchObject({ protocol: version, isResumed: false, fingerprint: "", isVerified: false });
    expect(first.ticket.toString("hex")).toContain(one.ticketName);
    const { ticket: session } = first;
    expect(await shake(one, { ...only, session })).toMatchObject({ facts: { isResumed: true }, reused: true });
    expect(await shake(other, { ...only, session })).toMatchObject({ facts: { isResumed: false }, reused: false });
  });

  test("are taken up under every name that the session has certificates for", async () => {
    const identity = new ServerIdentity({ certificates: [own, files] });
    const session = identity.session();
    const byName = await shake(session, { ...only, servername: "files.example.org" });
    expect(byName.shown).toBe("files");
    const again = await shake(session, { ...only, servername: "files.example.org", session: byName.ticket });
    expect(again.facts.isResumed).toBe(true);
  });

  test("keep who the client is", async () => {
    const clients = { want: "require", ca: testAuthority().cert } as const;
    const session = new ServerIdentity({ certificates: [own], clients }).session();
    const shown = await shake(session, { ...only, cert: client.cert, key: client.key });
    const who = { fingerprint: client.fingerprint, commonName: "ann", isVerified: true };
    expect(shown.facts).toMatchObject({ ...who, isResumed: false });
    const { facts } = await shake(session, { ...only, session: shown.ticket, cert: client.cert, key: client.key });
    expect(facts).toMatchObject({ ...who, isResumed: true });
    await expect(shake(session, only)).rejects.toMatchObject({ code: "tls-certificate-refused" });
  });
});
