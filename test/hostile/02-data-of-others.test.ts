// servers.md §4.2, lines 2 and 6: with TLS a data connection is its session's by proof, and not by its address alone.
import { describe, expect, test } from "vitest";
import { allPermissions, singleAccount } from "@twinport/accounts";
import { serverCertificate, testAuthority } from "../testkit/certificates.ts";
import { freeRange } from "../testkit/free-ports.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import type { LoopbackOptions } from "../testkit/loopback-server.ts";
import type { DataPeer, SecureDataPeer, WireClient } from "../testkit/wire-client.ts";
import type { Accounts } from "@twinport/accounts";
import type { SessionReuse, TlsOptions } from "@twinport/server";
import type { Storage } from "@twinport/storage";

const certificates = [serverCertificate()];
const files = { "/a.txt": "for ann alone" };
const versions = ["TLSv1.2", "TLSv1.3"] as const;

function start(more: Partial<TlsOptions> = {}, options: LoopbackOptions = {}): Promise<LoopbackServer> {
  return LoopbackServer.start({ files, tls: { certificates, ...more }, ...options });
}

const everybody: Accounts<Storage> = {
  verify: ({ name }) => ({ kind: "accepted", account: { name, permissions: allPermissions } }),
};

/** What a transfer came to: its replies, and what the data connection brought. */
async function outcome(client: WireClient, line: string, data: DataPeer): Promise<{ codes: number[]; got: string }> {
  const codes = [(await client.ask(line)).code];
  if (codes[0] === 150) codes.push((await client.reply()).code);
  const got = await data.bytes().then(
    (bytes) => bytes.toString(),
    () => "",
  );
  data.destroy();
  return { codes, got };
}

const isShaken = (data: SecureDataPeer): Promise<boolean> =>
  data.shaken.then(
    () => true,
    () => false,
  );

describe.each(versions)("%s", (version) => {
  const only = { minVersion: version, maxVersion: version };

  test.each<[SessionReuse, number, object]>([
    ["require", 522, { own: 0, unproven: 1 }],
    ["prefer", 226, { own: 0, unproven: 1 }],
    ["off", 226, { own: 0, unproven: 0 }],
  ])("who takes up no session: %s", async (sessionReuse, code, counted) => {
    await using place = await start({ sessionReuse });
    const client = await place.secureClient({ tls: only });
    const data = client.secureData(await client.passive(), { session: undefined });
    const { codes, got } = await outcome(client, "RETR a.txt", data);
    expect(codes).toEqual([150, code]);
    expect(got).toBe(code === 226 ? files["/a.txt"] : "");
    expect(place.server.dataByTls).toEqual(counted);
  });

  test.each<SessionReuse>(["require", "prefer", "off"])("who takes up its own: %s", async (sessionReuse) => {
    await using place = await start({ sessionReuse });
    const client = await place.secureClient({ tls: only });
    for (let i = 0; i < 3; i++) {
      const data = await client.securePassive();
      expect(await outcome(client, "RETR a.txt", data)).toEqual({ codes: [150, 226], got: files["/a.txt"] });
      expect(data.isResumed).toBe(true);
    }
    expect(place.server.dataByTls.own).toBe(sessionReuse === "off" ? 0 : 3);
  });

  test.each<SessionReuse>(["require", "prefer", "off"])(
    "who brings the ticket of another's session is no guest of this one, and the owner still is: %s",
    async (sessionReuse) => {
      await using place = await start({ sessionReuse }, { accounts: everybody });
      const ann = await place.secureClient({ tls: only });
      const thief = await place.secureClient({ tls: only, name: "eve" });
      const port = await ann.offered();
      ann.send("RETR a.txt");
      const stolen = thief.secureData(await thief.connectTo(port));
      expect(await isShaken(stolen)).toBe(false);
      const own = ann.secureData(await ann.connectTo(port));
      expect((await ann.reply()).code).toBe(150);
      expect((await own.bytes()).toString()).toBe(files["/a.txt"]);
      expect((await ann.reply()).code).toBe(226);
      expect(stolen.received).toBe(0);
    },
  );

  test.each<[SessionReuse, number]>([
    ["require", 522],
    ["prefer", 226],
  ])("who brings that of another session of the same account has not taken up this one: %s", async (reuse, code) => {
    await using place = await start({ sessionReuse: reuse });
    const client = await place.secureClient({ tls: only });
    const other = await place.secureClient({ tls: only });
    const data = other.secureData(await client.passive());
    expect((await outcome(client, "RETR a.txt", data)).codes).toEqual([150, code]);
    expect(place.server.dataByTls).toEqual({ own: 0, unproven: 1 });
  });

  test("in active mode too, who is dialled must take up the session", async () => {
    await using place = await start({ sessionReuse: "require" });
    const client = await place.secureClient({ tls: only });
    const other = await place.secureClient({ tls: only });
    const tickets = [client.ticket, undefined, other.ticket];
    const codes: number[] = [];
    for (const session of tickets) {
      await using listener = await client.active();
      client.send("RETR a.txt");
      expect((await client.reply()).code).toBe(150);
      const data = client.secureData(await listener.accept(), { session });
      codes.push((await client.reply()).code);
      await data.over();
      data.destroy();
    }
    expect(codes).toEqual([226, 522, 522]);
  });

  test("the name of a ticket without the keys to it opens nothing", async () => {
    await using place = await start({ sessionReuse: "require" });
    const client = await place.secureClient({ tls: only });
    const port = await client.offered();
    // Whoever has seen a ticket go by has its first bytes; the rest is sealed.
    const forged = Buffer.from(client.ticket!);
    const at = ticketIn(forged);
    for (let i = at + 40; i < at + 72; i++) forged[i] = forged[i]! ^ 0xff;
    client.send("RETR a.txt");
    const data = client.secureData(await client.connectTo(port), { session: forged });
    expect((await client.reply()).code).toBe(150);
    expect((await client.reply()).code).toBe(522);
    expect(data.received).toBe(0);
  });
});

