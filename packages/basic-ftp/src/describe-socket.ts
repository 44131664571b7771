import { TLSSocket } from "node:tls";
import type { Socket } from "node:net";

/** How a connection is encrypted, for the log. */
export function describeTLS(socket: Socket): string {
  if (!(socket instanceof TLSSocket)) return "No encryption";
  return socket.getProtocol() ?? "Server socket or disconnected client socket";
}

/** Where a connection leads, for the log. */
export function describeAddress({ remoteFamily, remoteAddress, remotePort }: Socket): string {
  return remoteFamily === "IPv6" ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
}
