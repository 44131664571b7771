import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Wire } from "./topology.ts";

const script = fileURLToPath(new URL("wire.py", import.meta.url));
const raise = ["sh", "-ec", 'ip link set west up; ip link set east up; exec python3 "$@"', "sh"];

/** Starts what carries the frames between the two interfaces of the wire's namespace; it ends with the namespace. */
export async function startWire([enter = "", ...entering]: readonly string[], wire: Wire): Promise<void> {
  const child = spawn(enter, [...entering, ...raise, script, JSON.stringify(wire)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.unref();
  const ended = once(child, "exit").then(([status]) => {
    throw new Error(`the wire has ended with ${String(status)}`);
  });
  ended.catch(() => {});
  await Promise.race([once(child.stdout, "data", { signal: AbortSignal.timeout(10_000) }), ended]);
}
