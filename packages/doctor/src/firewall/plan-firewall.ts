import { formatPrefix, inPrefix, networkOf, parsePrefix } from "@twinport/protocol";
import { flowsOf } from "../flows.ts";
import { boundAddresses } from "./bound-addresses.ts";
import { notesOf } from "./plan-notes.ts";
import { isTranslatedClient, onlyClient, translationsOf } from "./translations.ts";
import type { DataMode, IpAddress, Prefix } from "@twinport/protocol";
import type { Deployment } from "../deployment.ts";
import type { Family } from "../evidence.ts";
import type { Flow } from "../flows.ts";
import type { AskedFlow } from "./check/check.ts";
import type { RuleEnds, FirewallPlan, FirewallRequest, FirewallRule } from "./firewall-plan.ts";

/** The networks behind a client's box where none are named: those that nobody outside can be in. */
const innerNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"].map((text) => parsePrefix(text)!);

const families = [4, 6] as const;

/** What is to be let through so that the modes of a deployment work, and nothing else does. */
export function planFirewall(request: FirewallRequest): FirewallPlan {
  const { deployment, role, helper } = request;
  const asked = withInnerNetworks(request);
  const modes = (["active", "passive"] as const).filter((mode) => deployment[mode]);
  const rules = askedFlows(asked)
    .filter(({ opens, families: some }) => opens && some?.length !== 0)
    .map((flow) => ruleOf(flow, asked, modes))
    .filter(({ ends }) => ends.length > 0);
  return {
    role,
    modes,
    families: families.filter((family) => rules.some(({ ends }) => ends.some((end) => end.family === family))),
    rules,
    translations: rules.flatMap((rule) => translationsOf(rule, asked)),
    readAlong: helper ? rules.filter((rule) => rule.channel === "control" && isReadable(asked, rule)) : [],
    deployment,
    notes: notesOf({ ...asked, assumed: asked !== request }),
  };
}

/** Behind a client's box somebody is in a private network, where none is named. */
export function withInnerNetworks(request: FirewallRequest): FirewallRequest {
  const isAssumed = request.role === "gateway-client" && request.from.length === 0;
  return isAssumed ? { ...request, from: innerNetworks } : request;
}

/** The flows of a request: between whom there are such, and in active mode to the ports that its clients offer. */
export function askedFlows(request: FirewallRequest): AskedFlow[] {
  const { deployment, clientPorts, role } = request;
  return flowsOf(deployment).map((flow) => {
    const narrowed = flow.mode === "active" && clientPorts ? { ...flow, clientPorts } : flow;
    const between = families.filter((family) => clientsOf(family, request) && serversOf(flow, family, request));
    const own = between.map((family) => [family, serversOf(flow, family, request)?.[0]] as const);
    const named = own.filter(([, address]) => role === "server" && address !== undefined);
    return { ...narrowed, families: between, ...(named.length > 0 && { own: Object.fromEntries(named) }) };
  });
}

/** A helper can read what is said there, at least until AUTH TLS. */
function isReadable({ deployment, role }: FirewallRequest, { direction, destinationPorts }: FirewallRule): boolean {
  const guardsServer = role === "server" || role === "gateway-server";
  const isOfServer = (direction === "in") === guardsServer;
  const there = deployment.control.filter(({ port }) => port === destinationPorts.from);
  return isOfServer && there.some(({ tls }) => tls !== "implicit");
}

function ruleOf(flow: Flow, asked: FirewallRequest, modes: readonly DataMode[]): FirewallRule {
  const { mode, number, from, clientPorts, serverPorts } = flow;
  const guardsServer = asked.role === "server" || asked.role === "gateway-server";
  const [sourcePorts, destinationPorts] = from === "client" ? [clientPorts, serverPorts] : [serverPorts, clientPorts];
  return {
    channel: mode === "control" ? "control" : "data",
    modes: mode === "control" ? modes : [mode],
    number: number === 1 ? 1 : 3,
    direction: (from === "client") === guardsServer ? "in" : "out",
    ends: families.flatMap((family) => endsOf(flow, family, asked) ?? []),
    sourcePorts,
    destinationPorts,
    helped: asked.helper && mode !== "control",
  };
}

/** Undefined where nobody of that family can be meant. */
function endsOf(flow: Flow, family: Family, asked: FirewallRequest): RuleEnds | undefined {
  const clients = clientsOf(family, asked);
  const servers = serversOf(flow, family, asked);
  if (!clients || !servers) return undefined;
  // Nobody outside knows which of several clients behind a NAT a connection is for.
  const isForOne = asked.helper || onlyClient(family, asked) !== undefined;
  if (flow.mode === "active" && isTranslatedClient(family, asked) && !isForOne) return undefined;
  const [sources, destinations] = flow.from === "client" ? [clients, servers] : [servers, clients];
  return { family, sources, destinations };
}

function clientsOf(family: Family, { from }: FirewallRequest): string[] | undefined {
  const own = from
    .filter(({ address }) => address.family === family)
    .map(({ address, bits }) => networkOf(address, bits));
  if (from.length > 0 && own.length === 0) return undefined;
  // All addresses of a family are anybody of it.
  if (own.some(({ bits }) => bits === 0)) return [];
  return own
    .filter((network, i) => !own.some((other, j) => isWithin(network, other) && (j < i || !isWithin(other, network))))
    .map((network) =>
      network.bits === network.address.bytes.length * 8 ? network.address.text : formatPrefix(network),
    );
}

/** nftables takes no set in which one network is inside another. */
function isWithin(network: Prefix, other: Prefix): boolean {
  return network.bits >= other.bits && inPrefix(other, network.address);
}

function serversOf(flow: Flow, family: Family, asked: FirewallRequest): string[] | undefined {
  const { deployment, role, to } = asked;
  const port = controlPortOf(flow, deployment);
  const bound = boundAddresses(deployment.control, port, { withLoopback: role !== "server" })[family];
  const own = to.filter((address) => address.family === family);
  const isElsewhere = to.length > 0 && own.length === 0;
  const text = ({ text: written }: IpAddress): string => written;
  return role === "server" ? bound?.map(text) : bound && !isElsewhere ? own.map(text) : undefined;
}

/** The command port whose sessions a flow belongs to; undefined: any. */
function controlPortOf({ mode, serverPorts }: Flow, { control, active }: Deployment): number | undefined {
  if (mode === "control") return serverPorts.from;
  if (mode !== "active" || !active || !active.furtherSourcePorts) return undefined;
  const controlPorts = [...new Set(control.map(({ port }) => port))];
  return controlPorts[[active.sourcePort, ...active.furtherSourcePorts].indexOf(serverPorts.from)];
}
