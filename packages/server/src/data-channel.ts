import { chooseDialAddress, codes, formatExtendedPassive, formatHostPort, networkOf, reply } from "@twinport/protocol";
import { ChannelError, dialData } from "@twinport/channel";
import type { DataConnection, DataOffer } from "@twinport/channel";
import type { Decision, DialChoice, DialRefusal, HostPort, Prefix, Reply, ReplyCode } from "@twinport/protocol";
import type { Services } from "./services.ts";
import type { Session } from "./session.ts";

type Plan =
  | { readonly kind: "offer"; readonly offer: DataOffer }
  | { readonly kind: "dial"; readonly where: Decision<HostPort> }
  | { readonly kind: "stands"; readonly connection: DataConnection };

const refusals: Readonly<Record<DialRefusal, (where: string) => string>> = {
  "port-not-valid": (where) => `${where}: port 0 is no port.`,
  "port-privileged": (where) => `${where}: ports below 1024 are not dialled.`,
  "own-listener": (where) => `${where}: this server does not dial itself.`,
  "address-foreign": (where) => `${where}: data goes only to the address that the command connection comes from.`,
  "address-not-dialable": (where) => `${where}: this is no address of a host.`,
  "family-differs": (where) => `${where}: the command connection is of the other address family.`,
};

/** A session's next data connection: what was agreed on by PASV, EPSV, PORT or EPRT, and how it comes about. */
export class DataChannel {
  readonly #session: Session;
  readonly #services: Services;
  #plan: Plan | undefined;

  constructor(session: Session, services: Services) {
    this.#session = session;
    this.#services = services;
  }

