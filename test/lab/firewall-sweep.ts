import { fileURLToPath } from "node:url";
import type { Lab } from "./lab.ts";
import type { Host } from "./topology.ts";

const script = fileURLToPath(new URL("firewall-sweep.py", import.meta.url));

/** From where to where every port is tried. */
interface Sweep {
  readonly host: Host;
  readonly sourcePort: number;
  readonly address: string;
}

/** First and last port of a range. */
export type Range = readonly [number, number];

/** Sends a SYN to each of 65,535 ports; gives those from which anything came back. */
export async function sweep(lab: Lab, { host, sourcePort, address }: Sweep): Promise<Range[]> {
  const said = JSON.stringify({ address, source_port: sourcePort });
  const run = await lab.run(host, "python3", [script, said], { timeout: 60 });
  if (run.status !== 0) throw new Error(`the sweep ended with ${run.status}: ${run.stderr}`);
  return JSON.parse(run.stdout) as Range[];
}
