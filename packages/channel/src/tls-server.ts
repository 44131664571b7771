import { X509Certificate, constants, randomBytes } from "node:crypto";
import tls from "node:tls";
import { ChannelError } from "./errors.ts";
import { SessionsById } from "./sessions-by-id.ts";
import { TicketKeys } from "./ticket-keys.ts";
import type net from "node:net";
import type { Duplex } from "node:stream";
import type { Gives } from "./ticket-keys.ts";
import type { Certificates, SecureFacts, TlsSide } from "./tls.ts";

/** A certificate with what leads to its authority, and its private key; PEM. */
export interface ServerCertificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly passphrase?: string;
}

/** What a server shows of itself, and wants to see. */
export interface ServerIdentityOptions {
  /** The first one is shown where no other one is for the name that was asked for. */
  readonly certificates: readonly ServerCertificate[];
  /** Certificates of clients are asked for, and these authorities are believed. */
  readonly clients?: { readonly want: "ask" | "require"; readonly ca?: Certificates | undefined } | undefined;
  readonly minVersion?: tls.SecureVersion | undefined;
  readonly maxVersion?: tls.SecureVersion | undefined;
  readonly ciphers?: string | undefined;
  /** What becomes of a client that asks by SNI for a name that no certificate is for. */
  readonly unknownNames?: "accept" | "refuse" | undefined;
}

/** A certificate as an operator wants to see it. */
export interface CertificateFacts {
  /** Host names and addresses, as the certificate has them. */
  readonly names: string;
  /** SHA-256. */
  readonly fingerprint: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

interface Shown extends ServerCertificate {
  readonly x509: X509Certificate;
}

const ID_CONTEXT_BYTES = 16;

/** The longest that TLS 1.3 allows (RFC 8446 §4.6.1): a session of any length keeps its tickets. */
const TICKET_SECONDS = 7 * 24 * 60 * 60;

/** What FTP is called in ALPN; whoever asks for anything else was led here by somebody (ALPACA). */
const PROTOCOLS = ["ftp", "ftp-data"];

/** A server's certificates and its rules for TLS. */
export class ServerIdentity {
  readonly options: ServerIdentityOptions;
  /** By the ids of sessions. */
  readonly #ticketNames = new Map<string, string>();
  #shown: readonly Shown[];

  /** @throws {Error} OpenSSL's, for a certificate or a key that cannot be used */
  constructor(options: ServerIdentityOptions) {
    this.options = options;
    this.#shown = this.#read(options.certificates);
  }

  /** What it shows now. */
  get certificates(): readonly CertificateFacts[] {
    return this.#shown.map(({ x509 }) => ({
      names: x509.subjectAltName ?? x509.subject,
      fingerprint: x509.fingerprint256,
      validFrom: new Date(x509.validFrom),
      validTo: new Date(x509.validTo),
    }));
  }

  /**
   * Shows others from now on; sessions that stand keep theirs.
   *
   * @throws {Error} OpenSSL's, for one that cannot be used; then nothing has changed
   */
  replace(certificates: readonly ServerCertificate[]): void {
    this.#shown = this.#read(certificates);
  }

  /** TLS for one more command connection and its data connections, which all show what is shown now. */
  session(): SessionTls {
    return new SessionTls(this, this.#shown, this.#ticketNames);
  }

  /** What the tickets of a session begin with that goes by this id, in hex (TLS 1.2). */
  ticketNameOf(sessionId: string): string | undefined {
    return this.#ticketNames.get(sessionId);
  }

  contextFor(
    { cert, key, passphrase }: ServerCertificate,
    session: Partial<tls.SecureContextOptions>,
  ): tls.SecureContext {
    const { clients, minVersion = "TLSv1.2", maxVersion, ciphers } = this.options;
    return tls.createSecureContext({
      cert,
      key,
      ...(passphrase !== undefined && { passphrase }),
      ...(clients?.ca && { ca: clients.ca }),
      ...(maxVersion && { maxVersion }),
      ...(ciphers !== undefined && { ciphers }),
      minVersion,
      honorCipherOrder: true,
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      sessionTimeout: TICKET_SECONDS,
      ...session,
    });
  }

  #read(certificates: readonly ServerCertificate[]): readonly Shown[] {
    if (certificates.length === 0) throw new Error("there is no certificate");
    // OpenSSL passes over what is none; then nobody would be trusted, and nobody told.
    for (const authority of [this.options.clients?.ca ?? []].flat()) new X509Certificate(authority);
    return certificates.map((one) => {
      // Whatever is wrong with one is found now, and not by the first client.
      this.contextFor(one, {});
      return { ...one, x509: new X509Certificate(one.cert) };
    });
  }
}

/**
 * TLS of one command connection: it has ticket keys of its own, so that a data connection that takes up a session is
 * proven to belong to it, in TLS 1.2 and 1.3.
 */
export class SessionTls {
  readonly #identity: ServerIdentity;
  readonly #shown: readonly Shown[];
  readonly #ticketKeys = new TicketKeys();
  readonly #idContext = randomBytes(ID_CONTEXT_BYTES).toString("hex");
  readonly #contexts = new Map<string, tls.SecureContext>();
  readonly #byId: SessionsById;
  #name: string | undefined;

