import { performance } from "node:perf_hooks";
import { codes, reply } from "@twinport/protocol";
import { ChannelError, allOf, receiveAll, sendAll } from "@twinport/channel";
import { codeForError } from "./reply-for-error.ts";
import type { ByteSink, ByteSource, DataConnection, PumpOptions, RateLimit } from "@twinport/channel";
import type { Reply, Verb } from "@twinport/protocol";
import type { Services } from "./services.ts";
import type { Session } from "./session.ts";
import type { TransferInfo } from "./observe.ts";

/** After a large file has been sent, the client has this long to close its end. */
const LINGER_MS = 4_000;

/** The longest that is waited, after an upload, for news that the client is gone. */
const STAYS_MS = 20;

/**
 * A system that ends a client's process ends both its connections in good order, one a moment after the other: then what
 * has come may be half of what would have been sent. So a moment is waited for the end of the command connection, as
 * long as a twentieth of what the upload took: a small file hardly waits, and of a large one nobody notices. By the
 * real clock, for it is about packets that are on their way.
 */
function seeWhetherItStays(took: number): Promise<void> {
  const wait = Math.min(STAYS_MS, took / 20);
  return new Promise((resolve) => {
    if (wait < 1) setImmediate(resolve);
    else setTimeout(resolve, wait);
  });
}

/** Up to this size the data is gone at once, so 150 can wait for 226 and go with it. */
const SMALL = 64 * 1024;

/** What a transfer is, whatever it moves. */
interface TransferPlan {
  readonly verb: Verb;
  readonly path: string;
  /** What 150 says of it. */
  readonly title: string;
}

/** Bytes that go to the client. */
export interface SendPlan extends TransferPlan {
  readonly source: ByteSource;
}

/** Bytes that come from the client. */
export interface ReceivePlan extends TransferPlan {
  readonly sink: ByteSink;
  /** All bytes have come: when this is done they are kept, and the client hears 226. */
  readonly commit: () => void | Promise<void>;
  /** The upload has failed, at whichever point. */
  readonly abandon: () => void | Promise<void>;
}

/**
 * One transfer from its command to its last reply: the data connection, 150, the pump, and 226 only when every byte has
 * been sent, or received and kept. ABOR, STAT and the end of the session reach it at any moment.
 */
export class Transfer {
  readonly verb: Verb;
  readonly path: string;
  readonly direction: "send" | "receive";
  readonly #session: Session;
  readonly #services: Services;
  /** Made only where something has to be waited for. */
  #controller: AbortController | undefined;
  readonly #startedAt: number;
  #connection: DataConnection | undefined;
  #failure: ChannelError | undefined;
  #bytes = 0;
  readonly #rates: readonly RateLimit[];

  constructor(session: Session, services: Services, plan: TransferPlan, direction: "send" | "receive") {
    this.#session = session;
    this.#services = services;
    this.verb = plan.verb;
    this.path = plan.path;
    this.direction = direction;
    this.#rates = session.rates(direction);
    this.#startedAt = services.settings.clock.now();
  }

  /** Bytes that have moved so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Seconds since the command. */
  get seconds(): number {
    return (this.#services.settings.clock.now() - this.#startedAt) / 1000;
  }

  /** Ends it: whatever it waits for fails with this. */
  abort(failure: ChannelError): void {
    this.#failure ??= failure;
    this.#controller?.abort();
    this.#connection?.close();
  }

  /** Sends, and gives the last reply. A failure that is the client's or the network's is a reply too. */
  async send(plan: SendPlan): Promise<Reply> {
    const isSmall = plan.source.expected !== undefined && plan.source.expected <= SMALL;
    return this.#run(plan, isSmall, (options) => sendAll(plan.source, options));
  }

  /** Receives, and gives the last reply; the upload is committed or abandoned when it is given. */
  async receive(plan: ReceivePlan): Promise<Reply> {
    let committed = false;
    try {
      return await this.#run(plan, false, async (options) => {
        const began = performance.now();
        await receiveAll(plan.sink, options);
        await seeWhetherItStays(performance.now() - began);
        if (this.#failure) throw this.#failure;
        committed = true;
        await plan.commit();
      });
    } finally {
      if (!committed) await plan.abandon();
    }
  }

