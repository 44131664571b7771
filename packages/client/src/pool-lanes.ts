import { ClientError } from "./errors.ts";
import { isBusy } from "./pool-retry.ts";
import { onAbort } from "./signal-relay.ts";
import type { Clock } from "@twinport/channel";
import type { AdaptiveLimit } from "./pool-limit.ts";
import type { Client } from "./client.ts";

/** A call that has no connection yet. */
interface Ticket {
  readonly take: (client: Client) => void;
  readonly fail: (error: Error) => void;
}

/** What {@link Lanes} need from their pool. */
export interface LanesHost {
  readonly limit: AdaptiveLimit;
  readonly clock: Clock;
  /** A client that is not connected yet. */
  readonly make: () => Client;
  /** Another connection was refused while some stand. */
  readonly limited: (limit: number, error: unknown) => void;
}

/**
 * The connections of a pool. They are opened when there is a call for them, and lent to one call at a time; calls wait
 * in line. Nobody waits for the connection that was opened for his call: whichever is free first is his.
 */
export class Lanes {
  readonly #host: LanesHost;
  #idle: Client[] = [];
  readonly #busy = new Set<Client>();
  readonly #opening = new Set<AbortController>();
  #waiting: Ticket[] = [];
  #timer: { cancel(): void } | undefined;
  #isClosed = false;
  #hasStood = false;

  constructor(host: LanesHost) {
    this.#host = host;
  }

  /** All that stand, lent or not. */
  get all(): readonly Client[] {
    return [...this.#idle, ...this.#busy];
  }

  get isQuiet(): boolean {
    return this.#busy.size === 0 && this.#waiting.length === 0;
  }

  /** Somebody was logged in once: the address and the password are right. */
  get hasStood(): boolean {
    return this.#hasStood;
  }

  /**
   * A connection that stands, when it is this call's turn.
   *
   * @throws {ClientError} `aborted`, `closed`, and what connecting throws where no connection stands
   */
  acquire(signal: AbortSignal): Promise<Client> {
    if (this.#isClosed) return Promise.reject(new ClientError("closed"));
    if (signal.aborted) return Promise.reject(aborted(signal));
    return new Promise((resolve, reject) => {
      const ticket: Ticket = {
        take: (client) => {
          over();
          resolve(client);
        },
        fail: (error) => {
          over();
          reject(error);
        },
      };
      const abort = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== ticket);
        this.#trim();
        ticket.fail(aborted(signal));
      };
      const over = onAbort(signal, abort);
      this.#waiting.push(ticket);
      this.#pump();
    });
  }

  /** Takes a connection back; one that is not as it was after its login is left. */
  release(client: Client, isClean: boolean): void {
    this.#busy.delete(client);
    if (isClean && client.core.standing && !this.#isClosed) this.#idle.push(client);
    else this.#leave(client);
    this.#pump();
  }

  /** Leaves all connections, at once; calls that still wait fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const opening of this.#opening) opening.abort();
    for (const ticket of this.#waiting.splice(0)) ticket.fail(new ClientError("closed"));
    await Promise.all(this.all.map((client) => client.close()));
    this.#idle = [];
  }

  #pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#waiting.length > 0 && this.#idle.length > 0) this.#lend(this.#idle.pop()!);
    while (this.#waiting.length > this.#opening.size && this.#host.limit.allows(this.#count)) this.#open();
    const { growsIn } = this.#host.limit;
    const isShort = this.#waiting.length > this.#opening.size && growsIn !== undefined;
    if (isShort) this.#timer = this.#host.clock.after(growsIn + 1, () => this.#pump());
  }

  get #count(): number {
    return this.#idle.length + this.#busy.size + this.#opening.size;
  }

  /** The one that was used last goes first: the others may idle until the server takes them away. */
  #lend(client: Client): void {
    if (!client.core.standing) return this.#leave(client);
    const ticket = this.#waiting.shift();
    if (!ticket) return void this.#idle.push(client);
    this.#busy.add(client);
    ticket.take(client);
  }

  #open(): void {
    const opening = new AbortController();
    this.#opening.add(opening);
    const client = this.#host.make();
    client.connect({ signal: opening.signal }).then(
      () => {
        this.#opening.delete(opening);
        if (this.#isClosed) return this.#leave(client);
        this.#hasStood = true;
        this.#idle.push(client);
        this.#host.limit.opened(this.#idle.length + this.#busy.size);
        this.#pump();
      },
      (error: unknown) => {
        this.#opening.delete(opening);
        this.#leave(client);
        if (!this.#isClosed && !opening.signal.aborted) this.#refused(error);
        this.#pump();
      },
    );
  }

  /** With others that stand it is a matter of how many; with none, all that wait hear why. */
  #refused(error: unknown): void {
    const left = this.#count;
    if (left === 0) {
      if (!isBusy(error)) this.#host.limit.reset();
      for (const ticket of this.#waiting.splice(0)) ticket.fail(error as Error);
      return;
    }
    const before = this.#host.limit.value;
    this.#host.limit.refused(left);
    if (this.#host.limit.value < before) this.#host.limited(this.#host.limit.value, error);
  }

  /** Nobody waits any more for what is being opened. */
  #trim(): void {
    for (const opening of [...this.#opening].slice(this.#waiting.length)) opening.abort();
  }

  #leave(client: Client): void {
    client.close().catch(() => {});
  }
}

function aborted(signal: AbortSignal): ClientError {
  return new ClientError("aborted", {}, { cause: signal.reason });
}
