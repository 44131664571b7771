import { said } from "./errors.ts";
import type { Clock } from "@twinport/channel";
import type { Reply } from "@twinport/protocol";
import type { Conversation } from "./conversation.ts";
import type { FxpRole } from "./fxp-plan.ts";

/** One of the two servers, and its file. */
export interface FxpEnd {
  readonly path: string;
  readonly session: { readonly conversation: Conversation };
}

/** What became of it; `due` are those whose last reply has not come. */
export type FxpOutcome = { readonly due: readonly FxpRole[] } & (
  | { readonly kind: "done" | "aborted" | "timed-out" }
  /** The servers did not get to each other. */
  | { readonly kind: "shut"; readonly by: FxpRole; readonly why: string }
  | { readonly kind: "refused"; readonly by: FxpRole; readonly reply: Reply }
  | { readonly kind: "lost"; readonly by: FxpRole; readonly why: string }
);

/** How long it is waited. */
export interface FxpPatience {
  /** For the bytes to move. */
  readonly seconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Seconds for the servers to have begun: of a connection that nobody admits they hear no sooner than we. */
const BEGIN_SECONDS = 15;

/** Seconds for the one server, when the other one is done. */
const OTHER_SECONDS = 30;

/** Seconds for a refusal of the one, besides the way there and back, before the other one is told to begin. */
const REFUSAL_SECONDS = 0.15;

const roles: readonly FxpRole[] = ["from", "to"];

/**
 * Sends STOR to the one and RETR to the other, and follows both to their ends. STOR comes first: bytes that come to a
 * server that does not know yet what to do with them, and the end of them, have been seen to be lost (pyftpdlib, which
 * dials when it hears PORT, and then waits for another connection).
 */
export async function followBoth(ends: Readonly<Record<FxpRole, FxpEnd>>, patience: FxpPatience): Promise<FxpOutcome> {
  const { from, to } = ends;
  const run = new Both({ from: from.session.conversation, to: to.session.conversation }, patience);
  run.send("to", "STOR", to.path);
  const { roundTrip } = to.session.conversation;
  const refused = await run.until(REFUSAL_SECONDS + 2 * roundTrip, ({ heard }) => heard.to);
  if (refused) return refused;
  run.send("from", "RETR", from.path);
  return await run.toTheEnd();
}

interface State {
  readonly heard: Record<FxpRole, boolean>;
  readonly finals: Partial<Record<FxpRole, Reply>>;
  readonly outcome: FxpOutcome | undefined;
}

class Both {
  readonly #conversations: Readonly<Record<FxpRole, Conversation>>;
  readonly #patience: FxpPatience;
  readonly #sent = new Set<FxpRole>();
  readonly #heard: Record<FxpRole, boolean> = { from: false, to: false };
  readonly #finals: Partial<Record<FxpRole, Reply>> = {};

  constructor(conversations: Readonly<Record<FxpRole, Conversation>>, patience: FxpPatience) {
    this.#conversations = conversations;
    this.#patience = patience;
  }

  send(role: FxpRole, word: string, path: string): void {
    const conversation = this.#conversations[role];
    if (!conversation.isUsable) return;
    conversation.send(word, path);
    this.#sent.add(role);
  }

  async toTheEnd(): Promise<FxpOutcome> {
    const begun = (state: State): boolean => state.heard.from && state.heard.to;
    const outcome = await this.until(BEGIN_SECONDS, begun);
    if (outcome) return outcome;
    if (!this.#heard.from && !this.#heard.to) {
      return { kind: "shut", by: "to", why: `no word from either server in ${BEGIN_SECONDS} s`, due: this.#due };
    }
    const silent = roles.find((role) => !this.#heard[role]);
    if (silent) return { kind: "shut", by: silent, why: `no word in ${BEGIN_SECONDS} s`, due: this.#due };
    const oneIsDone = (state: State): boolean => Object.keys(state.finals).length > 0;
    const first = await this.until(this.#patience.seconds, oneIsDone);
    if (first) return first;
    if (!oneIsDone(this.#state)) return { kind: "timed-out", due: this.#due };
    return (await this.until(OTHER_SECONDS, () => false)) ?? { kind: "timed-out", due: this.#due };
  }

  /** Waits for an outcome, or for something, or for so long; undefined where there is no outcome yet. */
  async until(seconds: number, isEnough: (state: State) => boolean): Promise<FxpOutcome | undefined> {
    let isLate = false;
    let wake = (): void => {};
    const late = this.#patience.clock.after(seconds * 1000, () => {
      isLate = true;
      wake();
    });
    const abort = (): void => wake();
    this.#patience.signal.addEventListener("abort", abort);
    try {
      for (;;) {
        this.#hear();
        const { outcome } = this.#state;
        if (outcome) return outcome;
        if (isLate || isEnough(this.#state)) return undefined;
        const forgets: (() => void)[] = [];
        await new Promise<void>((resolve) => {
          wake = resolve;
          for (const role of this.#sent) {
            if (this.#finals[role] === undefined) forgets.push(this.#conversations[role].onNews(resolve));
          }
        });
        for (const forget of forgets) forget();
      }
    } finally {
      late.cancel();
      this.#patience.signal.removeEventListener("abort", abort);
    }
  }

  #hear(): void {
    for (const role of this.#sent) {
      if (this.#finals[role]) continue;
      for (let reply = this.#conversations[role].take(); reply; reply = this.#conversations[role].take()) {
        this.#heard[role] = true;
        if (reply.code < 200) continue;
        this.#finals[role] = reply;
        break;
      }
    }
  }

  get #due(): FxpRole[] {
    return [...this.#sent].filter((role) => this.#finals[role] === undefined && this.#conversations[role].isUsable);
  }

  get #state(): State {
    return { heard: this.#heard, finals: this.#finals, outcome: this.#outcome };
  }

  get #outcome(): FxpOutcome | undefined {
    const due = this.#due;
    if (this.#patience.signal.aborted) return { kind: "aborted", due };
    // What a file's server says of the file comes before what the other one makes of the silence.
    const failed = roles.filter((role) => (this.#finals[role]?.code ?? 0) >= 400);
    const by = failed.find((role) => !isShut(this.#finals[role])) ?? failed[0];
    const reply = by && this.#finals[by];
    if (by && reply) {
      return isShut(reply) ? { kind: "shut", by, why: said(reply), due } : { kind: "refused", by, reply, due };
    }
    const lost = roles.find((role) => !this.#conversations[role].isUsable && this.#finals[role] === undefined);
    if (lost) return { kind: "lost", by: lost, why: this.#conversations[lost].failure?.message ?? "", due };
    const isDone = roles.every((role) => this.#finals[role] !== undefined);
    return isDone ? { kind: "done", due } : undefined;
  }
}

/** The servers did not get to each other; or TLS between them did not come about (522), or is not what was agreed on. */
function isShut(reply: Reply | undefined): boolean {
  const code = reply?.code;
  return code === 425 || code === 426 || code === 522 || code === 534 || code === 521;
}
