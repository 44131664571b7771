/** Facts an error carries: plain data, no secrets, no real paths. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** What our own caller did wrong. */
export type LocalProtocolErrorCode = "control-byte" | "address-not-valid" | "charset-not-known" | "path-not-valid";

const localSentences: Record<LocalProtocolErrorCode, (facts: Facts) => string> = {
  "control-byte": ({ word }) => `the command ${word} holds CR, LF or NUL and would be two commands`,
  "address-not-valid": ({ address }) => `${address} is not an IP address`,
  "charset-not-known": ({ charset }) => `${charset} is not a charset that this runtime knows`,
  "path-not-valid": ({ because }) => `the path cannot be used: ${because}`,
};

/** Our caller asked for something that FTP cannot say. */
export class LocalProtocolError extends Error {
  readonly code: LocalProtocolErrorCode;
  readonly facts: Facts;

  constructor(code: LocalProtocolErrorCode, facts: Facts, options?: ErrorOptions) {
    super(localSentences[code](facts), options);
    this.name = "LocalProtocolError";
    this.code = code;
    this.facts = facts;
  }
}

/** What the peer said that FTP does not allow. */
export type RemoteProtocolErrorCode =
  | "reply-not-valid"
  | "reply-too-long"
  | "deflate-broken"
  | "deflate-cut-off"
  | "deflate-goes-on"
  | "deflate-expands";

const remoteSentences: Record<RemoteProtocolErrorCode, (facts: Facts) => string> = {
  "reply-not-valid": ({ line }) => `the server sent a line that is no reply: ${line}`,
  "reply-too-long": ({ limit }) => `the server sent a reply of more than ${limit} bytes`,
  "deflate-broken": () => "the compressed data is broken",
  "deflate-cut-off": () => "the compressed data ends before its time",
  "deflate-goes-on": () => "something follows the end of the compressed data",
  "deflate-expands": ({ times }) => `the compressed data expands too much: to more than ${times} times its size`,
};

/** The peer does not speak FTP as RFC 959 has it. */
export class RemoteProtocolError extends Error {
  readonly code: RemoteProtocolErrorCode;
  readonly facts: Facts;

  constructor(code: RemoteProtocolErrorCode, facts: Facts, options?: ErrorOptions) {
    super(remoteSentences[code](facts), options);
    this.name = "RemoteProtocolError";
    this.code = code;
    this.facts = facts;
  }
}
