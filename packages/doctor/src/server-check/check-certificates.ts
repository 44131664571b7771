import { parseIp } from "@twinport/protocol";
import { isLoopbackPort } from "./check-listeners.ts";
import type { ServerCheckFound } from "./server-check.ts";
import type { CertificateFacts, ServerFacts } from "./server-facts.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 14;

/** Whether clients can believe the server's certificates. */
export function checkCertificates(facts: ServerFacts): ServerCheckFound[] {
  const { certificates, deployment } = facts;
  if (certificates.length === 0) {
    const isLocal = deployment.control.every(isLoopbackPort);
    return [{ code: isLocal ? "certificate-not-needed" : "certificate-none", facts: {} }];
  }
  // What clients know the server by, as far as it is told: names, and addresses.
  const told = deployment.passive ? deployment.passive.advertised : [];
  const names = certificates.flatMap((one) => (one.kind === "read" ? one.names : []));
  const strange = told.filter((one) => !names.some((name) => isFor(name, one)));
  return certificates.flatMap((one) => {
    if (one.kind === "unread") {
      const { file, why } = one;
      return [
        { code: one.isForbidden ? "certificate-forbidden" : "certificate-unread", facts: { file, why } } as const,
      ];
    }
    return ofOne(one, facts.now, strange);
  });
}

function ofOne(
  one: Extract<CertificateFacts, { kind: "read" }>,
  now: number,
  strange: readonly string[],
): ServerCheckFound[] {
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const { file, names, isOfKey } = one;
  const days = Math.floor((one.until - now) / DAY_MS);
  const facts = { file, names, from: day(one.from), until: day(one.until), days };
  const found: ServerCheckFound[] = [];
  if (isOfKey === false) found.push({ code: "certificate-other-key", facts });
  if (one.until <= now) found.push({ code: "certificate-expired", facts });
  else if (one.from > now) found.push({ code: "certificate-early", facts });
  else if (days < SOON_DAYS) found.push({ code: "certificate-soon", facts });
  // A name that is told says what clients use; of an address they need not use that.
  const isStrange = strange.some((told) => parseIp(told) === undefined);
  if (isStrange) found.push({ code: "certificate-other-names", facts: { ...facts, told: strange } });
  return found.length > 0 ? found : [{ code: "certificate-good", facts }];
}

/** `*.example.org` stands for one label. */
function isFor(name: string, told: string): boolean {
  const [one, other] = [name.toLowerCase(), told.toLowerCase()];
  if (one === other) return true;
  return one.startsWith("*.") && other.indexOf(".") > 0 && other.slice(other.indexOf(".")) === one.slice(1);
}
