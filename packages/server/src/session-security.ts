import { ChannelError } from "@twinport/channel";
import { reachOf, sameIp } from "@twinport/protocol";
import type { Account } from "@twinport/accounts";
import type { DataConnection, OfferedTls, SecureFacts, SessionTls, ShownSessions } from "@twinport/channel";
import type { Protection } from "@twinport/protocol";
import type { Services } from "./services.ts";
import type { SessionReuse } from "./tls-options.ts";
import type { TlsSettings } from "./tls-policy.ts";
import type { Session } from "./session.ts";

/** How a listener has it with TLS: its clients may ask for it, or begin with it, or there is none. */
export type ListenerTls = "explicit" | "implicit" | "off";

/** TLS of one session: when it begins, what its rules are, and that its data connections are its own. */
export class SessionSecurity {
  readonly #session: Session;
  readonly #services: Services;
  readonly #settings: TlsSettings | undefined;
  #tls: SessionTls | undefined;
  #facts: SecureFacts | undefined;
  #due: Protection | undefined;
  #sharesSessions = false;

  constructor(session: Session, services: Services, listener: ListenerTls) {
    this.#session = session;
    this.#services = services;
    this.#settings = listener === "off" ? undefined : services.settings.tls;
  }

  get isAvailable(): boolean {
    return this.#settings !== undefined;
  }

  /** What was agreed on for the command connection. */
  get facts(): SecureFacts | undefined {
    return this.#facts;
  }

  /** The client must not say who it is before TLS is spoken. */
  get mustComeFirst(): boolean {
    return this.#settings?.login === "required" && !this.#session.state.isSecured;
  }

  /** Data must not go in clear. */
  get isNeededForData(): boolean {
    return (this.#session.account?.dataTls ?? this.#settings?.data) === "required";
  }

  /** Whether an account may be entered as this session is. */
  suffices({ tls, dataTls }: Pick<Account, "tls" | "dataTls">): boolean {
    if (this.#session.state.isSecured) return true;
    return tls !== "required" && dataTls !== "required";
  }

  /** An account is entered with a password that could be read on a public way. */
  get isPasswordExposed(): boolean {
    return !this.#session.state.isSecured && reachOf(this.#session.control.peerAddress) === "public";
  }

  /** Somebody has a password, and a certificate that nobody trusts, where one is required. */
  get isCertificateMissing(): boolean {
    return this.#settings?.requiresCertificate === true && this.#facts?.isVerified !== true;
  }

  /** Whether a client's certificate lets in whoever is called as its common name. */
  get mayMatchName(): boolean {
    return this.#settings?.loginByName ?? false;
  }

  /** TLS begins when the reply to this command is sent; what the client has said behind it is thrown away. */
  beginNext(protection: Protection): void {
    this.#due = protection;
    this.#session.control.discard();
  }

  get isDue(): boolean {
    return this.#due !== undefined;
  }

  /**
   * Shakes hands; then the session is as new.
   *
   * @param begun called when the client may speak TLS, with how many bytes were thrown away
   * @throws {ChannelError}
   */
  async begin(begun: (discarded: number) => void): Promise<void> {
    const protection = this.#due ?? "private";
    this.#due = undefined;
    const settings = this.#settings!;
    const tls = settings.identity.session();
    tls.preferName(this.#session.host?.name);
    this.#tls = tls;
    this.#services.byTicket.set(tls.ticketName, this.#session);
    const facts = await this.#session.control.secure(tls, this.#patience(settings), begun);
    this.#facts = facts;
    this.#learnFrom(facts);
    const { protocol, isResumed } = facts;
    this.#session.advance({ kind: "secured", protection });
    // It has chosen the certificate; somebody on the way may have asked for it.
    this.#session.host = undefined;
    this.#session.trace?.({ kind: "control-secured", protocol, isResumed });
  }

  /** The session is over. */
  end(): void {
    if (!this.#tls) return;
    this.#services.byTicket.delete(this.#tls.ticketName);
    this.#tls.end();
  }

  /** How the next data connection is known; undefined where that goes in clear. */
  get offered(): OfferedTls | undefined {
    if (this.#session.state.protection === "clear" || !this.#tls) return undefined;
    return { ticketName: this.#tls.ticketName, isAlone: this.#sharesSessions };
  }

  /** Its client keeps one store of sessions for several logins. */
  noticeSharing(): void {
    this.#sharesSessions = true;
  }

  /**
   * A client that shows a session at its login has it from another login, and will take up sessions of any of them for
   * its data connections (Go's do, and with it rclone): it cannot be known by them, nor can that other login's client. A
   * ticket's name goes in clear and can be copied: whoever shows it from where the other's data cannot come changes nothing
   * there.
   */
  #learnFrom({ tickets, sessionId }: ShownSessions): void {
    const { settings, byTicket } = this.#services;
    const known = settings.tls?.identity.ticketNameOf(sessionId);
    if (tickets.length === 0 && known === undefined) return;
    this.noticeSharing();
    const { peerAddress } = this.#session.control;
    for (const shown of [...tickets, known ?? ""]) {
      const other = byTicket.get(shown);
      const isNear = settings.dataPeer !== "exact" || (other && sameIp(other.control.peerAddress, peerAddress));
      if (isNear) other?.security.noticeSharing();
    }
  }

  /** Seconds for a handshake. */
  get handshakeSeconds(): number {
    return this.#settings?.handshakeSeconds ?? 0;
  }

  /**
   * Secures a data connection, and makes sure that it is this session's.
   *
   * @throws {ChannelError} `tls-session-not-resumed`, and what the handshake throws
   */
  async secureData(connection: DataConnection, onlySends: boolean, signal: AbortSignal): Promise<void> {
    const settings = this.#settings!;
    const facts = await connection.acceptTls({
      session: this.#tls!,
      onlySends,
      ...this.#patience(settings, signal),
      onTruncated: settings.truncatedUploads === "fail" ? "fail" : "tell",
    });
    const { local, peer } = connection;
    this.#session.trace?.({ kind: "data-secured", protocol: facts.protocol, isResumed: facts.isResumed, local, peer });
    const reuse: SessionReuse = this.#session.account?.sessionReuse ?? settings.sessionReuse;
    if (reuse === "off") return;
    const isOwn = facts.isResumed || this.#isSameClient(facts);
    this.#services.countData(isOwn);
    if (!isOwn && reuse === "require") throw new ChannelError("tls-session-not-resumed");
  }

  /** The same certificate proves it as well: whoever has its key is the client. */
  #isSameClient({ fingerprint }: SecureFacts): boolean {
    return fingerprint !== "" && fingerprint === this.#facts?.fingerprint;
  }

  #patience(settings: TlsSettings, signal = new AbortController().signal) {
    return { timeout: settings.handshakeSeconds, clock: this.#services.settings.clock, signal };
  }
}
