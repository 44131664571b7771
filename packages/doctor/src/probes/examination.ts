import type { ClientOptions } from "@twinport/client";
import type { Notes } from "./notes.ts";

/** What to connect to and how, as far as it is the same for every probe. */
export type Connecting = Omit<
  ClientOptions,
  "tls" | "mode" | "prefer" | "memory" | "retries" | "signal" | "onTrace" | "onWarning" | "timeouts" | "limitRate"
>;

/** What all probes of one examination share. */
export interface Examination {
  readonly connecting: Connecting;
  /** What the URL names, seen from the login folder. */
  readonly path: string;
  readonly isFolder: boolean;
  /** The password goes in clear anyway. */
  readonly isClearAnyway: boolean;
  /** Connections are begun by a proxy, which nobody can dial. */
  readonly isProxied: boolean;
  readonly notes: Notes;
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
  /** Milliseconds until then. */
  readonly left: () => number;
  /** Tells what is done now. */
  readonly say: (step: ProbeStep) => void;
}

/** What an examination is doing. */
export interface ProbeStep {
  readonly family: 4 | 6;
  readonly tls: "off" | "explicit" | "implicit";
  readonly doing: "connect" | "epsv" | "pasv" | "eprt" | "port" | "further-port" | "bulk" | "look" | "far-end" | "idle";
}
