import { ChannelError, dialData, offerOnce } from "@twinport/channel";
import {
  choosePassiveAddress,
  formatExtendedPort,
  formatHostPort,
  isPassive,
  parseExtendedPassive,
  parseHostPort,
  parseIp,
} from "@twinport/protocol";
import { said } from "./errors.ts";
import type { DataConnection, DataOffer } from "@twinport/channel";
import type { AttemptFailure, Decision, Facts, HostPort, IpAddress, ModeCommand, Reply } from "@twinport/protocol";
import type { ClientContext } from "./context.ts";
import type { Conversation } from "./conversation.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";

/** A way for data: one that we have dialled, or one that the server is to come through. */
export type Door =
  | { readonly kind: "dialed"; readonly connection: DataConnection; readonly facts: Facts; readonly modeReply: Reply }
  | { readonly kind: "offered"; readonly offer: DataOffer; readonly facts: Facts; readonly modeReply: Reply };

/** Why there is no way in this mode. */
export interface Shut {
  readonly kind: "shut";
  readonly failure: AttemptFailure;
  readonly facts: Facts;
  readonly reply?: Reply;
  /** The answer to the command of the mode, where that was none of the failure. */
  readonly modeReply?: Reply;
}

/** Seconds that an attempt may take for its steps. */
export interface Budget {
  readonly reply: number;
  readonly dial: number;
  /** For the address of the command connection, which may have been silent a moment ago. */
  readonly dialAgain: number;
  readonly arrival: number;
}

/**
 * Asks the server for a data connection in one mode, and dials or opens a port.
 *
 * @throws {ClientError} `connection-lost`, `timed-out`, `aborted`: what is not the mode's fault
 */
export function openDoor(
  context: ClientContext,
  session: Session,
  mode: ModeCommand,
  budget: Budget,
  signal: AbortSignal,
): Promise<Door | Shut> {
  return isPassive(mode)
    ? openPassive(context, session, mode, budget, signal)
    : openActive(context, session, mode, budget, signal);
}

/** Nothing came of it, or all has. */
export function closeDoor(door: Door): void {
  if (door.kind === "offered") door.offer.withdraw();
  else door.connection.leave();
}

async function openPassive(
  context: ClientContext,
  session: Session,
  mode: ModeCommand,
  budget: Budget,
  signal: AbortSignal,
): Promise<Door | Shut> {
  const { control } = session.conversation;
  const reply = await session.conversation.ask(mode.toUpperCase(), undefined, { seconds: budget.reply, signal });
  if (reply.code >= 300) return shutBy(reply, session, mode);
  const told = readPassiveReply(reply);
  if (!told) return { kind: "shut", failure: "reply-not-usable", facts: { said: said(reply) }, reply };
  const chosen = whereToDial(context.settings, control, told.address);
  // Whom a proxy is asked for may be a name; nothing else is known of it then.
  const dialed = { address: chosen.host ?? chosen.value.text, port: told.port };
  if (told.address && chosen.because.some((reason) => reason === "control-peer-preferred")) {
    const facts = { told: told.address.text, dialed: dialed.address, because: chosen.because.join(" ") };
    context.warn({ code: "passive-address-replaced", facts });
  }
  const to: HostPort = { address: chosen.value, port: told.port };
  const fromPort = control.isProxied ? 0 : portBeside(session, to.port);
  const facts = dialed;
  context.trace?.({
    kind: "data-dialing",
    local: { address: control.localAddress.text, port: fromPort },
    dialed,
    because: chosen.because,
  });
  try {
    const connection = await dialData({
      to,
      host: chosen.host,
      from: control.localAddress,
      fromPort,
      timeout: chosen.value === control.peerAddress ? budget.dialAgain : budget.dial,
      clock: context.clock,
      signal,
      connector: context.connector,
      role: "client",
      onPortRefused: (cause) => context.warn({ code: "preferred-port-taken", facts: { port: fromPort, cause } }),
    });
    return { kind: "dialed", connection, facts, modeReply: reply };
  } catch (error) {
    if (!(error instanceof ChannelError) || error.code === "aborted") throw error;
    context.trace?.({ kind: "data-dial-failed", dialed, code: error.code });
    const seen = { ...facts, cause: error.message };
    return { kind: "shut", failure: dialFailures[error.code] ?? "dial-unreachable", facts: seen, modeReply: reply };
  }
}

/** Where a passive port is dialled, and why there. */
interface Whereto extends Decision<IpAddress> {
  /** Whom a proxy is asked for, in place of the address. */
  readonly host?: string;
}

/**
 * Where to dial: of the address that was told (227), or where only a port was (229). Through a proxy the peer of the
 * command connection is the proxy: there the server is known by the name, or the address, that the user has written.
 */
