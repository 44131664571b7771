import type { TraceStep } from "@twinport/protocol";
import type { AttemptEvidence, ControlEvidence, Evidence, SaidReply, TlsEvidence } from "../evidence.ts";
import type { Reply } from "@twinport/protocol";

/** What one examination has seen so far. */
export class Notes {
  readonly controls: ControlEvidence[] = [];
  readonly attempts: AttemptEvidence[] = [];
  readonly tls: TlsEvidence[] = [];
  readonly direct: ControlEvidence[] = [];
  readonly trace: TraceStep[] = [];
  observed: Evidence["observed"];
  heard: Evidence["heard"];
  answered: Evidence["answered"];
  idle: Evidence["idle"];
  isCut = false;
  readonly #secret: string;

  /** @param secret what must not be told, should a server repeat it */
  constructor(secret: string) {
    this.#secret = secret;
  }

  /** More is known of an attempt. */
  replace(attempt: AttemptEvidence, by: AttemptEvidence): void {
    this.attempts.splice(this.attempts.indexOf(attempt), 1, by);
  }

  /** Everything as data. */
  evidence(about: Pick<Evidence, "host" | "port" | "login" | "proxy">): Evidence {
    const { controls, attempts, tls, direct, observed, heard, answered, idle, isCut, trace } = this;
    const whole: Evidence = {
      ...about,
      ...{ controls, attempts, tls },
      ...(direct.length > 0 && { direct }),
      ...(observed && { observed }),
      ...(heard && { heard }),
      ...(answered && { answered }),
      ...(idle && { idle }),
      ...(isCut && { isCut }),
      trace: trace.toSorted((one, other) => one.at - other.at),
    };
    return this.#withoutSecret(whole);
  }

  /** One that is shorter than any word would make words unreadable, and is no secret. */
  #withoutSecret(whole: Evidence): Evidence {
    if (this.#secret.length < 4) return whole;
    const hide = (value: unknown): unknown => {
      if (typeof value === "string") return value.replaceAll(this.#secret, "****");
      if (Array.isArray(value)) return value.map(hide);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isWord(name) ? one : hide(one)]));
    };
    return hide(whole) as Evidence;
  }
}

/** Fields whose values are words of ours. */
const words: ReadonlySet<string> = new Set(["kind", "mode", "tls", "outcome", "purpose", "session", "because", "code"]);

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
