import { connect } from "node:tls";
import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";

/** TLS over a connection that stands; rejected where the certificate is not trusted, unless that is wanted so. */
export function upgradeSocket(socket: Socket, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = connect({ ...options, socket }, () => {
      secured.removeListener("error", reject);
      if (options.rejectUnauthorized === false || secured.authorized) resolve(secured);
      else reject(secured.authorizationError);
    });
    secured.once("error", reject);
  });
}
