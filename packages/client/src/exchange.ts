import { ChannelError, receiveAll, sendAll } from "@twinport/channel";
import { meaningOf } from "./final-reply.ts";
import { said } from "./errors.ts";
import { closeDoor } from "./data-channel.ts";
import type { DataConnection, PumpOptions } from "@twinport/channel";
import type { AttemptFailure, Facts, Reply } from "@twinport/protocol";
import type { ClientContext } from "./context.ts";
import type { ControlState, ExchangeOutcome, ExchangePatience } from "./exchange-outcome.ts";
import type { Door } from "./data-channel.ts";
import type { Session } from "./session.ts";
import type { TransferPlan } from "./transfer-plan.ts";

type Phase =
  | "late-data"
  | "connection"
  | "late-connection"
  | "first-reply"
  | "first-byte"
  | "unanswered"
  | "moving"
  | "final-reply"
  | "reason";

/** Sends the transfer command and follows both connections to the end. */
export async function exchange(
  context: ClientContext,
  session: Session,
  door: Door,
  plan: TransferPlan,
  patience: ExchangePatience,
  signal: AbortSignal,
): Promise<ExchangeOutcome> {
  const run = new Exchange(context, session, door, plan, patience, signal);
  try {
    return await run.run();
  } finally {
    run.leave();
  }
}

class Exchange {
  readonly #context: ClientContext;
  readonly #session: Session;
  readonly #door: Door;
  readonly #plan: TransferPlan;
  readonly #patience: ExchangePatience;
  readonly #signal: AbortSignal;
  #connection: DataConnection | undefined;
  #isReady = false;
  #isMoving = false;
  #end: { readonly error?: unknown } | undefined;
  #begun: Reply | undefined;
  #final: Reply | undefined;
  #moved = 0;
  #phase: Phase | "connection-begun" | undefined;
  #late: Phase | undefined;
  #timer: { cancel(): void } | undefined;
  #wake: () => void = () => {};
  #isOver = false;

  constructor(
    context: ClientContext,
    session: Session,
    door: Door,
    plan: TransferPlan,
    patience: ExchangePatience,
    signal: AbortSignal,
  ) {
    this.#context = context;
    this.#session = session;
    this.#door = door;
    this.#plan = plan;
    this.#patience = patience;
    this.#signal = signal;
  }

