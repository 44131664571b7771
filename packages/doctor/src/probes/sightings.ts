import { isPassive } from "@twinport/protocol";
import type { TrialSeconds } from "@twinport/client";
import type { ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, TlsUse } from "../evidence.ts";

/** What has been seen of one family: how long the next attempt waits depends on it. */
export class Sightings {
  readonly #attempts: AttemptEvidence[] = [];
  /** What has moved first. */
  content: Uint8Array | undefined;
  /** What came of a larger file, by who dials. */
  readonly bulk: { passive?: AttemptEvidence["outcome"]; active?: AttemptEvidence["outcome"] } = {};
  /** A larger file, once one was found. */
  bulkFile: string | undefined;
  /** What may have failed by something that was done before it, or beside it. */
  readonly doubtful = new Set<AttemptEvidence>();
  /** The server is none of ours. */
  isForeign = false;
  /** The server has dialled us once more. */
  hasDialedBack = false;
  /** Both ends have dialled each other. */
  hasPunched = false;
  /** Uses of TLS with which somebody is, or was, logged in. */
  readonly logins = new Set<TlsUse>();
  /** How many are logged in now. */
  loginsNow = 0;

  take(attempt: AttemptEvidence): void {
    this.#attempts.push(attempt);
  }

  /** More is known of one. */
  replace(attempt: AttemptEvidence, by: AttemptEvidence): void {
    this.#attempts.splice(this.#attempts.indexOf(attempt), 1, by);
  }

  get all(): readonly AttemptEvidence[] {
    return this.#attempts;
  }

  /** A port of the server was silent: whoever waits for its turn with one waits long. */
  get isPassiveSlow(): boolean {
    return this.#count("dial-silent") > 0;
  }

  /** A SYN is sent again after 1, 3 and 7 s; what was silent once is believed sooner the next time. */
  secondsOf(mode: ModeCommand): TrialSeconds {
    const silent = this.#count("dial-silent");
    const alone = this.#count("nobody-came", "control-silent");
    const mute = this.#count("control-silent", "no-bytes", "data-broken");
    return {
      reply: 5,
      dial: this.#hasDialed || silent === 0 ? 5 : silent === 1 ? 2.5 : 2,
      arrival: isPassive(mode) || alone === 0 ? 6 : this.hasDialedBack ? 2 : 3,
      handshake: 5,
      silence: mute === 0 ? 5 : 3,
      end: 4,
      reason: 1.5,
      abandon: 0.6,
    };
  }

  /** Whether a port of the server could be reached. */
  get #hasDialed(): boolean {
    return this.#attempts.some(({ mode, connected }) => isPassive(mode) && connected);
  }

  #count(...outcomes: readonly AttemptEvidence["outcome"][]): number {
    return this.#attempts.filter(({ outcome }) => outcomes.includes(outcome)).length;
  }
}