/** Where the ticket lies in a session as Node has it: the longest string of bytes of its DER. */
function ticketIn(session: Buffer): number {
  for (let at = 0; at < session.length - 4; at++) {
    // [10] EXPLICIT OCTET STRING: the ticket (OpenSSL's ssl_asn1.c).
    if (session[at] === 0xaa && session.indexOf(0x04, at) - at <= 4) return session.indexOf(0x04, at) + 3;
  }
  throw new Error("there is no ticket in it");
}

test("the same client certificate is proof enough where no session can be taken up", async () => {
  const own = testAuthority().sign({ commonName: "ann" });
  const other = testAuthority().sign({ commonName: "ann" });
  await using place = await start({ sessionReuse: "require", clientCertificates: { want: "ask" } });
  const client = await place.secureClient({ tls: { cert: own.cert, key: own.key } });
  const shown = async (certificate: object): Promise<number> => {
    const data = client.secureData(await client.passive(), { session: undefined, ...certificate });
    return (await outcome(client, "RETR a.txt", data)).codes[1]!;
  };
  expect(await shown({ cert: own.cert, key: own.key })).toBe(226);
  expect(await shown({ cert: other.cert, key: other.key })).toBe(522);
  expect(await shown({ cert: undefined, key: undefined })).toBe(522);
});

test("an account may ask for more than the server, or for less", async () => {
  const accounts = (sessionReuse: SessionReuse) => singleAccount({ name: "ann", password: "secret", sessionReuse });
  for (const [server, account, code] of [
    ["prefer", "require", 522],
    ["require", "off", 226],
  ] as const) {
    await using place = await start({ sessionReuse: server }, { accounts: accounts(account) });
    const client = await place.secureClient();
    const data = client.secureData(await client.passive(), { session: undefined });
    expect((await outcome(client, "RETR a.txt", data)).codes).toEqual([150, code]);
  }
});

describe.each<SessionReuse>(["require", "prefer", "off"])("who does not speak TLS, %s", (sessionReuse) => {
  test.each<[string, (data: DataPeer) => void]>([
    ["who says a file in clear", (data) => void data.send("not from ann\r\n".repeat(100))],
    ["who says nothing and ends", (data) => void data.end()],
    ["who says nothing and breaks it off", (data) => data.reset()],
    [
      "who says half a handshake and ends",
      (data) => void data.end(Uint8Array.of(22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3)),
    ],
    ["who says bytes of no protocol", (data) => void data.send(Uint8Array.from({ length: 4000 }, (_, i) => i * 7))],
    ["who says TLS that is broken", (data) => void data.send(Uint8Array.of(22, 3, 1, 0, 4, 1, 0, 0, 0))],
    ["who says an alert", (data) => void data.send(Uint8Array.of(21, 3, 3, 0, 2, 2, 40))],
  ])("%s brings no file", async (_title, act) => {
    await using place = await start({ sessionReuse, handshakeSeconds: 1 }, { limits: { offerSeconds: 1 } });
    const client = await place.secureClient();
    const port = await client.offered();
    client.send("STOR a.txt");
    const data = await client.connectTo(port);
    act(data);
    const codes = [(await client.reply(10)).code];
    if (codes[0] === 150) codes.push((await client.reply(10)).code);
    expect(codes.at(-1)).toBe(425);
    data.destroy();
    const good = await client.securePassive();
    expect(await outcome(client, "RETR a.txt", good)).toEqual({ codes: [150, 226], got: files["/a.txt"] });
  });

  test("who is silent, or stops within the handshake, has its time and no more", async () => {
    const clock = new ManualClock();
    await using place = await start({ sessionReuse, handshakeSeconds: 20 }, { clock });
    for (const begun of [[], [22], [22, 3, 1, 0, 200, 1, 0, 0]]) {
      const client = await place.secureClient();
      const data = await client.passive();
      if (begun.length > 0) data.send(Uint8Array.from(begun));
      client.send("RETR a.txt");
      expect((await client.reply()).code).toBe(150);
      clock.advance(19_000);
      expect((await client.ask("NOOP")).code).toBe(200);
      clock.advance(31_000);
      expect((await client.reply()).code).toBe(425);
      expect((await client.ask("NOOP")).code).toBe(200);
      client.destroy();
    }
    await place.quiet();
    expect(clock.pending).toBe(0);
  });
});

