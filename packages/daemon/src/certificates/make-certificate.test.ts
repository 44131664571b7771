import { X509Certificate, createPrivateKey } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import tls from "node:tls";
import { once } from "node:events";
import { expect, test } from "vitest";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { runProgram } from "../../../../test/testkit/run-program.ts";
import { certificateFacts, isFor } from "./certificate-facts.ts";
import { parseCertificateName } from "./certificate-name.ts";
import { makeCertificate } from "./make-certificate.ts";
import type { CertificateName } from "./certificate-name.ts";

const named = (...names: string[]): CertificateName[] => names.map((name) => parseCertificateName(name)!);
const made = (names: string[], { bits = 2048, days = 10, now = Date.now() } = {}) =>
  makeCertificate({ names: named(...names), bits, days, now });

test.each([
  ["ftp.example.com", "host", "ftp.example.com"],
  ["FTP.Example.com.", "host", "ftp.example.com"],
  ["*.example.com", "host", "*.example.com"],
  ["服务器.example", "host", "xn--zfru1ggxt.example"],
  ["my_box", "host", "my_box"],
  ["192.0.2.7", "address", "192.0.2.7"],
  ["2001:DB8:0::1", "address", "2001:db8::1"],
  ["[::1]", "address", "::1"],
])("%s is a %s", (written, kind, text) => expect(parseCertificateName(written)).toEqual({ kind, text }));

test.each(["", " ", "a b", "-a", "a..b", "ftp://a", "a:21", "192.0.2.256", "*", "a.*.b", "a/b", `${"a".repeat(64)}.b`])(
  "%j is no name for a certificate",
  (written) => expect(parseCertificateName(written)).toBeUndefined(),
);

test("a certificate is for its names, fits its key, and holds from an hour ago for its days", async () => {
  const now = Date.UTC(2027, 0, 1, 12);
  const { cert, key } = await made(["localhost", "*.example.com", "127.0.0.1", "::1"], { now, days: 825 });
  const x509 = new X509Certificate(cert);
  expect(x509.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(x509.verify(x509.publicKey)).toBe(true);
  expect(x509.ca).toBe(false);
  expect(x509.subject).toBe("CN=localhost");
  const facts = certificateFacts(x509);
  expect(facts).toMatchObject({
    names: ["localhost", "*.example.com", "127.0.0.1", "::1"],
    validFrom: now - 60 * 60 * 1000,
    validTo: now + 825 * 24 * 60 * 60 * 1000,
    isSelfSigned: true,
  });
  for (const host of ["localhost", "LOCALHOST", "ftp.example.com", "127.0.0.1", "::1"])
    expect(isFor(facts, host)).toBe(true);
  for (const host of ["example.com", "a.b.example.com", "127.0.0.2"]) expect(isFor(facts, host)).toBe(false);
});

test("serial numbers are positive, of 16 bytes, and never the same", async () => {
  const serials = await Promise.all(
    [made(["a"]), made(["a"])].map(async (one) => new X509Certificate((await one).cert).serialNumber),
  );
  for (const serial of serials) expect(serial).toMatch(/^[4-7][\dA-F]{31}$/);
  expect(serials[0]).not.toBe(serials[1]);
});

test("OpenSSL reads all of it, strictly too", async () => {
  await using scratch = new ScratchFolder();
  const { cert } = await made(["localhost", "127.0.0.1", "::1"], { bits: 3072 });
  const file = path.join(scratch.path, "cert.pem");
  await fs.writeFile(file, cert);
  const { stdout } = await runProgram("openssl", ["x509", "-in", file, "-noout", "-text"], { home: scratch.path });
  for (const said of [
    "Version: 3 (0x2)",
    "Signature Algorithm: sha256WithRSAEncryption",
    "Public-Key: (3072 bit)",
    /Basic Constraints: critical\n +CA:FALSE/,
    /Key Usage: critical\n +Digital Signature, Key Encipherment/,
    /Extended Key Usage: ?\n +TLS Web Server Authentication/,
    /Subject Alternative Name: ?\n +DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1/,
    /Subject Key Identifier: ?\n +[\dA-F:]{59}/,
  ]) {
    expect(stdout).toMatch(said);
  }
  const strict = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", file, file];
  expect((await runProgram("openssl", strict, { home: scratch.path })).stdout).toContain(": OK");
});

test("it is what somebody trusts who trusts it, under each of its names", async () => {
  const { cert, key } = await made(["localhost", "127.0.0.1"]);
  const server = tls.createServer({ cert, key }, (socket) => socket.end("hello"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  try {
    for (const servername of ["localhost", "127.0.0.1"]) {
      const host = { host: "127.0.0.1", port, ca: cert };
      const socket = tls.connect(servername === "localhost" ? { ...host, servername } : host);
      let text = "";
      for await (const chunk of socket) text += String(chunk);
      expect([text, socket.authorized]).toEqual(["hello", true]);
    }
  } finally {
    server.close();
  }
});
