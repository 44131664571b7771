import { checkAdvertisedAddress } from "./check-advertised-address.ts";
import { checkCapacity } from "./check-capacity.ts";
import { checkCertificates } from "./check-certificates.ts";
import { checkListeners, isLoopbackPort } from "./check-listeners.ts";
import { checkPassiveRange } from "./check-passive-range.ts";
import { checkPrivilege } from "./check-privilege.ts";
import { checkContainer, checkFirewall, checkHelper } from "./check-surroundings.ts";
import { serverCheckCodes } from "./server-check.ts";
import { whereText } from "./words.ts";
import type { ControlPort } from "../deployment.ts";
import type { FlowCheck } from "../firewall/check/check.ts";
import type { Ports } from "../flows.ts";
import type { ServerCheckFound, ServerCheckReport, ServerCheckResult } from "./server-check.ts";
import type { ServerFacts } from "./server-facts.ts";

const checks: readonly ((facts: ServerFacts) => ServerCheckFound[])[] = [
  checkListeners,
  checkPrivilege,
  checkPassiveRange,
  checkAdvertisedAddress,
  checkContainer,
  checkFirewall,
  checkHelper,
  checkCapacity,
  checkCertificates,
];

/** Everything that can be said of a server from what is known of it and its machine. */
export function checkServer(facts: ServerFacts): ServerCheckReport {
  const found = checks.flatMap((check) => check(facts));
  const results = found.map((one): ServerCheckResult => {
    const [check, status] = serverCheckCodes[one.code];
    return { ...one, check, status };
  });
  return { results, canServe: canServe(facts, found) };
}

/** Somebody listens who is not another's, the rules let a client in there, and some mode can move data. */
function canServe({ deployment, rules }: ServerFacts, found: readonly ServerCheckFound[]): boolean {
  const { control, passive, active } = deployment;
  const isHeld = found.some(({ code }) => code === "range-held-whole");
  const modes = [...(passive && !isHeld ? ["passive"] : []), ...(active ? ["active"] : [])];
  const missing = typeof rules === "string" ? [] : rules.missing;
  const isUp = (port: ControlPort): boolean =>
    !found.some(({ code, facts }) => {
      return (code === "listens-not" || code === "listens-other") && facts.where === whereText(port);
    });
  const isReached = (port: ControlPort, family: 4 | 6): boolean => {
    const there = missing.filter((one) => one.family === family);
    const isControl = ({ flow }: FlowCheck): boolean => flow.mode === "control" && flow.serverPorts.from === port.port;
    return (
      !isShut(there.filter(isControl)) && modes.some((mode) => !isShut(there.filter(({ flow }) => flow.mode === mode)))
    );
  };
  return control.some(
    (port) =>
      isUp(port) &&
      (isLoopbackPort(port) ? modes.length > 0 : familiesOf(port).some((family) => isReached(port, family))),
  );
}

/** Of one direction no port is left that passes. */
function isShut(missing: readonly FlowCheck[]): boolean {
  const size = ({ from, to }: Ports): number => to - from + 1;
  return missing.some(({ flow }) => {
    const same = missing.filter((other) => other.flow === flow);
    const all = flow.from === "client" ? flow.serverPorts : flow.clientPorts;
    return same.reduce((sum, { ports }) => sum + size(ports), 0) >= size(all);
  });
}

/** The families in which clients come to a command port. */
export function familiesOf({ address }: Pick<ControlPort, "address">): readonly (4 | 6)[] {
  if (address === "::") return [4, 6];
  return address.includes(":") ? [6] : [4];
}
