import type { ModeCommand } from "@twinport/protocol";

/** What keeps a mode from working, or will. The codes are stable: each has its page in docs/reference/findings. */
export const causes = [
  /** We dialled, and were refused by a reset or an ICMP message. */
  "out-refused",
  /** We dialled, and nothing came back. */
  "out-silent",
  /** The server was to dial us, and nobody came. */
  "in-silent",
  /** The server says that it has no data connection (425). */
  "server-425",
  /** The server refuses the command of the mode. */
  "server-refuses-mode",
  /** An address was told that means nothing to the other side: one behind a NAT. */
  "address-private",
  /** An address was told, or used, that is not the one that works. */
  "address-wrong",
  /** A box on the way writes another address into what is said. */
  "address-rewritten",
  /** A box on the way reads along on the command connection and opens the ports that it reads of. */
  "helper-present",
  /** … and cannot, where that is encrypted. */
  "helper-blind-under-tls",
  /** Some ports of the server's range pass, and others do not. */
  "range-outside-firewall",
  /** The server has no passive port left. */
  "range-exhausted",
  /** The server takes no data connection whose TLS session is not that of its command connection. */
  "tls-reuse-required",
  /** The server's certificate cannot be believed. */
  "tls-certificate",
  /** TLS did not come about. */
  "tls-failed",
  /** What answers there does not speak FTP, or speaks TLS where clear was expected, or the other way round. */
  "wrong-protocol",
  /** Only a proxy gets out. */
  "proxy-only",
  /** A command connection that is idle is cut. */
  "control-idle-cut",
  /** The data connection stands and carries nothing, or only little: large packets are lost, or somebody answers for the server. */
  "data-stalls",
  /** The command connection is cut, or silent: at the command of a mode, at its greeting, or as soon as data is asked for. */
  "control-cut",
  /** The server lets the user not in: nothing behind that can be tried. */
  "login-refused",
  /** The name is not known. */
  "name-not-found",
] as const;

/** One of {@link causes}. */
export type Cause = (typeof causes)[number];

/** At whose end it is, as far as the evidence goes. What looks alike from here is `undecided`. */
export type Side = "client" | "server" | "undecided";

/** Something that was found, as data. Its sentences are in the catalogues. */
export interface Finding {
  readonly cause: Cause;
  readonly side: Side;
  /** The port that is to be opened, or that was told or dialled; undefined where it is about none. */
  readonly port: number | undefined;
  /** From 0 to 1: 1 where nothing else could explain it. */
  readonly confidence: number;
  /** The modes that it is about. */
  readonly modes: readonly ModeCommand[];
  readonly tls: readonly boolean[];
  readonly families: readonly (4 | 6)[];
  /** What the sentences need: addresses, ranges, the server's words. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** Keeps its modes from working; else it is worth knowing only. */
  readonly blocks: boolean;
}
