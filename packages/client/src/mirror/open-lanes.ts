import { Client } from "../client.ts";
import { ClientLanes } from "./mirror-lanes.ts";
import type { MirrorLanes } from "./mirror-lanes.ts";
import type { Pool } from "../pool.ts";

/** Connections for a mirror: what was opened for it is closed after it, and what was given is left open. */
export function openLanes(given: Client | Pool, parallel: number): MirrorLanes & AsyncDisposable {
  if (given instanceof Client) return new ClientLanes(given, parallel);
  return {
    isFull: false,
    run: (work, signal) => given.use(work, { signal }),
    async [Symbol.asyncDispose]() {},
  };
}
