// servers.md §4.2, line 6: whom hands are shaken with, and who is sent away.
import net from "node:net";
import type tls from "node:tls";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { serverCertificate, testAuthority } from "../testkit/certificates.ts";
import { inTime } from "../testkit/in-time.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import { realHello } from "../testkit/real-hello.ts";
import type { LoopbackOptions } from "../testkit/loopback-server.ts";
import type { TlsOptions } from "@twinport/server";
import type { WireClient } from "../testkit/wire-client.ts";

const files = { "/a.txt": "hello" };

function start(more: Partial<TlsOptions> = {}, options: LoopbackOptions = {}): Promise<LoopbackServer> {
  return LoopbackServer.start({ files, tls: { certificates: [serverCertificate()], ...more }, ...options });
}

/** AUTH TLS was said and answered. */
async function agreed(place: LoopbackServer): Promise<WireClient> {
  const client = await place.connect();
  await client.reply();
  expect((await client.ask("AUTH TLS")).code).toBe(234);
  return client;
}

/** The last word of whoever failed. */
async function failure(client: WireClient, options: tls.ConnectionOptions): Promise<string> {
  const error = await client.secure(options).then(
    () => new Error("hands were shaken"),
    (cause: Error) => cause,
  );
  await client.closed;
  return error.message;
}

test.each(["TLSv1.2", "TLSv1.3"] as const)("%s is spoken, and the operator sees it", async (version) => {
  await using place = await start();
  const opened = place.next("login-accepted");
  const client = await place.secureClient({ tls: { minVersion: version, maxVersion: version } });
  expect(await opened).toMatchObject({ tls: version });
  const data = await client.securePassive();
  expect((await client.ask("RETR a.txt")).code).toBe(150);
  expect((await data.bytes()).toString()).toBe("hello");
  expect((await client.reply()).code).toBe(226);
  expect((await data.shaken).getProtocol()).toBe(version);
});

