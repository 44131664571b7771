import { visible } from "@twinport/protocol";
import type { AttemptOutcome, Facts, Reply, ModeCommand } from "@twinport/protocol";

/** What stopped the client. The codes are stable: they are what a program may look at. */
export type ClientErrorCode =
  | "url-not-valid"
  | "option-not-valid"
  | "path-not-valid"
  | "name-not-found"
  | "connect-refused"
  | "connect-silent"
  | "connect-unreachable"
  | "connect-failed"
  | "proxy-failed"
  | "not-ftp"
  | "server-busy"
  | "login-refused"
  | "tls-not-offered"
  | "tls-failed"
  | "certificate-refused"
  | "clear-behind-auth"
  | "no-mode-moves-data"
  | "not-found"
  | "refused"
  | "not-supported"
  | "local-file"
  | "size-differs"
  | "hash-differs"
  | "source-not-repeatable"
  | "transfer-broken"
  | "listing-too-long"
  | "fxp-failed"
  | "remote-changed"
  | "connection-lost"
  | "protocol-not-followed"
  | "timed-out"
  | "aborted"
  | "closed";

/** What was tried to move bytes, what was seen, and how long it took. */
export interface Attempt {
  readonly mode: ModeCommand;
  readonly because: readonly string[];
  readonly outcome: AttemptOutcome;
  readonly seconds: number;
  /** What was seen: addresses, ports, and the server's words. */
  readonly facts: Facts;
}

interface Row {
  readonly sentence: (facts: Facts) => string;
  /** The same may work in a moment, with nothing changed. */
  readonly retryable?: true;
}

const rows: Readonly<Record<ClientErrorCode, Row>> = {
  "url-not-valid": { sentence: ({ url, because }) => `${url} is no FTP URL: ${because}` },
  "option-not-valid": { sentence: ({ option, because }) => `${option} ${because}` },
  "path-not-valid": { sentence: ({ path, because }) => `${path} cannot be used as a path: ${because}` },
  "name-not-found": { sentence: ({ host }) => `there is no host ${host}` },
  "connect-refused": { sentence: ({ host, port }) => `${host} refuses connections to port ${port}`, retryable: true },
  "connect-silent": {
    sentence: ({ host, port, seconds }) => `${host} port ${port} did not answer in ${seconds} s`,
    retryable: true,
  },
  "connect-unreachable": { sentence: ({ host, port }) => `there is no way to ${host} port ${port}`, retryable: true },
  "connect-failed": {
    sentence: ({ host, port, cause }) => `cannot connect to ${host} port ${port}: ${cause}`,
    retryable: true,
  },
  "proxy-failed": { sentence: ({ proxy, cause }) => `the proxy ${proxy} does not connect us: ${cause}` },
  "not-ftp": { sentence: ({ host, port, seen }) => `${host} port ${port} does not speak FTP: ${seen}` },
  "server-busy": { sentence: ({ said }) => `the server takes nobody in now: ${said}`, retryable: true },
  "login-refused": { sentence: ({ user, said }) => `the server does not let ${user} in: ${said}` },
  "tls-not-offered": { sentence: ({ said }) => `the server does not speak TLS: ${said}` },
  "tls-failed": { sentence: ({ cause }) => `TLS did not come about: ${cause}` },
  "certificate-refused": {
    sentence: ({ reason, fingerprint }) => `the server's certificate is refused: ${reason} (SHA-256 ${fingerprint})`,
  },
  "clear-behind-auth": {
    sentence: () => "the server sent text in clear behind its answer to AUTH: somebody may have put it there",
  },
  "no-mode-moves-data": { sentence: ({ tried }) => `no mode moves data: ${tried}`, retryable: true },
  "not-found": { sentence: ({ path, said }) => `${path} is not there: ${said}` },
  refused: { sentence: ({ command, said }) => `the server refuses ${command}: ${said}` },
  "not-supported": { sentence: ({ command, said }) => `the server does not know ${command}: ${said}` },
  "local-file": { sentence: ({ path, cause }) => `${path}: ${cause}` },
  "size-differs": {
    sentence: ({ path, expected, got }) => `${path} has ${got} bytes where ${expected} were expected`,
    retryable: true,
  },
  "hash-differs": {
    sentence: ({ path, algorithm, expected, got }) =>
      `${path} is not what was sent: ${algorithm} is ${got}, not ${expected}`,
    retryable: true,
  },
  "source-not-repeatable": {
    sentence: ({ moved }) => `the transfer broke after ${moved} bytes, and what was read cannot be read again`,
  },
  "transfer-broken": {
    sentence: ({ moved, cause }) => `the transfer broke after ${moved} bytes: ${cause}`,
    retryable: true,
  },
  "listing-too-long": { sentence: ({ limit }) => `the server sent a listing of more than ${limit}` },
  "fxp-failed": { sentence: ({ from, to, tried }) => `${from} and ${to} do not connect to each other: ${tried}` },
  "remote-changed": {
    sentence: ({ path, because }) => `${path} changed while it was fetched: ${because}`,
    retryable: true,
  },
  "connection-lost": { sentence: ({ cause }) => `the command connection was lost: ${cause}`, retryable: true },
  "protocol-not-followed": { sentence: ({ because }) => `the server does not keep to FTP: ${because}` },
  "timed-out": { sentence: ({ what, seconds }) => `${what} took more than ${seconds} s`, retryable: true },
  aborted: { sentence: () => "aborted" },
  closed: { sentence: () => "the client is closed" },
};

interface Details {
  readonly reply?: Reply | undefined;
  readonly attempts?: readonly Attempt[] | undefined;
  readonly cause?: unknown;
}

/**
 * Whatever the client throws. `code` says what stopped it, `facts` with which data, `reply` what the server said last
 * about it (also where a socket died meanwhile), `attempts` which modes were tried.
 */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  readonly facts: Facts;
  /** The same may work in a moment, with nothing changed. */
  readonly retryable: boolean;
  readonly reply: Reply | undefined;
  readonly attempts: readonly Attempt[];

  constructor(code: ClientErrorCode, facts: Facts = {}, { reply, attempts = [], cause }: Details = {}) {
    super(rows[code].sentence(facts), cause === undefined ? undefined : { cause });
    this.name = "ClientError";
    this.code = code;
    this.facts = facts;
    // A refusal by 4yz is one of the moment (RFC 959 §4.2.1).
    const isPassing = reply !== undefined && reply.code >= 400 && reply.code < 500 && code === "refused";
    this.retryable = rows[code].retryable === true || isPassing;
    this.reply = reply;
    this.attempts = attempts;
  }
}

/** An error that tells what was tried before it; one that does so already, or is none of ours, stays. */
export function withAttempts(error: unknown, attempts: readonly Attempt[]): unknown {
  if (!(error instanceof ClientError) || error.attempts.length > 0 || attempts.length === 0) return error;
  const { code, facts, reply, cause = error } = error;
  return new ClientError(code, facts, { reply, attempts, cause });
}

/** What a server said, in one line that a terminal can show. */
export function said(reply: Reply): string {
  return visible(`${reply.code} ${reply.lines.join(" / ").slice(0, 300)}`);
}
