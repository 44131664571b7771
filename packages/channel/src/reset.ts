import type net from "node:net";

/** By a TLS socket to a proxy, the TCP socket that it runs over. */
const carriers = new WeakMap<net.Socket, net.Socket>();

/** Remembers what a socket runs over, for {@link reset}. */
export function carriedBy(socket: net.Socket, carrier: net.Socket): void {
  carriers.set(socket, carrier);
}

/** Ends a socket by a reset, so that what the peer has so far cannot pass for the whole. */
export function reset(socket: net.Socket): void {
  const carrier = carriers.get(socket);
  if (!carrier) {
    socket.resetAndDestroy();
    return;
  }
  // A TLS socket cannot be reset itself; a proxy hands the carrier's reset on.
  carrier.resetAndDestroy();
  socket.destroy();
}
