import { ip, reachOf } from "@twinport/protocol";
import { flowsOf } from "../../flows.ts";
import { evaluate } from "./evaluate.ts";
import { joinRulesets } from "./join-rulesets.ts";
import { isOpen, openPorts, sameDecider } from "./open-ports.ts";
import { joined, rulesOf } from "./port-classes.ts";
import { piecesWithRules } from "./rules-about.ts";
import type { Deployment } from "../../deployment.ts";
import type { Family } from "../../evidence.ts";
import type { Flow } from "../../flows.ts";
import type { AskedFlow, CheckOptions, FlowCheck, MissingForward, Role, RulesCheck } from "./check.ts";
import type { Answer, Place, Question } from "./question.ts";
import type { Ruleset } from "./ruleset.ts";

const families = [4, 6] as const;

/**
 * Compares a host's rules with what a deployment needs of it: which flows do not come through and who stops them, which
 * ports are open that nothing needs, and on a box with NAT, which forwards are missing.
 */
export function checkRules(
  rulesets: readonly Ruleset[],
  needs: Deployment | readonly AskedFlow[],
  options: CheckOptions = {},
): RulesCheck {
  const flows = isFlows(needs) ? needs : flowsOf(needs);
  return new RulesChecker(joinRulesets(rulesets), flows, options).check();
}

function isFlows(needs: Deployment | readonly AskedFlow[]): needs is readonly AskedFlow[] {
  return Array.isArray(needs);
}

/** At which end of the flows the host stands: what comes from there goes out. */
const ends: Readonly<Record<Role, Flow["from"]>> = {
  server: "server",
  "gateway-server": "server",
  client: "client",
  "gateway-client": "client",
};

/** Between whom flows are tried. */
interface Way {
  readonly family: Family;
  /** Undefined: somebody anywhere. */
  readonly peer: string | undefined;
  readonly behind: string | undefined;
  /** What is behind the box has an address that means nothing outside. */
  readonly isTranslated: boolean;
}

/** What is to be said of some ports of a flow. */
interface Found extends FlowCheck {
  readonly result: "passes" | "missing" | "unsure" | "forward" | "unmasqueraded";
}

class RulesChecker {
  readonly #rulesets: readonly Ruleset[];
  readonly #flows: readonly AskedFlow[];
  readonly #role: Role;
  readonly #isGateway: boolean;
  readonly #options: CheckOptions;
  readonly #place: Place;
  readonly #hasHelper: boolean;
  readonly #missing: FlowCheck[] = [];
  readonly #unsure: FlowCheck[] = [];
  readonly #forwards: MissingForward[] = [];
  readonly #unmasqueraded = new Set<Family>();

  constructor(rulesets: readonly Ruleset[], flows: readonly AskedFlow[], options: CheckOptions) {
    this.#rulesets = rulesets;
    this.#flows = flows;
    this.#role = options.role ?? "server";
    this.#isGateway = this.#role.startsWith("gateway");
    this.#options = options;
    this.#place = options.place ?? { interfaces: [] };
    this.#hasHelper = [...rulesOf(rulesets)].some(({ effects }) => effects.some(isFtpHelper));
  }

