import { ClientError, connectClient } from "@twinport/client";
import { mayLogInUnverified } from "./unverified.ts";
import { plain, saidOf } from "./notes.ts";
import type { Client, TlsTrust } from "@twinport/client";
import type { Endpoint, TraceStep } from "@twinport/protocol";
import type { ControlEvidence, Family, TlsUse } from "../evidence.ts";
import type { Examination } from "./examination.ts";

/** Seconds: a lost SYN is sent again after 1, 3 and 7. */
const timeouts = { connect: 8, reply: 8, data: 8, search: 8 } as const;

const refused = "certificate-refused";

/** What is particular about one command connection. */
interface ControlWish {
  readonly family: Family;
  readonly tls: TlsUse;
  readonly trust?: TlsTrust;
  /** Seconds; 0 leaves an idle connection alone. */
  readonly keepAlive?: number;
  /** It stands: whoever waits for it to be known may go on. */
  readonly onConnected?: () => void;
}

/** A command connection, logged in if it came to that. */
export interface OpenedControl {
  readonly evidence: ControlEvidence;
  readonly client?: Client;
  /** Milliseconds from a command to its reply, the least until now. */
  readonly replyMs: () => number | undefined;
}

/** Connects and logs in; what comes of it is a value. */
export async function openControl(examination: Examination, wish: ControlWish): Promise<OpenedControl> {
  const { connecting, signal, notes, isProxied } = examination;
  const { family, tls, trust = connecting.trust, keepAlive } = wish;
  const seen = new Sight(wish.onConnected);
  const replyMs = (): number | undefined => seen.roundTrip;
  const onTrace = (step: TraceStep): void => {
    notes.step(step);
    seen.take(step);
  };
  try {
    const client = await connectClient({
      ...connecting,
      ...(!isProxied && { family }),
      ...(trust && { trust }),
      ...(keepAlive !== undefined && { keepAlive }),
      ...{ tls, mode: "auto", memory: false, retries: 0, timeouts, onTrace, signal },
    });
    return { client, replyMs, evidence: { family, tls, outcome: "ready", ...seen.told() } };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const { code, facts, reply } = error;
    const isOther = isMail(seen.greeting, code);
    const stopped = examination.left() > 0 ? "stopped" : "timed-out";
    const outcome = isOther ? "not-ftp" : code === "aborted" ? stopped : code;
    const { host, port = 21 } = connecting;
    const told = seen.told({ ...plain(facts), ...(isOther && { host, port, seen: seen.greeting ?? "" }) });
    return { replyMs, evidence: { family, tls, outcome, ...told, ...(reply && { reply: saidOf(reply) }) } };
  }
}

/**
 * By TLS, with the server's certificate checked; where that cannot be believed, and nothing is lost by it, once more
 * without checking: whether data passes is another matter.
 */
export async function openSecured(
  examination: Examination,
  wish: ControlWish & { readonly tls: "explicit" | "implicit" },
): Promise<OpenedControl> {
  const { connecting, isClearAnyway, notes } = examination;
  const unverified = { ...wish, trust: { ...connecting.trust, insecure: true } };
  const mayGoOn = ({ outcome, peer }: ControlEvidence): boolean =>
    outcome === refused && mayLogInUnverified({ user: connecting.user, isClearAnyway, peer });
  const isKnown = notes.controls.some((one) => one.family === wish.family && one.tls === wish.tls && mayGoOn(one));
  if (isKnown) return await openControl(examination, unverified);
  const opened = await openControl(examination, wish);
  if (!mayGoOn(opened.evidence)) return opened;
  notes.controls.push(opened.evidence);
  return await openControl(examination, unverified);
}

/** A mail server greets with 220 as well, and knows no USER. */
function isMail(greeting: string | undefined, code: string): boolean {
  return code === "login-refused" && greeting !== undefined && /\bE?SMTP\b/i.test(greeting);
}

/** What is seen of a command connection while it is made. */
class Sight {
  readonly #began = performance.now();
  readonly #onConnected: (() => void) | undefined;
  #ends: { readonly local: Endpoint; readonly peer: Endpoint } | undefined;
  #connectMs: number | undefined;
  /** Milliseconds from a command to its reply, the least. */
  roundTrip: number | undefined;
  #asked: number | undefined;
  greeting: string | undefined;

  constructor(onConnected: (() => void) | undefined) {
    this.#onConnected = onConnected;
  }

  take(step: TraceStep): void {
    switch (step.kind) {
      case "control-connected":
        this.#ends = { local: step.local, peer: step.peer };
        this.#connectMs = performance.now() - this.#began;
        this.#onConnected?.();
        break;
      case "command-sent":
        this.#asked = performance.now();
        break;
      case "reply-received":
        this.greeting ??= `${step.code} ${step.line}`;
        if (this.#asked !== undefined) this.#answered(performance.now() - this.#asked);
        break;
      default:
    }
  }

  told(facts: Record<string, string | number> = {}): Omit<ControlEvidence, "family" | "tls" | "outcome"> {
    // To connect may take a look-up of the name, or a second SYN: an answer takes no less than a round trip.
    const times = [this.#connectMs, this.roundTrip].filter((one) => one !== undefined);
    const greeting = this.greeting;
    return {
      ...this.#ends,
      ...(this.#ends && { connectMs: Math.min(...times) }),
      facts: { ...facts, ...(greeting !== undefined && { greeting: greeting.slice(0, 200) }) },
    };
  }

  #answered(milliseconds: number): void {
    this.#asked = undefined;
    this.roundTrip = Math.min(this.roundTrip ?? milliseconds, milliseconds);
  }
}
