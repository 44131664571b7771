import { ip } from "@twinport/protocol";
import { flowsOf } from "../../flows.ts";
import { evaluate } from "./evaluate.ts";
import { joinRulesets } from "./join-rulesets.ts";
import { cutsOf, joined, piecesOf, portsWithout, rulesOf } from "./port-classes.ts";
import type { Deployment } from "../../deployment.ts";
import type { Family } from "../../evidence.ts";
import type { Flow, Ports } from "../../flows.ts";
import type { CheckOptions, FlowCheck, MissingForward, OpenPorts, Role, RulesCheck } from "./check.ts";
import type { Answer, Decider, Place, Question } from "./question.ts";
import type { Ruleset } from "./ruleset.ts";

const families = [4, 6] as const;

/** A connection comes from here by RFC 959 in active mode; rules that trust it let everything in. */
const DATA_PORT = 20;

/**
 * Compares a host's rules with what a deployment needs of it: which flows do not come through and who stops them, which
 * ports are open that nothing needs, and on a gateway, which forwards are missing.
 */
export function checkRules(
  rulesets: readonly Ruleset[],
  needs: Deployment | readonly Flow[],
  options: CheckOptions = {},
): RulesCheck {
  const flows = isFlows(needs) ? needs : flowsOf(needs);
  return new RulesChecker(joinRulesets(rulesets), flows, options).check();
}

function isFlows(needs: Deployment | readonly Flow[]): needs is readonly Flow[] {
  return Array.isArray(needs);
}

/** At which end of the flows the host stands: what comes from there goes out. */
const ends: Readonly<Record<Role, Flow["from"]>> = {
  server: "server",
  "gateway-server": "server",
  client: "client",
  "gateway-client": "client",
};

class RulesChecker {
  readonly #rulesets: readonly Ruleset[];
  readonly #flows: readonly Flow[];
  readonly #role: Role;
  readonly #isGateway: boolean;
  readonly #options: CheckOptions;
  readonly #place: Place;
  readonly #cuts: readonly number[];
  readonly #hasHelper: boolean;
  readonly #missing: FlowCheck[] = [];
  readonly #unsure: FlowCheck[] = [];
  readonly #forwards: MissingForward[] = [];
  readonly #unmasqueraded = new Set<Family>();

  constructor(rulesets: readonly Ruleset[], flows: readonly Flow[], options: CheckOptions) {
    this.#rulesets = rulesets;
    this.#flows = flows;
    this.#role = options.role ?? "server";
    this.#isGateway = this.#role.startsWith("gateway");
    this.#options = options;
    this.#place = options.place ?? { interfaces: [] };
    this.#cuts = cutsOf(rulesets, "dport");
    this.#hasHelper = [...rulesOf(rulesets)].some(({ effects }) => effects.some(isFtpHelper));
  }

  check(): RulesCheck {
    const wanted = this.#options.families ?? families;
    for (const family of wanted) for (const peer of this.#peersOf(family)) this.#checkFlows(family, peer);
    const isOpen = wanted.filter((family) => this.#isOpen(family));
    return {
      isOpen,
      missing: this.#missing,
      unsure: this.#unsure,
      open: wanted.filter((family) => !isOpen.includes(family)).flatMap((family) => this.#openPorts(family)),
      forwards: this.#forwards,
      unmasqueraded: [...this.#unmasqueraded],
      hasHelper: this.#hasHelper,
    };
  }

  #peersOf(family: Family): (string | undefined)[] {
    const { from } = this.#options;
    return from ? from.filter((address) => ip(address).family === family) : [undefined];
  }

  #checkFlows(family: Family, peer: string | undefined): void {
    for (const flow of this.#flows) {
      const ports = flow.from === "client" ? flow.serverPorts : flow.clientPorts;
      const found = piecesOf(ports, this.#cuts).map((piece) => {
        const answer = this.#ask(flow, family, peer, piece.from);
        return { flow, family, ...(peer !== undefined && { peer }), ports: piece, answer };
      });
      for (const one of joined(found, (a, b) => sameAnswer(a.answer, b.answer))) this.#sort(one);
    }
  }

  #sort(found: FlowCheck): void {
    const { flow, family, answer } = found;
    if (answer.verdict === "unsure") this.#unsure.push(found);
    else if (this.#lacksForward(flow, answer)) {
      const goesTo = answer.translated;
      this.#forwards.push({ family, ports: found.ports, ...(goesTo && { goesTo }) });
    } else if (answer.verdict !== "passes") this.#missing.push(found);
    else if (
      family === 4 &&
      this.#role === "gateway-client" &&
      flow.opens &&
      flow.from === "client" &&
      !answer.masqueraded
    )
      this.#unmasqueraded.add(family);
  }

