/** What happened to a connection, or kept one from being made. */
export type ChannelErrorCode =
  | "listen-failed"
  | "offer-range-exhausted"
  | "offer-range-held"
  | "offer-shortage"
  | "offer-expired"
  | "offer-withdrawn"
  | "dial-refused"
  | "dial-silent"
  | "dial-unreachable"
  | "dial-failed"
  | "data-reset"
  | "data-stalled"
  | "aborted"
  | "control-lost";

/** Plain facts: addresses, ports and the name of a system error. */
export type ChannelFacts = Readonly<Record<string, string | number>>;

const sentences: Record<ChannelErrorCode, (facts: ChannelFacts) => string> = {
  "listen-failed": ({ address, port, cause }) => `cannot listen on ${address} port ${port}: ${cause}`,
  "offer-range-exhausted": ({ range, taken, peer }) =>
    `all ${taken} passive ports (${range}) are taken for ${peer}; try again in a moment`,
  "offer-range-held": ({ range }) => `no passive port (${range}) can be opened here: other programs hold them`,
  "offer-shortage": () => "no port can be opened now: this server has too much open; try again in a moment",
  "offer-expired": ({ port, seconds }) => `nobody came to port ${port} in ${seconds} s`,
  "offer-withdrawn": ({ port }) => `port ${port} is no longer offered`,
  "dial-refused": ({ address, port }) => `${address} port ${port} refuses the connection`,
  "dial-silent": ({ address, port, seconds }) => `${address} port ${port} did not answer in ${seconds} s`,
  "dial-unreachable": ({ address, port }) => `there is no way to ${address} port ${port}`,
  "dial-failed": ({ address, port, cause }) => `cannot connect to ${address} port ${port}: ${cause}`,
  "data-reset": () => "the data connection was reset",
  "data-stalled": ({ seconds }) => `no data moved for ${seconds} s`,
  aborted: () => "the transfer was aborted",
  "control-lost": () => "the command connection was lost",
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
