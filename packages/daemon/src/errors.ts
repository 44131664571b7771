/** What keeps the daemon from serving. */
export type DaemonErrorCode = "root-not-usable" | "cannot-listen" | "certificate-not-usable";

/** The daemon cannot do what it was configured to; the sentence is in the operator's language. */
export class DaemonError extends Error {
  readonly code: DaemonErrorCode;

  constructor(code: DaemonErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "DaemonError";
    this.code = code;
  }
}

/** What is wrong with the files of a certificate. */
export type CertificateFault =
  | "not-readable"
  | "too-large"
  | "no-certificate"
  | "no-key"
  | "broken"
  | "passphrase-missing"
  | "passphrase-wrong"
  | "key-does-not-fit"
  | "not-first"
  | "expired"
  | "refused";

/** Where it is wrong. What stands in a key is never among them. */
export interface CertificateFaultFacts {
  readonly file: string;
  /** The key's, where that is not the one that is wrong. */
  readonly keyFile?: string;
  /** What the system, or OpenSSL, says. */
  readonly cause?: string;
  /** Milliseconds since 1970. */
  readonly time?: number;
}

/** A certificate cannot be used; `describe` says it in the operator's language. */
export class CertificateError extends Error {
  readonly code: CertificateFault;
  readonly facts: CertificateFaultFacts;

  constructor(code: CertificateFault, facts: CertificateFaultFacts, options?: ErrorOptions) {
    super(`${facts.file}: ${code}`, options);
    this.name = "CertificateError";
    this.code = code;
    this.facts = facts;
  }
}
