import { createHash } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import { ChannelError } from "./errors.ts";
import type { X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Patience } from "./connector.ts";

/** PEM text or DER bytes, or several. */
export type Certificates = string | Buffer | (string | Buffer)[];

/** Whom to believe by TLS, and who we are to the other end. Made once and used for all connections of a kind. */
export interface TlsTrust {
  /** Authorities that sign certificates, in place of the well-known ones. */
  readonly ca?: Certificates | undefined;
  /** Our own certificate, for servers that ask for one. */
  readonly cert?: Certificates | undefined;
  readonly key?: string | Buffer | undefined;
  readonly passphrase?: string | undefined;
  /**
   * The one certificate, or several, that it must be: the SHA-256 of a certificate in hex, with or without colons, or
   * `sha256//` and the SHA-256 of its public key in base64. It decides in place of authorities, dates and names.
   */
  readonly pin?: string | readonly string[] | undefined;
  /** Whoever it is will do. What would have been refused is then only told. */
  readonly insecure?: boolean | undefined;
  readonly minVersion?: tls.SecureVersion | undefined;
  readonly maxVersion?: tls.SecureVersion | undefined;
  /** In OpenSSL's words. */
  readonly ciphers?: string | undefined;
}

/** What securing a connection needs. */
export interface SecureOptions extends Patience {
  /** Whose certificate it must be; sent as SNI too, where it is a name. Data connections: the control connection's. */
  readonly serverName: string;
  readonly trust: TlsTrust;
  /** The sessions of this server: taken from every connection, used for the next. */
  readonly tickets: SessionTickets;
}

/** One end of TLS: how it begins, and what it makes of what was agreed on. */
export interface TlsSide {
  /** The event of Node's socket that says that hands were shaken. */
  readonly shaken: "secureConnect" | "secure";
  /** Begins TLS over a connection. */
  readonly begin: (stream: Duplex) => tls.TLSSocket;
  /**
   * Whether the other end is who it should be; before a byte of ours is sent.
   *
   * @throws {ChannelError} `tls-certificate-refused`
   */
  readonly settle: (socket: tls.TLSSocket) => SecureFacts;
}

/** What a secured connection is like. */
export interface SecureFacts {
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly cipher: string;
  /** A session was taken up again: some servers want that of data connections. */
  readonly isResumed: boolean;
  /** The SHA-256 of the other end's certificate, as a pin may say it; empty where it has shown none. */
  readonly fingerprint: string;
  /** Of its subject; told by servers only. */
  readonly commonName?: string | undefined;
  /** The certificate is one that is trusted. */
  readonly isVerified: boolean;
}

/**
 * The TLS sessions of one server. A data connection takes up the newest one: of TLS 1.3, whose tickets are meant for
 * one use each, every connection brings new ones; and a server that brings none is shown the last one again.
 */
export class SessionTickets {
  #newest: Buffer | undefined;
  #certificate: X509Certificate | undefined;
  #count = 0;

  /** @param certificate of who brought it: whoever takes up a session is not shown one again */
  add(session: Buffer, certificate: X509Certificate | undefined): void {
    this.#newest = session;
    this.#certificate = certificate;
    this.#count++;
  }

  newest(): Buffer | undefined {
    return this.#newest;
  }

  /** The certificate that the newest session was begun with. */
  get certificate(): X509Certificate | undefined {
    return this.#certificate;
  }

  /** Sessions that have come so far. */
  get count(): number {
    return this.#count;
  }

  /** Forgets them: the next connection shakes hands anew. */
  clear(): void {
    this.#newest = undefined;
    this.#certificate = undefined;
  }
}

// To read the authorities takes milliseconds: once for each trust, not for each file.
const contexts = new WeakMap<TlsTrust, tls.SecureContext>();

/** The client's end of TLS. */
export function clientSide(options: SecureOptions): TlsSide {
  const { tickets } = options;
  // Whoever takes up a session is not shown the certificate again.
  let certificate = tickets.certificate;
  let isShaken = false;
  return {
    shaken: "secureConnect",
    begin(stream) {
      const socket = clientSocket(stream, options);
      socket.on("session", (session) => {
        // One that was refused must not take the place of a good one.
        if (isShaken) tickets.add(session, certificate);
      });
      return socket;
    },
    settle(socket) {
      // Asked for once: Node 20 gives it away with the first answer.
      if (!socket.isSessionReused()) certificate = socket.getPeerX509Certificate();
      const facts = judge(socket, certificate, options);
      isShaken = true;
      return facts;
    },
  };
}