describe("who cannot agree is sent away", () => {
  const old = { ciphers: "DEFAULT@SECLEVEL=0" };
  test.each<[string, tls.ConnectionOptions, Partial<TlsOptions>, RegExp]>([
    ["TLS 1.0", { ...old, minVersion: "TLSv1", maxVersion: "TLSv1" }, {}, /protocol version/],
    ["TLS 1.1", { ...old, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }, {}, /protocol version/],
    ["TLS 1.2 where 1.3 is wanted", { maxVersion: "TLSv1.2" }, { minVersion: "TLSv1.3" }, /protocol version/],
    [
      "a cipher that the server does not have",
      { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" },
      { ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" },
      /handshake failure/,
    ],
    ["who takes it for HTTP", { ALPNProtocols: ["http/1.1"] }, {}, /no application protocol/],
    ["who takes it for HTTP/2", { ALPNProtocols: ["h2", "http/1.1"] }, {}, /no application protocol/],
    ["who takes it for mail", { ALPNProtocols: ["smtp"] }, {}, /no application protocol/],
  ])("%s", async (_title, options, more, why) => {
    await using place = await start(more);
    const client = await agreed(place);
    expect(await failure(client, options)).toMatch(why);
    await place.quiet();
    expect(place.warned("tls-failed")).toMatchObject([{ peer: "127.0.0.1" }]);
  });

  test("who asks for HTTP, also where the certificate depends on the name", async () => {
    const other = testAuthority().sign({ commonName: "other", names: "DNS:other.example.org" });
    await using place = await start({ certificates: [serverCertificate(), other] });
    const client = await agreed(place);
    const options = { ALPNProtocols: ["http/1.1"], servername: "other.example.org" };
    expect(await failure(client, options)).toMatch(/no application protocol/);
  });
});

test.each([["ftp"], ["ftp-data"], ["x-ours", "ftp"]])("who asks for %s is let in", async (...names) => {
  await using place = await start();
  const client = await agreed(place);
  const secured = await client.secure({ ALPNProtocols: names });
  expect(secured.alpnProtocol).toBe(names.at(-1));
  expect((await client.ask("NOOP")).code).toBe(200);
});

test("hands are shaken once: TLS 1.2 does not begin again in the middle", async () => {
  await using place = await start({ maxVersion: "TLSv1.2" });
  const other = await place.secureClient();
  const client = await place.secureClient();
  const secured = client.socket as tls.TLSSocket;
  let begunAgain = false;
  secured.on("error", () => {}).on("secure", () => (begunAgain = true));
  secured.renegotiate({ rejectUnauthorized: false }, () => {});
  // It is Node's to begin with the next bytes.
  client.send("NOOP");
  await client.line();
  expect(begunAgain).toBe(false);
  expect((await other.ask("PWD")).code).toBe(257);
});

describe("names", () => {
  const certificates = [
    testAuthority().sign({ commonName: "first", names: "DNS:localhost" }),
    testAuthority().sign({ commonName: "files", names: "DNS:files.example.org,DNS:*.files.example.org" }),
  ];
  const shownTo = async (client: WireClient, servername?: string): Promise<string> => {
    const secured = await client.secure({ ...(servername !== undefined && { servername }) });
    return String(secured.getPeerCertificate().subject.CN);
  };

  test.each([
    [undefined, "first"],
    ["localhost", "first"],
    ["files.example.org", "files"],
    ["FILES.example.org", "files"],
    ["a.files.example.org", "files"],
    ["nobody.example.org", "first"],
  ])("who asks by SNI for %s is shown the certificate of %s", async (name, shown) => {
    await using place = await start({ certificates });
    expect(await shownTo(await agreed(place), name)).toBe(shown);
  });

  test("who asks by HOST is shown that host's, unless SNI says otherwise", async () => {
    await using place = await start({ certificates }, { hosts: { "files.example.org": {} } });
    for (const [servername, shown] of [
      [undefined, "files"],
      ["localhost", "first"],
    ] as const) {
      const client = await place.connect();
      await client.reply();
      expect(await client.codes("HOST files.example.org", "AUTH TLS")).toEqual([220, 234]);
      expect(await shownTo(client, servername)).toBe(shown);
    }
  });

  test("a host without a certificate of its own is shown as the first one, also where unknown names are refused", async () => {
    await using place = await start({ certificates, unknownNames: "refuse" }, { hosts: { "bare.example.org": {} } });
    const client = await place.connect();
    await client.reply();
    expect(await client.codes("HOST bare.example.org", "AUTH TLS")).toEqual([220, 234]);
    expect(await shownTo(client)).toBe("first");
  });

  test("where the operator wants that, whoever asks for an unknown name is refused, and who asks for none is not", async () => {
    await using place = await start({ certificates, unknownNames: "refuse" });
    expect(await failure(await agreed(place), { servername: "nobody.example.org" })).not.toMatch(/were shaken/);
    expect(place.warned("tls-failed")).toMatchObject([
      { cause: "there is no certificate for nobody.example.org here" },
    ]);
    expect(await shownTo(await agreed(place))).toBe("first");
    expect(await shownTo(await agreed(place), "files.example.org")).toBe("files");
  });
});

describe("a handshake has its time", () => {
  const bytes = {
    "nothing at all": [],
    "half a record": [22, 3, 1, 2, 0, 1],
    "a record's head": [22, 3, 1, 2, 0],
  } as const;

  test.each(Object.entries(bytes))("%s behind AUTH", async (_title, begun) => {
    const clock = new ManualClock();
    await using place = await start({ handshakeSeconds: 20 }, { clock });
    const client = await agreed(place);
    client.socket.write(Uint8Array.from(begun));
    clock.advance(19_000);
    expect((await (await place.connect()).reply()).code).toBe(220);
    expect(place.server.usage.sessions).toBe(2);
    clock.advance(1_001);
    await inTime("the end of the session", client.closed);
    expect(place.warned("tls-failed")).toMatchObject([{ cause: "TLS was not agreed on within 20 s" }]);
  });

  test("a whole hello behind AUTH, and then nothing", async () => {
    const clock = new ManualClock();
    await using place = await start({ handshakeSeconds: 20 }, { clock });
    const hello = await realHello();
    const client = await agreed(place);
    const answered = once(client.socket, "data");
    client.socket.write(hello);
    await inTime("the server's hello", answered);
    clock.advance(20_001);
    await inTime("the end of the session", client.closed);
    expect(place.warned("tls-failed")).toMatchObject([{ cause: "TLS was not agreed on within 20 s" }]);
  });

  test("two hundred at once, with a listener that begins with TLS, while others go on; then nothing is left", async () => {
    const clock = new ManualClock();
    const listen = [{}, { tls: "implicit" as const }];
    await using place = await start({ handshakeSeconds: 20 }, { clock, listen });
    const inside = await place.secureClient();
    const [explicit, implicit] = place.server.bound;
    const timers = clock.pending;
    const silent = Array.from({ length: 200 }, (_, i) =>
      net.connect({ port: (i % 2 === 0 ? explicit : implicit)!.port, host: "127.0.0.1" }).on("error", () => {}),
    );
    const gone = silent.map((socket) => once(socket.resume(), "close"));
    for (const [i, socket] of silent.entries()) socket.write(i % 2 === 0 ? "AUTH TLS\r\n" : Uint8Array.of(22, 3, 1));
    await expect.poll(() => place.server.usage.sessions, { timeout: 5000 }).toBe(201);
    await expect.poll(() => place.trace.filter(({ kind }) => kind === "reply-sent").length > 200).toBe(true);
    expect((await inside.ask("PWD")).code).toBe(257);
    clock.advance(20_001);
    await inTime("the end of them all", Promise.all(gone), 10);
    await expect.poll(() => place.server.usage.sessions).toBe(1);
    expect(clock.pending).toBe(timers);
    expect((await inside.ask("PWD")).code).toBe(257);
  });

  test.each([
    ["closes", (client: WireClient) => void client.socket.end()],
    ["breaks it off", (client: WireClient) => void client.socket.resetAndDestroy()],
    [
      "says the end of TLS at once",
      (client: WireClient) => void client.socket.end(Uint8Array.of(21, 3, 3, 0, 2, 1, 0)),
    ],
  ])("a client that %s in the middle is waited for no longer", async (_title, leave) => {
    await using place = await start();
    const client = await agreed(place);
    client.socket.write(Uint8Array.of(22, 3, 1, 2, 0, 1));
    leave(client);
    await place.quiet(2);
    expect(place.warnings.filter(({ code }) => code !== "tls-failed")).toEqual([]);
  });
});

describe("a certificate that is renewed", () => {
  const renewed = testAuthority().sign({ commonName: "renewed", names: "DNS:localhost" });
  const nameOf = (socket: net.Socket): string => String((socket as tls.TLSSocket).getPeerCertificate().subject.CN);

  test("is shown to those who come from then on; a session that stands keeps its own, for its data too", async () => {
    await using place = await start();
    const before = await place.secureClient();
    place.server.replaceCertificates([renewed]);
    const after = await place.secureClient();
    expect([nameOf(before.socket), nameOf(after.socket)]).toEqual(["localhost", "renewed"]);
    // Full handshakes: a session that is taken up shows no certificate.
    for (const [client, name] of [
      [before, "localhost"],
      [after, "renewed"],
    ] as const) {
      const data = client.secureData(await client.passive(), { session: undefined });
      expect((await client.ask("RETR a.txt")).code).toBe(150);
      expect((await data.bytes()).toString()).toBe("hello");
      expect(nameOf(data.socket)).toBe(name);
      expect((await client.reply()).code).toBe(226);
    }
    const resumed = await before.securePassive();
    expect((await before.ask("RETR a.txt")).code).toBe(150);
    expect((await resumed.shaken).isSessionReused()).toBe(true);
    await resumed.bytes();
    expect((await before.reply()).code).toBe(226);
  });

  test("and does not fit its key changes nothing", async () => {
    await using place = await start();
    const shown = place.server.certificates;
    for (const wrong of [
      [{ cert: renewed.cert, key: serverCertificate().key }],
      [renewed, { cert: "no certificate", key: renewed.key }],
      [],
    ]) {
      expect(() => place.server.replaceCertificates(wrong)).toThrow(
        expect.objectContaining({ code: "certificate-not-valid" }),
      );
    }
    expect(place.server.certificates).toEqual(shown);
    expect(nameOf((await place.secureClient()).socket)).toBe("localhost");
  });
});
