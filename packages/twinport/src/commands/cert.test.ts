import { X509Certificate } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { main } from "../main.ts";

let scratch: ScratchFolder;
beforeEach(() => void (scratch = new ScratchFolder()));
afterEach(() => scratch[Symbol.asyncDispose]());

async function cert(...args: string[]): Promise<{ status: number; output: string; errors: string }> {
  const said = { output: "", errors: "" };
  const collect = (where: keyof typeof said): PassThrough =>
    new PassThrough().on("data", (chunk: Buffer) => (said[where] += chunk.toString()));
  const terminal = { input: new PassThrough(), output: collect("output"), errors: collect("errors") };
  const now = (): number => Date.UTC(2027, 0, 1);
  const status = await main(["cert", "--out", scratch.path, ...args], { ...terminal, environment: {}, now });
  return { status, ...said };
}

const made = async (): Promise<X509Certificate> =>
  new X509Certificate(await fs.readFile(path.join(scratch.path, "twinport-cert.pem")));

test("a certificate is made for this machine, with what is needed to use and to pin it", async () => {
  const { status, output, errors } = await cert();
  expect([status, errors]).toEqual([0, ""]);
  const certificate = await made();
  for (const name of ["localhost", os.hostname()]) expect(certificate.checkHost(name)).toBeDefined();
  for (const address of ["127.0.0.1", "::1"]) expect(certificate.checkIP(address)).toBeDefined();
  expect(output).toContain("valid until 2029-04-05:");
  expect(output).toContain(certificate.fingerprint256);
  expect(output).toMatch(/ sha256\/\/[A-Za-z0-9+/]{43}=\n/);
  const [file, key] = ["twinport-cert.pem", "twinport-key.pem"].map((name) => path.join(scratch.path, name));
  expect(output).toContain(`twinport serve --tls-cert ${file} --tls-key ${key}\n`);
  expect((await fs.stat(key!)).mode & 0o777).toBe(0o600);
});

test("for other names, and said as JSON", async () => {
  const { output } = await cert("ftp.example.com", "192.0.2.7", "ftp.example.com", "--days", "10", "--json");
  const certificate = await made();
  expect(JSON.parse(output)).toEqual({
    cert: path.join(scratch.path, "twinport-cert.pem"),
    key: path.join(scratch.path, "twinport-key.pem"),
    names: ["ftp.example.com", "192.0.2.7"],
    fingerprint: certificate.fingerprint256,
    keyPin: expect.stringMatching(/^sha256\/\//),
    expires: "2027-01-11T00:00:00.000Z",
  });
});

test("nothing that is there is replaced, unless that is asked for", async () => {
  await fs.writeFile(path.join(scratch.path, "twinport-key.pem"), "mine");
  const refused = await cert();
  expect(refused).toMatchObject({
    status: 2,
    errors: expect.stringMatching(/twinport-key\.pem is there already; --force/),
  });
  expect(await fs.readdir(scratch.path)).toEqual(["twinport-key.pem"]);
  expect((await cert("--force")).status).toBe(0);
});

test.each([
  [["a b"], 2, '"a b" is neither a host name nor an IP address'],
  [["--days", "0"], 2, "--days needs a whole number from 1 to 36500"],
  [["--days", "1e3"], 2, "--days needs a whole number from 1 to 36500"],
  [["--out", "/nowhere/at/all"], 1, "cannot write to /nowhere/at/all: ENOENT"],
])("%j is refused", async (args, exit, sentence) => {
  expect(await cert(...args)).toMatchObject({ status: exit, errors: expect.stringContaining(sentence) });
});

test("in Chinese too", async () => expect((await cert("--lang", "zh-CN")).output).toContain("生成自签名证书"));