function whereToDial(
  { host, allowSeparateTransferHost }: Settings,
  { peerAddress, isProxied }: Conversation["control"],
  replied: IpAddress | undefined,
): Whereto {
  const server = isProxied ? parseIp(host) : peerAddress;
  if (replied && server) {
    const chosen = choosePassiveAddress({ replied, controlPeer: server, trustReply: allowSeparateTransferHost });
    return isProxied ? { ...chosen, host: chosen.value.text } : chosen;
  }
  if (replied && allowSeparateTransferHost) {
    return { value: replied, host: replied.text, because: ["told-to-trust-reply"] };
  }
  const because = [replied ? "name-asked-of-proxy" : "port-only"];
  return { value: peerAddress, because, ...(isProxied && { host }) };
}

const dialFailures: Readonly<Record<string, AttemptFailure>> = {
  "dial-refused": "dial-refused",
  "dial-silent": "dial-silent",
};

/**
 * The port beside the command connection's, as the mode is always drawn; but not twice to one port of the server, for
 * the last connection between the two is remembered by both and by every box between them (TIME_WAIT).
 */
function portBeside(session: Session, toPort: number): number {
  if (session.dialedPorts.has(toPort)) return 0;
  session.dialedPorts.add(toPort);
  return nextPort(session);
}

function nextPort(session: Session): number {
  const { port } = session.conversation.control.local;
  return port >= 1024 && port < 65_535 ? port + 1 : 0;
}

/** Reads 227 and 229, whichever came for which, and in the ways in which they are misspelled. */
export function readPassiveReply(
  reply: Reply,
): { readonly address?: HostPort["address"]; readonly port: number } | undefined {
  const text = reply.lines.join(" ").slice(0, 1000);
  const port =
    parseExtendedPassive(text) ?? Number(/\|[^|\s]{0,3}\|[^|\s]{0,45}\|(\d{1,5})\|/.exec(text)?.[1] ?? Number.NaN);
  if (port >= 1 && port <= 65_535) return { port };
  const numbers = /(?:\d{1,3}\s?,\s?){5}\d{1,3}/.exec(text)?.[0];
  const where = numbers === undefined ? undefined : parseHostPort(numbers.replaceAll(/\s/g, ""));
  return where && where.port > 0 ? where : undefined;
}

async function openActive(
  context: ClientContext,
  session: Session,
  mode: ModeCommand,
  budget: Budget,
  signal: AbortSignal,
): Promise<Door | Shut> {
  const { settings, clock } = context;
  const { control } = session.conversation;
  const range = settings.activePorts;
  // Once: a server that dials from port 20 cannot dial the same port again for a minute (TIME_WAIT).
  const prefer = session.hasOffered ? 0 : nextPort(session);
  session.hasOffered = true;
  let offer: DataOffer;
  try {
    offer = await offerOnce({
      local: control.localAddress,
      peer: control.peerAddress,
      timeout: settings.timeouts.reply + budget.arrival,
      clock,
      ...(prefer !== 0 && { prefer }),
      ...(range && { range }),
      ...(context.onStranger && { onStranger: context.onStranger }),
    });
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return { kind: "shut", failure: "cannot-listen", facts: { cause: error.message } };
  }
  const advertised: HostPort = { address: settings.activeAddress ?? control.localAddress, port: offer.bound.port };
  context.trace?.({
    kind: "data-offered",
    bound: offer.bound,
    advertised: { address: advertised.address.text, port: advertised.port },
    because: [settings.activeAddress ? "told-by-option" : "control-local-address"],
  });
  try {
    const reply = await session.conversation.ask(
      mode.toUpperCase(),
      mode === "port" ? formatHostPort(advertised) : formatExtendedPort(advertised),
      { seconds: budget.reply, signal },
    );
    const facts = { address: advertised.address.text, port: advertised.port };
    if (reply.code < 300) return { kind: "offered", offer, facts, modeReply: reply };
    offer.withdraw();
    return shutBy(reply, session, mode, facts);
  } catch (error) {
    offer.withdraw();
    throw error;
  }
}

/** The command was refused: for good, or because the server could not do it just now. */
function shutBy(reply: Reply, session: Session, mode: ModeCommand, facts: Facts = {}): Shut {
  const isPassing = reply.code < 500;
  if (!isPassing) session.refusedModes.add(mode);
  // Some servers dial at once, and say here that they could not.
  const failure = isPassing && !isPassive(mode) ? "server-cannot-connect" : "command-refused";
  return { kind: "shut", failure, facts: { ...facts, said: said(reply) }, reply };
}