  check(): RulesCheck {
    const { known = [] } = this.#options;
    const wanted = this.#options.families ?? families;
    const open = wanted.map((family) => {
      const named = this.#peersOf(family);
      for (const peer of named ?? [undefined]) this.#checkFlows(this.#wayOf(family, peer));
      const inward = this.#flows.filter((flow) => flow.opens && !this.#goesOut(flow) && isOf(flow, family));
      const way = this.#wayOf(family, undefined);
      const question = this.#inward(way, !way.isTranslated);
      return { family, question, named: named ?? [], inward, known };
    });
    const openFamilies = open.filter((door) => isOpen(this.#rulesets, door, this.#place));
    return {
      isOpen: openFamilies.map(({ family }) => family),
      missing: this.#missing,
      unsure: this.#unsure,
      open: open
        .filter((door) => !openFamilies.includes(door))
        .flatMap((door) => openPorts(this.#rulesets, door, this.#place)),
      forwards: this.#forwards,
      unmasqueraded: [...this.#unmasqueraded],
      hasHelper: this.#hasHelper,
    };
  }

  /** Undefined: anybody. */
  #peersOf(family: Family): string[] | undefined {
    const own = this.#options.from?.filter((address) => ip(address).family === family);
    return own && own.length > 0 ? own : undefined;
  }

  #wayOf(family: Family, peer: string | undefined): Way {
    const { behind: all, translates } = this.#options;
    const behind = this.#isGateway ? all?.find((address) => ip(address).family === family) : undefined;
    const isTranslated = translates ?? (behind === undefined || reachOf(ip(behind)) !== "public");
    return { family, peer, behind, isTranslated: this.#isGateway && family === 4 && isTranslated };
  }

  #goesOut({ from }: Flow): boolean {
    return from === ends[this.#role];
  }

  #checkFlows(way: Way): void {
    const { family, peer } = way;
    for (const flow of this.#flows.filter((one) => isOf(one, family))) {
      const ports = flow.from === "client" ? flow.serverPorts : flow.clientPorts;
      const question = this.#questionOf(flow, way);
      const pieces = [...piecesWithRules(this.#rulesets, question, this.#place, [ports])];
      const found = pieces.map(([piece, rules]): Found => {
        const asked = { ...question, port: piece.from };
        const said = this.#ask(flow, way, (one) => evaluate(rules, one, this.#place), asked);
        return { flow, family, ...(peer !== undefined && { peer }), ports: piece, ...said };
      });
      for (const one of joined(found, (a, b) => a.result === b.result && sameAnswer(a.answer, b.answer)))
        this.#sort(one);
    }
  }

  #sort({ result, ...found }: Found): void {
    const { flow, family, ports, answer } = found;
    if (result === "missing") this.#missing.push(found);
    else if (result === "unsure") this.#unsure.push(found);
    else if (result === "unmasqueraded") this.#unmasqueraded.add(family);
    else if (result === "forward") {
      const goesTo = answer.translated;
      this.#forwards.push({ flow, family, ports, ...(goesTo && { goesTo }) });
    }
  }

  /** What becomes of one port of a flow: of the first packet, and where that passes, of the later ones. */
  #ask(
    flow: AskedFlow,
    way: Way,
    answerOf: (question: Question) => Answer,
    question: Question,
  ): Pick<Found, "answer" | "result"> {
    if (!flow.opens) {
      const answer = answerOf({ ...question, state: "established", isReply: true });
      return { answer, result: resultOf(answer) };
    }
    const answer = answerOf(question);
    const result = this.#resultOf(flow, way, answer, question);
    if (result === "passes") {
      const later = answerOf({ ...this.#later(question, answer), state: "established" });
      return later.verdict === "passes" ? { answer, result } : { answer: later, result: resultOf(later) };
    }
    if (this.#hasHelper && flow.mode !== "control" && this.#isHelped(flow, way, answerOf, question))
      return { answer, result: "passes" };
    return { answer, result };
  }

  /** What a helper has read of is translated by itself, and comes in as related. */
  #isHelped(flow: AskedFlow, way: Way, answerOf: (question: Question) => Answer, question: Question): boolean {
    const { port, fromPort } = question;
    const through = this.#isGateway && !this.#goesOut(flow) ? this.#inward(way, true) : question;
    const asked = { ...through, port, ...(fromPort !== undefined && { fromPort }) };
    return answerOf({ ...asked, state: "related" }).verdict === "passes";
  }

  #resultOf(flow: AskedFlow, { isTranslated, behind }: Way, answer: Answer, { port }: Question): Found["result"] {
    const { translated, masqueraded } = answer;
    const plain = resultOf(answer);
    if (!isTranslated || plain === "unsure") return plain;
    if (this.#goesOut(flow)) return plain === "passes" && !masqueraded ? "unmasqueraded" : plain;
    // Of several clients any may be the one that is sent to; there is but one server.
    const isElsewhere =
      translated?.address === undefined ||
      translated.port !== port ||
      (this.#role === "gateway-server" && behind !== undefined && translated.address !== behind);
    return isElsewhere ? "forward" : plain;
  }

  /** Later packets are translated without being asked, before anything is filtered. */
  #later(question: Question, { translated }: Answer): Question {
    if (!this.#isGateway || translated?.address === undefined) return question;
    return { ...question, direction: "through", isInward: true, to: translated.address, port: translated.port };
  }

  #questionOf(flow: AskedFlow, way: Way): Omit<Question, "port"> {
    const { family, peer, behind } = way;
    const fromPorts = flow.from === "client" ? flow.clientPorts : flow.serverPorts;
    const fromPort = fromPorts.from === fromPorts.to ? { fromPort: fromPorts.from } : {};
    const own = this.#isGateway ? behind : flow.own?.[family];
    if (this.#goesOut(flow)) {
      const direction = this.#isGateway ? "through" : "out";
      return { family, direction, ...from(own), ...to(peer), ...fromPort };
    }
    if (!this.#isGateway) return { family, direction: "in", ...from(peer), ...to(own), ...fromPort };
    return { ...this.#inward(way, !way.isTranslated || !flow.opens), ...fromPort };
  }

  /** From the outside: to what is behind the box, or to the box itself, which is to send it on. */
  #inward({ family, peer, behind }: Way, isThrough: boolean): Omit<Question, "port"> {
    if (!this.#isGateway) return { family, direction: "in", ...from(peer) };
    if (isThrough) return { family, direction: "through", isInward: true, ...from(peer), ...to(behind) };
    return { family, direction: "in", ...from(peer), ...to(this.#options.reachedAt) };
  }
}

const from = (address: string | undefined) => (address === undefined ? {} : { from: address });
const to = (address: string | undefined) => (address === undefined ? {} : { to: address });

const isOf = ({ families: some }: AskedFlow, family: Family): boolean => some?.includes(family) ?? true;

function resultOf({ verdict }: Answer): Found["result"] {
  return verdict === "passes" || verdict === "unsure" ? verdict : "missing";
}

function isFtpHelper(effect: { readonly kind: string; readonly name?: string }): boolean {
  return effect.kind === "helper" && effect.name === "ftp";
}

function sameAnswer(one: Answer, other: Answer): boolean {
  return (
    one.verdict === other.verdict &&
    sameDecider(one.by, other.by) &&
    one.translated?.address === other.translated?.address &&
    one.masqueraded === other.masqueraded
  );
}
