import { describe, expect, test } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { serverCertificate, testAuthority } from "../../../test/testkit/certificates.ts";
import { createServer } from "./server.ts";
import { tlsSettingsOf } from "./tls-policy.ts";
import type { Server } from "./server.ts";
import type { TlsOptions } from "./tls-options.ts";

const own = serverCertificate();
const other = testAuthority().sign({ commonName: "other", names: "DNS:other.example.org" });

const serverWith = (tls?: TlsOptions): Server =>
  createServer({
    accounts: singleAccount({ name: "ann", password: "secret" }),
    storage: memoryStorage({}),
    ...(tls && { tls }),
  });

test("what is not said is decided once: nothing is required, a cut upload is none, and hands have 20 s", () => {
  expect(tlsSettingsOf({ certificates: [own] })).toMatchObject({
    login: "optional",
    data: "optional",
    sessionReuse: "prefer",
    truncatedUploads: "fail",
    loginByName: false,
    handshakeSeconds: 20,
  });
});

test("who must show a certificate must speak TLS", () => {
  const clientCertificates = { want: "require" } as const;
  expect(tlsSettingsOf({ certificates: [own], clientCertificates, login: "optional" }).login).toBe("required");
});

test.each<[string, Partial<TlsOptions>, string]>([
  ["no certificate", { certificates: [] }, "certificate-not-valid"],
  ["a certificate and the key of another", { certificates: [{ ...own, key: other.key }] }, "certificate-not-valid"],
  ["an authority that is none", { clientCertificates: { want: "ask", ca: "none" } }, "certificate-not-valid"],
  ["ciphers that nobody knows", { ciphers: "NO-SUCH-CIPHER" }, "certificate-not-valid"],
  ["no time for a handshake", { handshakeSeconds: 0 }, "limit-not-valid"],
  ["a time that is none", { handshakeSeconds: Number.NaN }, "limit-not-valid"],
])("a server is not made with %s", (_title, wrong, code) => {
  expect(() => serverWith({ certificates: [own], ...wrong })).toThrow(expect.objectContaining({ code }));
});

test("a server without a certificate knows no TLS, and cannot listen with it", async () => {
  const server = serverWith();
  expect(server.certificates).toEqual([]);
  await expect(server.listen({ tls: "implicit" })).rejects.toMatchObject({ code: "no-certificate" });
  expect(() => server.replaceCertificates([own])).toThrow(expect.objectContaining({ code: "no-certificate" }));
  await server.close();
});

test("the URL of a listener says whether TLS is spoken there at once", async () => {
  await using server = serverWith({ certificates: [own] });
  await server.listen();
  await server.listen({ tls: "implicit" });
  expect(server.urls).toEqual([expect.stringMatching(/^ftp:/), expect.stringMatching(/^ftps:/)]);
});

test("certificates can be replaced by others, and a wrong one changes nothing", () => {
  const server = serverWith({ certificates: [own] });
  server.replaceCertificates([other, own]);
  const shown = server.certificates;
  expect(shown.map(({ fingerprint }) => fingerprint)).toEqual([other.fingerprint, own.fingerprint]);
  expect(() => server.replaceCertificates([{ ...own, key: other.key }])).toThrow(
    expect.objectContaining({ code: "certificate-not-valid" }),
  );
  expect(server.certificates).toEqual(shown);
});

describe("FEAT and HELP", () => {
  test.each([
    ["with a certificate", { tls: { certificates: [own] } }, ["AUTH TLS", "PBSZ", "PROT"]],
    ["at a listener without TLS", { tls: { certificates: [own] }, listen: [{ tls: "off" as const }] }, []],
    ["without a certificate", {}, []],
  ])("%s tell what there is", async (_title, options, features) => {
    await using place = await LoopbackServer.start(options);
    const client = await place.client();
    const { lines } = await client.ask("FEAT");
    const tls = lines.map((line) => line.trim()).filter((line) => /^(AUTH|PBSZ|PROT)/.test(line));
    expect(tls).toEqual(features);
    const { text } = await client.ask("HELP");
    expect(/\bPROT\b/.test(text)).toBe(features.length > 0);
  });
});

describe("what an operator hears", () => {
  const start = (): Promise<LoopbackServer> => LoopbackServer.start({ tls: { certificates: [own] } });

  test("a session tells the version of TLS that it speaks, from then on", async () => {
    await using place = await start();
    const closed = place.next("session-closed");
    const client = await place.client();
    await client.authenticate();
    await client.ask("QUIT");
    expect((await closed).session.tls).toBe("TLSv1.3");
    expect(place.trace).toContainEqual(expect.objectContaining({ kind: "control-secured", protocol: "TLSv1.3" }));
  });

  test("the trace tells of each data connection whether it took up the session", async () => {
    await using place = await start();
    const client = await place.secureClient();
    for (const session of [client.ticket, undefined]) {
      const data = client.secureData(await client.passive(), { session });
      expect((await client.ask("LIST")).code).toBe(150);
      await data.bytes();
      expect((await client.reply()).code).toBe(226);
    }
    const seen = place.trace.flatMap((step) => (step.kind === "data-secured" ? [step.isResumed] : []));
    expect(seen).toEqual([true, false]);
    expect(place.server.dataByTls).toEqual({ own: 1, unproven: 1 });
  });

  test("150 comes before hands are shaken for data, for clients that wait for it", async () => {
    await using place = await start();
    const client = await place.secureClient();
    const plain = await client.passive();
    expect((await client.ask("LIST")).code).toBe(150);
    const data = client.secureData(plain);
    await data.bytes();
    expect((await client.reply()).code).toBe(226);
    expect(place.trace.map(({ kind }) => kind).filter((kind) => /^data-(conn|sec|last)/.test(kind))).toEqual([
      "data-connected",
      "data-secured",
      "data-last-byte",
    ]);
  });

  test("STAT, NOOP and ABOR reach a transfer by TLS", async () => {
    await using place = await start();
    const client = await place.secureClient();
    const data = await client.securePassive();
    expect((await client.ask("STOR a.txt")).code).toBe(150);
    await data.shaken;
    data.send("half");
    expect(await client.codes("NOOP", "STAT")).toEqual([200, 211]);
    client.send("ABOR");
    expect([(await client.reply()).code, (await client.reply()).code]).toEqual([426, 226]);
    data.destroy();
  });

  test.each([
    ["while data is waited for", async (client: { send(line: string): void }) => client.send("ABOR")],
    ["and the session ends with it", async (client: { destroy(): void }) => client.destroy()],
  ])("a transfer is ended in the middle of its handshake %s", async (_title, end) => {
    await using place = await start();
    const client = await place.secureClient();
    const finished = place.next("transfer-finished");
    const plain = await client.passive();
    expect((await client.ask("LIST")).code).toBe(150);
    plain.send(Uint8Array.of(22, 3, 1));
    await end(client);
    expect((await finished).outcome).toBe("failed");
    plain.destroy();
  });
});
