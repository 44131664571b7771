import type { DataMode } from "@twinport/protocol";
import type { ActiveDeployment, Deployment } from "./deployment.ts";

/** Ports of one end: one, a range, or all that programs are given (1024 and above). */
export interface Ports {
  readonly from: number;
  readonly to: number;
}

/** Any port that a client's system gives to a program. */
export const unprivileged: Ports = { from: 1024, to: 65_535 };

/**
 * One direction of one of the connections that a mode is made of, as a firewall sees it: the article's four lines of each
 * mode. `opens` is the direction in which the connection is begun (SYN); the other one carries answers and ACKs.
 */
export interface Flow {
  readonly mode: DataMode | "control";
  /** Its number in the article's list of the mode: 1 and 2 are the command connection, 3 and 4 the data connection. */
  readonly number: 1 | 2 | 3 | 4;
  readonly from: "client" | "server";
  readonly clientPorts: Ports;
  readonly serverPorts: Ports;
  /** The connection begins in this direction. */
  readonly opens: boolean;
}

/** The flows that the modes of a deployment need: 1 and 2 once, then 3 and 4 of each mode that it has. */
export function flowsOf({ control, passive, active }: Deployment): Flow[] {
  const both = (
    mode: Flow["mode"],
    numbers: readonly [1 | 3, 2 | 4],
    opener: Flow["from"],
    serverPorts: Ports,
  ): Flow[] => {
    const other = opener === "client" ? "server" : "client";
    const ports = { clientPorts: unprivileged, serverPorts };
    return [
      { mode, number: numbers[0], from: opener, ...ports, opens: true },
      { mode, number: numbers[1], from: other, ...ports, opens: false },
    ];
  };
  const controlPorts = [...new Set(control.map(({ port }) => port))];
  return [
    ...controlPorts.flatMap((port) => both("control", [1, 2], "client", { from: port, to: port })),
    ...(active ? activePorts(active).flatMap((ports) => both("active", [3, 4], "server", ports)) : []),
    ...(passive ? both("passive", [3, 4], "client", passive.ports ?? unprivileged) : []),
  ];
}

function activePorts({ sourcePort, furtherSourcePorts = [] }: ActiveDeployment): Ports[] {
  if (sourcePort === "any") return [unprivileged];
  return [sourcePort, ...furtherSourcePorts].map((port) => ({ from: port, to: port }));
}
