import type { CertificateFault, CertificateFaultFacts } from "../errors.ts";

/** How what is wrong with a certificate is said; the file stands before it. */
type Faults = Readonly<Record<CertificateFault, (facts: SaidFaultFacts) => string>>;

/** The facts as a sentence takes them up. */
type SaidFaultFacts = Required<Omit<CertificateFaultFacts, "time">> & {
  /** As `2027-01-31`. */
  readonly day: string;
};

const faults: Faults = {
  "not-readable": ({ cause }) => `the file cannot be read: ${cause}`,
  "too-large": () => "the file has more than 1 MiB, and is no certificate",
  "no-certificate": () => "there is no certificate in PEM in it (-----BEGIN CERTIFICATE-----)",
  "no-key": () => "there is no private key in PEM in it (-----BEGIN PRIVATE KEY-----); name its file with --tls-key",
  broken: ({ cause }) => `what is in it is damaged (${cause})`,
  "passphrase-missing": () =>
    "the key is encrypted: put its passphrase into TWINPORT_TLS_PASSPHRASE in the environment",
  "passphrase-wrong": () => "the passphrase in TWINPORT_TLS_PASSPHRASE does not open the key",
  "key-does-not-fit": ({ keyFile }) => `the key of ${keyFile} is not the key of this certificate`,
  "not-first": () => "the server's own certificate must be the first one in it, before those of its authorities",
  expired: ({ day }) => `the certificate expired on ${day}`,
  refused: ({ cause }) => `OpenSSL does not take the certificate (${cause})`,
};

/** What the daemon says of TLS, in English. */
export const tlsEn = {
  tls: "TLS",
  explicit: (url: string, need: "optional" | "required") => `${need} at ${url} (clients ask for it with AUTH TLS)`,
  implicit: (url: string) => `from the first byte at ${url}`,
  certificate: "certificate",
  certificateOf: (names: string, day: string) => `${names}; until ${day}`,
  noNames: "no name",
  fingerprint: "SHA-256",
  caution: "caution",
  plainLogins: (url: string) =>
    `plain logins are possible at ${url}: passwords can be read on the way; --tls required ends that`,
  faults,
  /** What a system error means where a file is read. */
  fileCauses: {
    ENOENT: "there is no such file",
    EACCES: "that is not allowed",
    EISDIR: "that is a folder",
  } as Readonly<Record<string, string>>,
  kept: (problem: string) => `${problem}; the certificates stay as they were`,
  renewed: (names: string, fingerprint: string, day: string) =>
    `a new certificate is in use for ${names}, until ${day} (SHA-256 ${fingerprint})`,
  keyOpen: (file: string) => `${file}: the private key can be read by everybody on this machine: chmod 600 it`,
  notYetValid: (file: string, day: string) =>
    `${file}: the certificate is not valid before ${day}: clients refuse it, or the clock of this machine is wrong`,
  expired: (file: string, day: string) => `${file}: the certificate expired on ${day}: clients refuse it`,
  expiresSoon: (file: string, day: string) => `${file}: the certificate expires on ${day}: renew it`,
};