  /** IPv6 needs no forward: the server's own address is reached. */
  #lacksForward(flow: Flow, { translated }: Answer): boolean {
    if (this.#role !== "gateway-server" || flow.from !== "client" || !flow.opens) return false;
    const behind = this.#behind(4);
    return !translated || (behind !== undefined && translated.address !== behind);
  }

  #behind(family: Family): string | undefined {
    return this.#options.behind?.find((address) => ip(address).family === family);
  }

  /** What becomes of one port of a flow: of the first packet, and where that passes, of the later ones. */
  #ask(flow: Flow, family: Family, peer: string | undefined, port: number): Answer {
    const question = this.#questionOf(flow, family, peer, port);
    if (!flow.opens) return this.#evaluate({ ...question, state: "established", isReply: true });
    const first = this.#evaluate(question);
    if (first.verdict !== "passes") {
      const helped =
        this.#hasHelper && flow.mode !== "control" ? this.#evaluate({ ...question, state: "related" }) : first;
      return helped.verdict === "passes" ? helped : first;
    }
    const later = this.#evaluate({ ...this.#later(question, first), state: "established" });
    return later.verdict === "passes" ? first : later;
  }

  /** Later packets are translated without being asked, before anything is filtered. */
  #later(question: Question, { translated }: Answer): Question {
    if (!this.#isGateway || translated?.address === undefined) return question;
    return { ...question, direction: "through", to: translated.address, port: translated.port };
  }

  #questionOf(flow: Flow, family: Family, peer: string | undefined, port: number): Question {
    const goesOut = flow.from === ends[this.#role];
    const fromPorts = flow.from === "client" ? flow.clientPorts : flow.serverPorts;
    const behind = this.#isGateway ? this.#behind(family) : undefined;
    const isThrough = this.#isGateway && (goesOut || family === 6 || !flow.opens);
    const [from, to] = goesOut ? [behind, peer] : [peer, isThrough ? behind : undefined];
    return {
      family,
      direction: isThrough ? "through" : goesOut ? "out" : "in",
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(fromPorts.from === fromPorts.to && { fromPort: fromPorts.from }),
      port,
    };
  }

  #isOpen(family: Family): boolean {
    const answers = piecesOf({ from: 1, to: 65_535 }, this.#cuts).map(({ from: port }) => this.#comeIn(family, port));
    return answers.every(({ verdict, translated }) => verdict === "passes" && !translated);
  }

  #openPorts(family: Family): OpenPorts[] {
    const needed = this.#neededPorts();
    const found: OpenPorts[] = [];
    for (const fromPort of [undefined, DATA_PORT]) {
      const besides = fromPort === undefined ? found.slice() : [...found, ...this.#neededFromDataPort()];
      const pieces = portsWithout([...needed, ...besides.flatMap((one) => ("ports" in one ? one.ports : one))]);
      for (const piece of pieces.flatMap((range) => piecesOf(range, this.#cuts))) {
        const { verdict, by } = this.#comeIn(family, piece.from, fromPort);
        if (verdict !== "passes" && verdict !== "unsure") continue;
        const from = fromPort === undefined ? {} : { fromPort };
        found.push({ family, ports: piece, ...from, isSure: verdict === "passes", ...(by && { by }) });
      }
    }
    return joined(
      found,
      (one, other) => one.fromPort === other.fromPort && one.isSure === other.isSure && same(one.by, other.by),
    );
  }

  #neededPorts(): Ports[] {
    const isServer = ends[this.#role] === "server";
    const opened = this.#flows.filter(({ opens, from }) => opens && from === "client" && isServer);
    const known = (this.#options.known ?? []).map((port) => ({ from: port, to: port }));
    return [...opened.map(({ serverPorts }) => serverPorts), ...known];
  }

  /** A client's ports that a server dials from its data port. */
  #neededFromDataPort(): Ports[] {
    if (ends[this.#role] === "server") return [];
    return this.#flows.filter(({ opens, from }) => opens && from === "server").map(({ clientPorts }) => clientPorts);
  }

  #comeIn(family: Family, port: number, fromPort?: number): Answer {
    const [peer] = this.#peersOf(family);
    const from = peer === undefined ? {} : { from: peer };
    return this.#evaluate({ family, direction: "in", port, ...from, ...(fromPort !== undefined && { fromPort }) });
  }

  #evaluate(question: Question): Answer {
    return evaluate(this.#rulesets, question, this.#place);
  }
}

function isFtpHelper(effect: { readonly kind: string; readonly name?: string }): boolean {
  return effect.kind === "helper" && effect.name === "ftp";
}

function sameAnswer(one: Answer, other: Answer): boolean {
  return (
    one.verdict === other.verdict &&
    same(one.by, other.by) &&
    one.translated?.address === other.translated?.address &&
    one.masqueraded === other.masqueraded
  );
}

function same(one: Decider | undefined, other: Decider | undefined): boolean {
  return one?.table === other?.table && one?.chain === other?.chain && one?.rule === other?.rule;
}
