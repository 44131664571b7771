import fs from "node:fs";
import type { PassivePorts } from "@twinport/channel";

/**
 * A session that uploads has a command connection, a data connection, the file, handles of its folder and of that of
 * unfinished uploads, and the root of its account if that is its own.
 */
const OF_A_SESSION = 6;

/** Kept for what comes and goes: clients that are told why there is no session, name look-ups, listings, logs. */
const RESERVE = 32;

/** A large range is opened as it is used, and shrinks when descriptors become few. */
const MOST_FOR_PORTS = 128;

/** Sessions for which the descriptors of this process suffice whatever all of them do at the same time. */
export function sessionsFor(descriptors: number, ports: PassivePorts | undefined): number {
  const forPorts = ports === undefined ? 0 : ports === "any" ? 64 : ports.to - ports.from + 1;
  const left = descriptors - openNow() - RESERVE - Math.min(forPorts, MOST_FOR_PORTS);
  return Math.max(1, Math.floor(left / OF_A_SESSION));
}

/** Descriptors that the system allows this process; more than anybody has where that cannot be found out. */
export function descriptorLimit(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(fs.readFileSync("/proc/self/limits", "utf8"));
    return found ? Number(found[1]) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What is open beside sessions, or a guess where that cannot be seen. */
function openNow(): number {
  try {
    return fs.readdirSync("/proc/self/fd").length;
  } catch {
    return 32;
  }
}
