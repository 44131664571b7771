import tls from "node:tls";
import type { Socket } from "node:net";
import type { FTPContext } from "./FtpContext.ts";

/**
 * A data socket that is by TLS where the command connection is. We are the client of TLS also where the server has
 * dialled; the session of the command connection, or the newest ticket, is taken up again, as some servers want it.
 */
export function securedData(ftp: FTPContext, socket: Socket): Socket {
  if (!(ftp.socket instanceof tls.TLSSocket)) return socket;
  const session = ftp.tlsSessionStore ?? ftp.socket.getSession();
  const secured = tls.connect({ ...ftp.tlsOptions, socket, ...(session && { session }) });
  // The tickets of TLS 1.3 are for one use each.
  secured.on("session", (ticket: Buffer) => (ftp.tlsSessionStore = ticket));
  return secured;
}