  /** PASV and EPSV: lends a port. What was agreed on before is dropped first. */
  async offer(verb: "PASV" | "EPSV"): Promise<Reply> {
    this.#session.farEnd.lookElsewhere();
    this.drop();
    const { control, account, listener } = this.#session;
    const { pool, settings, addresses } = this.#services;
    const tls = this.#session.security.offered;
    const { localAddress: local, peerAddress: peer } = control;
    if (verb === "PASV" && local.family === 6) {
      return reply(codes.cannotOpenData, "PASV can only say IPv4 addresses; use EPSV.");
    }
    const advertised =
      verb === "PASV"
        ? await addresses.choose({ listener, local, peer })
        : { value: local, because: ["same-as-control"] };
    const isAnybody = account?.mayUseOtherHosts || settings.dataPeer === "any";
    const expected = isAnybody ? "anybody" : (this.#clientNetwork ?? peer);
    const offer = await pool.offer({
      local,
      peer: expected,
      timeout: settings.limits.offerSeconds,
      tls,
    });
    // It may have ended while a name was looked up or a port opened, and nobody would give the port back.
    if (this.#session.isOver) {
      offer.withdraw();
      throw new ChannelError("control-lost");
    }
    // Two offers cannot overlap: the commands of a session run one after the other.
    this.#plan = { kind: "offer", offer };
    this.#session.farEnd.offered(offer, expected);
    const { port } = offer.bound;
    offer.onExpired = () => this.#session.trace?.({ kind: "data-offer-expired", bound: offer.bound });
    this.#session.trace?.({
      kind: "data-offered",
      bound: offer.bound,
      advertised: { address: advertised.value.text, port },
      because: advertised.because,
    });
    if (verb === "EPSV") {
      return this.#tell(codes.extendedPassive, `Entering Extended Passive Mode ${formatExtendedPassive(port)}`);
    }
    if (advertised.value.family === 6) {
      this.drop();
      return reply(codes.cannotOpenData, "The address to be told is no IPv4 address; use EPSV.");
    }
    const where = formatHostPort({ address: advertised.value, port });
    return this.#tell(codes.passive, `Entering Passive Mode (${where}).`);
  }

  /** PORT and EPRT: keeps where to dial, or says why it will not. */
  tell(asked: HostPort): Reply {
    this.#session.farEnd.lookElsewhere();
    this.drop();
    const choice = this.#choose(asked);
    const askedEnd = { address: asked.address.text, port: asked.port };
    if (choice.kind === "refused") {
      this.#session.trace?.({ kind: "data-told-refused", asked: askedEnd, because: choice.because });
      const where = `${asked.address.text} port ${asked.port}`;
      return reply(codes.notImplementedForArgument, refusals[choice.because](where));
    }
    this.#plan = { kind: "dial", where: choice.where };
    const { value, because } = choice.where;
    this.#session.trace?.({
      kind: "data-told",
      asked: askedEnd,
      dialed: { address: value.address.text, port: value.port },
      because,
    });
    return reply(codes.ok, `Will connect to ${value.address.text} port ${value.port}.`);
  }

  /**
   * Done when the client can be told to begin: our dial was answered, or somebody has come who may be the client. Which
   * of several it is may show only in what he then says.
   *
   * @throws {ChannelError}
   */
  async reach(signal: () => AbortSignal): Promise<void> {
    const plan = this.#plan;
    if (plan?.kind === "dial") {
      this.#plan = { kind: "stands", connection: await this.#dial(plan.where, signal()) };
    } else if (plan?.kind === "offer") {
      const { offer } = plan;
      if (!offer.hasCompany) signal().addEventListener("abort", () => offer.withdraw(), { once: true });
      await offer.company();
      offer.extend(this.#session.security.handshakeSeconds);
    }
  }

  /**
   * The data connection, once it stands. What was agreed on is used up by it.
   *
   * @param signal gives what ends the waiting; not asked for where the connection stands already
   * @throws {ChannelError}
   */
  async connect(signal: () => AbortSignal): Promise<DataConnection> {
    const plan = this.#plan;
    this.#plan = undefined;
    if (!plan) throw new ChannelError("offer-withdrawn", { port: 0 });
    const connection = await this.#connection(plan, signal);
    this.#services.track(connection);
    if (plan.kind === "offer") this.#session.farEnd.taken();
    const { mode, local, peer } = connection;
    this.#session.trace?.({ kind: "data-connected", mode, local, peer });
    return connection;
  }

  /** Whether PASV, EPSV, PORT or EPRT was said for the next transfer. */
  get isAgreed(): boolean {
    return this.#plan !== undefined;
  }

  /** Forgets what was agreed on; a lent port goes back at once. */
  drop(): void {
    if (this.#plan?.kind === "offer") this.#plan.offer.withdraw();
    if (this.#plan?.kind === "stands") this.#plan.connection.close();
    this.#plan = undefined;
  }

  /** Where the client's data connections may come from, where that is more than one address. */
  get #clientNetwork(): Prefix | undefined {
    const { dataPeer } = this.#services.settings;
    const { peerAddress } = this.#session.control;
    if (typeof dataPeer === "string") return undefined;
    return networkOf(peerAddress, peerAddress.family === 4 ? dataPeer.ipv4Bits : dataPeer.ipv6Bits);
  }

  #tell(code: ReplyCode, text: string): Reply {
    this.#session.farEnd.tell(`${code} ${text}`);
    return reply(code, text);
  }

  #choose(asked: HostPort): DialChoice {
    const { settings, isOwnListener } = this.#services;
    return chooseDialAddress({
      asked,
      controlPeer: this.#session.control.peerAddress,
      clientNetwork: this.#clientNetwork,
      mayDialOthers: this.#session.account?.mayUseOtherHosts ?? false,
      mayCorrectPrivate: settings.active?.correctPrivateAddress ?? false,
      isOwnListener: (where) => isOwnListener(where, this.#session.control.localAddress),
    });
  }

  async #connection(plan: Plan, signal: () => AbortSignal): Promise<DataConnection> {
    if (plan.kind === "stands") return plan.connection;
    return plan.kind === "offer" ? await this.#accept(plan.offer, signal) : await this.#dial(plan.where, signal());
  }

  async #accept(offer: DataOffer, signal: () => AbortSignal): Promise<DataConnection> {
    if (!offer.hasArrived) signal().addEventListener("abort", () => offer.withdraw(), { once: true });
    return offer.connection();
  }

  async #dial({ value, because }: Decision<HostPort>, signal: AbortSignal): Promise<DataConnection> {
    const { settings, sourcePorts } = this.#services;
    const { control } = this.#session;
    const fromPort = sourcePorts.wanted(control.local.port);
    const dialed = { address: value.address.text, port: value.port };
    this.#session.trace?.({
      kind: "data-dialing",
      local: { address: control.local.address, port: fromPort },
      dialed,
      because,
    });
    try {
      return await dialData({
        to: value,
        from: control.localAddress,
        fromPort,
        timeout: settings.limits.dialSeconds,
        clock: settings.clock,
        signal,
        onPortRefused: (cause) => sourcePorts.refused(fromPort, cause),
      });
    } catch (error) {
      if (error instanceof ChannelError) {
        this.#session.trace?.({ kind: "data-dial-failed", dialed, code: error.code });
      }
      throw error;
    }
  }
}
