import { ChannelError } from "@twinport/channel";
import { LocalProtocolError } from "@twinport/protocol";
import { ClientError } from "./errors.ts";
import type { ChannelErrorCode } from "@twinport/channel";
import type { ClientErrorCode } from "./errors.ts";

const codeOf: Partial<Record<ChannelErrorCode, ClientErrorCode>> = {
  "name-not-found": "name-not-found",
  "dial-refused": "connect-refused",
  "dial-silent": "connect-silent",
  "dial-unreachable": "connect-unreachable",
  "dial-failed": "connect-failed",
  "proxy-unreachable": "proxy-failed",
  "proxy-refused": "proxy-failed",
  "proxy-login-refused": "proxy-failed",
  "tls-handshake-failed": "tls-failed",
  "tls-timed-out": "tls-failed",
  "tls-not-spoken": "tls-failed",
  "tls-certificate-refused": "certificate-refused",
  "clear-behind-auth": "clear-behind-auth",
  "control-lost": "connection-lost",
  aborted: "aborted",
};

/** What a connection to a server has failed with, in the client's words; what is none of the network's stays. */
export function clientErrorOf(error: unknown, where: { host: string; port: number }): unknown {
  if (error instanceof LocalProtocolError) {
    return new ClientError("path-not-valid", { path: "what was given", because: error.message }, { cause: error });
  }
  if (!(error instanceof ChannelError)) return error;
  const { facts } = error;
  const proxy = `${facts["proxy"] ?? where.host}`;
  const code = codeOf[error.code] ?? "connect-failed";
  return new ClientError(code, { ...facts, ...where, proxy, cause: error.message }, { cause: error });
}
