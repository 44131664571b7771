import net from "node:net";
import { readPassiveReply } from "../data-channel.ts";
import { onAbort } from "../signal-relay.ts";
import type { Reply } from "@twinport/protocol";
import type { ClientCore } from "../core.ts";
import type { Session } from "../session.ts";

/** Bytes that are taken at once: small files, and what the system has of them. */
const CHUNK = 64 * 1024;

/** Seconds for a whole small file; then it is left to those who know what to do about it. */
const SECONDS = 10;

/**
 * Fetches a small file of a known size in the way that has worked on this connection before, with nothing done that is
 * for the cases where something is odd. False where anything was: then nothing was decided, and the file is to be
 * fetched as any other is. There may be a million such files, and none takes longer than what is done about it.
 */
export async function quickFetch(core: ClientCore, path: string, into: Uint8Array, signal: AbortSignal): Promise<boolean> {
  const session = core.standing;
  const mode = session && quickMode(core, session);
  if (!mode) return false;
  const outcome = await new Promise<Outcome>((resolve) => new QuickFetch(core, session, path, into, resolve).start(mode, signal));
  session.isUsed = true;
  // Where replies may still come the next question could not be told from them.
  if (outcome === "broken") core.drop(session);
  return outcome === "whole";
}

type Outcome = "whole" | "refused" | "broken";

/** Passive, in clear, directly, unwatched, and proven. */
function quickMode(core: ClientCore, session: Session): "EPSV" | "PASV" | undefined {
  const { settings, trace } = core.context;
  const { control } = session.conversation;
  const isPlain = !session.dataTls && !settings.rate && !settings.localAddress && !control.isProxied && !trace;
  const isAgreed = session.type === "I" && !session.quirks.wantsPret;
  // A link-local address leads nowhere without its interface.
  if (!isPlain || !isAgreed || control.peerAddress.text.startsWith("fe80:")) return undefined;
  if (core.isProven("epsv")) return "EPSV";
  return core.isProven("pasv") ? "PASV" : undefined;
}

/** Room to read into, for the one data connection that a session has. */
const rooms = new WeakMap<Session, Uint8Array>();

function roomOf(session: Session): Uint8Array {
  const room = rooms.get(session) ?? new Uint8Array(CHUNK);
  rooms.set(session, room);
  return room;
}

class QuickFetch {
  readonly #core: ClientCore;
  readonly #session: Session;
  readonly #path: string;
  readonly #into: Uint8Array;
  readonly #resolve: (outcome: Outcome) => void;
  #socket: net.Socket | undefined;
  #filled = 0;
  #hasEnded = false;
  #final: Reply | undefined;
  #isOver = false;
  #release = (): void => {};

  constructor(core: ClientCore, session: Session, path: string, into: Uint8Array, resolve: (outcome: Outcome) => void) {
    this.#core = core;
    this.#session = session;
    this.#path = path;
    this.#into = into;
    this.#resolve = resolve;
  }

  start(mode: "EPSV" | "PASV", signal: AbortSignal): void {
    const broken = (): void => this.#over("broken");
    const timer = this.#core.context.clock.after(SECONDS * 1000, broken);
    const forget = onAbort(signal, broken);
    this.#release = () => {
      timer.cancel();
      forget();
    };
    this.#send(mode);
    this.#hear();
  }

  #send(word: string, argument?: string): void {
    try {
      this.#session.conversation.send(word, argument);
    } catch {
      this.#over("broken");
    }
  }

  readonly #hear = (): void => {
    const { conversation } = this.#session;
    for (let reply = conversation.take(); reply && !this.#isOver; reply = conversation.take()) this.#heard(reply);
    if (this.#isOver) return;
    if (conversation.isUsable) conversation.onNews(this.#hear);
    else this.#over("broken");
  };

  #heard(reply: Reply): void {
    if (reply.code < 200) return;
    if (!this.#socket) {
      this.#dial(reply);
      return;
    }
    this.#final = reply;
    if (reply.code >= 400) this.#over(reply.code === 421 ? "broken" : "refused");
    else this.#settle();
  }

  #dial(reply: Reply): void {
    const { peerAddress } = this.#session.conversation.control;
    const told = reply.code < 300 ? readPassiveReply(reply) : undefined;
    if (!told || (told.address && told.address.text !== peerAddress.text)) {
      this.#over("refused");
      return;
    }
    this.#socket = net
      .connect({
        host: peerAddress.text,
        port: told.port,
        onread: { buffer: roomOf(this.#session), callback: (count, bytes) => this.#take(bytes.subarray(0, count)) },
      })
      .on("end", () => {
        this.#hasEnded = true;
        this.#settle();
      })
      .on("error", () => this.#over("broken"));
    // The server waits for whoever comes to its port: the one need not be over before the other is said.
    this.#send("RETR", this.#path);
  }

  #take(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    if (this.#filled + bytes.length > this.#into.length) {
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
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    this.#socket?.destroy();
    this.#resolve(outcome);
  }
}
