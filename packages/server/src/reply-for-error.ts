import { RemoteProtocolError, codes, reply } from "@twinport/protocol";
import { ChannelError } from "@twinport/channel";
import { StorageError } from "@twinport/storage";
import { ServerError } from "./errors.ts";
import type { ChannelErrorCode } from "@twinport/channel";
import type { Reply, ReplyCode } from "@twinport/protocol";
import type { StorageErrorCode } from "@twinport/storage";

const channelCodes: Readonly<Record<ChannelErrorCode, ReplyCode>> = {
  "listen-failed": codes.cannotOpenData,
  "offer-range-exhausted": codes.cannotOpenData,
  "offer-range-held": codes.cannotOpenData,
  "offer-shortage": codes.cannotOpenData,
  "offer-expired": codes.cannotOpenData,
  "offer-withdrawn": codes.cannotOpenData,
  "offer-ambiguous": codes.cannotOpenData,
  "dial-refused": codes.cannotOpenData,
  "dial-silent": codes.cannotOpenData,
  "dial-unreachable": codes.cannotOpenData,
  "dial-failed": codes.cannotOpenData,
  "data-reset": codes.transferAborted,
  "data-stalled": codes.transferAborted,
  aborted: codes.transferAborted,
  "control-lost": codes.transferAborted,
  "name-not-found": codes.cannotOpenData,
  "proxy-unreachable": codes.cannotOpenData,
  "proxy-refused": codes.cannotOpenData,
  "proxy-login-refused": codes.cannotOpenData,
  "tls-not-spoken": codes.cannotOpenData,
  "tls-handshake-failed": codes.cannotOpenData,
  "tls-certificate-refused": codes.cannotOpenData,
  "tls-timed-out": codes.cannotOpenData,
  "tls-broken": codes.transferAborted,
  "tls-truncated": codes.transferAborted,
  "clear-behind-auth": codes.transferAborted,
  "tls-session-not-resumed": codes.notThisWay,
};

const storageCodes: Readonly<Record<StorageErrorCode, ReplyCode>> = {
  "not-found": codes.fileUnavailable,
  exists: codes.fileUnavailable,
  "not-a-file": codes.fileUnavailable,
  "not-a-directory": codes.fileUnavailable,
  "not-empty": codes.fileUnavailable,
  "permission-denied": codes.fileUnavailable,
  "name-not-allowed": codes.nameNotAllowed,
  "no-space": codes.insufficientStorage,
  "quota-exceeded": codes.exceededAllocation,
  "too-large": codes.exceededAllocation,
  busy: codes.fileBusy,
  "not-supported": codes.fileUnavailable,
  "too-many-open": codes.localError,
  "io-failed": codes.localError,
};

/**
 * What the client hears for a failure: the code that RFC 959 has for it, and our own sentence. Undefined for what
 * nobody foresaw: the client then hears that something failed here, and the operator what.
 */
export function replyForError(error: unknown): Reply | undefined {
  if (error instanceof ChannelError) return reply(channelCodes[error.code], sentence(error.message));
  if (error instanceof StorageError) return reply(storageCodes[error.code], sentence(error.message));
  if (error instanceof ServerError) return reply(codes.localError, sentence(error.message));
  if (error instanceof RemoteProtocolError) {
    const isTooMuch = error.code === "deflate-expands";
    return reply(isTooMuch ? codes.exceededAllocation : codes.transferAborted, sentence(error.message));
  }
  return undefined;
}

/** The code that events and traces have for a failure. */
export function codeForError(error: unknown): string {
  const isOurs = error instanceof ChannelError || error instanceof StorageError || error instanceof ServerError;
  return isOurs || error instanceof RemoteProtocolError ? error.code : "failed";
}

/** A failure of the storage itself, which the operator should hear of. */
export function isStorageFault(error: unknown): boolean {
  return error instanceof StorageError && (error.code === "io-failed" || error.code === "too-many-open");
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
