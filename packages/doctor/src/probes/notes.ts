import type { TraceStep } from "@twinport/protocol";
import type { AttemptEvidence, ControlEvidence, Evidence, SaidReply, TlsEvidence } from "../evidence.ts";
import type { Reply } from "@twinport/protocol";

/** Steps of a trace that are kept. */
const MOST_STEPS = 10_000;

/** What one examination has seen so far. */
export class Notes {
  readonly controls: ControlEvidence[] = [];
  readonly attempts: AttemptEvidence[] = [];
  readonly tls: TlsEvidence[] = [];
  readonly direct: ControlEvidence[] = [];
  readonly #trace: TraceStep[] = [];
  observed: Evidence["observed"];
  heard: Evidence["heard"];
  answered: Evidence["answered"];
  idle: Evidence["idle"];
  elsewhere: Evidence["elsewhere"];
  isCut = false;
  readonly #secret: string;

  /** @param secret what must not be told, should a server repeat it */
  constructor(secret: string) {
    this.#secret = secret;
  }

  /** One step; of a server that never ends to talk the beginning is enough. */
  step(step: TraceStep): void {
    if (this.#trace.length < MOST_STEPS) this.#trace.push(step);
  }

  /** More is known of an attempt. */
  replace(attempt: AttemptEvidence, by: AttemptEvidence): void {
    this.attempts.splice(this.attempts.indexOf(attempt), 1, by);
  }

  /** Everything as data. */
  evidence(about: Pick<Evidence, "host" | "port" | "login" | "proxy">): Evidence {
    const { controls, attempts, tls, direct, observed, heard, answered, idle, elsewhere, isCut } = this;
    const whole: Evidence = {
      ...about,
      ...{ controls, attempts, tls },
      ...(direct.length > 0 && { direct }),
      ...(observed && { observed }),
      ...(heard && { heard }),
      ...(answered && { answered }),
      ...(idle && { idle }),
      ...(elsewhere && { elsewhere }),
      ...(isCut && { isCut }),
      trace: this.#trace.toSorted((one, other) => one.at - other.at),
    };
    return this.#withoutSecret(whole);
  }

  #withoutSecret(whole: Evidence): Evidence {
    const shown = shownWithout(this.#secret);
    if (!shown) return whole;
    const hide = (value: unknown): unknown => {
      if (typeof value === "string") return value.replace(shown, "****");
      if (Array.isArray(value)) return value.map(hide);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isWord(name) ? one : hide(one)]));
    };
    return hide(whole) as Evidence;
  }
}

/** What is not to be shown; one that is shorter than most words is hidden where it is no part of one. */
function shownWithout(secret: string): RegExp | undefined {
  if (secret === "") return undefined;
  const exact = secret.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(secret.length < 4 ? `(?<![\\p{L}\\p{N}])${exact}(?![\\p{L}\\p{N}])` : exact, "gu");
}

/** Fields whose values are words of ours, or addresses. */
const words: ReadonlySet<string> = new Set([
  ...["kind", "mode", "tls", "outcome", "purpose", "session", "because", "code", "login", "arrival"],
  ...["host", "address", "proxy", "stranger", "speaks"],
]);

const isWord = (name: string): boolean => words.has(name);

/** A reply as evidence. */
export function saidOf({ code, lines }: Reply): SaidReply {
  return { code, text: lines.join(" / ").slice(0, 300) };
}

/** Facts as evidence has them. */
export function plain(facts: Readonly<Record<string, string | number | boolean>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === "boolean" ? String(value) : value]),
  );
}
