import { ownShortages } from "./shared-port.ts";
import type { Clock } from "./clock.ts";
import type { SharedPort } from "./shared-port.ts";

/** A port of a pool at which nobody listens for a while, so that it can be dialled from. */
export interface WithheldPort {
  readonly port: number;
  /** Gives it back: who draws it next opens it again. */
  release(): void;
}

/** Ports that are tried; of a range that others hold nothing can be spared. */
const MOST_TRIED = 16;

/** Whoever cannot give a port back has it so long at the most. */
const MOST_MS = 60_000;

/** Withholds the first port of a pool at which nobody waits and that nobody else holds; undefined where there is none. */
export async function withhold(ports: Iterable<SharedPort>, clock: Clock): Promise<WithheldPort | undefined> {
  let tried = 0;
  for (const port of ports) {
    if (port.isBusy(clock.now()) || port.claims.size > 0) continue;
    if (++tried > MOST_TRIED) return undefined;
    // From now on it is drawn by nobody.
    const until = clock.now() + MOST_MS;
    port.retryAt = until;
    const failure = await port.open();
    if (failure !== undefined) {
      if (!ownShortages.has(failure)) continue;
      port.retryAt = 0;
      return undefined;
    }
    const { port: number } = port.bound;
    await port.close();
    return {
      port: number,
      release: () => {
        if (port.retryAt === until) port.retryAt = 0;
      },
    };
  }
  return undefined;
}
