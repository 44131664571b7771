import { asText, comments, heading, outerAddressLines } from "./dialect.ts";
import { flowText } from "./flow-text.ts";
import { anywhere, asNetwork, formatPorts } from "./rule-lines.ts";
import type { Ports } from "../flows.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Dialect } from "./dialect.ts";
import type { FirewallRule } from "./firewall-plan.ts";

/** What node ports are taken from, unless a cluster is told otherwise. */
const nodePorts: Ports = { from: 30_000, to: 32_767 };
/** More entries than many load balancers take. */
const MANY = 50;

/** A Service that gives the ports to the outside, and a NetworkPolicy that lets nothing else to the pods or out of them. */
export const kubernetes: Dialect = (plan, options) => {
  const { words } = options;
  const opened = plan.rules.filter(({ direction }) => direction === "in");
  const dialled = plan.rules.filter(({ direction }) => direction === "out");
  const count = opened.reduce((sum, { destinationPorts: { from, to } }) => sum + to - from + 1, 0);
  const outside = opened.filter(
    ({ channel, destinationPorts }) => channel === "data" && !areNodePorts(destinationPorts),
  );
  const say = words.kubernetes;
  return asText([
    ...comments(
      heading(plan, options, [
        words.load("kubectl apply --filename FILE"),
        say.names,
        ...(options.rulesOnly ? [] : [say.shut]),
        say.oneClientOnePod,
        say.keepsAddress,
        say.loadBalancer,
        say.nodePorts,
        ...outside.map(({ destinationPorts }) => say.noNodePorts(formatPorts(destinationPorts))),
        ...(count > MANY ? [say.manyPorts(count)] : []),
        say.hostPorts,
        ...outerAddressLines(plan, words),
        say.sourcePort,
        ...(dialled.length > 0 ? [say.dialsOut] : []),
      ]),
    ),
    ...service(opened, words),
    ...(options.rulesOnly ? [] : ["---", ...policy(opened, dialled.filter(isFirstToItsPorts), words)]),
  ]);
};

/** Which port a connection comes from is not asked, so two of them are one rule. */
function isFirstToItsPorts(rule: FirewallRule, at: number, rules: readonly FirewallRule[]): boolean {
  const text = ({ ends, destinationPorts }: FirewallRule): string => JSON.stringify([ends, destinationPorts]);
  return rules.findIndex((other) => text(other) === text(rule)) === at;
}

const areNodePorts = ({ from, to }: Ports): boolean => from >= nodePorts.from && to <= nodePorts.to;

function service(opened: readonly FirewallRule[], words: FirewallWords): string[] {
  return [
    ...["apiVersion: v1", "kind: Service", "metadata:", "  name: twinport", "spec:", "  type: LoadBalancer"],
    ...["  selector:", "    app: twinport", "  externalTrafficPolicy: Local"],
    ...["  sessionAffinity: ClientIP", "  ipFamilyPolicy: PreferDualStack", "  ports:"],
    ...opened.flatMap((rule) => [`    # ${flowText(rule, words)}`, ...portsOf(rule).map((entry) => `    - ${entry}`)]),
    ...sourceRanges(opened),
  ];
}

function portsOf({ channel, destinationPorts: { from, to } }: FirewallRule): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const port = from + i;
    const node = channel === "data" && areNodePorts({ from: port, to: port }) ? `, nodePort: ${port}` : "";
    return `{ name: ${channel}-${port}, protocol: TCP, port: ${port}, targetPort: ${port}${node} }`;
  });
}

function sourceRanges(opened: readonly FirewallRule[]): string[] {
  const networks = [...new Set(opened.flatMap(({ ends }) => ends.flatMap(({ sources }) => sources.map(asNetwork))))];
  return networks.length === 0
    ? []
    : ["  loadBalancerSourceRanges:", ...networks.map((network) => `    - ${JSON.stringify(network)}`)];
}

function policy(opened: readonly FirewallRule[], dialled: readonly FirewallRule[], words: FirewallWords): string[] {
  const list = (
    title: string,
    rules: readonly FirewallRule[],
    end: "sources" | "destinations",
    peer: string,
  ): string[] => [
    `  ${title}:${rules.length === 0 ? " []" : ""}`,
    ...rules.flatMap((rule) => [
      `    # ${flowText(rule, words)}`,
      `    - ${peer}:`,
      ...rule.ends
        .flatMap((one) => (one[end].length > 0 ? one[end] : [anywhere[one.family]]))
        .map((network) => `        - ipBlock: { cidr: ${JSON.stringify(asNetwork(network))} }`),
      "      ports:",
      `        - { protocol: TCP, port: ${rule.destinationPorts.from}${rule.destinationPorts.to > rule.destinationPorts.from ? `, endPort: ${rule.destinationPorts.to}` : ""} }`,
    ]),
  ];
  return [
    ...["apiVersion: networking.k8s.io/v1", "kind: NetworkPolicy", "metadata:", "  name: twinport", "spec:"],
    ...["  podSelector:", "    matchLabels:", "      app: twinport", "  policyTypes: [Ingress, Egress]"],
    ...list("ingress", opened, "sources", "from"),
    ...list("egress", dialled, "destinations", "to"),
  ];
}
