import net from "node:net";
import { ChannelError, errnoOf } from "./errors.ts";
import { direct, limit } from "./connector.ts";
import type { ConnectRequest } from "./connector.ts";
import type { ChannelFacts } from "./errors.ts";

/** Where a proxy listens. */
export interface ProxyAddress {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** The way to one port through one proxy: what failures of it say. */
export class ProxyWay {
  readonly #proxy: string;
  readonly #target: { readonly address: string; readonly port: number };

  constructor(proxy: ProxyAddress, request: ConnectRequest) {
    this.#proxy = hostAndPort(proxy.host, proxy.port);
    this.#target = { address: request.host, port: request.port };
  }

  unreachable(why: string, cause?: unknown): ChannelError {
    return new ChannelError("proxy-unreachable", { proxy: this.#proxy, cause: why }, { cause });
  }

  refused(reason: string, status?: number): ChannelError {
    const facts: ChannelFacts = { proxy: this.#proxy, ...this.#target, reason };
    return new ChannelError("proxy-refused", status === undefined ? facts : { ...facts, status });
  }

  loginRefused(reason: string, status?: number): ChannelError {
    const facts: ChannelFacts = { proxy: this.#proxy, reason };
    return new ChannelError("proxy-login-refused", status === undefined ? facts : { ...facts, status });
  }

  /** It has been asked to connect and says nothing: whom it asks does not answer. */
  silent(seconds: number): ChannelError {
    return new ChannelError("dial-silent", { ...this.#target, seconds, proxy: this.#proxy });
  }
}

/**
 * Connects to a proxy and lets `shake` come to terms with it, all in the time that the request has.
 *
 * @param shake is given the paused socket, and gives the one that leads on; what it throws is what is thrown
 * @param late says what it means if that time is over
 */
export async function throughProxy(
  proxy: ProxyAddress,
  request: ConnectRequest,
  way: ProxyWay,
  shake: (socket: net.Socket) => Promise<net.Socket>,
  late: () => ChannelError,
): Promise<net.Socket> {
  const { timeout, clock, signal } = request;
  const start = clock.now();
  const raw = await direct.connect({ ...proxy, timeout, clock, signal }).catch((error: unknown) => {
    if (error instanceof ChannelError && error.code !== "aborted") throw way.unreachable(error.message, error);
    throw error;
  });
  const left = Math.max(0, timeout - (clock.now() - start) / 1000);
  const ignore = (): void => {};
  raw.on("error", ignore);
  const release = limit(raw, { timeout: left, clock, signal }, late);
  try {
    const socket = await shake(raw);
    return socket.pause();
  } catch (error) {
    raw.destroy();
    if (raw.errored instanceof ChannelError) throw raw.errored;
    if (error instanceof ChannelError) throw error;
    throw way.refused(errnoOf(error) ?? (error as Error).message);
  } finally {
    release();
    raw.removeListener("error", ignore);
  }
}

/** `host:port`, with brackets for IPv6. */
export function hostAndPort(host: string, port: number): string {
  return net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
