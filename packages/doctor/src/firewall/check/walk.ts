import { ruleMatches } from "./matches.ts";
import type { Certainty, Packet } from "./packet.ts";
import type { Decider } from "./question.ts";
import type { Chain, Effect, Rule, RuleVerdict, Table, Target } from "./ruleset.ts";

/** One way in which a chain may end for a packet, and who ends it. */
export interface Ending {
  readonly kind: "accept" | "drop" | "reject" | "translate" | "unsure";
  readonly by: Decider;
  readonly to?: Target;
  /** The sender's address is what is translated. */
  readonly isSource?: true;
}

/** All that may become of a packet in a chain: one ending if everything is known. */
export interface Walked {
  readonly endings: readonly Ending[];
  /** What the rules have changed, as far as that is known. */
  readonly mark: number | undefined;
  readonly isUntracked: boolean;
  /** A limit stood on the way. */
  readonly isLimited: boolean;
}

/** Calls nest no deeper than this in the kernel. */
const DEEPEST = 16;

/** Takes a packet through a base chain, its policy included. */
export function walk(table: Table, chain: Chain, packet: Packet): Walked {
  const walker = new Walker(table, packet);
  if (walker.enter(chain, "yes", 0) !== "no" && chain.base) {
    const by = { table: nameOf(table), chain: chain.name };
    walker.endings.push({ kind: chain.base.policy, by });
  }
  const { endings, mark, isUntracked, isLimited } = walker;
  return { endings, mark, isUntracked, isLimited };
}

const nameOf = ({ family, name }: Table): string => `${family} ${name}`;

class Walker {
  readonly endings: Ending[] = [];
  isUntracked = false;
  isLimited = false;
  readonly #table: Table;
  #packet: Packet;

  constructor(table: Table, packet: Packet) {
    this.#table = table;
    this.#packet = packet;
  }

  get mark(): number | undefined {
    return this.#packet.mark;
  }

  /**
   * Meets the rules of a chain in their order.
   *
   * @param certain whether the packet comes here at all
   * @returns whether it goes on behind the rule that has sent it here
   */
  enter(chain: Chain, certain: "yes" | "maybe", depth: number): Certainty {
    let here: "yes" | "maybe" = certain;
    // A "return" that may have been: the packet goes on behind, even if a later rule ends it here.
    let hasLeft = false;
    for (const rule of chain.rules) {
      const matches = ruleMatches(rule, this.#packet);
      if (matches === "no") continue;
      const sure = here === "yes" && matches === "yes";
      this.#apply(rule, sure);
      const after = this.#decide(rule, chain, sure ? "yes" : "maybe", depth);
      if (after === "returns") {
        if (matches === "yes") return here;
        hasLeft = true;
      } else if (after === "no" && matches === "yes") return hasLeft ? "maybe" : "no";
      if (after !== "yes") here = "maybe";
    }
    return here;
  }

  /** Whether the packet goes on behind a rule that is about it, or may be. */
  #decide(rule: Rule, chain: Chain, certain: "yes" | "maybe", depth: number): Certainty | "returns" {
    const { verdict } = rule;
    if (!verdict) return "yes";
    const by: Decider = { table: nameOf(this.#table), chain: chain.name, rule: rule.text };
    switch (verdict.kind) {
      case "return":
        return "returns";
      case "jump":
      case "goto": {
        const target = this.#table.chains.get(verdict.chain);
        if (!target || depth >= DEEPEST) return this.#unsure(by);
        const goesOn = this.enter(target, certain, depth + 1);
        if (verdict.kind === "jump" || goesOn === "no") return goesOn;
        // Behind a "goto" follows what is behind this chain.
        return "returns";
      }
      case "unknown":
        return this.#unsure(by);
      default:
        this.endings.push(endingOf(verdict, by));
        return "no";
    }
  }

  #unsure(by: Decider): Certainty {
    this.endings.push({ kind: "unsure", by });
    return "maybe";
  }

  #apply({ matches, effects, verdict }: Rule, sure: boolean): void {
    // A limit that lets a rule be is none on the way.
    if (verdict && matches.some((match) => match.kind === "load" && match.matches)) this.isLimited = true;
    for (const effect of effects) this.#effect(effect, sure);
  }

  #effect(effect: Effect, sure: boolean): void {
    const { mark } = this.#packet;
    if (effect.kind === "untrack") this.isUntracked = true;
    else if (effect.kind === "mark-unknown" || (effect.kind === "mark" && !sure)) this.#remark(undefined);
    else if (effect.kind === "mark" && (mark !== undefined || effect.keep === 0))
      this.#remark((((mark ?? 0) & effect.keep) ^ effect.set) >>> 0);
  }

  #remark(mark: number | undefined): void {
    this.#packet = { ...this.#packet, mark };
  }
}

function endingOf(
  verdict: Exclude<RuleVerdict, { kind: "return" | "jump" | "goto" | "unknown" }>,
  by: Decider,
): Ending {
  switch (verdict.kind) {
    case "dnat":
    case "redirect":
      return { kind: "translate", by, to: verdict.to };
    case "snat":
    case "masquerade":
      return { kind: "translate", by, isSource: true };
    default:
      return { kind: verdict.kind, by };
  }
}
