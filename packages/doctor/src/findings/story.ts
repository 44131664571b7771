import { isPassive } from "@twinport/protocol";
import type { ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, Family, TlsUse } from "../evidence.ts";
import type { Cause, Finding, Side } from "../findings.ts";

export type FindingFacts = Finding["facts"];

/** What would explain one thing that was seen. Stories of the same cause and side become one finding. */
export interface Story {
  readonly cause: Cause;
  readonly side: Side;
  readonly confidence: number;
  readonly blocks: boolean;
  readonly port: number | undefined;
  readonly modes: readonly ModeCommand[];
  readonly family: Family | undefined;
  readonly tls: TlsUse | undefined;
  readonly facts: FindingFacts;
}

/** What a rule says of an attempt; the rest follows from the attempt. */
export interface Guess {
  readonly cause: Cause;
  readonly side: Side;
  readonly confidence: number;
  readonly blocks: boolean;
  readonly facts?: FindingFacts;
}

/** A guess about one attempt, as a story. */
export function storyOf({ mode, family, tls, told, control }: AttemptEvidence, guess: Guess): Story {
  const facts = { mode, client: control.local.address, server: control.peer.address, ...guess.facts };
  return { ...guess, port: told?.port, modes: [mode], family, tls, facts };
}

const order: readonly ModeCommand[] = ["epsv", "pasv", "eprt", "port"];

/** The same story of several modes, families and uses of TLS is one finding: its first port leads, the others are facts. */
export function mergeStories(stories: readonly Story[]): Finding[] {
  const groups = new Map<string, Story[]>();
  for (const story of stories) {
    const key = `${story.cause} ${story.side} ${aboutOf(story.modes)}`;
    groups.set(key, [...(groups.get(key) ?? []), story]);
  }
  return [...groups.values()].map(mergeGroup);
}

function mergeGroup(group: readonly Story[]): Finding {
  const { cause, side } = group[0]!;
  const ports = [...new Set(group.flatMap(({ port }) => port ?? []))];
  const modes = group.flatMap((story) => story.modes);
  const blocking = group.filter(({ blocks }) => blocks);
  // What is said is of what blocks, where something does.
  const said = blocking[0] ?? group[0]!;
  return {
    cause,
    side,
    port: said.port ?? ports[0],
    confidence: Math.max(...(blocking.length > 0 ? blocking : group).map(({ confidence }) => confidence)),
    modes: order.filter((mode) => modes.includes(mode)),
    tls: [false, true].filter((use) => group.some(({ tls }) => tls !== undefined && (tls !== "off") === use)),
    families: ([4, 6] as const).filter((one) => group.some(({ family }) => family === one)),
    facts: { ...said.facts, ...(ports.length > 0 && { ports: ports.join(", ") }) },
    blocks: blocking.length > 0,
  };
}

/** Whether it is about connections that we open, that we await, or about the command connection. */
function aboutOf(modes: readonly ModeCommand[]): string {
  const ways = new Set(modes.map((mode) => (isPassive(mode) ? "passive" : "active")));
  return ways.size === 1 ? [...ways].join() : "control";
}
