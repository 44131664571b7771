import type { ServerWarning } from "./observe.ts";

/** Which port active connections come from, and one warning for each that cannot be had. */
export class SourcePorts {
  readonly #policy: 20 | "control-1" | "any";
  readonly #warn: (warning: ServerWarning) => void;
  readonly #warned = new Set<number>();

  constructor(policy: 20 | "control-1" | "any", warn: (warning: ServerWarning) => void) {
    this.#policy = policy;
    this.#warn = warn;
  }

  /** The port to dial from for a session on this control port; 0 for any. RFC 959 §3.2: the port beside the control port. */
  wanted(controlPort: number): number {
    if (this.#policy === "any") return 0;
    return this.#policy === 20 ? 20 : controlPort - 1;
  }

  /** Another port had to be used: said once, for it will be the same for every transfer. */
  refused(port: number, cause: string): void {
    // Two ends that are still remembered from the transfer before: the next one will have its port again.
    if (cause === "EADDRNOTAVAIL" || this.#warned.has(port)) return;
    this.#warned.add(port);
    this.#warn({ code: "active-port-refused", port, cause });
  }
}