  async #run(plan: TransferPlan, isSmall: boolean, pump: (options: PumpOptions) => Promise<void>): Promise<Reply> {
    const session = this.#session;
    let failed: unknown;
    let shared: (() => void)[] = [];
    try {
      const connection = await this.#open(reply(codes.opening, plan.title), isSmall ? "soon" : "now");
      shared = this.#rates.map((rate) => rate.share());
      await pump(this.#pumpOptions(connection));
      const { local, peer } = connection;
      session.trace?.({ kind: "data-last-byte", direction: this.direction, bytes: this.#bytes, local, peer });
      // A small file is with the client before anything that the client says could be in the way.
      if (this.direction === "send" && !isSmall) connection.linger(LINGER_MS);
      else connection.leave();
      return reply(codes.transferComplete, `Transfer complete: ${this.#bytes} bytes.`);
    } catch (error) {
      // What the transfer was ended with says more than what that did to the socket.
      failed = this.#failure ?? error;
      if (this.#failure) this.#connection?.close();
      // By a reset a client would hear less of why: the reply may be lost on it.
      else if (codeForError(error) === "tls-session-not-resumed") this.#connection?.leave();
      else this.#connection?.fail(new ChannelError("aborted"));
      throw failed;
    } finally {
      for (const leave of shared) leave();
      this.#finished(failed);
    }
  }

  /** Opens the data connection and sends 150. */
  async #open(opening: Reply, when: "now" | "soon"): Promise<DataConnection> {
    // Ended before there was anything to be told of it.
    this.#throwIfEnded();
    try {
      if (this.#session.state.protection === "private") return await this.#openSecured(opening);
      const connection = await this.#connect();
      this.#session.send(opening, when);
      return connection;
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** Some clients begin TLS only when they have heard 150 (lftp, ftplib, Go's), some before (curl). */
  async #openSecured(opening: Reply): Promise<DataConnection> {
    const { data, security } = this.#session;
    await data.reach(this.#signal);
    this.#throwIfEnded();
    this.#session.send(opening);
    const connection = await this.#connect();
    await security.secureData(connection, this.direction === "send", this.#signal());
    this.#throwIfEnded();
    return connection;
  }

  async #connect(): Promise<DataConnection> {
    const connection = await this.#session.data.connect(this.#signal);
    this.#connection = connection;
    if (this.#failure) connection.close();
    this.#throwIfEnded();
    this.#services.emit("transfer-started", { ...this.#info, mode: connection.mode, peer: connection.peer });
    return connection;
  }

  readonly #signal = (): AbortSignal => (this.#controller ??= new AbortController()).signal;

  #throwIfEnded(): void {
    if (this.#failure) throw this.#failure;
  }

  get #info(): TransferInfo {
    return { session: this.#session.info, verb: this.verb, path: this.path, direction: this.direction };
  }

  #pumpOptions(connection: DataConnection): PumpOptions {
    const { settings, buffers } = this.#services;
    const { local, peer } = connection;
    return {
      connection,
      buffers,
      clock: settings.clock,
      stallSeconds: settings.limits.stallSeconds,
      rate: allOf(this.#rates),
      onMoved: (bytes) => {
        if (this.#bytes === 0)
          this.#session.trace?.({ kind: "data-first-byte", direction: this.direction, local, peer });
        this.#bytes += bytes;
      },
    };
  }

  #finished(failed: unknown): void {
    const outcome = failed === undefined ? "complete" : "failed";
    const code = failed === undefined ? "complete" : codeForError(failed);
    if (this.#connection) {
      const { local, peer } = this.#connection;
      const traced = outcome === "complete" ? "complete" : "aborted";
      this.#session.trace?.({ kind: "data-closed", bytes: this.#bytes, outcome: traced, code, local, peer });
    }
    this.#services.emit("transfer-finished", {
      ...this.#info,
      bytes: this.#bytes,
      milliseconds: this.#services.settings.clock.now() - this.#startedAt,
      outcome,
      code,
      ...(this.#connection?.wasTruncated && { wasTruncated: true }),
    });
  }
}
