import { formatPrefix, networkOf } from "@twinport/protocol";
import type { IpAddress } from "@twinport/protocol";

/** Milliseconds for which is counted. */
const WINDOW_MS = 60_000;

/** Clients that are remembered: of more, those that were heard of longest ago are forgotten. */
const MOST_CLIENTS = 1024;

/** How often somebody may ask for something in a minute, however often they log in for it. */
export class AskingRate {
  readonly #most: number;
  /** Heard of longest ago first. */
  readonly #clients = new Map<string, { readonly since: number; count: number }>();

  /** @param most times a minute */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one more; false where that is too often. */
  take(peer: IpAddress, now: number): boolean {
    const name = formatPrefix(networkOf(peer, peer.family === 4 ? 32 : 64));
    const known = this.#clients.get(name);
    const client = known && now - known.since < WINDOW_MS ? known : { since: now, count: 0 };
    this.#clients.delete(name);
    this.#clients.set(name, client);
    const [oldest] = this.#clients.keys();
    if (this.#clients.size > MOST_CLIENTS) this.#clients.delete(oldest!);
    return ++client.count <= this.#most;
  }

  /** Clients that are remembered. */
  get size(): number {
    return this.#clients.size;
  }
}
