import { Transfer } from "./transfer.ts";
import { deflating, inflating } from "./deflate.ts";
import type { ChannelError } from "@twinport/channel";
import type { Reply } from "@twinport/protocol";
import type { Session } from "./session.ts";
import type { ReceivePlan, SendPlan } from "./transfer.ts";

/** What an {@link Undertaking} has to know of its session's queue of commands. */
interface Surroundings {
  /** Nobody waits for what is done, from the beginning. */
  readonly isDeserted: () => ChannelError | undefined;
  /** Something has begun that other commands may overtake. */
  readonly begun: () => void;
  readonly ended: () => void;
}

/** What a session is about beside listening to its client: a transfer, other work that takes its time, or waiting. */
export class Undertaking {
  readonly #session: Session;
  readonly #around: Surroundings;
  #transfer: Transfer | undefined;
  #work: { readonly doing: string; readonly controller: AbortController } | undefined;
  #whenOver: (() => void) | undefined;

  constructor(session: Session, around: Surroundings) {
    this.#session = session;
    this.#around = around;
  }

  /** The one that runs. */
  get transfer(): Transfer | undefined {
    return this.#transfer;
  }

  /** Whether work that moves no data runs. */
  get isWorking(): boolean {
    return this.#work !== undefined;
  }

  /** In a few words; undefined where nothing is done. */
  get doing(): string | undefined {
    const transfer = this.#transfer;
    return transfer ? `${transfer.verb} ${transfer.path}` : this.#work?.doing;
  }

  /** Runs a transfer to the client and gives its last reply. */
  send(plan: SendPlan): Promise<Reply> {
    const { state, services } = this.#session;
    const transfer = this.#begin(new Transfer(this.#session, services, plan, "send"));
    if (state.mode === "stream") return this.#end(transfer.send(plan));
    const { plan: compressed, close } = deflating(plan, state.deflateLevel);
    return this.#end(transfer.send(compressed)).finally(close);
  }

  /** Runs a transfer from the client and gives its last reply. */
  receive(plan: ReceivePlan): Promise<Reply> {
    const { state, services } = this.#session;
    const transfer = this.#begin(new Transfer(this.#session, services, plan, "receive"));
    if (state.mode === "stream") return this.#end(transfer.receive(plan));
    const inflated = inflating(plan, this.#session.rates("receive"), services.settings.clock);
    return this.#end(transfer.receive(inflated));
  }

  /** Does something that takes its time and moves no data. The signal says that nobody waits for it any more. */
  async work<T>(doing: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#work = { doing, controller };
    if (this.#around.isDeserted()) controller.abort();
    this.#around.begun();
    try {
      return await run(controller.signal);
    } finally {
      this.#work = undefined;
    }
  }

  /** Lets time go by for the command that runs, or none once nobody waits for it. */
  pause(milliseconds: number): Promise<void> {
    if (this.#around.isDeserted()) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#session.services.settings.clock.after(milliseconds, resolve);
      this.#whenOver = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** Nobody waits any more for what runs. */
  abandon(failure: ChannelError): void {
    this.#whenOver?.();
    this.#transfer?.abort(failure);
    this.#work?.controller.abort();
  }

  #begin(transfer: Transfer): Transfer {
    this.#transfer = transfer;
    const failure = this.#around.isDeserted();
    if (failure) transfer.abort(failure);
    // What came in one piece with its command, or while the storage was asked, is acted on now, as what comes later is.
    if (this.#session.data.isAgreed) this.#around.begun();
    return transfer;
  }

  async #end(running: Promise<Reply>): Promise<Reply> {
    try {
      return await running;
    } finally {
      this.#transfer = undefined;
      this.#around.ended();
    }
  }
}