  async run(): Promise<ExchangeOutcome> {
    const { conversation } = this.#session;
    const wakeUp = (): void => this.#wake();
    this.#signal.addEventListener("abort", wakeUp);
    try {
      conversation.send(this.#plan.verb, this.#plan.argument);
      this.#await();
      for (;;) {
        this.#hear();
        const outcome = this.#decide();
        if (outcome) return outcome;
        this.#enter(this.#currentPhase);
        await new Promise<void>((resolve) => {
          const forget = conversation.isUsable ? conversation.onNews(() => this.#wake()) : () => {};
          this.#wake = () => {
            this.#wake = () => {};
            forget();
            resolve();
          };
          if (conversation.hasWaiting || this.#signal.aborted) this.#wake();
        });
      }
    } finally {
      this.#signal.removeEventListener("abort", wakeUp);
      this.#timer?.cancel();
    }
  }

  /** Whatever is still open is closed. */
  leave(): void {
    this.#isOver = true;
    const connection = this.#connection;
    if (!connection || this.#door.kind === "offered") closeDoor(this.#door);
    if (this.#end && this.#end.error === undefined) connection?.leave();
    else connection?.fail(new ChannelError("aborted"));
  }

  #await(): void {
    if (this.#door.kind === "dialed") {
      this.#stands(this.#door.connection);
      return;
    }
    this.#door.offer.connection("client").then(
      (connection) => {
        if (this.#isOver) connection.close();
        else this.#stands(connection);
        this.#wake();
      },
      // Withdrawn by us, or out of time: the phase's own timer says so.
      () => {},
    );
  }

  #stands(connection: DataConnection): void {
    this.#connection = connection;
    const { local, peer, mode } = connection;
    this.#context.trace?.({ kind: "data-connected", mode, local, peer });
    connection.onFailure((error) => {
      if (!this.#isMoving) this.#ended(error);
    });
    const { dataTls } = this.#session;
    if (!dataTls) {
      this.#isReady = true;
      return;
    }
    const { clock } = this.#context;
    connection
      .secure({ ...dataTls, timeout: this.#patience.handshake, clock, signal: this.#signal, onTruncated: "tell" })
      .then(
        ({ protocol, isResumed }) => {
          this.#context.trace?.({ kind: "data-secured", protocol, isResumed, local, peer });
          this.#isReady = true;
          this.#wake();
        },
        (error: unknown) => this.#ended(error),
      );
  }

  #hear(): void {
    const { conversation } = this.#session;
    for (let reply = conversation.take(); reply; reply = conversation.take()) {
      if (reply.code >= 200) this.#final = reply;
      else {
        this.#begun = reply;
        // What has begun is not done: that was another transfer's last word, said once more.
        if (this.#final && this.#final.code < 300 && this.#moved === 0) this.#final = undefined;
      }
    }
    // Bytes may come before the 150 is read; what goes out waits for it.
    if (!this.#isReady || this.#isMoving || this.#end) return;
    const isTime = !this.#isSending || this.#begun !== undefined || this.#late === "first-reply";
    if (isTime && !this.#isRefused) this.#move(this.#connection!);
  }

  get #isSending(): boolean {
    return this.#plan.body.direction === "send";
  }

  get #isRefused(): boolean {
    return this.#final !== undefined && this.#final.code >= 300;
  }

  #move(connection: DataConnection): void {
    this.#isMoving = true;
    const { settings, buffers, clock } = this.#context;
    const { body } = this.#plan;
    const { local, peer } = connection;
    const ends = { local, peer, direction: body.direction };
    const options: PumpOptions = {
      connection,
      buffers,
      clock,
      stallSeconds: this.#patience.stall,
      rate: settings.rate,
      receiveChunk: body.direction === "receive" ? body.chunk : undefined,
      onMoved: (bytes) => {
        if (this.#moved === 0) {
          this.#context.trace?.({ kind: "data-first-byte", ...ends });
          this.#wake();
        }
        this.#moved += bytes;
        this.#plan.onMoved?.(bytes);
      },
    };
    const start = async (): Promise<void> =>
      body.direction === "receive"
        ? await receiveAll(body.sink(this.#session), options)
        : await sendAll(body.source(), options);
    start().then(
      () => {
        this.#context.trace?.({ kind: "data-last-byte", ...ends, bytes: this.#moved });
        // Ours is ended too, at once: vsftpd waits for our end of TLS before it says 226.
        if (body.direction === "receive") connection.end().catch(() => {});
        this.#ended();
      },
      (error: unknown) => this.#ended(error),
    );
  }

  #ended(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  get #currentPhase(): Phase {
    if (this.#end) return this.#end.error === undefined ? "final-reply" : "reason";
    if (!this.#connection) return this.#final ? "late-connection" : "connection";
    if (this.#final && !this.#isSending && this.#moved === 0) return "late-data";
    if (this.#isSending && this.#isMoving && !this.#begun && !this.#final) return "unanswered";
    if (this.#moved > 0 || this.#final) return "moving";
    if (!this.#begun) return "first-reply";
    return this.#isSending ? "moving" : "first-byte";
  }

  /** A phase has its own time from its beginning; a 150 gives the server's dial time anew. */
  #enter(phase: Phase): void {
    const key = phase === "connection" && this.#begun ? "connection-begun" : phase;
    if (key === this.#phase) return;
    this.#phase = key;
    this.#timer?.cancel();
    const seconds = this.#secondsOf(phase);
    if (seconds === undefined) return;
    this.#timer = this.#context.clock.after(seconds * 1000, () => {
      this.#late = phase;
      this.#wake();
    });
  }

  #secondsOf(phase: Phase): number | undefined {
    const { arrival, lateConnection, missing150, firstReply, firstByte, lastReply, reason } = this.#patience;
    switch (phase) {
      case "connection":
        return arrival;
      case "late-data":
        // What is late comes another way than the reply, and a listing must not pass for empty.
        return lastReply(0);
      case "late-connection":
        return lateConnection;
      case "first-reply":
        return this.#isSending ? missing150 : firstReply;
      case "first-byte":
        return firstByte;
      case "unanswered":
        return firstReply;
      case "final-reply":
        // Who has never said 150 may be nobody.
        return lastReply(this.#isSending && this.#begun ? this.#moved : 0);
      case "reason":
        return reason;
      case "moving":
        return undefined;
    }
  }

  #decide(): ExchangeOutcome | undefined {
    const { conversation } = this.#session;
    const isLost = !conversation.isUsable;
    if (this.#signal.aborted) {
      return this.#stopped(this.#signal.reason, isLost);
    }
    if (this.#end?.error !== undefined && !(this.#end.error instanceof ChannelError)) {
      return this.#stopped(this.#end.error, isLost);
    }
    if (this.#final) return this.#decideBy(this.#final);
    if (isLost) return this.#decideLost();
    return this.#late === undefined || this.#late !== this.#currentPhase ? undefined : this.#decideLate(this.#late);
  }

  #stopped(error: unknown, isLost: boolean): ExchangeOutcome {
    const control = isLost ? "lost" : this.#final ? "clean" : "busy";
    return { kind: "stopped", error, control, moved: this.#moved };
  }

  #decideBy(final: Reply): ExchangeOutcome | undefined {
    const moved = this.#moved;
    const facts = { ...this.#door.facts, said: said(final), bytes: moved };
    const hasAll = this.#end !== undefined && this.#end.error === undefined;
    const meaning = meaningOf(final, moved);
    // It leaves after all has moved: then its last word is all that is missing.
    if (meaning === "control-lost" && hasAll) return { kind: "unsettled", moved, control: "lost", why: said(final) };
    if (meaning === "refused") return { kind: "refused", reply: final, moved };
    if (meaning !== "done") return this.#failed(meaning, meaning === "control-lost" ? "lost" : "clean", facts);
    if (!this.#connection && this.#late === "late-connection") return this.#failed("nobody-came", "clean", facts);
    const done = { kind: "done", reply: final, moved, truncated: this.#connection?.wasTruncated ?? false } as const;
    // Some servers do not open what there is nothing to be sent through, nor close it.
    if (hasAll || (this.#late === "late-data" && moved === 0)) return done;
    return this.#end && this.#failed(failureOf(this.#end.error), "clean", facts);
  }

  #decideLost(): ExchangeOutcome | undefined {
    const why = this.#session.conversation.failure?.message ?? "";
    if (this.#end && this.#end.error === undefined) {
      return { kind: "unsettled", moved: this.#moved, control: "lost", why };
    }
    // What moves may still come to its end without the command connection.
    if (this.#isMoving && !this.#end) return undefined;
    return this.#failed("control-lost", "lost", { ...this.#door.facts, cause: why, bytes: this.#moved });
  }

  #decideLate(phase: Phase): ExchangeOutcome | undefined {
    const { facts } = this.#door;
    switch (phase) {
      case "connection": {
        const failure = this.#begun ? "nobody-came" : "control-silent";
        return this.#failed(failure, "busy", { ...facts, seconds: this.#patience.arrival });
      }
      case "first-reply":
        // What is sent has begun without a 150; TLS has its own time.
        if (this.#isSending) return undefined;
        return this.#failed("control-silent", "busy", { ...facts, seconds: this.#patience.firstReply });
      case "unanswered":
        // A box on the way may have taken the connection and the bytes, and have nobody to give them to.
        return this.#failed("control-silent", "busy", { ...facts, seconds: this.#patience.firstReply });
      case "first-byte":
        return this.#failed("no-bytes", "busy", { ...facts, seconds: this.#patience.firstByte });
      case "final-reply":
        return { kind: "unsettled", moved: this.#moved, control: "busy", why: "no last reply came" };
      case "reason":
        return this.#failed(failureOf(this.#end?.error), "busy", { ...facts, bytes: this.#moved });
      default:
        return undefined;
    }
  }

  #failed(failure: AttemptFailure, control: ControlState, facts: Facts): ExchangeOutcome {
    const error = this.#end?.error;
    return {
      kind: "failed",
      failure,
      control,
      moved: this.#moved,
      reply: this.#final,
      facts: { ...facts, ...(error instanceof Error && { cause: error.message }) },
      cause: error,
    };
  }
}

function failureOf(error: unknown): AttemptFailure {
  return error instanceof ChannelError && error.code.startsWith("tls-") ? "tls-failed" : "data-broken";
}
