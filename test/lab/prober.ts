import { fileURLToPath } from "node:url";
import { modesOf, outcomesOf } from "./topology.ts";
import type { Lab } from "./lab.ts";
import type { Finding, Mode, Variant } from "./topology.ts";

const script = fileURLToPath(new URL("prober.py", import.meta.url));

/** What the prober found of one mode. */
export interface Probed {
  readonly finding: Finding | "wrong-bytes";
  readonly detail: string;
  /** Its conversation with the server, and what it dialled or saw come. */
  readonly log: readonly string[];
  readonly seconds: number;
}

/** Forces each mode of a variant, on the client's host: a download and an upload, compared byte by byte. */
export async function probe(
  lab: Lab,
  variant: Variant,
  { keepalive = true, modes = modesOf(variant) }: { keepalive?: boolean; modes?: readonly Mode[] } = {},
): Promise<ReadonlyMap<Mode, Probed>> {
  const { address, port, user, password } = lab.server;
  const said = {
    ...{ address, port, user, password, modes, keepalive },
    tls: variant.tls === "explicit",
    file: lab.file,
    get: lab.server.file,
    put: lab.server.folder,
    proxy: variant.topology.proxy,
    by_port: modes.filter((mode) => outcomesOf(variant)[mode] === "by-port"),
    ...(Object.values(outcomesOf(variant)).includes("by-port") && { budget: 2 }),
    one_at_a_time: variant.topology.oneAtATime ?? false,
  };
  const run = await lab.client.run("python3", [script, JSON.stringify(said)], { timeout: 60 });
  if (run.status !== 0) throw new Error(`the prober ended with ${run.status}: ${run.stderr}`);
  return new Map(Object.entries(JSON.parse(run.stdout) as Record<Mode, Probed>) as [Mode, Probed][]);
}
