import net from "node:net";
import { parseIp } from "@twinport/protocol";
import { ChannelError, errnoOf } from "./errors.ts";
import type { Family, IpAddress } from "@twinport/protocol";
import type { ChannelFacts, ChannelErrorCode } from "./errors.ts";
import type { Clock } from "./clock.ts";

/** How long a connection is waited for, and what calls it off. */
export interface Patience {
  /** Seconds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Where a {@link Connector} is to connect to, and from where. */
export interface ConnectRequest extends Patience {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** Only addresses of this family; without it both are tried. */
  readonly family?: Family | undefined;
  /** The address to connect from; a proxy knows nothing of it. */
  readonly localAddress?: IpAddress | undefined;
  /** The port to connect from; a proxy knows nothing of it. */
  readonly localPort?: number | undefined;
}

/** A way to a port of another host: directly, or through a proxy. */
export interface Connector {
  readonly kind: "direct" | "socks5" | "http-connect";
  /**
   * A socket that stands and is paused; what has come already is in its buffer.
   *
   * @throws {ChannelError} `name-not-found`, `dial-refused`, `dial-silent`, `dial-unreachable`, `dial-failed`,
   * `proxy-unreachable`, `proxy-refused`, `proxy-login-refused`, `aborted`
   */
  connect(request: ConnectRequest): Promise<net.Socket>;
}

/**
 * Of a name's addresses one is tried after another, with this time for each but the last. Node's own 250 ms gives up
 * a server behind a satellite (700 ms there and back) for an IPv6 that leads nowhere.
 */
const NEXT_ADDRESS_MS = 1000;

/** Connects from this host, to whichever of a name's addresses answers. */
export const direct: Connector = {
  kind: "direct",
  async connect(request) {
    const { host, port, family, localAddress, localPort = 0 } = request;
    const literal = parseIp(host);
    const meant = literal?.family ?? family ?? localAddress?.family;
    const socket = net.connect({
      host: literal ? withZone(literal) : host,
      port,
      ...(meant !== undefined && { family: meant }),
      autoSelectFamily: !literal && meant === undefined,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
      ...(localAddress && localAddress.family === meant && { localAddress: localAddress.text }),
      ...(localPort !== 0 && { localPort }),
      allowHalfOpen: true,
      noDelay: true,
    });
    socket.pause();
    await untilConnected(socket, request, { address: host, port });
    return socket;
  },
};

const codeOf: Readonly<Record<string, ChannelErrorCode>> = {
  ECONNREFUSED: "dial-refused",
  ETIMEDOUT: "dial-silent",
  EHOSTUNREACH: "dial-unreachable",
  ENETUNREACH: "dial-unreachable",
};

/** Done when a socket that is connecting stands; otherwise it is gone, and the facts say where it was to lead. */
export function untilConnected(
  socket: net.Socket,
  patience: Patience,
  where: { address: string; port: number },
): Promise<void> {
  const facts: ChannelFacts = { ...where, seconds: patience.timeout };
  return new Promise((resolve, reject) => {
    const release = limit(socket, patience, () => new ChannelError("dial-silent", facts));
    const settle = (act: () => void): void => {
      release();
      socket.removeListener("connect", stands).removeListener("error", failed);
      act();
    };
    const stands = (): void => settle(resolve);
    const failed = (cause: Error): void => {
      // What is told to a socket that is gone concerns nobody.
      socket.on("error", () => {});
      settle(() => reject(cause instanceof ChannelError ? cause : dialError(cause, facts)));
    };
    socket.on("connect", stands).on("error", failed);
  });
}

function dialError(cause: Error, facts: ChannelFacts): ChannelError {
  const errno = errnoOf(cause) ?? cause.message;
  if ("syscall" in cause && cause.syscall === "getaddrinfo") {
    return new ChannelError("name-not-found", { host: facts["address"] ?? "", cause: errno }, { cause });
  }
  return new ChannelError(codeOf[errno] ?? "dial-failed", { ...facts, cause: errno }, { cause });
}

/**
 * Destroys a socket, with the failure as its error, when the time is over or it is called off. Gives what ends that;
 * whoever calls it listens to the socket's errors.
 */
export function limit(
  socket: Pick<net.Socket, "destroy">,
  { timeout, clock, signal }: Patience,
  late: () => ChannelError,
): () => void {
  const abort = (): void => void socket.destroy(new ChannelError("aborted"));
  const timer = clock.after(timeout * 1000, () => socket.destroy(late()));
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return () => {
    timer.cancel();
    signal.removeEventListener("abort", abort);
  };
}

function withZone({ text, zone }: IpAddress): string {
  return zone === undefined ? text : `${text}%${zone}`;
}
