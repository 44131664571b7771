import { formatPrefix, networkOf, parsePrefix } from "@twinport/protocol";
import { flowsOf } from "../flows.ts";
import { boundAddresses } from "./bound-addresses.ts";
import { notesOf } from "./plan-notes.ts";
import { isTranslatedClient, onlyClient, translationsOf } from "./translations.ts";
import type { DataMode, IpAddress } from "@twinport/protocol";
import type { Family } from "../evidence.ts";
import type { Flow } from "../flows.ts";
import type { RuleEnds, FirewallPlan, FirewallRequest, FirewallRule } from "./firewall-plan.ts";

/** The networks behind a client's box where none are named: those that nobody outside can be in. */
const innerNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"].map((text) => parsePrefix(text)!);

const families = [4, 6] as const;

/** What is to be let through so that the modes of a deployment work, and nothing else does. */
export function planFirewall(request: FirewallRequest): FirewallPlan {
  const { deployment, role, helper } = request;
  const assumed = role === "gateway-client" && request.from.length === 0;
  const asked = assumed ? { ...request, from: innerNetworks } : request;
  const modes = (["active", "passive"] as const).filter((mode) => deployment[mode]);
  const rules = askedFlows(asked)
    .filter(({ opens }) => opens)
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
    notes: notesOf({ ...asked, assumed }),
  };
}

/** The flows of a request: in active mode to the ports that its clients offer. */
export function askedFlows({ deployment, clientPorts }: FirewallRequest): Flow[] {
  const narrowed = (flow: Flow): Flow => (flow.mode === "active" && clientPorts ? { ...flow, clientPorts } : flow);
  return flowsOf(deployment).map(narrowed);
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
  const own = from.filter(({ address }) => address.family === family);
  if (from.length > 0 && own.length === 0) return undefined;
  return own.map(({ address, bits }) => {
    const network = networkOf(address, bits);
    return network.bits === address.bytes.length * 8 ? network.address.text : formatPrefix(network);
  });
}

function serversOf({ mode, serverPorts }: Flow, family: Family, asked: FirewallRequest): string[] | undefined {
  const { deployment, role, to } = asked;
  const port = mode === "control" ? serverPorts.from : undefined;
  const bound = boundAddresses(deployment.control, port, { withLoopback: role !== "server" })[family];
  const own = to.filter((address) => address.family === family);
  const isElsewhere = to.length > 0 && own.length === 0;
  const text = ({ text: written }: IpAddress): string => written;
  return role === "server" ? bound?.map(text) : bound && !isElsewhere ? own.map(text) : undefined;
}
