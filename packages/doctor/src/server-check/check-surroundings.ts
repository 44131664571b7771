import { isLoopbackPort } from "./check-listeners.ts";
import { controlPortsOf, rangeText } from "./words.ts";
import type { RulesCheck } from "../firewall/check/check.ts";
import type { ServerCheckFound } from "./server-check.ts";
import type { ServerFacts } from "./server-facts.ts";

/** What stands around the server, and hides its ports: a container. */
export function checkContainer(facts: ServerFacts): ServerCheckFound[] {
  const { container: kind, deployment } = facts;
  if (kind === undefined) return [{ code: "container-none", facts: {} }];
  if (facts.hasHostNetwork) return [{ code: "container-host", facts: { kind } }];
  const { passive } = deployment;
  const ranges = [
    ...controlPortsOf(facts).map(String),
    ...(passive && passive.ports ? [rangeText(passive.ports)] : []),
  ];
  const publish = ranges.map((range) => `-p ${range}:${range}`).join(" ");
  return [{ code: "container", facts: { kind, publish } }];
}

/** What this machine's own rules do with what the server needs, and what they let in besides. */
export function checkFirewall({ deployment, rules }: ServerFacts): ServerCheckFound[] {
  if (deployment.control.every(isLoopbackPort)) return [{ code: "rules-loopback", facts: {} }];
  if (typeof rules === "string") return [{ code: "rules-unread", facts: { why: rules } }];
  // The helper has a check of its own.
  const nothing: RulesCheck = {
    ...{ isOpen: [], missing: [], unsure: [], open: [], forwards: [], unmasqueraded: [] },
    hasHelper: false,
  };
  const only = (part: Partial<RulesCheck>): { rules: RulesCheck } => ({ rules: { ...nothing, ...part } });
  const found: ServerCheckFound[] = [
    ...rules.missing.map((one) => ({ code: "rules-missing", facts: only({ missing: [one] }) }) as const),
    ...rules.unsure.map((one) => ({ code: "rules-unsure", facts: only({ unsure: [one] }) }) as const),
    ...rules.open.map(
      (one) => ({ code: one.isSure ? "rules-needless" : "rules-unsure", facts: only({ open: [one] }) }) as const,
    ),
    ...(rules.isOpen.length > 0 ? [{ code: "rules-open", facts: only({ isOpen: rules.isOpen }) } as const] : []),
  ];
  return found.length > 0 ? found : [{ code: "rules-exact", facts: { rules: nothing } }];
}

/** Whether a helper of this machine reads along on command connections. */
export function checkHelper({ helper, rules }: ServerFacts): ServerCheckFound[] {
  const hasRule = typeof rules !== "string" && rules.hasHelper;
  if (hasRule) return [{ code: "helper-rule", facts: {} }];
  if (!helper) return [{ code: "helper-unknown", facts: {} }];
  if (!helper.isLoaded) return [{ code: "helper-none", facts: {} }];
  return [{ code: helper.isAutomatic ? "helper-automatic" : "helper-idle", facts: {} }];
}
