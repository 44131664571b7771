import { isPassive, isSameDoor } from "@twinport/protocol";
import type { AttemptFailure, Decision, ModeCommand, ModeOrder, ModeReason } from "@twinport/protocol";

/** The mode to try next. */
export interface NextMode {
  readonly mode: Decision<ModeCommand, ModeReason>;
  /** No other one is left, so that it gets what time there is. */
  readonly isLast: boolean;
}

/** The search for a mode that moves bytes: what was found shut, and how much time is left. */
export class ModeSearch {
  readonly #limit: number;
  readonly #shut = new Map<ModeCommand, AttemptFailure>();
  #seconds = 0;
  /** It stood, and was silent: it gets all the time there is when no other one is open. */
  #stood: ModeCommand | undefined;

  /** @param limit seconds in which nothing has moved */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get secondsLeft(): number {
    return Math.max(0, this.#limit - this.#seconds);
  }

  /** Something has moved: what is spent from here on is another search. */
  begin(): void {
    this.#seconds = 0;
  }

  /** Nothing has moved for so long. */
  spend(seconds: number): void {
    this.#seconds += seconds;
  }

  shut(mode: ModeCommand, failure: AttemptFailure): void {
    this.#shut.set(mode, failure);
  }

  /** A server that takes long for its first byte looks like a shut door. */
  stood(mode: ModeCommand): void {
    this.#stood ??= mode;
  }

  get hasStood(): boolean {
    return this.#stood !== undefined;
  }

  /** A port of the server has let a SYN go unanswered: its other ports are likely to. */
  get wasSilent(): boolean {
    return [...this.#shut.values()].includes("dial-silent");
  }

  /** The mode to try, of those in an order; undefined where none is left, or no time. */
  next({ tried }: ModeOrder): NextMode | undefined {
    if (this.secondsLeft === 0) return undefined;
    const open = tried.filter(({ value }) => this.#isOpen(value));
    // Where one passive connection stood and was silent, the other one would be: somebody answers for the server.
    const [mode, ...others] = this.#stood !== undefined ? open.toSorted(activeFirst) : open;
    if (mode) return { mode, isLast: others.every(({ value }) => isSameDoor(value, mode.value, "nobody-came")) };
    const stood = tried.find(({ value }) => value === this.#stood);
    this.#stood = undefined;
    return stood && { mode: stood, isLast: true };
  }

  #isOpen(mode: ModeCommand): boolean {
    if (this.#shut.has(mode)) return false;
    return ![...this.#shut].some(([failed, failure]) => isSameDoor(mode, failed, failure));
  }
}

function activeFirst(one: NextMode["mode"], other: NextMode["mode"]): number {
  return Number(isPassive(one.value)) - Number(isPassive(other.value));
}
