import { parseIp, reachOf } from "@twinport/protocol";
import { dayOf } from "./certificates/certificate-facts.ts";
import type { Server } from "@twinport/server";
import type { CertificateFacts } from "./certificates/certificate-facts.ts";
import type { DaemonConfig } from "./config.ts";
import type { ShownCertificate } from "./curl-line.ts";
import type { Messages } from "./messages/index.ts";

interface TlsParts {
  readonly config: Pick<DaemonConfig, "listen" | "tls">;
  readonly server: Pick<Server, "urls">;
  readonly certificates: readonly CertificateFacts[];
  readonly messages: Messages;
}

/** What the greeting says of TLS. */
interface GreetingOfTls {
  readonly rows: readonly (readonly [string, string])[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** What the line to try needs, where the first URL has TLS. */
  readonly shown: { readonly certificate?: ShownCertificate };
}

/** What is offered where, with which certificates, and where passwords can still go in clear; undefined without TLS. */
export function greetingOfTls({ config, server, certificates, messages }: TlsParts): GreetingOfTls | undefined {
  const { tls, listen } = config;
  if (!tls) return undefined;
  const say = messages.tls;
  const need = tls.clientCertificates?.want === "require" ? "required" : (tls.login ?? "optional");
  const places = listen.map(({ address, tls: how = "explicit" }, i) => ({ address, how, url: server.urls[i] ?? "" }));
  const offered = places.filter(({ how }) => how !== "off");
  const plain = places.filter(
    ({ address, how }) => how !== "implicit" && (how === "off" || need === "optional") && !isLoopback(address),
  );
  const rows = [
    ...offered.map(
      ({ how, url }) => [say.tls, how === "implicit" ? say.implicit(url) : say.explicit(url, need)] as const,
    ),
    ...certificates.flatMap(({ names, fingerprint, validTo }) => [
      [say.certificate, say.certificateOf(names.join(", ") || say.noNames, dayOf(validTo))] as const,
      [say.fingerprint, fingerprint] as const,
    ]),
    ...plain.map(({ url }) => [say.caution, say.plainLogins(url)] as const),
  ];
  const urlsOf = (kind: string): string[] => offered.filter(({ how }) => how === kind).map(({ url }) => url);
  const [facts] = certificates;
  const [file] = tls.certificates;
  return {
    rows,
    facts: {
      explicit: urlsOf("explicit"),
      implicit: urlsOf("implicit"),
      login: need,
      data: tls.data ?? "optional",
      plainLogins: plain.map(({ url }) => url),
      certificates: certificates.map((one) => ({
        names: one.names,
        fingerprint: one.fingerprint,
        keyPin: one.keyPin,
        expires: new Date(one.validTo).toISOString(),
      })),
    },
    shown: facts && file && places[0]?.how !== "off" ? { certificate: { file: file.cert, facts } } : {},
  };
}

/** A host name may lead anywhere. */
function isLoopback(address: string): boolean {
  const ip = parseIp(address);
  return ip ? reachOf(ip) === "loopback" : address === "localhost";
}
