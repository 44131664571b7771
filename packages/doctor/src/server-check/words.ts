import { formatEndpoint } from "@twinport/protocol";
import type { PortRange } from "@twinport/channel";
import type { LocalProgram, ServerFacts } from "./server-facts.ts";

/** `30000-30099`, or the one port. */
export function rangeText({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}

export function controlPortsOf({ deployment }: ServerFacts): number[] {
  return [...new Set(deployment.control.map(({ port }) => port))];
}

export function whereText({ address, port }: { readonly address: string; readonly port: number }): string {
  return formatEndpoint(address, port);
}

/** `sshd (pid 12)`; `?` where it cannot be seen. */
export function programText(program: LocalProgram | undefined): string {
  return program ? `${program.name} (pid ${program.pid})` : "?";
}
