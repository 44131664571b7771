import net from "node:net";
import { ChannelError } from "./errors.ts";
import { DataConnection } from "./data-connection.ts";
import { ReaderSlot, onread } from "./adopt.ts";
import { untilConnected } from "./connector.ts";
import type { HostPort, IpAddress } from "@twinport/protocol";
import type { Connector, Patience } from "./connector.ts";
import type { Role } from "./data-connection.ts";

/** What {@link dialData} needs to know; its time is for an answer. */
export interface DialRequest extends Patience {
  readonly to: HostPort;
  /** The address to dial from: the command connection's own end. A proxy knows nothing of it. */
  readonly from: IpAddress;
  /** The port to dial from, or 0 for any. A proxy knows nothing of it. */
  readonly fromPort: number;
  /** How to get there (default: directly). */
  readonly connector?: Connector | undefined;
  /**
   * Whom a proxy is asked for in place of the address: the server's name, where the command connection's peer is the
   * proxy and EPSV has said only a port.
   */
  readonly host?: string | undefined;
  /** Who dials (default: the server): it is active mode for a server, and passive mode for a client. */
  readonly role?: Role | undefined;
  /** The port to dial from cannot be had; any other is taken instead. */
  readonly onPortRefused?: (cause: string) => void;
}

/**
 * Opens a data connection from the port that was asked for, else from any. Many connections share the one local port:
 * each has another far end, and the system tells them apart by that.
 *
 * @throws {ChannelError} `dial-refused`, `dial-silent`, `dial-unreachable`, `dial-failed`, `aborted`; through a proxy
 * also `proxy-unreachable`, `proxy-refused`, `proxy-login-refused`
 */
export async function dialData(request: DialRequest): Promise<DataConnection> {
  const { connector, fromPort } = request;
  if (connector && connector.kind !== "direct") return dialThrough(connector, request);
  try {
    return await dialFrom(request, fromPort);
  } catch (error) {
    const errno = error instanceof ChannelError ? error.facts["cause"] : undefined;
    if (fromPort === 0 || typeof errno !== "string" || !portErrors.has(errno)) throw error;
    // Nobody has been dialled.
    request.onPortRefused?.(errno);
    return await dialFrom(request, 0);
  }
}

// The port is privileged; somebody listens there; or a connection between the very same two ends is still
// remembered (TIME_WAIT), which is noticed only by connect.
const portErrors: ReadonlySet<string> = new Set(["EACCES", "EADDRINUSE", "EADDRNOTAVAIL"]);

async function dialFrom(request: DialRequest, localPort: number): Promise<DataConnection> {
  const { to, from, signal, role } = request;
  const peer = { address: to.address.text, port: to.port };
  if (signal.aborted) throw new ChannelError("aborted");
  const slot = new ReaderSlot();
  const socket = net.connect({
    host: dialedHost(to.address, from),
    port: to.port,
    // Addresses of two families cannot meet; the system then chooses ours (FXP to another family).
    ...(from.family === to.address.family && { localAddress: from.text }),
    ...(localPort !== 0 && { localPort }),
    allowHalfOpen: true,
    noDelay: true,
    onread: onread(slot),
  });
  // Nothing is read before there is somebody to read it.
  socket.pause();
  await untilConnected(socket, request, peer);
  return DataConnection.dialed(socket, slot, peer, role);
}

async function dialThrough(connector: Connector, request: DialRequest): Promise<DataConnection> {
  const { to, from, role, timeout, clock, signal, host = dialedHost(to.address, from) } = request;
  const socket = await connector.connect({ host, port: to.port, timeout, clock, signal });
  return DataConnection.proxied(socket, { address: request.host ?? to.address.text, port: to.port }, role);
}

/** A link-local address leads nowhere without its interface, which is the command connection's. */
function dialedHost({ text, zone }: IpAddress, from: IpAddress): string {
  const there = zone ?? (text.startsWith("fe80:") ? from.zone : undefined);
  return there === undefined ? text : `${text}%${there}`;
}
