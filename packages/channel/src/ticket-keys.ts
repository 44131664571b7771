import { randomBytes } from "node:crypto";
import type tls from "node:tls";

/** The first bytes of a ticket, in clear, that name the keys it was made with. */
const KEY_NAME_BYTES = 16;
const KEY_BYTES = 16;

/** Whether a connection brings new tickets. */
export type Gives = "tickets" | "no tickets";

interface TicketCallbacks {
  readonly context: {
    enableTicketKeyCallback?: () => void;
    onticketkeycallback?: (name: Buffer, iv: Buffer, isNew: boolean) => readonly [number, ...Buffer[]];
  };
}

// What OpenSSL hears of a ticket: that there is none, that it is good, and that a new one is to be given as well.
const NONE = 0;
const GOOD = 1;
const RENEW = 2;

/**
 * The keys of one session's tickets. Clients on OpenSSL show a ticket of TLS 1.3 once (curl does), so every connection
 * that takes up a session has to bring a new one; with `ticketKeys` alone Node brings none. What it asks for keys
 * otherwise is not documented (it is there in Node 20 and 26); without it they are used as Node does.
 */
export class TicketKeys {
  readonly name = randomBytes(KEY_NAME_BYTES);
  readonly #keys = [randomBytes(KEY_BYTES), randomBytes(KEY_BYTES)] as const;

  get all(): Buffer {
    return Buffer.concat([this.name, ...this.#keys]);
  }

  useIn(made: tls.SecureContext, gives: Gives): void {
    const { context } = made as unknown as TicketCallbacks;
    if (!context.enableTicketKeyCallback) return;
    // Keys are given in any case: without them Node ends the process.
    context.onticketkeycallback = (name, _iv, isNew) => {
      if (isNew) return [gives === "tickets" ? GOOD : NONE, ...this.#keys, this.name, randomBytes(KEY_BYTES)];
      if (!name.equals(this.name)) return [NONE, ...this.#keys];
      return [gives === "tickets" ? RENEW : GOOD, ...this.#keys];
    };
    context.enableTicketKeyCallback();
  }
}