  /** Use {@link ServerIdentity.session}. */
  constructor(identity: ServerIdentity, shown: readonly Shown[], ticketNames: Map<string, string>) {
    this.#identity = identity;
    this.#shown = shown;
    this.#byId = new SessionsById(this.ticketName, ticketNames);
  }

  /** The command connection is gone: nobody takes up its sessions any more. */
  end(): void {
    this.#byId.forget();
  }

  /** What a ticket of this session begins with, in hex. */
  get ticketName(): string {
    return this.#ticketKeys.name.toString("hex");
  }

  /** Shows the certificate of this host, where the client asks for no other (HOST, RFC 7151 §3.3). */
  preferName(name: string | undefined): void {
    this.#name = name;
  }

  /** The server's end of TLS over a connection, for {@link TlsLayer} or alone. */
  get side(): TlsSide {
    return {
      shaken: "secure",
      begin: (stream) => this.#begin(stream, "tickets"),
      settle: (socket) => this.#settle(socket),
    };
  }

  /**
   * The server's end where only the client sends: no ticket is given. A client that reads nothing there (curl) would
   * leave it unread, and its close would be a reset, which takes away what it has sent last.
   */
  get receivingSide(): TlsSide {
    return { ...this.side, begin: (stream) => this.#begin(stream, "no tickets") };
  }

  #begin(stream: Duplex, gives: Gives): tls.TLSSocket {
    const { clients } = this.#identity.options;
    return new tls.TLSSocket(stream, {
      isServer: true,
      // All that Node asks of it are these events.
      server: this.#byId as unknown as net.Server,
      // Refused are names of SNI only: a host may have no certificate of its own.
      secureContext: (this.#context(this.#name, gives) ?? this.#context(undefined, gives))!,
      ALPNProtocols: PROTOCOLS,
      requestCert: clients !== undefined,
      rejectUnauthorized: false,
      ...(this.#dependsOnName && {
        SNICallback: (name: string, answer: (error: Error | null, context?: tls.SecureContext) => void) => {
          const context = this.#context(name, gives);
          if (context) answer(null, context);
          else answer(new Error(`there is no certificate for ${name} here`));
        },
      }),
    });
  }

  /**
   * What was agreed on.
   *
   * @throws {ChannelError} `tls-certificate-refused`
   */
  #settle(socket: tls.TLSSocket): SecureFacts {
    const { clients } = this.#identity.options;
    const certificate = clients && socket.getPeerX509Certificate();
    const problem = certificate ? verifyError(socket) : undefined;
    const fingerprint = certificate?.fingerprint256 ?? "";
    if (clients?.want === "require" && (!certificate || (problem !== undefined && clients.ca !== undefined))) {
      const reason = certificate ? (problem ?? "") : "it has shown none";
      throw new ChannelError("tls-certificate-refused", { name: "the client", reason, fingerprint });
    }
    return {
      protocol: socket.getProtocol() ?? "",
      cipher: socket.getCipher().name,
      isResumed: socket.isSessionReused(),
      fingerprint,
      commonName: certificate && commonNameOf(certificate),
      isVerified: certificate !== undefined && problem === undefined && clients?.ca !== undefined,
    };
  }

  /** Whether what is shown depends on the name that is asked for. */
  get #dependsOnName(): boolean {
    return this.#shown.length > 1 || this.#identity.options.unknownNames === "refuse";
  }

  /** The certificate for a name, or the first one; undefined where that name is to be refused. */
  #find(name: string | undefined): Shown | undefined {
    const [first] = this.#shown;
    if (name === undefined) return first;
    const found = this.#shown.find(({ x509 }) => x509.checkHost(name) !== undefined);
    return found ?? (this.#identity.options.unknownNames === "refuse" ? undefined : first);
  }

  #context(name: string | undefined, gives: Gives): tls.SecureContext | undefined {
    const shown = this.#find(name);
    if (!shown) return undefined;
    const key = `${shown.x509.fingerprint256} ${gives}`;
    let context = this.#contexts.get(key);
    if (!context) {
      context = this.#identity.contextFor(shown, {
        ticketKeys: this.#ticketKeys.all,
        sessionIdContext: this.#idContext,
      });
      this.#ticketKeys.useIn(context, gives);
      this.#contexts.set(key, context);
    }
    return context;
  }
}

interface Verifies {
  readonly _handle?: { verifyError?(): Error | null } | null;
}

/**
 * Why a client's certificate is not trusted. Node tells it only to sockets of its own server; what it asks for that
 * (in Node 20, 24 and 26) is not documented, and without it nobody is trusted.
 */
function verifyError(socket: tls.TLSSocket): string | undefined {
  const { _handle: handle } = socket as unknown as Verifies;
  if (!handle?.verifyError) return "it cannot be verified here";
  const error = handle.verifyError();
  if (!error) return undefined;
  return "code" in error ? String(error.code) : error.message;
}

function commonNameOf(certificate: X509Certificate): string | undefined {
  const { CN } = certificate.toLegacyObject().subject;
  // Several of them would be several names for one.
  return typeof CN === "string" ? CN : undefined;
}
