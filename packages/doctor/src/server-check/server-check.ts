import type { ServerCheckMessages } from "../messages/server-check-en.ts";

/** What is examined, in this order. */
export const serverChecks = [
  "listeners",
  "privilege",
  "passive-range",
  "advertised-address",
  "container",
  "firewall",
  "conntrack-helper",
  "capacity",
  "certificate",
] as const;

/** One of {@link serverChecks}. */
export type ServerCheckName = (typeof serverChecks)[number];

/** `unknown` is what cannot be seen from here. */
export type ServerCheckStatus = "ok" | "warn" | "fail" | "unknown";

/** What a check can come to. */
export type ServerCheckCode = keyof ServerCheckMessages["words"];

type FactsOf<Code extends ServerCheckCode> = Parameters<ServerCheckMessages["words"][Code]["what"]>[0];

/** What was found, with what its sentences need. */
export type ServerCheckFound = {
  readonly [Code in ServerCheckCode]: { readonly code: Code; readonly facts: FactsOf<Code> };
}[ServerCheckCode];

/** One result of a check. Its sentences are in the catalogues. */
export type ServerCheckResult = ServerCheckFound & {
  readonly check: ServerCheckName;
  readonly status: ServerCheckStatus;
};

/** Everything that an examination of a server has come to. */
export interface ServerCheckReport {
  readonly results: readonly ServerCheckResult[];
  /** Some client can get in, and some mode can move data, as far as can be seen. */
  readonly canServe: boolean;
}

/** Which check a code belongs to, and what it means. */
export const serverCheckCodes: Readonly<Record<ServerCheckCode, readonly [ServerCheckName, ServerCheckStatus]>> = {
  listens: ["listeners", "ok"],
  "listens-somebody": ["listeners", "unknown"],
  "listens-other": ["listeners", "fail"],
  "listens-not": ["listeners", "fail"],
  "listens-loopback": ["listeners", "warn"],
  "listens-unseen": ["listeners", "unknown"],
  "privilege-not-needed": ["privilege", "ok"],
  "privilege-there": ["privilege", "ok"],
  "privilege-unknown": ["privilege", "unknown"],
  "privilege-missing-control": ["privilege", "fail"],
  "privilege-missing-source": ["privilege", "warn"],
  "source-held": ["privilege", "warn"],
  "range-free": ["passive-range", "ok"],
  "range-held": ["passive-range", "warn"],
  "range-held-whole": ["passive-range", "fail"],
  "range-unseen": ["passive-range", "unknown"],
  "range-any": ["passive-range", "warn"],
  "range-privileged": ["passive-range", "warn"],
  "range-holds-control": ["passive-range", "fail"],
  "range-ephemeral": ["passive-range", "warn"],
  "range-not-ephemeral": ["passive-range", "ok"],
  "range-famous": ["passive-range", "warn"],
  "range-not-famous": ["passive-range", "ok"],
  "told-connected": ["advertised-address", "ok"],
  "told-loopback": ["advertised-address", "ok"],
  "told-only-private": ["advertised-address", "warn"],
  "told-own": ["advertised-address", "ok"],
  "told-elsewhere": ["advertised-address", "ok"],
  "told-private": ["advertised-address", "warn"],
  "told-useless": ["advertised-address", "fail"],
  "told-name": ["advertised-address", "ok"],
  "told-name-unknown": ["advertised-address", "fail"],
  "told-name-no-ipv4": ["advertised-address", "fail"],
  "container-none": ["container", "ok"],
  "container-host": ["container", "ok"],
  container: ["container", "unknown"],
  "rules-exact": ["firewall", "ok"],
  "rules-open": ["firewall", "ok"],
  "rules-loopback": ["firewall", "ok"],
  "rules-missing": ["firewall", "fail"],
  "rules-needless": ["firewall", "warn"],
  "rules-unsure": ["firewall", "unknown"],
  "rules-unread": ["firewall", "unknown"],
  "helper-none": ["conntrack-helper", "ok"],
  "helper-idle": ["conntrack-helper", "ok"],
  "helper-automatic": ["conntrack-helper", "warn"],
  "helper-rule": ["conntrack-helper", "warn"],
  "helper-unknown": ["conntrack-helper", "unknown"],
  "capacity-shared": ["capacity", "ok"],
  "capacity-shared-few": ["capacity", "warn"],
  "capacity-own": ["capacity", "ok"],
  "capacity-own-few": ["capacity", "warn"],
  "time-wait-many": ["capacity", "warn"],
  "certificate-none": ["certificate", "warn"],
  "certificate-not-needed": ["certificate", "ok"],
  "certificate-good": ["certificate", "ok"],
  "certificate-soon": ["certificate", "warn"],
  "certificate-expired": ["certificate", "fail"],
  "certificate-early": ["certificate", "fail"],
  "certificate-other-key": ["certificate", "fail"],
  "certificate-other-names": ["certificate", "warn"],
  "certificate-forbidden": ["certificate", "unknown"],
  "certificate-unread": ["certificate", "fail"],
};
