import type { AttemptOutcome, Endpoint, ModeCommand, TraceEvent } from "@twinport/protocol";

export type Family = 4 | 6;

/** How TLS was used on a command connection. */
export type TlsUse = "off" | "explicit" | "implicit";

/** What the server said last, as far as it matters. */
export interface SaidReply {
  readonly code: number;
  readonly text: string;
}

/** What became of one command connection, up to the login. */
export interface ControlEvidence {
  readonly family: Family;
  readonly tls: TlsUse;
  /** `ready`, or the client's error code (`connect-silent`, `login-refused`, `certificate-refused`, …). */
  readonly outcome: string;
  readonly local?: Endpoint;
  readonly peer?: Endpoint;
  /** Milliseconds that it took to connect. */
  readonly connectMs?: number;
  /** Milliseconds from a command to its reply, the least of the whole conversation: no round trip takes longer. */
  readonly replyMs?: number;
  readonly reply?: SaidReply;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What became of one mode on one command connection. */
export interface AttemptEvidence {
  readonly mode: ModeCommand;
  readonly family: Family;
  readonly tls: TlsUse;
  readonly outcome: AttemptOutcome;
  readonly ms: number;
  /** What moved: a listing, or the beginning of a file. */
  readonly bytes: number;
  /** Our end of the command connection and the other one. */
  readonly control: { readonly local: Endpoint; readonly peer: Endpoint };
  /** Passive: what 227 told (its address) or 229 (undefined address). Active: what PORT or EPRT told. */
  readonly told?: { readonly address?: string; readonly port: number };
  /** Where we dialled. */
  readonly dialed?: Endpoint;
  /** The connection stood (we dialled), or the server came (we offered). */
  readonly connected: boolean;
  /** The ends of the data connection, where it stood: ours and the other one. */
  readonly data?: { readonly local: Endpoint; readonly peer: Endpoint };
  /** From which address and port somebody came whom we did not expect. */
  readonly strangers: readonly Endpoint[];
  /** Milliseconds from the dial to its failure, or to the connection. */
  readonly dialMs?: number;
  /** The answer to the command of the mode, and the last one to the transfer. */
  readonly modeReply?: SaidReply;
  readonly lastReply?: SaidReply;
  readonly facts: Readonly<Record<string, string | number>>;
  /** Why it was made: in its turn, again alone, from a further port of the range, with a large file, to decide something. */
  readonly purpose: "turn" | "alone" | "further-port" | "bulk" | "decide";
  /** What the server at the far end says that it has seen of it, where that is one of ours. */
  readonly seen?: FarSight;
}

/** What a Twinport server saw of a data connection that did not come about. */
export interface FarSight {
  /** Passive: at its port. */
  readonly arrival?: "accepted" | "half-open" | "nothing" | "stranger" | "unknown";
  /** From where somebody else came to that port. */
  readonly stranger?: string;
  /** Its dial to a port of ours, once more: how it ended there, and whether it came here. */
  readonly dialBack?: {
    readonly outcome: "connected" | "refused" | "silent" | "unreachable";
    readonly arrived: boolean;
  };
  /** Both ends dialling each other at the same moment, from and to the same two ports, and one alone before it. */
  readonly punch?: {
    /** Whose dial was made alone: `out` is ours to the server's port, `in` the server's to ours. */
    readonly direction: "out" | "in";
    readonly solo: DialEnd;
    readonly together: DialEnd;
  };
}

/** How a dial ended. */
export type DialEnd = "connected" | "refused" | "silent" | "unreachable";

/** What was found of TLS on the data connections beyond that it works. */
export interface TlsEvidence {
  readonly family: Family;
  /** The same mode without taking up the session of the command connection. */
  readonly withoutReuse?: AttemptOutcome;
  readonly lastReply?: SaidReply;
}

/** Everything that one examination has seen: the findings follow from this and from nothing else. */
export interface Evidence {
  readonly host: string;
  readonly port: number;
  /** How the URL asks for TLS: the verdict is about this. Absent: as the first command connection has it. */
  readonly login?: TlsUse;
  readonly controls: readonly ControlEvidence[];
  readonly attempts: readonly AttemptEvidence[];
  readonly tls: readonly TlsEvidence[];
  /** Connecting without the proxy that was told, where one was. */
  readonly direct?: readonly ControlEvidence[];
  /** A proxy is in use. */
  readonly proxy?: string;
  /** The control address and port of ours as the server sees it, where it is one of ours. */
  readonly observed?: Endpoint;
  /** What the server had read of our PORT where it is one of ours: differs where a box rewrites. */
  readonly heard?: { readonly told: string; readonly heard: string };
  /** The 227 as the server says that it has sent it, and as it came here: differs where a box rewrites. */
  readonly answered?: { readonly told: string; readonly heard: string };
  /** The command connection was left idle for so long. */
  readonly idle?: { readonly seconds: number; readonly outcome: "alive" | "lost" | "silent" };
  /** What the URL names could not be moved, by what the server said: the modes were tried without it. */
  readonly elsewhere?: SaidReply;
  /** The time was over before all was tried. */
  readonly isCut?: boolean;
  readonly trace: readonly TraceEvent[];
}
