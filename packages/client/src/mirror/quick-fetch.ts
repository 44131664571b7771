import net from "node:net";
import { ClientError } from "../errors.ts";
import { readPassiveReply } from "../data-channel.ts";
import { onAbort } from "../signal-relay.ts";
import type { Reply } from "@twinport/protocol";
import type { Timer } from "@twinport/channel";
import type { ClientCore } from "../core.ts";
import type { Session } from "../session.ts";

/** Bytes that are taken at once: small files, and what the system has of them. */
const CHUNK = 64 * 1024;

/** Seconds for a whole small file; then it is left to those who know what to do about it. */
const SECONDS = 10;

/** What became of a file; `refused` and `broken` decide nothing: it is to be fetched as any other is. */
type Outcome = "whole" | "refused" | "broken";

/** The verbs of the modes that need nothing but a dial. */
type Verb = "EPSV" | "PASV";

/**
 * Fetches small files of known sizes, one after the other, in the way that has worked on this connection before, with
 * nothing done that is for the cases where something is odd: there may be a million of them. Whatever is odd is left to
 * the way in which all other files are fetched.
 */
export class QuickFetch {
  readonly #core: ClientCore;
  readonly #session: Session;
  readonly #verb: Verb;
  readonly #room = new Uint8Array(CHUNK);
  readonly #timer: Timer;
  readonly #forgetSignal: () => void;
  #path = "";
  #into: Uint8Array = new Uint8Array(0);
  #resolve: ((outcome: Outcome) => void) | undefined;
  #forgetNews = (): void => {};
  #socket: net.Socket | undefined;
  #filled = 0;
  #hasEnded = false;
  #final: Reply | undefined;

  private constructor(core: ClientCore, session: Session, verb: Verb, signal: AbortSignal) {
    this.#core = core;
    this.#session = session;
    this.#verb = verb;
    this.#timer = core.context.clock.after(SECONDS * 1000, () => this.#over("broken"));
    this.#forgetSignal = onAbort(signal, () => this.#over("broken"));
  }

  /** Undefined where the quick way is not open: data under TLS, a proxy, a limited rate, a trace, nothing proven. */
  static on(core: ClientCore, signal: AbortSignal): QuickFetch | undefined {
    const session = core.standing;
    const verb = session && !signal.aborted ? quickVerb(core, session) : undefined;
    return session && verb && new QuickFetch(core, session, verb, signal);
  }

  /** Whether the file is there, whole; after the first that is not, another way has to be gone. */
  async fetch(path: string, into: Uint8Array): Promise<boolean> {
    if (!this.#session.isUsable) return false;
    const outcome = await new Promise<Outcome>((resolve) => {
      this.#path = path;
      this.#into = into;
      this.#resolve = resolve;
      this.#socket = undefined;
      this.#filled = 0;
      this.#hasEnded = false;
      this.#final = undefined;
      this.#timer.refresh();
      this.#send(this.#verb);
      this.#hear();
    });
    this.#session.isUsed = true;
    // Where replies may still come the next question could not be told from them.
    if (outcome === "broken") this.#core.drop(this.#session);
    return outcome === "whole";
  }

  leave(): void {
    this.#timer.cancel();
    this.#forgetSignal();
  }

  #send(word: string, argument?: string): void {
    try {
      this.#session.conversation.send(word, argument);
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
    if (!this.#socket) {
      this.#dial(reply);
      return;
    }
    this.#final = reply;
    if (reply.code >= 400) this.#over(reply.code === 421 ? "broken" : "refused");
    else this.#settle();
  }

  #dial(reply: Reply): void {
    const { address } = this.#session.conversation.control.peer;
    const told = reply.code < 300 ? readPassiveReply(reply) : undefined;
    if (!told || (told.address && told.address.text !== address)) {
      this.#over("refused");
      return;
    }
    const take = (count: number, bytes: Uint8Array): boolean => this.#take(bytes.subarray(0, count));
    this.#socket = net
      .connect({ host: address, port: told.port, onread: { buffer: this.#room, callback: take } })
      .on("end", this.#ended)
      .on("error", this.#failed);
    // The server waits for whoever comes to its port: the one need not be over before the other is said.
    this.#send("RETR", this.#path);
  }

  readonly #ended = (): void => {
    this.#hasEnded = true;
    this.#settle();
  };

  readonly #failed = (): void => this.#over("broken");

  #take(bytes: Uint8Array): boolean {
    if (!this.#resolve || this.#filled + bytes.length > this.#into.length) {
      this.#over("broken");
      return false;
    }
    this.#into.set(bytes, this.#filled);
    this.#filled += bytes.length;
    return true;
  }

  #settle(): void {
    if (this.#hasEnded && this.#final) this.#over(this.#filled === this.#into.length ? "whole" : "refused");
  }

  #over(outcome: Outcome): void {
    const resolve = this.#resolve;
    if (!resolve) return;
    this.#resolve = undefined;
    // The next reply is for the next question.
    this.#forgetNews();
    // What is told to a socket that is gone concerns nobody.
    this.#socket
      ?.off("end", this.#ended)
      .off("error", this.#failed)
      .on("error", () => {})
      .destroy();
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
