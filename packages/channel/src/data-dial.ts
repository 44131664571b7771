import net from "node:net";
import { ChannelError, errnoOf } from "./errors.ts";
import { DataConnection } from "./data-connection.ts";
import { ReaderSlot, onread } from "./adopt.ts";
import type { HostPort, IpAddress } from "@twinport/protocol";
import type { ChannelErrorCode } from "./errors.ts";
import type { Clock } from "./clock.ts";

/** What {@link dialData} needs to know. */
export interface DialRequest {
  readonly to: HostPort;
  /** The address to dial from: the command connection's own end. */
  readonly from: IpAddress;
  /** The port to dial from, or 0 for any. */
  readonly fromPort: number;
  /** Seconds to wait for an answer. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The port to dial from cannot be had; any other is taken instead. */
  readonly onPortRefused?: (cause: string) => void;
}

/**
 * Opens a data connection from the port that was asked for, else from any. Many connections share the one local port:
 * each has another far end, and the system tells them apart by that.
 *
 * @throws {ChannelError} `dial-refused`, `dial-silent`, `dial-unreachable`, `dial-failed`, `aborted`
 */
export async function dialData(request: DialRequest): Promise<DataConnection> {
  try {
    return await dialFrom(request, request.fromPort);
  } catch (error) {
    if (!(error instanceof PortRefused)) throw error;
    request.onPortRefused?.(error.errno);
    return await dialFrom(request, 0);
  }
}

/** The local port could not be had; nobody has been dialled. */
class PortRefused extends Error {
  readonly errno: string;

  constructor(errno: string) {
    super(errno);
    this.errno = errno;
  }
}

// The port is privileged; somebody listens there; or a connection between the very same two ends is still
// remembered (TIME_WAIT), which is noticed only by connect.
const portErrors: ReadonlySet<string> = new Set(["EACCES", "EADDRINUSE", "EADDRNOTAVAIL"]);

const codeOf: Readonly<Record<string, ChannelErrorCode>> = {
  ECONNREFUSED: "dial-refused",
  ETIMEDOUT: "dial-silent",
  EHOSTUNREACH: "dial-unreachable",
  ENETUNREACH: "dial-unreachable",
};

function dialFrom(request: DialRequest, localPort: number): Promise<DataConnection> {
  const { to, from, timeout, clock, signal } = request;
  const peer = { address: to.address.text, port: to.port };
  const facts = { ...peer, seconds: timeout };
  if (signal.aborted) return Promise.reject(new ChannelError("aborted"));
  const slot = new ReaderSlot();
  const zone =
    to.address.zone ?? (from.zone !== undefined && to.address.text.startsWith("fe80:") ? from.zone : undefined);
  const socket = net.connect({
    host: zone === undefined ? to.address.text : `${to.address.text}%${zone}`,
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
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      timer.cancel();
      signal.removeEventListener("abort", abort);
      socket.removeListener("error", fail);
      act();
    };
    const stop = (error: ChannelError): void => {
      settle(() => {
        socket.on("error", () => {});
        socket.destroy();
        reject(error);
      });
    };
    const abort = (): void => stop(new ChannelError("aborted"));
    const fail = (cause: Error): void => {
      const errno = errnoOf(cause) ?? cause.message;
      settle(() => {
        if (localPort !== 0 && portErrors.has(errno)) reject(new PortRefused(errno));
        else reject(new ChannelError(codeOf[errno] ?? "dial-failed", { ...facts, cause: errno }, { cause }));
      });
    };
    const timer = clock.after(timeout * 1000, () => stop(new ChannelError("dial-silent", facts)));
    signal.addEventListener("abort", abort);
    socket.once("error", fail);
    socket.once("connect", () => settle(() => resolve(DataConnection.dialed(socket, slot, peer))));
  });
}
