import { famousPorts } from "./famous-ports.ts";
import { programText, rangeText } from "./words.ts";
import type { PortRange } from "@twinport/channel";
import type { ServerCheckFound } from "./server-check.ts";
import type { ServerFacts } from "./server-facts.ts";

/** Whether the passive range is the server's alone, and no port of it means something to others. */
export function checkPassiveRange(facts: ServerFacts): ServerCheckFound[] {
  const { passive, control } = facts.deployment;
  if (!passive) return [];
  const range = passive.ports;
  if (!range) return [{ code: "range-any", facts: {} }];
  const ports = rangeText(range);
  const inside = [...new Set(control.map(({ port }) => port))].filter((port) => isIn(range, port));
  return [
    heldOf(range, facts),
    ...inside.map((port) => ({ code: "range-holds-control", facts: { ports, port } }) as const),
    ...(range.from < 1024 ? [{ code: "range-privileged", facts: { ports } } as const] : []),
    ...ephemeralOf(range, facts),
    famousOf(range),
  ];
}

function heldOf(range: PortRange, { listening }: ServerFacts): ServerCheckFound {
  const ports = rangeText(range);
  if (!listening) return { code: "range-unseen", facts: { ports } };
  const others = listening.filter(({ port, program }) => isIn(range, port) && !program?.isServer);
  const held = [...new Set(others.map(({ port }) => port))].sort((one, other) => one - other);
  if (held.length === 0) return { code: "range-free", facts: { ports } };
  const programs = [...new Set(others.map((one) => programText(one.program)))];
  // All of them, and nobody knows whose: that is mostly the server itself.
  if (others.every((one) => !one.program)) return { code: "range-unseen", facts: { ports } };
  if (held.length > range.to - range.from) return { code: "range-held-whole", facts: { ports, programs } };
  return { code: "range-held", facts: { ports, held, programs } };
}

function ephemeralOf(range: PortRange, { ephemeral, reserved }: ServerFacts): ServerCheckFound[] {
  if (!ephemeral) return [];
  const facts = { ports: rangeText(range), ephemeral: rangeText(ephemeral) };
  const from = Math.max(range.from, ephemeral.from);
  const to = Math.min(range.to, ephemeral.to);
  for (let port = from; port <= to; port++) {
    if (!reserved.some((one) => isIn(one, port))) return [{ code: "range-ephemeral", facts }];
  }
  return [{ code: "range-not-ephemeral", facts }];
}

function famousOf(range: PortRange): ServerCheckFound {
  const famous = [...famousPorts].flatMap(([port, whose]) => (isIn(range, port) ? [{ port, whose }] : []));
  if (famous.length === 0) return { code: "range-not-famous", facts: {} };
  return { code: "range-famous", facts: { famous } };
}

function isIn({ from, to }: PortRange, port: number): boolean {
  return port >= from && port <= to;
}
