import dns from "node:dns/promises";
import os from "node:os";
import { parseIp } from "@twinport/protocol";
import { checkRules } from "../firewall/check/check-rules.ts";
import { readLocalRules } from "../firewall/check/local-rules.ts";
import { isLoopbackPort } from "./check-listeners.ts";
import { familiesOf } from "./check-server.ts";
import { containerKind, hasHostNetwork } from "./container.ts";
import { kernelFacts } from "./kernel-settings.ts";
import { listeningPorts } from "./local-sockets.ts";
import { readCertificate } from "./read-certificate.ts";
import type { Deployment } from "../deployment.ts";
import type { CertificateFiles } from "./read-certificate.ts";
import type { ListeningPort, ServerFacts } from "./server-facts.ts";

/** What {@link gatherServerFacts} is told. */
export interface GatherServerOptions {
  readonly deployment: Deployment;
  readonly certificates?: readonly CertificateFiles[];
  /** Of the certificates' keys. */
  readonly passphrase?: string;
  /** The processes that are the server; the first one's privileges count. */
  readonly pids?: readonly number[];
}

/** Looks at the machine that a server runs on, and changes nothing. */
export async function gatherServerFacts(options: GatherServerOptions): Promise<ServerFacts> {
  const { deployment, certificates = [], passphrase, pids = [] } = options;
  const advertised = deployment.passive ? deployment.passive.advertised : [];
  const [listening, kernel, container, names, read] = await Promise.all([
    listeningPorts((pid) => pids.includes(pid)),
    kernelFacts(pids[0]),
    containerKind(),
    lookUp(advertised.filter((one) => !parseIp(one))),
    Promise.all(certificates.map((files) => readCertificate(files, passphrase))),
  ]);
  return {
    deployment,
    now: Date.now(),
    addresses: Object.values(os.networkInterfaces()).flatMap((all = []) =>
      all.filter(({ internal }) => !internal).map(({ address }) => address),
    ),
    listening,
    ...kernel,
    container,
    hasHostNetwork: await hasHostNetwork(),
    rules: await rulesOf(deployment, listening ?? []),
    names,
    certificates: read,
  };
}

async function lookUp(names: readonly string[]): Promise<Record<string, readonly string[]>> {
  const found = names.map(async (name) => {
    const all = await dns.lookup(name, { all: true }).catch(() => []);
    return [name, all.map(({ address }) => address)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** This machine's rules beside what the server needs. Ports at which others listen are open on purpose. */
async function rulesOf(deployment: Deployment, listening: readonly ListeningPort[]): Promise<ServerFacts["rules"]> {
  if (process.platform !== "linux") return process.platform;
  const { rulesets, unread, place } = await readLocalRules();
  // What could not be read may let in anything, or nothing.
  if (unread.length > 0) return unread.map(({ program, said }) => `${program}: ${said}`).join("; ");
  const reached = deployment.control.filter((port) => !isLoopbackPort(port));
  const families = [...new Set(reached.flatMap(familiesOf))];
  const known = [...new Set(listening.filter((one) => !isLoopbackPort(one)).map(({ port }) => port))];
  return checkRules(rulesets, deployment, { role: "server", families, known, place });
}
