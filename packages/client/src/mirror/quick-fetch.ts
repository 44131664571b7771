import { SmallFetch } from "@twinport/channel";
import { ClientError } from "../errors.ts";
import { readPassiveReply } from "../data-channel.ts";
import { onAbort } from "../signal-relay.ts";
import type { Reply } from "@twinport/protocol";
import type { SmallFetchEnd, Timer } from "@twinport/channel";
import type { ClientCore } from "../core.ts";
import type { Command } from "../conversation.ts";
import type { Session } from "../session.ts";

/** Seconds for a whole small file; then it is left to those who know what to do about it. */
const SECONDS = 10;

/** Seconds for the answer to what was asked ahead, when the transfer is over. */
const AHEAD_SECONDS = 2;

/** What became of a file; `refused` and `broken` decide nothing: it is to be fetched as any other is. */
type Outcome = "whole" | "refused" | "broken";

/** The verbs of the modes that need nothing but a dial. */
type Verb = "EPSV" | "PASV";

const endsOfTransfers: ReadonlySet<number> = new Set([226, 426]);

const portsTold: ReadonlySet<number> = new Set([227, 229]);

/** Clients whose server has answered oddly to what was asked ahead: it is asked nothing ahead again. */
const notAhead = new WeakSet<ClientCore>();

/**
 * Fetches small files of known sizes, one after the other, in the way that has worked on this connection before, with
 * nothing done that is for the cases where something is odd: there may be a million of them. Whatever is odd is left to
 * the way in which all other files are fetched.
 *
 * Where the server is known to read in order, the port for the next file is asked for together with this one: that
 * saves a round trip a file.
 */
export class QuickFetch {
  readonly #core: ClientCore;
  readonly #session: Session;
  readonly #verb: Verb;
  readonly #room = SmallFetch.room();
  readonly #timer: Timer;
  readonly #forgetSignal: () => void;
  #path = "";
  #into: Uint8Array = new Uint8Array(0);
  #isMoreToCome = false;
  #resolve: ((outcome: Outcome) => void) | undefined;
  #forgetNews = (): void => {};
  #data: SmallFetch | undefined;
  #hasEnded = false;
  #final: Reply | undefined;
  /** A port was asked for with the file before; what was answered, if that is known. */
  #ahead: "nothing" | "asked" | Reply = "nothing";

  private constructor(core: ClientCore, session: Session, verb: Verb, signal: AbortSignal) {
    this.#core = core;
    this.#session = session;
    this.#verb = verb;
    const { clock, settings } = core.context;
    this.#timer = clock.after(Math.min(SECONDS, settings.timeouts.data) * 1000, () => this.#over("broken"));
    this.#forgetSignal = onAbort(signal, () => this.#over("broken"));
  }

  /** Undefined where the quick way is not open: data under TLS, a proxy, a limited rate, a trace, nothing proven. */
  static on(core: ClientCore, signal: AbortSignal): QuickFetch | undefined {
    const session = core.standing;
    const verb = session && !signal.aborted ? quickVerb(core, session) : undefined;
    return session && verb && new QuickFetch(core, session, verb, signal);
  }

