import type { DataMode } from "@twinport/protocol";
import type { Box, End } from "./topology.ts";

/** What a box makes of a packet, and why. */
export type Verdict =
  /** Its own side begins a connection. */
  | "begun-inside"
  /** It belongs to a connection that was let through before. */
  | "answers"
  /** It begins a connection to the command port, which is open or forwarded. */
  | "command-port"
  /** A helper has read of the port and opened it for this one connection. */
  | "helper-opened"
  /** A firewall: begun outside, and asked for by nobody. */
  | "unasked"
  /** A NAT: begun outside, and no entry says to whom it is to go. */
  | "no-entry";

/** A box on the way of a step. */
interface Crossing {
  readonly box: Box;
  readonly verdict: Verdict;
}

/** One of the article's four numbered steps of a mode. */
export interface Step {
  readonly number: 1 | 2 | 3 | 4;
  readonly from: End;
  /** 1 and 3: the connection is begun. */
  readonly opens: boolean;
  readonly state: "open" | "blocked" | "not-reached";
  /** The boxes that it has met, in the order in which it met them; the last one is where it stopped if it is blocked. */
  readonly crossings: readonly Crossing[];
}

const blocking: ReadonlySet<Verdict> = new Set(["unasked", "no-entry"]);

/** The four steps of a mode through boxes that are in the order from the client to the server. */
export function stepsOf(mode: DataMode, boxes: readonly Box[], helperReads: boolean): readonly Step[] {
  const opener = mode === "active" ? "server" : "client";
  const other = mode === "active" ? "client" : "server";
  const third = travel({ number: 3, from: opener, opens: true }, boxes, helperReads);
  const fourth = { number: 4, from: other, opens: false } as const;
  return [
    travel({ number: 1, from: "client", opens: true }, boxes, helperReads),
    travel({ number: 2, from: "server", opens: false }, boxes, helperReads),
    third,
    third.state === "open" ? travel(fourth, boxes, helperReads) : { ...fourth, state: "not-reached", crossings: [] },
  ];
}

type Packet = Pick<Step, "number" | "from" | "opens">;

function travel(packet: Packet, boxes: readonly Box[], helperReads: boolean): Step {
  const crossings: Crossing[] = [];
  for (const box of packet.from === "client" ? boxes : boxes.toReversed()) {
    const verdict = judge(packet, box, helperReads);
    crossings.push({ box, verdict });
    if (blocking.has(verdict)) return { ...packet, state: "blocked", crossings };
  }
  return { ...packet, state: "open", crossings };
}

function judge({ number, from, opens }: Packet, { side, kind }: Box, helperReads: boolean): Verdict {
  if (!opens) return "answers";
  if (side === from) return "begun-inside";
  if (number === 1) return "command-port";
  if (helperReads) return "helper-opened";
  return kind === "nat" ? "no-entry" : "unasked";
}
