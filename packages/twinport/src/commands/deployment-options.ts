import { Option } from "commander";
import { defaultPassivePorts } from "@twinport/server";
import { parsePrefix } from "@twinport/protocol";
import { UsageError } from "../usage-error.ts";
import { collect } from "./collect.ts";
import { addTlsPlaceOptions } from "./serve-tls.ts";
import { wholeOf } from "./option-values.ts";
import type { Command } from "commander";
import type { ListenSettings } from "@twinport/daemon";
import type { ActiveOptions, PassiveAddressRule, PassiveOptions } from "@twinport/server";
import type { ActiveDeployment, Deployment } from "@twinport/doctor";
import type { Messages } from "../messages/index.ts";
import type { TlsPlaceFlags } from "./serve-tls.ts";

/** What commander makes of the arguments of `serve` that the network sees. */
export interface DeploymentFlags extends TlsPlaceFlags, ModeFlags {
  readonly listen?: readonly string[];
  readonly maxSessions?: string;
}

/** What of them is about the two modes. */
interface ModeFlags {
  readonly passivePorts?: string;
  readonly passiveAddress?: readonly string[];
  readonly passive: boolean;
  readonly active: boolean;
  readonly activeSourcePort: "20" | "control-1" | "any";
}

/** Adds the options of `serve` that say how it stands in the network, for commands that speak of such a server. */
export function addDeploymentOptions(command: Command, messages: Messages): Command {
  addTlsPlaceOptions(addListenOption(command, messages), messages);
  return addMaxSessionsOption(addModeOptions(command, messages), messages);
}

export function addListenOption(command: Command, say: Messages): Command {
  return command.option("--listen <address:port>", say.listen, collect);
}

export function addMaxSessionsOption(command: Command, say: Messages): Command {
  return command.option("--max-sessions <n>", say.maxSessions);
}

/** Adds what is about the two modes. */
export function addModeOptions(command: Command, say: Messages): Command {
  return command
    .option("--passive-ports <first-last>", say.passivePorts)
    .option("--passive-address <address>", say.passiveAddress, collect)
    .option("--no-passive", say.noPassive)
    .option("--no-active", say.noActive)
    .addOption(
      new Option("--active-source-port <port>", say.activeSourcePort)
        .choices(["20", "control-1", "any"])
        .default("control-1"),
    );
}

/**
 * The server that `serve` would be with these arguments, as the network sees it.
 *
 * @throws {UsageError}
 */
export function deploymentOf(flags: DeploymentFlags, messages: Messages): Deployment {
  const isOffered = flags.tls !== "off" && (flags.tlsCert !== undefined || flags.tls !== undefined);
  const control = listenOf(flags, messages).map(({ address, port, tls = isOffered ? "explicit" : "off" }) => ({
    address,
    port,
    tls,
  }));
  const { passive, active } = modesOf(flags, messages);
  return {
    control,
    passive: passive && {
      ports: passive.ports === undefined || passive.ports === "any" ? defaultPassivePorts : passive.ports,
      advertised: passive.address.map(({ address }) => address).filter((address) => address !== "local"),
      sharesPorts: true,
    },
    active: active && sourcePortsOf(active.sourcePort, [...new Set(control.map(({ port }) => port))]),
    ...(flags.maxSessions !== undefined && { sessions: wholeOf("--max-sessions", flags.maxSessions, messages) }),
  };
}

/** What the arguments say of the two modes, in the server's words. */
interface Modes {
  readonly passive: false | (PassiveOptions & { readonly address: readonly PassiveAddressRule[] });
  readonly active: false | (ActiveOptions & { readonly sourcePort: 20 | "control-1" | "any" });
}

/** @throws {UsageError} */
export function modesOf(flags: ModeFlags, messages: Messages): Modes {
  if (!flags.passive && !flags.active) throw new UsageError(messages.noMode);
  const ports = flags.passivePorts === undefined ? undefined : rangeOf(flags.passivePorts, messages);
  const address = flags.passiveAddress?.map(addressRuleOf) ?? [];
  return {
    passive: flags.passive && { ...(ports && { ports }), address },
    active: flags.active && { sourcePort: flags.activeSourcePort === "20" ? 20 : flags.activeSourcePort },
  };
}

/**
 * Where nothing is said, the loopback address; where TLS begins by itself, nowhere else unless that is said.
 *
 * @throws {UsageError}
 */
export function listenOf(
  { listen, listenTls = [], tls }: Pick<DeploymentFlags, "listen" | "listenTls" | "tls">,
  messages: Messages,
): ListenSettings[] {
  const plain = listen ?? (listenTls.length > 0 ? [] : ["127.0.0.1:2121"]);
  return [
    ...plain.map((one) => ({ ...endpointOf("--listen", one, messages), ...(tls === "off" && { tls }) })),
    ...listenTls.map((one) => ({ ...endpointOf("--listen-tls", one, messages), tls: "implicit" as const })),
  ];
}

/** RFC 959 §3.2: the port beside the control port, of which there may be several. */
function sourcePortsOf(policy: 20 | "control-1" | "any", controlPorts: readonly number[]): ActiveDeployment {
  if (policy !== "control-1") return { sourcePort: policy };
  const [first = 0, ...further] = controlPorts.map((port) => port - 1);
  // Below port 1 is none, and any port is taken.
  if (first < 1) return { sourcePort: "any" };
  return { sourcePort: first, ...(further.length > 0 && { furtherSourcePorts: further }) };
}

function endpointOf(option: string, value: string, messages: Messages): { address: string; port: number } {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value);
  const port = Number(found?.[3]);
  const address = found?.[1] ?? found?.[2];
  if (address === undefined || port > 65_535) throw new UsageError(messages.notAnEndpoint(option, value));
  return { address, port };
}

function rangeOf(value: string, messages: Messages): { from: number; to: number } {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(value);
  const from = Number(found?.[1]);
  const to = Number(found?.[2] ?? found?.[1]);
  if (!found || from < 1 || to > 65_535 || to < from) throw new UsageError(messages.notARange(value));
  return { from, to };
}

/** `ADDRESS`, or `CIDR=ADDRESS` for the clients of a network. */
function addressRuleOf(value: string): PassiveAddressRule {
  const equals = value.indexOf("=");
  const clients = value.slice(0, Math.max(0, equals));
  return equals > 0 && parsePrefix(clients) ? { clients, address: value.slice(equals + 1) } : { address: value };
}
