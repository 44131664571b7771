import { programText, whereText } from "./words.ts";
import { listenersAt } from "./check-listeners.ts";
import type { ServerCheckFound } from "./server-check.ts";
import type { ServerFacts } from "./server-facts.ts";

/** Whether the server may use the privileged ports that it wants, and its source port is free. */
export function checkPrivilege(facts: ServerFacts): ServerCheckFound[] {
  const { deployment, isPrivileged, unprivilegedFrom = 1024 } = facts;
  const { control, active } = deployment;
  const needs = (port: number | "any"): port is number => port !== "any" && port > 0 && port < unprivilegedFrom;
  const controlPorts = [...new Set(control.map(({ port }) => port))].filter(needs);
  const sources = (active ? [active.sourcePort, ...(active.furtherSourcePorts ?? [])] : []).filter(needs);
  const ports = [...controlPorts, ...sources].sort((one, other) => one - other);
  return [
    ...(ports.length === 0
      ? [{ code: "privilege-not-needed", facts: {} } as const]
      : isPrivileged === undefined
        ? [{ code: "privilege-unknown", facts: { ports } } as const]
        : isPrivileged
          ? [{ code: "privilege-there", facts: { ports } } as const]
          : [
              // One that listens already has bound its port before it gave the privilege up.
              ...controlPorts
                .filter((port) => !isServerAt(port, facts))
                .map((port) => ({ code: "privilege-missing-control", facts: { port } }) as const),
              ...sources.map((port) => ({ code: "privilege-missing-source", facts: { port } }) as const),
            ]),
    ...heldSources(facts),
  ];
}

function isServerAt(port: number, { deployment, listening = [] }: ServerFacts): boolean {
  const at = deployment.control.filter((one) => one.port === port);
  return at.some((one) => listenersAt(one, listening).some(({ program }) => program?.isServer));
}

function heldSources({ deployment: { active, control }, listening = [] }: ServerFacts): ServerCheckFound[] {
  const sources = active ? [active.sourcePort, ...(active.furtherSourcePorts ?? [])] : [];
  return sources.flatMap((port): ServerCheckFound[] => {
    if (port === "any") return [];
    const [holder] = control.flatMap(({ address }) => listenersAt({ address, port }, listening));
    if (!holder) return [];
    return [{ code: "source-held", facts: { where: whereText(holder), program: programText(holder.program) } }];
  });
}
