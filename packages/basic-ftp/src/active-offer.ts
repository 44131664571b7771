import { offerOnce, systemClock } from "@twinport/channel";
import { formatExtendedPort, formatHostPort, ip } from "@twinport/protocol";
import { securedData } from "./secured-data.ts";
import type { Socket } from "node:net";
import type { DataOffer } from "@twinport/channel";
import type { FTPContext, FTPResponse } from "./FtpContext.ts";

/** A port that waits for the server's data connection. */
export interface ActiveOffer {
  /** The connection, when the server has come; by TLS where the command connection is. Whoever asks for it owns it. */
  connection(): Promise<Socket>;
  withdraw(): void;
}

/** How long a port is held open, where the context has no time-out. */
const LONGEST_WAIT_SECONDS = 60;

/** Command connections whose neighbouring port was offered: a server from port 20 cannot dial it again for a minute. */
const offeredBeside = new WeakSet<Socket>();

/**
 * Opens a port, tells the server by PORT, and lets the transfer wait for the connection. Only the command connection's
 * peer is let in.
 */
export function enterActiveModeIPv4(ftp: FTPContext): Promise<FTPResponse> {
  return offer(ftp, (advertised) => `PORT ${formatHostPort(advertised)}`);
}

/** The same by EPRT, which can say addresses of both families. */
export function enterActiveModeIPv6(ftp: FTPContext): Promise<FTPResponse> {
  return offer(ftp, (advertised) => `EPRT ${formatExtendedPort(advertised)}`);
}

async function offer(ftp: FTPContext, command: (advertised: Parameters<typeof formatHostPort>[0]) => string) {
  const { localAddress, remoteAddress } = ftp.socket;
  if (localAddress === undefined || remoteAddress === undefined) {
    throw new Error("Control socket is disconnected, can't get local address.");
  }
  const local = ip(localAddress);
  const port = await offerOnce({
    local,
    peer: ip(remoteAddress),
    timeout: ftp.timeout > 0 ? (ftp.timeout * 2) / 1000 : LONGEST_WAIT_SECONDS,
    clock: systemClock,
    prefer: portBeside(ftp.socket),
    range: ftp.activePorts,
  });
  const waiting = activeOffer(ftp, port);
  try {
    const advertised = {
      address: ftp.activeAddress === undefined ? local : ip(ftp.activeAddress),
      port: port.bound.port,
    };
    const response = await ftp.request(command(advertised));
    ftp.dataSocket = undefined;
    ftp.dataOffer = waiting;
    return response;
  } catch (error) {
    waiting.withdraw();
    throw error;
  }
}

function activeOffer(ftp: FTPContext, port: DataOffer): ActiveOffer {
  let arrived: Socket | undefined;
  let isAsked = false;
  const arrival = new Promise<Socket>((resolve, reject) => {
    // The socket itself is wanted, for `ftp.dataSocket` is one; the claim is over at that moment.
    port.take = (socket) => {
      port.withdraw();
      // Whoever ends its half wants to see ours end too.
      socket.allowHalfOpen = false;
      arrived = securedData(ftp, socket).on("error", () => {});
      resolve(arrived);
    };
    port.onExpired = () => reject(new Error(`Timeout when waiting for the server on port ${port.bound.port}`));
  });
  // Nobody may be waiting for it.
  arrival.catch(() => {});
  return {
    connection() {
      isAsked = true;
      return arrival;
    },
    withdraw() {
      port.withdraw();
      if (!isAsked) arrived?.destroy();
    },
  };
}

function portBeside(control: Socket): number {
  const { localPort = 0 } = control;
  const isFirst = !offeredBeside.has(control);
  offeredBeside.add(control);
  return isFirst && localPort >= 1024 && localPort < 65_535 ? localPort + 1 : 0;
}
