import type { IpAddress } from "@twinport/protocol";

/** A packet on its way through the chains; what is undefined is not known. */
export interface Packet {
  readonly family: 4 | 6;
  readonly iif: InterfaceView;
  readonly oif: InterfaceView;
  /** Undefined: somebody's, anywhere. */
  readonly saddr: IpAddress | undefined;
  readonly daddr: IpAddress | undefined;
  readonly sport: number;
  readonly dport: number;
  /** `untracked` where a rule has said so. */
  readonly state: "new" | "established" | "related" | "untracked";
  /** It is an answer: sent by whom the connection came to. */
  readonly isReply: boolean;
  readonly mark: number | undefined;
  readonly isTranslated: boolean;
  readonly isFromUs: boolean;
  /** Undefined where that is not known. */
  readonly isForUs: boolean | undefined;
}

/** An interface as far as it is known: by its name; some interface but loopback; or none at this place. */
export type InterfaceView = { readonly name: string } | "not-loopback" | "none";

/** Whether something holds. */
export type Certainty = "yes" | "no" | "maybe";

export function not(certainty: Certainty): Certainty {
  if (certainty === "maybe") return "maybe";
  return certainty === "yes" ? "no" : "yes";
}

/** Whether all hold. */
export function all<T>(parts: readonly T[], holds: (part: T, at: number) => Certainty): Certainty {
  let found: Certainty = "yes";
  for (let at = 0; at < parts.length; at++) {
    const one = holds(parts[at]!, at);
    if (one === "no") return "no";
    if (one === "maybe") found = "maybe";
  }
  return found;
}

/** Whether one of them holds. */
export function any<T>(parts: readonly T[], holds: (part: T) => Certainty): Certainty {
  let found: Certainty = "no";
  for (const part of parts) {
    const one = holds(part);
    if (one === "yes") return "yes";
    if (one === "maybe") found = "maybe";
  }
  return found;
}

export function certainly(holds: boolean): Certainty {
  return holds ? "yes" : "no";
}
