import type { PortRange } from "@twinport/channel";

/** A port at which a server takes command connections. */
export interface ControlPort {
  /** `0.0.0.0` or `::` for all addresses of a family. */
  readonly address: string;
  readonly port: number;
  /** `explicit`: AUTH TLS is offered. `implicit`: TLS from the first byte. */
  readonly tls: "off" | "explicit" | "implicit";
}

/** How a server is set up, as far as the network can tell: plain data, whichever server it is. */
export interface Deployment {
  readonly control: readonly ControlPort[];
  /** Passive mode; false where the server has none. */
  readonly passive: false | PassiveDeployment;
  /** Active mode; false where the server has none. */
  readonly active: false | ActiveDeployment;
  /** Sessions at the same time at most; undefined where nothing limits them. */
  readonly sessions?: number;
}

/** The ports that clients dial. */
export interface PassiveDeployment {
  /** Undefined: any port that the system gives. */
  readonly ports?: PortRange;
  /** Addresses that 227 tells in place of the connection's own; a name is resolved by the server. */
  readonly advertised: readonly string[];
  /** One port serves many clients at a time, told apart by their address. */
  readonly sharesPorts: boolean;
}

/** The connections that the server begins. */
export interface ActiveDeployment {
  /** The port that it dials from: 20 by RFC 959, the one below the command port, or any. */
  readonly sourcePort: number | "any";
  /** Where each command port has its own: those of the second command port and on. */
  readonly furtherSourcePorts?: readonly number[];
}
