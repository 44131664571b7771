import type { PortRange } from "@twinport/channel";
import type { Deployment } from "../deployment.ts";
import type { RulesCheck } from "../firewall/check/check.ts";

/** A program of this machine. */
export interface LocalProgram {
  readonly pid: number;
  readonly name: string;
  /** It is the server that is examined. */
  readonly isServer: boolean;
}

/** A port of this machine at which somebody listens. */
export interface ListeningPort {
  /** `0.0.0.0` or `::` for all addresses. */
  readonly address: string;
  readonly port: number;
  /** Undefined where it cannot be seen: mostly since one must be root. */
  readonly program?: LocalProgram;
}

/** A certificate as it was found. */
export type CertificateFacts =
  | { readonly kind: "unread"; readonly file: string; readonly why: string; readonly isForbidden: boolean }
  | {
      readonly kind: "read";
      readonly file: string;
      /** DNS names and addresses that it is for. */
      readonly names: readonly string[];
      /** Milliseconds since 1970. */
      readonly from: number;
      readonly until: number;
      /** Undefined where the key could not be read. */
      readonly isOfKey: boolean | undefined;
    };

/** What is known of the machine that a server runs on: the checks follow from this and from nothing else. */
export interface ServerFacts {
  readonly deployment: Deployment;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Addresses of this machine's interfaces, without those of loopback. */
  readonly addresses: readonly string[];
  /** Undefined where the system does not tell. */
  readonly listening: readonly ListeningPort[] | undefined;
  /** Connections that have ended and are still remembered, and how many may be. */
  readonly timeWait: { readonly count: number; readonly most: number } | undefined;
  /** Ports that the kernel gives to programs that ask for any. */
  readonly ephemeral: PortRange | undefined;
  /** Of these, those that it leaves out. */
  readonly reserved: readonly PortRange[];
  /** Ports below this need a privilege. */
  readonly unprivilegedFrom: number | undefined;
  /** Whether the server, or whoever asks, has that privilege. */
  readonly isPrivileged: boolean | undefined;
  /** `docker`, `podman`, `kubernetes`, …; undefined outside of any. */
  readonly container: string | undefined;
  /** A card of the machine is seen: a container with a network of its own has none. */
  readonly hasHostNetwork: boolean;
  /** The conntrack helper of FTP: whether it is loaded, and given to port 21 unasked. */
  readonly helper: { readonly isLoaded: boolean; readonly isAutomatic: boolean } | undefined;
  /** What this machine's rules do with what the deployment needs; a text says why they could not be read. */
  readonly rules: RulesCheck | string;
  /** Advertised names, and the addresses that they have now. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly certificates: readonly CertificateFacts[];
}
