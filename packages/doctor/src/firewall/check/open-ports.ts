import { evaluate } from "./evaluate.ts";
import { CLIENT_PORT } from "./first-packet.ts";
import { joined, portsWithout } from "./port-classes.ts";
import { piecesWithRules } from "./rules-about.ts";
import type { Family } from "../../evidence.ts";
import type { Flow, Ports } from "../../flows.ts";
import type { OpenPorts } from "./check.ts";
import type { Decider, Place, Question } from "./question.ts";
import type { Ruleset } from "./ruleset.ts";

/** A connection comes from here by RFC 959 in active mode; rules that trust it let everything in. */
const DATA_PORT = 20;

/** What may come in, in one family. */
interface Door {
  readonly family: Family;
  /** How somebody anywhere comes in. */
  readonly question: Omit<Question, "port">;
  /** Who is to come in: an address of each network; none: anybody. */
  readonly named: readonly string[];
  /** The flows that begin outside. */
  readonly inward: readonly Flow[];
  /** Ports that are open on purpose. */
  readonly known: readonly number[];
}

/** Who may come in where nobody needs to: somebody, or one of those that are named; from any port, or from one. */
type Sender = Pick<OpenPorts, "peer" | "fromPort">;

/** Whether nothing is filtered at all. */
export function isOpen(rulesets: readonly Ruleset[], { question }: Door, place: Place): boolean {
  for (const [{ from: port }, rules] of piecesWithRules(rulesets, question, place, [{ from: 1, to: 65_535 }])) {
    const { verdict, translated } = evaluate(rules, { ...question, port }, place);
    if (verdict !== "passes" || translated) return false;
  }
  return true;
}

/** The ports that new connections pass although no flow needs them, or not from there. */
export function openPorts(rulesets: readonly Ruleset[], door: Door, place: Place): OpenPorts[] {
  const { inward, named } = door;
  const known = door.known.map((port) => ({ from: port, to: port }));
  const trusted = [...new Set([DATA_PORT, ...inward.flatMap((flow) => oneOf(sendersOf(flow)))])];
  const senders: Sender[] = [undefined, ...named].flatMap((peer) =>
    [undefined, ...trusted].map((fromPort) => ({
      ...(peer !== undefined && { peer }),
      ...(fromPort !== undefined && { fromPort }),
    })),
  );
  const found: OpenPorts[] = [];
  for (const sender of senders) {
    const needed = inward.filter((flow) => isFrom(flow, CLIENT_PORT) || isFrom(flow, sender.fromPort));
    // What is open to all is open to one, and what is open from any port is so from this one.
    const told = found.filter(({ peer, fromPort }) => isWider(peer, sender.peer) && isWider(fromPort, sender.fromPort));
    const besides = [...known, ...told.map(({ ports }) => ports)];
    const doors = needed.map(doorsOf);
    found.push(...passing(rulesets, door, sender, portsWithout([...doors, ...besides]), place));
    if (named.length === 0 || sender.peer !== undefined) continue;
    const others = portsWithout([...portsWithout(doors), ...besides]);
    found.push(...passing(rulesets, door, sender, others, place).map((one) => ({ ...one, isTooWide: true as const })));
  }
  return joined(found, (one, other) => sameOpening(one, other));
}

function passing(
  rulesets: readonly Ruleset[],
  { family, question }: Door,
  sender: Sender,
  ports: readonly Ports[],
  place: Place,
): OpenPorts[] {
  const { peer, fromPort } = sender;
  const asked = {
    ...question,
    ...(peer !== undefined && { from: peer }),
    ...(fromPort !== undefined && { fromPort }),
  };
  return [...piecesWithRules(rulesets, asked, place, ports)].flatMap(([piece, rules]) => {
    const { verdict, by } = evaluate(rules, { ...asked, port: piece.from }, place);
    if (verdict !== "passes" && verdict !== "unsure") return [];
    return [{ family, ports: piece, ...sender, isSure: verdict === "passes", ...(by && { by }) }];
  });
}

const sendersOf = ({ from, clientPorts, serverPorts }: Flow): Ports => (from === "client" ? clientPorts : serverPorts);
const doorsOf = ({ from, clientPorts, serverPorts }: Flow): Ports => (from === "client" ? serverPorts : clientPorts);
const oneOf = ({ from, to }: Ports): number[] => (from === to ? [from] : []);

function isFrom(flow: Flow, port: number | undefined): boolean {
  const { from, to } = sendersOf(flow);
  return port !== undefined && port >= from && port <= to;
}

function isWider<T>(one: T | undefined, other: T | undefined): boolean {
  return one === undefined || one === other;
}

function sameOpening(one: OpenPorts, other: OpenPorts): boolean {
  const alike = (["peer", "fromPort", "isSure", "isTooWide"] as const).every((key) => one[key] === other[key]);
  return alike && sameDecider(one.by, other.by);
}

/** Whether the same rule, or the same policy, decides. */
export function sameDecider(one: Decider | undefined, other: Decider | undefined): boolean {
  return one?.table === other?.table && one?.chain === other?.chain && one?.rule === other?.rule;
}