test("in clear no data goes that must not, and none comes by TLS that is not meant to", async () => {
  await using place = await start();
  const client = await place.secureClient();
  expect((await client.ask("PROT C")).code).toBe(200);
  const data = client.secureData(await client.passive());
  expect((await client.ask("STOR up.bin")).code).toBe(150);
  // The server takes the handshake for the file: whoever mixes up PROT sees a file that is none, and nobody a key.
  data.carrier.end();
  expect((await client.reply()).code).toBe(226);
  await client.protect();
  const good = await client.securePassive();
  expect((await outcome(client, "RETR a.txt", good)).codes).toEqual([150, 226]);
});

describe("many clients behind one address, at one port", () => {
  const oneEach = Array.from({ length: 12 }, (_, i) => [`/of-${i}.txt`, `what ${i} asked for`] as const);

  test.each(versions)("each gets its own file, in whatever order they come: %s", async (version) => {
    const only = { minVersion: version, maxVersion: version };
    const passive = { ports: await freeRange(1) };
    await using place = await start({}, { files: Object.fromEntries(oneEach), passive });
    const clients = await Promise.all(oneEach.map(() => place.secureClient({ tls: only })));
    const ports = await Promise.all(clients.map((client) => client.offered()));
    expect(new Set(ports).size).toBe(1);
    for (const [i, client] of clients.entries()) client.send(`RETR of-${i}.txt`);
    const peers: SecureDataPeer[] = [];
    for (const client of clients.toReversed()) peers.unshift(client.secureData(await client.connectTo(ports[0]!)));
    const got = await Promise.all(
      clients.map(async (client, i) => {
        const codes = [(await client.reply()).code];
        const text = (await peers[i]!.bytes()).toString();
        return [...codes, (await client.reply()).code, text];
      }),
    );
    expect(got).toEqual(oneEach.map(([, text]) => [150, 226, text]));
    expect(place.server.dataByTls).toEqual({ own: 12, unproven: 0 });
  });

  test("who shows a copied ticket from elsewhere at his own login takes no port from its owner", async () => {
    const passive = { ports: await freeRange(1) };
    await using place = await start({}, { files: Object.fromEntries(oneEach), passive });
    const [one, other] = [await place.secureClient(), await place.secureClient()];
    await place.secureClient({ from: "127.0.0.2", tls: { session: one.ticket } });
    const ports = await Promise.all([one.offered(), other.offered()]);
    expect(new Set(ports).size).toBe(1);
  });

  test("who takes up no session where two wait gets neither file, and both still get theirs", async () => {
    const passive = { ports: await freeRange(1) };
    await using place = await start({}, { files: Object.fromEntries(oneEach), passive });
    const [one, other] = [await place.secureClient(), await place.secureClient()];
    const port = await one.offered();
    expect(await other.offered()).toBe(port);
    one.send("RETR of-0.txt");
    other.send("RETR of-1.txt");
    const nobody = one.secureData(await one.connectTo(port), { session: undefined });
    expect(await isShaken(nobody)).toBe(false);
    const texts: string[] = [];
    for (const client of [other, one]) {
      const data = client.secureData(await client.connectTo(port));
      expect((await client.reply()).code).toBe(150);
      texts.push((await data.bytes()).toString());
      expect((await client.reply()).code).toBe(226);
    }
    expect(texts).toEqual(["what 1 asked for", "what 0 asked for"]);
    expect(nobody.received).toBe(0);
  });
});
