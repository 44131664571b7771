import type { BufferBudget, Clock, Connector } from "@twinport/channel";
import type { Endpoint, TraceStepFacts } from "@twinport/protocol";
import type { Settings } from "./settings.ts";
import type { ClientWarning } from "./client-events.ts";

/** What all parts of one client share. */
export interface ClientContext {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly connector: Connector;
  readonly buffers: BufferBudget;
  /** Undefined where nobody listens: then no step is made. */
  readonly trace: ((step: TraceStepFacts) => void) | undefined;
  /** Somebody came to a port of ours who was not expected. */
  readonly onStranger?: (local: Endpoint, peer: Endpoint) => void;
  warn(warning: ClientWarning): void;
}
