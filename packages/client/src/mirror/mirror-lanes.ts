import { Client } from "../client.ts";
import { ClientError } from "../errors.ts";

/** Some clients of one server, each of which does one thing at a time. */
export interface MirrorLanes {
  /** Fewer stand than were asked for: the server takes no more. */
  readonly isFull: boolean;
  /** Does something with a client that nobody else uses meanwhile; waits until there is one. */
  run<Result>(work: (client: Client) => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

interface Waiting {
  readonly take: (client: Client) => void;
  readonly fail: (error: Error) => void;
}

/** What says that a server takes no more logins, while it goes on with those it has. */
const full: ReadonlySet<string> = new Set([
  "server-busy",
  "login-refused",
  "connect-refused",
  "connect-silent",
  "connect-failed",
  "not-ftp",
  "connection-lost",
  "timed-out",
]);

/** Further logins beside one that stands, opened when there is something for them to do. */
export class ClientLanes implements MirrorLanes, AsyncDisposable {
  readonly #first: Client;
  readonly #own: Client[] = [];
  readonly #idle: Client[];
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  #limit: number;
  #count = 1;
  #opening = 0;
  isFull = false;

  constructor(first: Client, limit: number) {
    this.#first = first;
    this.#idle = [first];
    this.#limit = limit;
  }

  async run<Result>(work: (client: Client) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const client = await this.#lend(signal);
    try {
      return await work(client);
    } finally {
      this.#giveBack(client);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#limit = 0;
    await Promise.all(this.#own.map((client) => client.close()));
  }

  #lend(signal: AbortSignal): Promise<Client> {
    if (signal.aborted) return Promise.reject(new ClientError("aborted", {}, { cause: signal.reason }));
    const idle = this.#idle.pop();
    if (idle) return Promise.resolve(idle);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal.removeEventListener("abort", abort);
        this.#waiting.delete(waiting);
      };
      const abort = (): void => waiting.fail(new ClientError("aborted", {}, { cause: signal.reason }));
      const waiting: Waiting = {
        take: (client) => {
          settle();
          resolve(client);
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", abort);
      while (this.#count < this.#limit && this.#opening < this.#waiting.size) this.#open(signal);
    });
  }

  #giveBack(client: Client): void {
    const [next] = this.#waiting;
    if (next) next.take(client);
    else this.#idle.push(client);
  }

  #open(signal: AbortSignal): void {
    this.#count++;
    this.#opening++;
    const client = new Client(this.#first.settings);
    const first = this.#first;
    client.on("warning", (warning) => first.emit("warning", warning));
    if (first.listenerCount("trace") > 0) client.on("trace", (step) => first.emit("trace", step));
    this.#own.push(client);
    client.connect({ signal }).then(
      () => {
        this.#opening--;
        this.#giveBack(client);
      },
      (error: unknown) => {
        this.#opening--;
        this.#count--;
        // What waits goes over the connections that stand.
        const isFull = error instanceof ClientError && full.has(error.code);
        this.#limit = this.#count;
        this.isFull = true;
        if (!isFull && !signal.aborted)
          for (const one of this.#waiting) one.fail(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }
}
