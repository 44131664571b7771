import { asText, comments, heading } from "./dialect.ts";
import { flowText } from "./flow-text.ts";
import { formatPorts } from "./rule-lines.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Dialect } from "./dialect.ts";
import type { FirewallRule } from "./firewall-plan.ts";

/** The firewall of Windows, for PowerShell. It lets answers, loopback and the neighbours of IPv6 through by itself. */
export const windows: Dialect = (plan, options) => {
  const { words, rulesOnly } = options;
  const top = [words.windows.powershell, ...(rulesOnly ? [] : [words.shut, words.othersStay])];
  const isHelped = plan.readAlong.length > 0;
  return asText([
    ...comments(heading(plan, options, [...top, ...(isHelped ? [words.windows.helper] : [])])),
    ...(rulesOnly
      ? []
      : ["Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block -DefaultOutboundAction Block"]),
    "Remove-NetFirewallRule -Group Twinport -ErrorAction SilentlyContinue",
    ...(isHelped ? ["netsh advfirewall set global statefulftp enable"] : []),
    ...plan.rules.filter(({ helped }) => !helped).map((rule) => newRule(rule, words)),
    ...(rulesOnly
      ? []
      : comments([
          words.ownLine(
            "New-NetFirewallRule -DisplayName ssh -Direction Inbound -Action Allow -Protocol TCP -LocalPort 22",
          ),
        ])),
  ]);
};

function newRule(rule: FirewallRule, words: FirewallWords): string {
  const { direction, ends, sourcePorts, destinationPorts } = rule;
  const text = flowText(rule, words).replaceAll("'", "''");
  const comesIn = direction === "in";
  const [local, remote] = comesIn ? [destinationPorts, sourcePorts] : [sourcePorts, destinationPorts];
  const addresses = (end: "sources" | "destinations"): string => {
    const isAny = ends.some((one) => one[end].length === 0);
    return isAny ? "Any" : ends.flatMap((one) => one[end]).join(",");
  };
  const [localAddress, remoteAddress] = comesIn
    ? [addresses("destinations"), addresses("sources")]
    : [addresses("sources"), addresses("destinations")];
  return [
    `New-NetFirewallRule -Group Twinport -DisplayName '${text}'`,
    `-Direction ${comesIn ? "Inbound" : "Outbound"} -Action Allow -Profile Any -Protocol TCP`,
    `-LocalAddress ${localAddress} -LocalPort ${formatPorts(local)}`,
    `-RemoteAddress ${remoteAddress} -RemotePort ${formatPorts(remote)}`,
  ].join(" ");
}
