import { X509Certificate, createPrivateKey } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { describe as say } from "../describe.ts";
import { CertificateError } from "../errors.ts";
import { messagesIn } from "../messages/index.ts";
import { makeCertificate } from "./make-certificate.ts";
import { readAuthorities, readCertificate } from "./read-certificate.ts";
import { writeCertificate, certificatePlace, filesThere } from "./write-certificate.ts";
import type { MadeCertificate } from "./make-certificate.ts";

const now = Date.UTC(2027, 0, 1);
const names = [{ kind: "host", text: "localhost" }] as const;
const scratch = new ScratchFolder();
let one: MadeCertificate;
let other: MadeCertificate;
let encrypted: string;

const made = (bits = 2048): Promise<MadeCertificate> => makeCertificate({ names, bits, days: 30, now });
async function file(name: string, text: string): Promise<string> {
  const where = path.join(scratch.path, name);
  await fs.writeFile(where, text);
  return where;
}

beforeAll(async () => {
  [one, other] = await Promise.all([made(), made()]);
  const sealed = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open" } as const;
  encrypted = String(createPrivateKey(one.key).export(sealed));
});
afterAll(() => scratch[Symbol.asyncDispose]());

describe("a certificate is read", () => {
  test("from two files, with what leads to its authority", async () => {
    const cert = await file("chain.pem", `some words\n${one.cert}${other.cert}`);
    const { certificate, facts } = await readCertificate({ cert, key: await file("key.pem", one.key) }, { now });
    expect(facts.names).toEqual(["localhost"]);
    expect(certificate.key).toBe(one.key);
    expect(String(certificate.cert).match(/BEGIN/g)).toHaveLength(2);
    expect(certificate.passphrase).toBeUndefined();
  });

  test.each([
    ["before", (): string => one.cert + one.key],
    ["behind", (): string => one.key + one.cert],
  ])("from one file, %s its key", async (_title, text) => {
    const { certificate } = await readCertificate({ cert: await file("both.pem", text()) }, { now });
    expect(new X509Certificate(certificate.cert).fingerprint256).toBe(new X509Certificate(one.cert).fingerprint256);
  });

  test("with a key that a passphrase opens", async () => {
    const given = { cert: await file("cert.pem", one.cert), key: await file("sealed.pem", encrypted) };
    const { certificate } = await readCertificate(given, { now, passphrase: "open" });
    expect(certificate.passphrase).toBe("open");
  });

  test("from a key that anybody can read, which is seen", async () => {
    const given = { cert: await file("cert.pem", one.cert), key: await file("open.pem", one.key) };
    await fs.chmod(given.key, 0o604);
    expect((await readCertificate(given, { now })).isKeyOpen).toBe(true);
    await fs.chmod(given.key, 0o640);
    expect((await readCertificate(given, { now })).isKeyOpen).toBe(false);
  });
});

describe("a certificate is refused", () => {
  const day = 24 * 60 * 60 * 1000;
  test.each<[string, () => readonly [string, string, { now?: number; passphrase?: string }?], string]>([
    ["whose file is a folder", () => ["", one.key], "the file cannot be read: that is a folder (EISDIR)"],
    ["in a file of something else", () => ["hello\n", one.key], "there is no certificate in PEM in it"],
    ["that is damaged", () => [one.cert.replace(/\n.{20}/, "\n"), one.key], "what is in it is damaged"],
    ["with no key", () => [one.cert, one.cert], "there is no private key in PEM in it"],
    ["with a damaged key", () => [one.cert, one.key.replace(/\n.{20}/, "\n")], "what is in it is damaged"],
    ["with the key of another", () => [one.cert, other.key], "is not the key of this certificate"],
    ["behind that of its authority", () => [other.cert + one.cert, one.key], "must be the first one in it"],
    ["with a key that needs a passphrase", () => [one.cert, encrypted], "TWINPORT_TLS_PASSPHRASE in the environment"],
    ["with a key that needs another", () => [one.cert, encrypted, { passphrase: "x" }], "does not open the key"],
    ["that has expired", () => [one.cert, one.key, { now: now + 30 * day }], "the certificate expired on 2027-01-31"],
    ["far too large", () => [one.cert.padEnd(2 ** 20 + 1), one.key], "more than 1 MiB"],
  ])("%s", async (_title, given, sentence) => {
    const [cert, key, options] = given();
    const files = {
      cert: cert === "" ? scratch.path : await file("a.pem", cert),
      key: await file("b.pem", key),
    };
    const error = await readCertificate(files, { now, ...options }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CertificateError);
    expect(say(error, messagesIn("en"))).toContain(sentence);
    expect(say(error, messagesIn("en"))).not.toContain("PRIVATE KEY-----\n");
    expect(say(error, messagesIn("zh-CN"))).toMatch(/[\u4e00-\u9fff]/);
  });

  test("by name, if its file is not there; and so are authorities", async () => {
    const nowhere = path.join(scratch.path, "nowhere.pem");
    for (const reading of [readCertificate({ cert: nowhere }, { now }), readAuthorities(nowhere)]) {
      const error = await reading.catch((caught: unknown) => caught);
      expect(say(error, messagesIn("en"))).toBe(`${nowhere}: the file cannot be read: there is no such file (ENOENT)`);
    }
  });

  test("if OpenSSL finds its key too weak", async () => {
    const weak = await made(512);
    const given = { cert: await file("weak.pem", weak.cert + weak.key) };
    const error = await readCertificate(given, { now }).catch((caught: unknown) => caught);
    expect(say(error, messagesIn("en"))).toContain("OpenSSL does not take the certificate");
  });
});

test("a certificate is written with its key, which nobody else can read, and over nothing unless that is asked for", async () => {
  const place = certificatePlace(path.join(scratch.path, "new"));
  expect(await filesThere(place)).toEqual([]);
  const before = process.umask(0o077);
  await writeCertificate(place, one, { replace: false });
  process.umask(before);
  const modeOf = async (name: string): Promise<number> => (await fs.stat(name)).mode & 0o777;
  expect([await modeOf(place.cert), await modeOf(place.key)]).toEqual([0o644, 0o600]);
  await fs.chmod(place.key, 0o666);
  await expect(writeCertificate(place, other, { replace: false })).rejects.toThrow("EEXIST");
  expect(await fs.readFile(place.key, "utf8")).toBe(one.key);
  await writeCertificate(place, other, { replace: true });
  expect(await fs.readFile(place.key, "utf8")).toBe(other.key);
  expect(await modeOf(place.key)).toBe(0o600);
  expect((await fs.readdir(path.dirname(place.key))).sort()).toEqual(["twinport-cert.pem", "twinport-key.pem"]);
});
