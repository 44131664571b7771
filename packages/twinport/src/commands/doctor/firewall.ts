import { Command, Option } from "commander";
import { canFormatFirewall, firewallDialects, formatFirewall } from "@twinport/doctor";
import { parseIp, parsePrefix } from "@twinport/protocol";
import { UsageError } from "../../usage-error.ts";
import { parsePorts } from "../client/quantity.ts";
import { collect } from "../collect.ts";
import { addDeploymentOptions, deploymentOf } from "../deployment-options.ts";
import type { FirewallDialect, FirewallRequest, Role } from "@twinport/doctor";
import type { IpAddress, Prefix } from "@twinport/protocol";
import type { CommandSetting } from "../command-setting.ts";
import type { DeploymentFlags } from "../deployment-options.ts";
import type { Messages } from "../../messages/index.ts";

/** What commander makes of the arguments of `firewall`. */
export interface FirewallFlags extends DeploymentFlags {
  readonly for?: FirewallDialect;
  readonly client?: true;
  readonly gateway?: "client" | "server";
  readonly to?: readonly string[];
  readonly from?: readonly string[];
  readonly clientPorts?: string;
  readonly helper?: true;
  readonly rulesOnly?: true;
  readonly check?: true;
  readonly rules?: readonly string[];
  readonly known?: readonly string[];
  readonly json?: true;
}

/** `twinport firewall`. */
export function firewallCommand(setting: CommandSetting): Command {
  const { messages, language, terminal } = setting;
  const say = messages.firewall;
  const command = new Command("firewall")
    .description(say.firewall)
    .addOption(new Option("--for <dialect>", say.for).choices(firewallDialects))
    .option("--client", say.client)
    .addOption(new Option("--gateway <side>", say.gateway).choices(["client", "server"]));
  return addDeploymentOptions(command, messages)
    .option("--to <address>", say.to, collect)
    .option("--from <network>", say.from, collect)
    .option("--client-ports <first-last>", say.clientPorts)
    .option("--helper", say.helper)
    .option("--rules-only", say.rulesOnly)
    .option("--check", say.check)
    .option("--rules <file>", say.rules, collect)
    .option("--known <port>", say.known, collect)
    .option("--json", say.json)
    .action(async (flags: FirewallFlags) => {
      const request = requestOf(flags, messages);
      if (flags.check) {
        if (flags.for !== undefined) throw new UsageError(say.checkAndFor);
        const { checkFirewall } = await import("./firewall-check.ts");
        return checkFirewall(request, flags, setting);
      }
      const stray = (["rules", "known", "json"] as const).find((option) => flags[option] !== undefined);
      if (stray) throw new UsageError(say.onlyWithCheck(`--${stray}`));
      if (flags.for === undefined) throw new UsageError(say.nothingAsked);
      if (!canFormatFirewall(flags.for, request.role)) {
        throw new UsageError(say.notForThere(flags.for, say.places[request.role]));
      }
      const how = { dialect: flags.for, language, rulesOnly: flags.rulesOnly ?? false };
      terminal.output.write(formatFirewall(request, how));
    });
}

/** @throws {UsageError} */
function requestOf(flags: FirewallFlags, messages: Messages): FirewallRequest {
  const { firewall: say } = messages;
  const role = roleOf(flags, messages);
  const to = (flags.to ?? []).map((value) => addressOf(value, messages));
  const extra = to.find((address, i) => to.findIndex(({ family }) => family === address.family) < i);
  if (extra) throw new UsageError(say.twoOfAFamily(extra.text));
  if (role === "gateway-server" && to.length === 0) throw new UsageError(say.needsTo);
  const clientPorts =
    flags.clientPorts === undefined ? undefined : portsOf("--client-ports", flags.clientPorts, messages);
  // Rules for a server that nobody reaches say nothing: without --listen it is the usual one.
  const isElsewhere = flags.listen !== undefined || flags.listenTls !== undefined;
  const deployment = deploymentOf(isElsewhere ? flags : { ...flags, listen: ["[::]:21"] }, messages);
  return {
    ...{ deployment, role, to },
    from: (flags.from ?? []).map((value) => networkOf(value, messages)),
    ...(clientPorts && { clientPorts }),
    helper: flags.helper ?? false,
  };
}

function roleOf({ client, gateway }: FirewallFlags, { firewall: say }: Messages): Role {
  if (client && gateway) throw new UsageError(say.clientAndGateway);
  if (gateway) return `gateway-${gateway}`;
  return client ? "client" : "server";
}

function addressOf(value: string, { firewall: say }: Messages): IpAddress {
  const address = parseIp(value);
  if (!address) throw new UsageError(say.notAnAddress(value));
  return address;
}

function networkOf(value: string, { firewall: say }: Messages): Prefix {
  const network = parsePrefix(value);
  if (!network) throw new UsageError(say.notANetwork(value));
  return network;
}

/** @throws {UsageError} */
export function portsOf(option: string, value: string, { firewall: say }: Messages): { from: number; to: number } {
  const ports = parsePorts(value);
  if (!ports) throw new UsageError(say.notARange(option, value));
  return ports;
}
