import net from "node:net";
import { ChannelError, errnoOf } from "./errors.ts";
import { ControlConnection } from "./control-connection.ts";
import { endpoint } from "./data-connection.ts";
import type { Endpoint } from "@twinport/protocol";

/** Where a server listens for command connections. */
export interface ListenAddress {
  /** An IP address or a name; `::` takes IPv4 too. */
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Connections that may wait to be accepted (default 511): a short queue loses clients for good. */
  readonly backlog?: number;
  /** Leave IPv4 to another listener. */
  readonly onlyIpv6?: boolean;
}

/** A listening command port. */
export class ControlListener {
  readonly bound: Endpoint;
  readonly #server: net.Server;

  private constructor(server: net.Server) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === "string")
      throw new ChannelError("listen-failed", { cause: "no address" });
    this.bound = endpoint(address.address, address.port);
  }

  /**
   * Listens, and hands over every connection, and what kept one from being accepted.
   *
   * @throws {ChannelError} `listen-failed` with the address, the port and the system's reason
   */
  static listen(
    where: ListenAddress,
    onConnection: (control: ControlConnection) => void,
    onAcceptFailed: (cause: string) => void = () => {},
  ): Promise<ControlListener> {
    const { address, port, backlog = 511, onlyIpv6 = false } = where;
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
    return new Promise((resolve, reject) => {
      server.once("error", (cause) => {
        reject(new ChannelError("listen-failed", { address, port, cause: errnoOf(cause) ?? cause.message }, { cause }));
      });
      server.listen({ host: address, port, backlog, ipv6Only: onlyIpv6, exclusive: true }, () => {
        // An accept that fails later (EMFILE) is not the end of the listener.
        server.on("error", (cause) => onAcceptFailed(errnoOf(cause) ?? cause.message));
        const listener = new ControlListener(server);
        server.on("connection", (socket) => {
          socket.on("error", () => {});
          // One that has gone already has no addresses.
          if (socket.remoteAddress === undefined || socket.localAddress === undefined) socket.destroy();
          else onConnection(new ControlConnection(socket));
        });
        resolve(listener);
      });
    });
  }

  /** Accepts nobody any more; connections that stand are not touched. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      // close waits for the connections too; the port is free at once.
      this.#server.unref();
      if (!this.#server.listening) resolve();
    });
  }
}
