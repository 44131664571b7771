import { EventEmitter } from "node:events";

/** Sessions that are kept for a client that knows no tickets: the newest, and some for those who have begun with another. */
const MOST_SESSIONS = 4;

type Loaded = (error: Error | null, session: Buffer | null) => void;

/**
 * The sessions of a client that knows no tickets (curl does without them in TLS 1.2), as Node asks a server for them.
 * With tickets nothing is kept before TLS 1.3, and nothing of use since.
 */
export class SessionsById extends EventEmitter {
  readonly #sessions = new Map<string, Buffer>();
  readonly #ticketNames: Map<string, string>;

  /** @param ticketNames of all sessions, by their ids; those of this one are added and removed */
  constructor(ticketName: string, ticketNames: Map<string, string>) {
    super();
    this.#ticketNames = ticketNames;
    this.on("newSession", (id: Buffer, session: Buffer, done: () => void) => {
      this.#sessions.set(id.toString("hex"), session);
      ticketNames.set(id.toString("hex"), ticketName);
      const [oldest] = this.#sessions.keys();
      if (this.#sessions.size > MOST_SESSIONS) {
        this.#sessions.delete(oldest!);
        ticketNames.delete(oldest!);
      }
      done();
    });
    this.on("resumeSession", (id: Buffer, answer: Loaded) => {
      answer(null, this.#sessions.get(id.toString("hex")) ?? null);
    });
  }

  /** Keeps none of them, and none that a handshake under way still brings. */
  forget(): void {
    this.removeAllListeners();
    for (const id of this.#sessions.keys()) this.#ticketNames.delete(id);
    this.#sessions.clear();
  }
}