  /**
   * Whether the file is there, whole; after the first that is not, another way has to be gone.
   *
   * @param isMoreToCome another one is likely to follow
   */
  async fetch(path: string, into: Uint8Array, isMoreToCome: boolean): Promise<boolean> {
    if (!this.#session.isUsable) return false;
    const outcome = await new Promise<Outcome>((resolve) => {
      this.#path = path;
      this.#into = into;
      this.#isMoreToCome = isMoreToCome && this.#session.quirks.readsInOrder && !notAhead.has(this.#core);
      this.#resolve = resolve;
      this.#data = undefined;
      this.#hasEnded = false;
      this.#final = undefined;
      this.#timer.refresh();
      this.#begin();
      this.#hear();
    });
    this.#session.isUsed = true;
    // Where replies may still come the next question could not be told from them.
    if (outcome === "broken") this.#core.drop(this.#session);
    return outcome === "whole";
  }

  /** Done when nothing more is to come: the next question would be taken for answered. */
  async leave(): Promise<void> {
    this.#timer.cancel();
    this.#forgetSignal();
    const { conversation } = this.#session;
    while (this.#ahead === "asked" && conversation.isUsable) {
      try {
        const { code } = await conversation.next({ seconds: AHEAD_SECONDS });
        if (code >= 200) this.#ahead = "nothing";
        if (code >= 300) notAhead.add(this.#core);
      } catch {
        notAhead.add(this.#core);
        this.#core.drop(this.#session);
      }
    }
  }

  #begin(): void {
    const ahead = this.#ahead;
    if (ahead === "nothing") this.#send([[this.#verb]]);
    else if (ahead !== "asked") this.#dial(ahead);
  }

  #send(commands: readonly Command[]): void {
    try {
      this.#session.conversation.sendAll(commands);
    } catch (error) {
      // Names that cannot be said are somebody else's to complain about.
      this.#over(error instanceof ClientError ? "broken" : "refused");
    }
  }

  readonly #hear = (): void => {
    const { conversation } = this.#session;
    for (let reply = this.#resolve && conversation.take(); reply; reply = this.#resolve && conversation.take()) {
      if (reply.code >= 200) this.#heard(reply);
    }
    if (!this.#resolve) return;
    if (conversation.isUsable) this.#forgetNews = conversation.onNews(this.#hear);
    else this.#over("broken");
  };

  #heard(reply: Reply): void {
    if (!this.#data) {
      // Some servers say twice that a transfer is over.
      if (!endsOfTransfers.has(reply.code)) this.#dial(reply);
      return;
    }
    if (this.#ahead === "asked" && (this.#final || portsTold.has(reply.code))) {
      // The data of this file is not at its end yet.
      this.#ahead = reply;
      return;
    }
    this.#final = reply;
    if (reply.code >= 400) this.#over(reply.code === 421 ? "broken" : "refused");
    else this.#settle();
  }

  #dial(reply: Reply): void {
    const wasAhead = this.#ahead !== "nothing";
    this.#ahead = "nothing";
    const { address } = this.#session.conversation.control.peer;
    const told = reply.code < 300 ? readPassiveReply(reply) : undefined;
    if (!told || (told.address && told.address.text !== address)) {
      if (wasAhead) notAhead.add(this.#core);
      this.#over("refused");
      return;
    }
    this.#data = new SmallFetch({ address, port: told.port }, this.#into, this.#room, this.#ended);
    const isAhead = this.#isMoreToCome;
    if (isAhead) this.#ahead = "asked";
    // The server waits for whoever comes to its port: the one need not be over before the other is said.
    this.#send(isAhead ? [["RETR", this.#path], [this.#verb]] : [["RETR", this.#path]]);
  }

  readonly #ended = (end: SmallFetchEnd): void => {
    this.#hasEnded = true;
    if (end === "ended") this.#settle();
    else this.#over("broken");
  };

  #settle(): void {
    if (!this.#hasEnded || !this.#final) return;
    this.#over(this.#data?.filled === this.#into.length ? "whole" : "refused");
  }

  #over(outcome: Outcome): void {
    const resolve = this.#resolve;
    if (!resolve) return;
    this.#resolve = undefined;
    // What has no answer by now has been dropped by a server that does not read in order.
    if (outcome === "broken" && this.#ahead === "asked") notAhead.add(this.#core);
    // The next reply is for the next question.
    this.#forgetNews();
    this.#data?.leave();
    resolve(outcome);
  }
}

/** Passive, in clear, directly, unwatched, and proven. */
function quickVerb(core: ClientCore, session: Session): Verb | undefined {
  const { settings, trace } = core.context;
  const { control } = session.conversation;
  const isPlain = !session.dataTls && !settings.rate && !settings.localAddress && !control.isProxied && !trace;
  const isAgreed = session.type === "I" && !session.quirks.wantsPret;
  // A link-local address leads nowhere without its interface.
  if (!isPlain || !isAgreed || control.peer.address.startsWith("fe80:")) return undefined;
  if (core.isProven("epsv")) return "EPSV";
  return core.isProven("pasv") ? "PASV" : undefined;
}
