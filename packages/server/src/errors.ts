/** What the operator has asked for and cannot have. */
export type ConfigErrorCode =
  | "passive-ports-not-valid"
  | "passive-address-not-valid"
  | "prefix-not-valid"
  | "charset-not-known"
  | "client-network-not-valid"
  | "limit-not-valid"
  | "host-not-valid"
  | "certificate-not-valid"
  | "no-certificate"
  | "no-storage"
  | "not-listening";

const sentences: Record<ConfigErrorCode, (facts: Readonly<Record<string, string | number>>) => string> = {
  "passive-ports-not-valid": ({ value }) => `${value} is not a range of ports such as 30000-30099`,
  "passive-address-not-valid": ({ value }) => `"${value}" is neither an IPv4 address nor a name`,
  "prefix-not-valid": ({ value }) => `${value} is not a range of addresses such as 192.0.2.0/24`,
  "charset-not-known": ({ value }) => `${value} is not a charset that this runtime knows`,
  "client-network-not-valid": ({ value }) => `${value} are not lengths of networks such as /24, /64`,
  "limit-not-valid": ({ name, value }) => `the limit ${name} must be more than 0, not ${value}`,
  "host-not-valid": ({ value }) => `"${value}" is not a host name that a client could ask for`,
  "certificate-not-valid": ({ cause }) => `the certificate, its key, or a rule for TLS cannot be used: ${cause}`,
  "no-certificate": () => "there is no certificate, so there is no TLS",
  "no-storage": ({ account }) => `the account ${account} brings no storage, and the server has none`,
  "not-listening": () => "the server does not listen yet",
};

/** The operator, or the embedding program, has configured something that cannot work. */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode;
  readonly facts: Readonly<Record<string, string | number>>;

  constructor(code: ConfigErrorCode, facts: Readonly<Record<string, string | number>> = {}) {
    super(sentences[code](facts));
    this.name = "ConfigError";
    this.code = code;
    this.facts = facts;
  }
}

/** What the server does not do for a client, whoever asks. */
export type ServerErrorCode = "pattern-too-wide";

const serverSentences: Record<ServerErrorCode, string> = {
  "pattern-too-wide": "the pattern fits too many folders",
};

/** The server will not do what it was asked, for it would take too much. */
export class ServerError extends Error {
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode) {
    super(serverSentences[code]);
    this.name = "ServerError";
    this.code = code;
  }
}
