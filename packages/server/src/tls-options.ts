import type { Certificates, ServerCertificate } from "@twinport/channel";

/** Where TLS may be left out (`optional`), or must be (`required`). */
export type TlsNeed = "optional" | "required";

/**
 * What a data connection has to do with the TLS session of its command connection: take it up, or the transfer is
 * refused (`require`); be seen and counted (`prefer`); nothing (`off`).
 */
export type SessionReuse = "require" | "prefer" | "off";

/** Certificates of clients. */
export interface ClientCertificates {
  /**
   * `ask`: whoever has one may show it. `require`: nobody comes in without one that is trusted, by an authority of `ca` or
   * because an account names it; so a login is by TLS, whatever {@link TlsOptions.login} says.
   */
  readonly want: "ask" | "require";
  /** Authorities that sign them; without, only certificates that an account names are worth anything. */
  readonly ca?: Certificates;
  /**
   * Whom a certificate lets in without a password: the account that names its fingerprint (default), or also the account
   * that is called as its subject's common name, where an authority of `ca` has signed it.
   */
  readonly login?: "fingerprint" | "common-name";
}

/** TLS of a server: without it there is none, and AUTH is not known. */
export interface TlsOptions {
  /** The first one is shown to whoever asks for no name that another one is for (SNI, HOST). */
  readonly certificates: readonly ServerCertificate[];
  /** Whether a login must be protected (default `optional`). */
  readonly login?: TlsNeed;
  /** Whether files and listings must be protected, PROT P (default `optional`). */
  readonly data?: TlsNeed;
  /** Default `prefer`. */
  readonly sessionReuse?: SessionReuse;
  /** What an upload is whose connection ended without the end of TLS: a failure (default), or a whole file. */
  readonly truncatedUploads?: "fail" | "accept";
  readonly clientCertificates?: ClientCertificates;
  /** Default `TLSv1.2`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
  /** In OpenSSL's words (default: Node's). */
  readonly ciphers?: string;
  /** Clients that ask by SNI for a name that no certificate is for: shown the first one (default), or refused. */
  readonly unknownNames?: "accept" | "refuse";
  /** Seconds for a handshake (default 20). */
  readonly handshakeSeconds?: number;
}
