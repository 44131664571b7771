import { cannotReach, chooseDialAddress } from "@twinport/protocol";
import { addressesOf, boxesOf } from "./topology.ts";
import { stepsOf } from "./steps.ts";
import type { DataMode, HostPort, IpAddress } from "@twinport/protocol";
import type { Ports } from "../flows.ts";
import type { Box, Topology } from "./topology.ts";
import type { Step } from "./steps.ts";

/** The ports that a server uses. */
export interface ExplainedPorts {
  readonly control: number;
  /** Where active connections come from: 20, or any that the system gives. */
  readonly source: number | "any";
  /** The ports that clients dial. */
  readonly passive: Ports | "any";
}

/** The ports where nobody has said others. */
export const usualPorts = {
  control: 21,
  source: 20,
  passive: { from: 30_000, to: 30_099 },
} as const satisfies ExplainedPorts;

/** One mode through the boxes of a topology. */
export interface ExplainOptions {
  readonly mode: DataMode;
  readonly topology: Topology;
  readonly ports?: ExplainedPorts;
}

/** What is told of where to connect, in PORT or in 227. */
interface Told {
  /** As it is said. */
  readonly said: HostPort;
  /** As the other end hears it. */
  readonly heard: HostPort;
  /** The helper of this box has put the address in. */
  readonly mendedBy?: Box;
  /** The other end cannot dial the address, or does not. */
  readonly isUseless: boolean;
}

/** What became of the helper. */
export type HelperUse =
  | "absent"
  /** There is no box that could have one. */
  | "no-box"
  /** TLS hides from it what is said. */
  | "blind-under-tls"
  /** It reads what is said to port 21, and the server is at another one. */
  | "other-port"
  /** It can read, and nothing needs to be opened. */
  | "not-needed"
  /** Without it the mode would break. */
  | "needed";

/** One mode through a topology, step by step, as data. */
export interface Model {
  readonly mode: DataMode;
  readonly topology: Topology;
  readonly ports: ExplainedPorts;
  readonly boxes: readonly Box[];
  readonly client: IpAddress;
  readonly server: IpAddress;
  /** The client's end of the command connection and of the data connection: the article's N and N+1. */
  readonly clientPorts: { readonly control: number; readonly data: number };
  /** The server's end of the data connection; undefined for any port above 1023. */
  readonly serverData: number | undefined;
  readonly steps: readonly Step[];
  readonly told: Told;
  readonly helper: HelperUse;
  /** Where the data connection stops. */
  readonly stoppedAt?: Box;
  /** The boxes that would stop it, if it were not for a helper; with what each needs, the mode passes without one. */
  readonly toOpen: readonly Box[];
}

const clientPorts = { control: 1026, data: 1027 } as const;

/** The article's port for a server that has no range. */
const anyPassivePort = 2024;

/** What each step of a mode meets in a topology. */
export function modelOf({ mode, topology, ports = usualPorts }: ExplainOptions): Model {
  const boxes = boxesOf(topology);
  const unaided = stepsOf(mode, boxes, false);
  const passesUnaided = unaided.every(({ state }) => state === "open");
  const helper = helperUse(topology, ports, boxes, passesUnaided);
  const helperReads = helper === "needed" || helper === "not-needed";
  const steps = stepsOf(mode, boxes, helperReads);
  const stoppedAt = steps.find(({ state }) => state === "blocked")?.crossings.at(-1)?.box;
  const opener = mode === "active" ? "server" : "client";
  return {
    ...{ mode, topology, ports, boxes, clientPorts, steps, helper },
    client: addressesOf(topology, "client").own,
    server: addressesOf(topology, "server").own,
    serverData: serverDataPort(mode, ports),
    told: toldOf(mode, topology, ports, helperReads),
    ...(stoppedAt && { stoppedAt }),
    toOpen: boxes.filter(({ side }) => side !== opener),
  };
}

function serverDataPort(mode: DataMode, { source, passive }: ExplainedPorts): number | undefined {
  if (mode === "active") return source === "any" ? undefined : source;
  return passive === "any" ? anyPassivePort : passive.from;
}

function helperUse(
  { tls, helper }: Topology,
  { control }: ExplainedPorts,
  boxes: readonly Box[],
  passesUnaided: boolean,
): HelperUse {
  if (!helper) return "absent";
  if (boxes.length === 0) return "no-box";
  if (tls) return "blind-under-tls";
  if (control !== usualPorts.control) return "other-port";
  return passesUnaided ? "not-needed" : "needed";
}

/** The address that is told is the one that its teller has; only a helper on the way knows better. */
function toldOf(mode: DataMode, topology: Topology, ports: ExplainedPorts, helperReads: boolean): Told {
  const teller = mode === "active" ? "client" : "server";
  const { own, seen } = addressesOf(topology, teller);
  const port = mode === "active" ? clientPorts.data : (serverDataPort(mode, ports) ?? anyPassivePort);
  const nat = boxesOf(topology).find(({ side, kind }) => side === teller && kind === "nat");
  const said = { address: own, port };
  const heard = { address: nat && helperReads ? seen : own, port };
  const isUseless = mode === "active" ? !isDialled(heard, seen) : cannotReach(heard.address, seen) !== undefined;
  return { said, heard, ...(nat && helperReads && { mendedBy: nat }), isUseless };
}

/** Whether a server that dials nobody but its client dials there. */
function isDialled(asked: HostPort, controlPeer: IpAddress): boolean {
  const view = { asked, controlPeer, mayDialOthers: false, mayCorrectPrivate: false, isOwnListener: () => false };
  return chooseDialAddress(view).kind === "dial";
}
