import { startScript } from "./script.ts";
import type { Wire } from "./topology.ts";

const raise = ["sh", "-ec", 'ip link set west up; ip link set east up; exec "$@"', "sh"];

/** Starts what carries the frames between the two interfaces of the wire's namespace; it ends with the namespace. */
export function startWire(inside: readonly string[], wire: Wire): Promise<void> {
  return startScript([...inside, ...raise], "wire.py", [JSON.stringify(wire)]);
}
