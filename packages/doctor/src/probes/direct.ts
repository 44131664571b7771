import { ChannelError, dialControl, systemClock } from "@twinport/channel";
import type { ControlEvidence, Family } from "../evidence.ts";
import type { Examination } from "./examination.ts";

/** Seconds. */
const PATIENCE = 5;

/** Whether the server can be reached without the proxy; nobody logs in. */
export async function connectDirectly(
  { connecting: { host, port = 21 }, signal }: Examination,
  family: Family,
): Promise<ControlEvidence> {
  const began = performance.now();
  const about = { family, tls: "off", facts: {} } as const;
  try {
    const control = await dialControl({ host, port, family, timeout: PATIENCE, clock: systemClock, signal });
    const { local, peer } = control;
    control.destroy();
    return { ...about, outcome: "ready", local, peer, connectMs: performance.now() - began };
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return { ...about, outcome: error.code.replace(/^dial-/, "connect-"), facts: error.facts };
  }
}
