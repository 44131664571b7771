import { expect, test } from "vitest";
import { greeting } from "./greeting.ts";
import { messagesIn } from "./messages/index.ts";
import type { Server } from "@twinport/server";
import type { CertificateFacts } from "./certificates/certificate-facts.ts";
import type { DaemonConfig } from "./config.ts";

const facts: CertificateFacts = {
  names: ["localhost", "*.example.com", "ftp.example.com"],
  fingerprint: "AB:CD",
  keyPin: "sha256//abc=",
  validFrom: Date.UTC(2026, 0, 1),
  validTo: Date.UTC(2028, 0, 1),
  isSelfSigned: true,
};

type Listen = DaemonConfig["listen"];

/** What is said by a server that listens there. */
function said(listen: Listen, urls: string[], { tls, certificates = [facts], isOneTime = false }: Partial<Said> = {}) {
  const config = { listen, anonymous: false, ...(tls !== null && { tls: { certificates: [file], ...tls } }) };
  const server = { urls, passivePorts: { from: 30_000, to: 30_099 }, activeSourcePort: 20 };
  const { text, facts: told } = greeting({
    config: config as unknown as DaemonConfig,
    login: { name: "ann", password: "pw" },
    isOneTime,
    server: server as unknown as Server,
    messages: messagesIn("en"),
    root: "/srv",
    accounts: undefined,
    certificates: tls === null ? [] : certificates,
  });
  return { lines: text.split("\n").map((line) => line.trim().replace(/ {2,}/, " | ")), tls: told["tls"] };
}

interface Said {
  readonly tls: Partial<NonNullable<DaemonConfig["tls"]>> | null;
  readonly certificates: readonly CertificateFacts[];
  readonly isOneTime: boolean;
}

const file = { cert: "/etc/my certs/cert.pem", key: "/etc/key.pem" };
const plain = { address: "127.0.0.1", port: 2121 };
const url = "ftp://127.0.0.1:2121/";

test("without TLS nothing is said of it", () => {
  const { lines, tls } = said([plain], [url], { tls: null });
  expect(lines.join("\n")).not.toMatch(/TLS|SHA-256|caution/);
  expect(lines.at(-1)).toBe(`try | curl --user ann ${url}`);
  expect(tls).toBeNull();
});

test("with it, it is said where it is offered, with which certificate, and how to try it", () => {
  const implicit = { address: "127.0.0.1", port: 990, tls: "implicit" } as const;
  const { lines, tls } = said([plain, implicit], [url, "ftps://127.0.0.1:990/"]);
  expect(lines).toEqual(
    expect.arrayContaining([
      "TLS | optional at ftp://127.0.0.1:2121/ (clients ask for it with AUTH TLS)",
      "TLS | from the first byte at ftps://127.0.0.1:990/",
      "certificate | localhost, *.example.com, ftp.example.com; until 2028-01-01",
      "SHA-256 | AB:CD",
      "try | curl --ssl-reqd --cacert '/etc/my certs/cert.pem' --resolve localhost:2121:127.0.0.1 --user ann ftp://localhost:2121/",
    ]),
  );
  expect(lines.join("\n")).not.toContain("caution");
  expect(tls).toEqual({
    explicit: [url],
    implicit: ["ftps://127.0.0.1:990/"],
    login: "optional",
    data: "optional",
    plainLogins: [],
    certificates: [
      { names: facts.names, fingerprint: "AB:CD", keyPin: "sha256//abc=", expires: "2028-01-01T00:00:00.000Z" },
    ],
  });
});

test.each<[string, Listen[number], Partial<Said>, boolean]>([
  ["on every address, where TLS is optional", { address: "0.0.0.0", port: 2121 }, {}, true],
  ["on a name, which may lead anywhere", { address: "ftp.example.com", port: 2121 }, {}, true],
  ["where TLS is off there", { address: "::", port: 2121, tls: "off" }, {}, true],
  ["not where it is required", { address: "0.0.0.0", port: 2121 }, { tls: { login: "required" } }, false],
  [
    "not where a certificate is",
    { address: "0.0.0.0", port: 2121 },
    { tls: { clientCertificates: { want: "require" } } },
    false,
  ],
  ["not where it begins by itself", { address: "0.0.0.0", port: 990, tls: "implicit" }, {}, false],
  ["not on the loopback address", { address: "::1", port: 2121 }, {}, false],
])("that plain logins are possible is said %s", (_title, listen, options, isSaid) => {
  const { lines, tls } = said([listen], [url], options);
  expect(lines.some((line) => line.startsWith("caution | plain logins are possible"))).toBe(isSaid);
  expect((tls as { plainLogins: string[] }).plainLogins).toEqual(isSaid ? [url] : []);
});

test.each<[string, CertificateFacts, Partial<Said>, string, string]>([
  [
    "a certificate that is for the address",
    { ...facts, names: ["127.0.0.1"] },
    {},
    url,
    `curl --ssl-reqd --cacert '/etc/my certs/cert.pem' --user ann ${url}`,
  ],
  [
    "one that an authority has signed",
    { ...facts, names: ["ftp.example.com"], isSelfSigned: false },
    {},
    url,
    "curl --ssl-reqd --resolve ftp.example.com:2121:127.0.0.1 --user ann ftp://ftp.example.com:2121/",
  ],
  [
    "implicit TLS and a password for this run",
    { ...facts, names: ["::1"], isSelfSigned: false },
    { isOneTime: true },
    "ftps://[::1]:990/",
    "curl ftps://ann:pw@[::1]:990/",
  ],
])("the line to try fits %s", (_title, one, options, where, line) => {
  const { lines } = said([plain], [where], { ...options, certificates: [one] });
  expect(lines.at(-1)).toBe(`try | ${line}`);
});
