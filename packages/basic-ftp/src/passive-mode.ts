import { cannotReach, choosePassiveAddress, ip, parseIp } from "@twinport/protocol";
import { parseEpsvResponse, parsePasvResponse } from "./passive-reply.ts";
import { securedData } from "./secured-data.ts";
import type { FTPContext, FTPResponse } from "./FtpContext.ts";

/** EPSV: the server tells a port, and its address is that of the command connection. For both families. */
export async function enterPassiveModeIPv6(ftp: FTPContext): Promise<FTPResponse> {
  const response = await ftp.request("EPSV");
  const port = parseEpsvResponse(response.message);
  await connectForPassiveTransfer(controlHost(ftp), port, ftp);
  return response;
}

/** PASV: the address that the server tells is dialled, unless it can lead nowhere from here. */
export async function enterPassiveModeIPv4(ftp: FTPContext): Promise<FTPResponse> {
  const response = await ftp.request("PASV");
  const { host, port } = parsePasvResponse(response.message);
  const peer = controlHost(ftp);
  const told = parseIp(host);
  const hidden = told && cannotReach(told, ip(peer));
  if (hidden) ftp.log(`PASV told ${host}, which is ${hidden}: dialling ${peer} instead`);
  await connectForPassiveTransfer(hidden ? peer : host, port, ftp);
  return response;
}

/**
 * PASV, but never to another host than that of the command connection. Servers behind NAT tell an address that is wrong
 * from here, and a hostile one might tell a third host's: the command connection's peer is right in both cases.
 */
export async function enterPassiveModeIPv4_forceControlHostIP(ftp: FTPContext): Promise<FTPResponse> {
  const response = await ftp.request("PASV");
  const { host, port } = parsePasvResponse(response.message);
  const peer = controlHost(ftp);
  const told = parseIp(host);
  const chosen = told && choosePassiveAddress({ replied: told, controlPeer: ip(peer), trustReply: false });
  if (chosen?.because.includes("control-peer-preferred")) {
    ftp.log(`PASV told ${host}: dialling ${peer} instead (${chosen.because.join(", ")})`);
  }
  try {
    await connectForPassiveTransfer(peer, port, ftp);
  } catch (cause) {
    if (chosen?.because.includes("reply-differs")) throw anotherHost(host, peer, cause);
    throw cause;
  }
  return response;
}

/** In basic-ftp's words, which programs look for; what it did not dial we have not dialled either. */
function anotherHost(host: string, peer: string, cause: unknown): Error {
  const seen = `PASV returned another host (${host}) for data transfer that you have connected to (${peer}).`;
  const why = `Even though the FTP protocol allows this, basic-ftp disables this feature by default for security reasons.`;
  const advice = `If you do need this feature, instantiate the Client with the optional paramter "allowSeparateTransferHost: true". See the README documentation for more information.`;
  return new Error(`${seen} ${why} ${advice}`, { cause });
}

function controlHost(ftp: FTPContext): string {
  const { remoteAddress } = ftp.socket;
  if (remoteAddress === undefined) throw new Error("Control socket is disconnected, can't get remote address.");
  return remoteAddress;
}

/** Dials a data connection and makes it the context's. */
export function connectForPassiveTransfer(host: string, port: number, ftp: FTPContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = ftp._newSocket();
    const failed = (error: Error): void => {
      error.message = `Can't open data connection in passive mode: ${error.message}`;
      reject(error);
    };
    const late = (): void => {
      socket.destroy();
      reject(new Error(`Timeout when trying to open data connection to ${host}:${port}`));
    };
    socket.on("error", failed);
    socket.on("timeout", late);
    socket.setTimeout(ftp.dialTimeout ?? ftp.timeout);
    socket.connect({ host, port, ...(ftp.ipFamily !== undefined && { family: ftp.ipFamily }) }, () => {
      socket.setTimeout(0);
      socket.removeListener("timeout", late);
      socket.removeListener("error", failed);
      ftp.dataSocket = securedData(ftp, socket);
      resolve();
    });
  });
}
