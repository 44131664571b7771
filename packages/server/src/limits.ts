import type { IpAddress } from "@twinport/protocol";
import type { Limits } from "./options.ts";

/** Counts sessions against the limits on them. */
export class SessionCount {
  readonly #limits: Limits;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts a session in, unless a limit forbids it: then which. */
  enter(peer: IpAddress): "too-many-sessions" | "too-many-from-address" | undefined {
    if (this.#all >= this.#limits.sessions) return "too-many-sessions";
    const key = clientOf(peer);
    const same = this.#byAddress.get(key) ?? 0;
    if (same >= this.#limits.sessionsPerAddress) return "too-many-from-address";
    this.#all++;
    this.#byAddress.set(key, same + 1);
    return undefined;
  }

  leave(peer: IpAddress): void {
    this.#all--;
    const key = clientOf(peer);
    const same = this.#byAddress.get(key) ?? 0;
    if (same <= 1) this.#byAddress.delete(key);
    else this.#byAddress.set(key, same - 1);
  }
}

/** One client: an IPv4 address, or the /64 that a host or a home has of IPv6. */
function clientOf(peer: IpAddress): string {
  return peer.family === 4 ? peer.text : peer.bytes.slice(0, 8).join(".");
}
