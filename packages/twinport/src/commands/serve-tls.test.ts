import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { messagesIn } from "../messages/index.ts";
import { UsageError } from "../usage-error.ts";
import { addTlsOptions, tlsOf } from "./serve-tls.ts";

/** TLS as these arguments of `serve` say it. */
function tlsIn(args: string, environment: NodeJS.ProcessEnv = {}, language: "en" | "zh-CN" = "en") {
  const messages = messagesIn(language);
  const command = new Command("serve").option("--listen <place>").option("--accounts <file>");
  addTlsOptions(command, messages)
    .exitOverride()
    .configureOutput({ writeErr() {} });
  command.parse(args.split(" ").filter(Boolean), { from: "user" });
  return tlsOf(command.opts(), environment, messages);
}

test("without a certificate there is none", () => {
  expect(tlsIn("")).toBeUndefined();
  expect(tlsIn("--tls off")).toBeUndefined();
  expect(tlsIn("", { TWINPORT_TLS_PASSPHRASE: "x" })).toBeUndefined();
});

test("with one it may be used, and need not", () => {
  expect(tlsIn("--tls-cert c --tls-key k")).toEqual({ certificates: [{ cert: "c", key: "k" }], login: "optional" });
  expect(tlsIn("--tls-cert c")).toEqual({ certificates: [{ cert: "c" }], login: "optional" });
});

test("certificates and keys are paired in their order", () => {
  expect(tlsIn("--tls-cert c1 --tls-key k1 --tls-key k2 --tls-cert c2")?.certificates).toEqual([
    { cert: "c1", key: "k1" },
    { cert: "c2", key: "k2" },
  ]);
});

test("all that can be said of it", () => {
  const args = [
    "--tls-cert c --tls required --tls-data required --tls-session-reuse require --tls-truncated-upload accept",
    "--tls-min-version 1.3 --tls-ciphers TLS_AES_256_GCM_SHA384 --tls-client-cert require --tls-client-ca ca",
    "--tls-client-login common-name --accounts a --tls-unknown-names refuse --listen-tls x",
  ].join(" ");
  expect(tlsIn(args, { TWINPORT_TLS_PASSPHRASE: "open" })).toEqual({
    certificates: [{ cert: "c" }],
    passphrase: "open",
    login: "required",
    data: "required",
    sessionReuse: "require",
    truncatedUploads: "accept",
    minVersion: "TLSv1.3",
    ciphers: "TLS_AES_256_GCM_SHA384",
    unknownNames: "refuse",
    clientCertificates: { want: "require", caFile: "ca", login: "common-name" },
  });
});

test("off is off, and leaves what begins with TLS", () => {
  expect(tlsIn("--tls-cert c --tls off")).toBeUndefined();
  expect(tlsIn("--tls-cert c --tls off --listen-tls x")).toMatchObject({ login: "optional" });
  expect(tlsIn("--tls-cert c --tls off --listen-tls x --tls-data required")).toMatchObject({ data: "required" });
});

describe("what cannot be is refused", () => {
  const needsCertificate = "needs a certificate: --tls-cert FILE --tls-key FILE; twinport cert makes one to try with";
  test.each([
    ["--tls optional", `--tls ${needsCertificate}`],
    ["--tls required", `--tls ${needsCertificate}`],
    ["--tls-key k", `--tls-key ${needsCertificate}`],
    ["--tls-data required", `--tls-data ${needsCertificate}`],
    ["--tls-min-version 1.3", `--tls-min-version ${needsCertificate}`],
    ["--tls off --tls-data required", `--tls-data ${needsCertificate}`],
    ["--listen-tls 127.0.0.1:990", `--listen-tls ${needsCertificate}`],
    ["--tls off --listen-tls 127.0.0.1:990", `--listen-tls ${needsCertificate}`],
    ["--tls-cert a --tls-cert b --tls-key k", "there are 2 --tls-cert and 1 --tls-key"],
    ["--tls-cert a --tls-key k --tls-key l", "there are 1 --tls-cert and 2 --tls-key"],
    ["--tls-cert a --tls off --tls-session-reuse require", "--tls off leaves no TLS that --tls-session-reuse"],
    ["--tls-cert a --tls off --listen x --listen-tls y --tls-data required", "leaves clients of --listen no TLS"],
    ["--tls-cert a --tls-client-ca x", "--tls-client-ca needs --tls-client-cert"],
    ["--tls-cert a --tls-client-login fingerprint", "--tls-client-login needs --tls-client-cert"],
    [
      "--tls-cert a --accounts f --tls-client-cert ask --tls-client-login common-name",
      "--tls-client-login common-name needs --tls-client-ca",
    ],
    ["--tls-cert a --tls-client-cert ask", "--tls-client-cert ask needs --accounts"],
    ["--tls-cert a --tls-client-cert require", "--tls-client-cert require needs --tls-client-ca"],
    [
      "--tls-cert a --tls-client-cert require --tls-client-ca c --tls-client-login fingerprint",
      "--tls-client-login needs --accounts",
    ],
    ["--tls-cert a --tls-ciphers nonsense", '--tls-ciphers needs ciphers as OpenSSL calls them, not "nonsense"'],
  ])("%s", (args, sentence) => {
    expect(() => tlsIn(args)).toThrow(sentence);
    expect(() => tlsIn(args)).toThrow(UsageError);
    expect(() => tlsIn(args, {}, "zh-CN")).toThrow(/[\u4e00-\u9fff]/);
  });
});
