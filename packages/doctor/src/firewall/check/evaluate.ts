import { firstPacket, interfaceTowards, isOurs, outsideOf } from "./first-packet.ts";
import { walk } from "./walk.ts";
import type { Packet } from "./packet.ts";
import type { Answer, Decider, Place, Question } from "./question.ts";
import type { Chain, Hook, Ruleset, Table } from "./ruleset.ts";
import type { Ending } from "./walk.ts";

const nowhere: Place = { interfaces: [] };

/** A base chain with its table, in the order in which packets meet them. */
interface Station {
  readonly table: Table;
  readonly chain: Chain;
}

const onTheWay = {
  in: ["ingress", "prerouting", "input"],
  out: ["output", "postrouting"],
  through: ["ingress", "prerouting", "forward", "postrouting"],
} as const satisfies Record<Question["direction"], readonly Hook[]>;

/** Says what a TCP connection meets in the rules of a host: each base chain of each place on its way, as the kernel does. */
export function evaluate(rulesets: readonly Ruleset[], question: Question, place: Place = nowhere): Answer {
  return new Journey(rulesets, question, place).answer();
}

class Journey {
  readonly #stations: ReadonlyMap<Hook, readonly Station[]>;
  readonly #place: Place;
  #packet: Packet;
  /** Who may end it, as far as that is not known. */
  #doubt: Decider | undefined;
  #isAstray = false;
  #isLimited = false;
  #isMasqueraded = false;
  #translated: Answer["translated"];
  #passedBy: Decider | undefined;
  readonly #direction: Question["direction"];

  constructor(rulesets: readonly Ruleset[], question: Question, place: Place) {
    this.#place = place;
    this.#direction = question.direction;
    this.#packet = firstPacket(question, place);
    this.#stations = stationsOf(rulesets, question.family);
  }

  answer(): Answer {
    const hooks: Hook[] = [...onTheWay[this.#direction]];
    for (let hook = hooks.shift(); hook; hook = hooks.shift()) {
      const end = this.#meet(hook);
      if (end) return this.#ended(end.kind === "drop" ? "dropped" : "rejected", end.by);
      // Where it goes to is not known, so what it meets there is not, either.
      if (this.#isAstray) break;
      if (hook === "prerouting" && this.#translated) this.#reroute(hooks);
    }
    return this.#doubt ? this.#ended("unsure", this.#doubt) : this.#ended("passes", this.#passedBy);
  }

  #ended(verdict: Answer["verdict"], by: Decider | undefined): Answer {
    return {
      verdict,
      ...(by && { by }),
      ...(this.#translated && { translated: this.#translated }),
      ...(this.#isMasqueraded && { masqueraded: true }),
      ...(this.#isLimited && { limited: true }),
    };
  }

  /** Meets all chains of a place; gives the ending that stops the packet for sure. */
  #meet(hook: Hook): Ending | undefined {
    let isNatDone = false;
    for (const { table, chain } of this.#stations.get(hook) ?? []) {
      const isNat = chain.base?.type === "nat";
      // Only a connection's first packet is translated by rules, and by the first chain that has one for it.
      if (isNat && (isNatDone || this.#packet.state === "established" || this.#packet.state === "untracked")) continue;
      const walked = walk(table, chain, this.#packet);
      this.#packet = {
        ...this.#packet,
        mark: walked.mark,
        ...(walked.isUntracked && { state: "untracked" as const }),
      };
      if (walked.isLimited) this.#isLimited = true;
      const [first] = walked.endings;
      if (!first) continue;
      const stops = walked.endings.every(({ kind }) => kind === "drop" || kind === "reject");
      if (stops) return first;
      const kinds = new Set(walked.endings.map(({ kind }) => kind));
      if (kinds.size > 1 || kinds.has("unsure") || differ(walked.endings)) {
        this.#doubt ??= (walked.endings.find(({ kind }) => kind !== "accept") ?? first).by;
        if (isNat && hook !== "postrouting") this.#isAstray = true;
        continue;
      }
      if (first.kind === "translate") {
        isNatDone = true;
        this.#translate(first);
      } else if (first.by.rule !== undefined && !isNat) this.#passedBy = first.by;
    }
    return undefined;
  }

  #translate({ to, by, isSource }: Ending): void {
    if (isSource) {
      this.#isMasqueraded = true;
      return;
    }
    const { address, ports, isUnsure = true } = to ?? {};
    if (isUnsure) {
      this.#doubt ??= by;
      this.#isAstray = true;
    }
    const port = ports ? portIn(ports, this.#packet.dport) : this.#packet.dport;
    this.#translated = { address: address?.text, port };
    this.#packet = {
      ...this.#packet,
      dport: port,
      isTranslated: true,
      ...(address && { daddr: address, isForUs: isOurs(address, this.#place) }),
    };
  }

  /** What was sent on to another host goes through us from here on. */
  #reroute(hooks: Hook[]): void {
    const { daddr, isForUs } = this.#packet;
    if (isForUs !== false || !daddr) return;
    hooks.splice(0, hooks.length, "forward", "postrouting");
    this.#packet = { ...this.#packet, oif: interfaceTowards(daddr, this.#place, outsideOf(this.#place)) };
  }
}

/** Whether translations send the packet to different places. */
function differ(endings: readonly Ending[]): boolean {
  const places = endings.map(({ to }) => `${to?.address?.text} ${to?.ports?.from}`);
  return new Set(places).size > 1;
}

/** A range stays as it is where the port is in it; else the kernel takes one of it. */
function portIn({ from, to }: { readonly from: number; readonly to: number }, port: number): number {
  return port >= from && port <= to ? port : from;
}

function stationsOf(rulesets: readonly Ruleset[], family: 4 | 6): Map<Hook, Station[]> {
  const stations = new Map<Hook, Station[]>();
  for (const { tables } of rulesets) {
    for (const table of tables) {
      if (table.family === (family === 4 ? "ip6" : "ip")) continue;
      for (const chain of table.chains.values()) {
        if (!chain.base) continue;
        const at = stations.get(chain.base.hook) ?? [];
        stations.set(chain.base.hook, [...at, { table, chain }]);
      }
    }
  }
  for (const [hook, some] of stations) {
    const order = (one: Station, other: Station): number => one.chain.base!.priority - other.chain.base!.priority;
    stations.set(hook, some.toSorted(order));
  }
  return stations;
}
