import { ClientError } from "@twinport/client";
import { UsageError } from "./usage-error.ts";
import type { ClientErrorCode } from "@twinport/client";

/** Exit codes of the command. Scripts rely on them: they do not change. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  cannotConnect: 3,
  loginRefused: 4,
  tls: 5,
  noModeMovesData: 6,
  notFound: 7,
  refused: 8,
  localFile: 9,
  notVerified: 10,
  interrupted: 11,
  timedOut: 12,
  worksWithFindings: 13,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each failure of the client ends the command with. */
export const exitCodeOfClient: Readonly<Record<ClientErrorCode, ExitCode>> = {
  "url-not-valid": exitCodes.usage,
  "option-not-valid": exitCodes.usage,
  "path-not-valid": exitCodes.usage,
  "name-not-found": exitCodes.cannotConnect,
  "connect-refused": exitCodes.cannotConnect,
  "connect-silent": exitCodes.cannotConnect,
  "connect-unreachable": exitCodes.cannotConnect,
  "connect-failed": exitCodes.cannotConnect,
  "proxy-failed": exitCodes.cannotConnect,
  "not-ftp": exitCodes.cannotConnect,
  "server-busy": exitCodes.cannotConnect,
  "connection-lost": exitCodes.cannotConnect,
  "login-refused": exitCodes.loginRefused,
  "tls-not-offered": exitCodes.tls,
  "tls-failed": exitCodes.tls,
  "certificate-refused": exitCodes.tls,
  "clear-behind-auth": exitCodes.tls,
  "no-mode-moves-data": exitCodes.noModeMovesData,
  "not-found": exitCodes.notFound,
  refused: exitCodes.refused,
  "not-supported": exitCodes.refused,
  "protocol-not-followed": exitCodes.refused,
  "listing-too-long": exitCodes.refused,
  "local-file": exitCodes.localFile,
  "source-not-repeatable": exitCodes.localFile,
  "size-differs": exitCodes.notVerified,
  "hash-differs": exitCodes.notVerified,
  aborted: exitCodes.interrupted,
  closed: exitCodes.interrupted,
  "timed-out": exitCodes.timedOut,
  "transfer-broken": exitCodes.failed,
  "remote-changed": exitCodes.notVerified,
  "fxp-failed": exitCodes.noModeMovesData,
};

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ClientError) return isOfTime(error) ? exitCodes.timedOut : exitCodeOfClient[error.code];
  if (error instanceof UsageError || isOfName(error, "LocalProtocolError")) return exitCodes.usage;
  return isOfLocalFile(error) ? exitCodes.localFile : exitCodes.failed;
}

/** What else may lie behind a failure, and makes it one of time: the other end was there, and then nothing came of it. */
const behindOfTime: Partial<Record<ClientErrorCode, string>> = {
  "transfer-broken": "data-stalled",
  "not-ftp": "timed-out",
  "tls-failed": "tls-timed-out",
};

function isOfTime({ code, cause }: ClientError): boolean {
  return cause instanceof Error && "code" in cause && cause.code === behindOfTime[code];
}

function isOfName(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** What the system says of files has the path with it. */
function isOfLocalFile(error: unknown): boolean {
  return error instanceof Error && "path" in error && "syscall" in error;
}
