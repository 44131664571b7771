import dns from "node:dns/promises";
import { cannotReach, formatEndpoint, inPrefix, parseIp } from "@twinport/protocol";
import type { AdvertisedReason, Decision, Endpoint, IpAddress } from "@twinport/protocol";
import type { Clock } from "@twinport/channel";
import type { AddressRule } from "./options.ts";
import type { ServerWarning } from "./observe.ts";

/** How long the address of a name is used before it is looked up again. */
const NAME_LIFE_MS = 60_000;

/** How many peers are remembered as warned about; more of them begin anew. */
const MAX_WARNED = 1024;

/** The session's side of the question what to tell a client. */
export interface PassiveView {
  readonly listener: Endpoint;
  readonly local: IpAddress;
  readonly peer: IpAddress;
}

/** Knows which address each client is told in 227, and why. */
export class AddressBook {
  readonly #rules: readonly AddressRule[];
  readonly #clock: Clock;
  readonly #warn: (warning: ServerWarning) => void;
  readonly #names = new Map<string, { readonly address: Promise<IpAddress | undefined>; readonly until: number }>();
  readonly #warned = new Set<string>();

  constructor(rules: readonly AddressRule[], clock: Clock, warn: (warning: ServerWarning) => void) {
    this.#rules = rules;
    this.#clock = clock;
    this.#warn = warn;
  }

  /** The address for a client, by the first rule that fits; the session's own where none does. */
  async choose(view: PassiveView): Promise<Decision<IpAddress, AdvertisedReason>> {
    const decision = await this.#choose(view);
    this.#warnOnce(decision.value, view.peer);
    return decision;
  }

  async #choose(view: PassiveView): Promise<Decision<IpAddress, AdvertisedReason>> {
    const own: Decision<IpAddress, AdvertisedReason> = { value: view.local, because: ["control-local-address"] };
    const rule = this.#rules.find((one) => fits(one, view));
    if (!rule || rule.address === "local") return own;
    const told = parseIp(rule.address);
    if (told) return { value: told, because: ["told-by-rule"] };
    const resolved = await this.#resolve(rule.address);
    if (resolved) return { value: resolved, because: ["told-by-rule", "name-resolved"] };
    return { value: view.local, because: ["told-by-rule", "name-not-resolved", "control-local-address"] };
  }

  #resolve(name: string): Promise<IpAddress | undefined> {
    const known = this.#names.get(name);
    if (known && this.#clock.now() < known.until) return known.address;
    // Kept while it runs and after a failure: many PASV at once, or a name server that is down, must not take one
    // thread each from the pool that reads and writes files, nor a line each in the log.
    const address = this.#lookUp(name, known?.address);
    this.#names.set(name, { address, until: this.#clock.now() + NAME_LIFE_MS });
    return address;
  }

  async #lookUp(name: string, before: Promise<IpAddress | undefined> | undefined): Promise<IpAddress | undefined> {
    try {
      const found = parseIp((await dns.lookup(name, { family: 4 })).address);
      if (found) return found;
    } catch (error) {
      this.#warn({ code: "passive-name-not-resolved", name, cause: String((error as NodeJS.ErrnoException).code) });
    }
    // What was true a minute ago is more likely to be right than nothing.
    return before;
  }

  #warnOnce(advertised: IpAddress, peer: IpAddress): void {
    const because = cannotReach(advertised, peer);
    if (!because || this.#warned.has(peer.text)) return;
    if (this.#warned.size >= MAX_WARNED) this.#warned.clear();
    this.#warned.add(peer.text);
    this.#warn({ code: "passive-address-unreachable", peer: peer.text, advertised: advertised.text, because });
  }
}

function fits(rule: AddressRule, view: PassiveView): boolean {
  if (rule.clients && !inPrefix(rule.clients, view.peer)) return false;
  return rule.listener === undefined || rule.listener === formatEndpoint(view.listener.address, view.listener.port);
}
