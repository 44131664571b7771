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
export function allOf(certainties: readonly Certainty[]): Certainty {
  if (certainties.includes("no")) return "no";
  return certainties.includes("maybe") ? "maybe" : "yes";
}

/** Whether one of them holds. */
export function anyOf(certainties: readonly Certainty[]): Certainty {
  if (certainties.includes("yes")) return "yes";
  return certainties.includes("maybe") ? "maybe" : "no";
}

export function certainly(holds: boolean): Certainty {
  return holds ? "yes" : "no";
}