/** Nothing has been checked yet. */
function clientSocket(stream: Duplex, options: SecureOptions): tls.TLSSocket {
  const { serverName, trust, tickets } = options;
  const isName = net.isIP(serverName) === 0;
  const session = tickets.newest();
  return tls.connect({
    socket: stream,
    // Node binds a session to this name since 24.17: it must be the same for the control and all data connections.
    host: serverName,
    ...(isName && { servername: serverName }),
    ...(session && { session }),
    secureContext: contextOf(trust),
    // It is judged by `judge`, before a byte of ours is sent.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
}

function contextOf(trust: TlsTrust): tls.SecureContext {
  let context = contexts.get(trust);
  if (!context) {
    const { ca, cert, key, passphrase, minVersion, maxVersion, ciphers } = trust;
    const given = { ca, cert, key, passphrase, minVersion, maxVersion, ciphers };
    try {
      context = tls.createSecureContext(Object.fromEntries(Object.entries(given).filter(([, value]) => value)));
    } catch (error) {
      const cause = `our own certificates, versions or ciphers cannot be used: ${(error as Error).message}`;
      throw new ChannelError("tls-handshake-failed", { cause }, { cause: error });
    }
    contexts.set(trust, context);
  }
  return context;
}

/** What OpenSSL calls it, and a person. */
const reasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  CERT_REVOKED: "it was revoked",
  CERT_REJECTED: "it is not meant for servers",
  INVALID_PURPOSE: "it is not meant for servers",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not known here",
  UNABLE_TO_GET_ISSUER_CERT: "its authority is not known here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not known here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its authority is not known here, or the server leaves out part of the chain",
  CERT_SIGNATURE_FAILURE: "its signature is wrong",
  CERT_CHAIN_TOO_LONG: "its chain is too long",
  EE_KEY_TOO_SMALL: "its key is too short",
  CA_MD_TOO_WEAK: "it is signed in an outdated way",
};

/**
 * Whether the other end is who it should be.
 *
 * @param certificate what it has shown, now or when the session was begun
 * @throws {ChannelError} `tls-certificate-refused`
 */
function judge(
  socket: tls.TLSSocket,
  certificate: X509Certificate | undefined,
  { serverName, trust }: SecureOptions,
): SecureFacts {
  const fingerprint = certificate?.fingerprint256 ?? "";
  const problem = certificate ? objection(socket, certificate, serverName, trust) : "it has shown none";
  if (problem !== undefined && !trust.insecure) {
    throw new ChannelError("tls-certificate-refused", { name: serverName, reason: problem, fingerprint });
  }
  return {
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().name,
    isResumed: socket.isSessionReused(),
    fingerprint,
    isVerified: problem === undefined,
  };
}

function objection(
  socket: tls.TLSSocket,
  certificate: X509Certificate,
  serverName: string,
  { pin }: TlsTrust,
): string | undefined {
  if (pin !== undefined) {
    const pins = typeof pin === "string" ? [pin] : pin;
    return pins.some((one) => isPinned(certificate, one)) ? undefined : "it is not the one that was pinned";
  }
  // Typed as an error, but Node gives OpenSSL's name for it.
  const problem = socket.authorizationError as unknown as string | null | undefined;
  if (problem) return reasons[problem] ?? problem;
  return tls.checkServerIdentity(serverName, certificate.toLegacyObject())
    ? `it is for ${namesOf(certificate)}`
    : undefined;
}

function namesOf({ subjectAltName, subject }: X509Certificate): string {
  const names = (subjectAltName ?? subject).replace(/DNS:|IP Address:/g, "").replaceAll("\n", ", ");
  return names === "" ? "nobody" : names;
}

function isPinned(certificate: X509Certificate, pin: string): boolean {
  if (pin.startsWith("sha256//")) {
    const key = certificate.publicKey.export({ type: "spki", format: "der" });
    return createHash("sha256").update(key).digest("base64") === pin.slice("sha256//".length);
  }
  return certificate.fingerprint256.replaceAll(":", "") === pin.replaceAll(":", "").toUpperCase();
}
