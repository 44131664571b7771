/** What happened to a connection, or kept one from being made. */
export type ChannelErrorCode =
  | "listen-failed"
  | "offer-range-exhausted"
  | "offer-range-held"
  | "offer-shortage"
  | "offer-expired"
  | "offer-withdrawn"
  | "offer-ambiguous"
  | "dial-refused"
  | "dial-silent"
  | "dial-unreachable"
  | "dial-failed"
  | "data-reset"
  | "data-stalled"
  | "aborted"
  | "control-lost"
  | "name-not-found"
  | "proxy-unreachable"
  | "proxy-refused"
  | "proxy-login-refused"
  | "tls-not-spoken"
  | "tls-handshake-failed"
  | "tls-certificate-refused"
  | "tls-timed-out"
  | "tls-broken"
  | "tls-truncated"
  | "clear-behind-auth"
  | "tls-session-not-resumed";

/** Plain facts: addresses, ports and the name of a system error. */
export type ChannelFacts = Readonly<Record<string, string | number>>;

const sentences: Record<ChannelErrorCode, (facts: ChannelFacts) => string> = {
  "listen-failed": ({ address, port, cause }) => `cannot listen on ${address} port ${port}: ${cause}`,
  "offer-range-exhausted": ({ range, taken, peer }) =>
    `all ${taken} passive ports (${range}) are taken for ${peer}; try again in a moment`,
  "offer-range-held": ({ range, mode = "passive" }) =>
    `no ${mode} port (${range}) can be opened here: other programs hold them`,
  "offer-shortage": () => "no port can be opened now: this server has too much open; try again in a moment",
  "offer-expired": ({ port, seconds }) => `nobody came to port ${port} in ${seconds} s`,
  "offer-withdrawn": ({ port }) => `port ${port} is no longer offered`,
  "offer-ambiguous": ({ port }) =>
    `a connection came to port ${port} that could not be told apart from those of other clients at the same address, ` +
    "since it did not resume the TLS session of its command connection",
  "dial-refused": ({ address, port }) => `${address} port ${port} refuses the connection`,
  "dial-silent": ({ address, port, seconds }) => `${address} port ${port} did not answer in ${seconds} s`,
  "dial-unreachable": ({ address, port }) => `there is no way to ${address} port ${port}`,
  "dial-failed": ({ address, port, cause }) => `cannot connect to ${address} port ${port}: ${cause}`,
  "data-reset": () => "the data connection was reset",
  "data-stalled": ({ seconds }) => `no data moved for ${seconds} s`,
  aborted: () => "the transfer was aborted",
  "control-lost": () => "the command connection was lost",
  "name-not-found": ({ host, cause }) => `there is no address for ${host} (${cause})`,
  "proxy-unreachable": ({ proxy, cause }) => `the proxy ${proxy} cannot be reached: ${cause}`,
  "proxy-refused": ({ proxy, address, port, reason }) =>
    `the proxy ${proxy} does not connect to ${address} port ${port}: ${reason}`,
  "proxy-login-refused": ({ proxy, reason }) => `the proxy ${proxy} does not let us in: ${reason}`,
  "tls-not-spoken": ({ said }) =>
    `the other end does not speak TLS here${said === "" || said === undefined ? "" : `; it said ${JSON.stringify(said)}`}`,
  "tls-handshake-failed": ({ cause }) => `TLS could not be agreed on: ${cause}`,
  "tls-certificate-refused": ({ name, reason, fingerprint }) =>
    `the certificate of ${name} is not trusted: ${reason}${fingerprint === "" ? "" : ` (SHA-256 ${fingerprint})`}`,
  "tls-timed-out": ({ seconds }) => `TLS was not agreed on within ${seconds} s`,
  "tls-broken": ({ cause }) => `the TLS layer of the connection broke: ${cause}`,
  "tls-truncated": () => "the data ended without the end of TLS: it may be only a part",
  "clear-behind-auth": ({ bytes }) =>
    `${bytes} bytes in clear came behind the answer to AUTH; somebody may have put them there`,
  "tls-session-not-resumed": () =>
    "the TLS session of the command connection was not taken up by the data connection, which this server requires",
};

/** The network, or the other end of it, did not do what was needed. */
export class ChannelError extends Error {
  readonly code: ChannelErrorCode;
  readonly facts: ChannelFacts;

  constructor(code: ChannelErrorCode, facts: ChannelFacts = {}, options?: ErrorOptions) {
    super(sentences[code](facts), options);
    this.name = "ChannelError";
    this.code = code;
    this.facts = facts;
  }
}

/** The name of a system error, such as `ECONNREFUSED`. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
