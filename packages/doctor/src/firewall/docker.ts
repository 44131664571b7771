import { asText, comments, heading } from "./dialect.ts";
import { flowText } from "./flow-text.ts";
import { formatPorts } from "./rule-lines.ts";
import type { Deployment } from "../deployment.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Dialect } from "./dialect.ts";
import type { FirewallRule } from "./firewall-plan.ts";

/** Compose refuses to start where it is not set. */
const unknownAddress = "${TWINPORT_ADDRESS:?the address by which clients know this host}";

/** What a container publishes, and what the server in it is told; the same as a command below. */
export const docker: Dialect = (plan, options) => {
  const { words } = options;
  const { deployment, rules } = plan;
  const opened = rules.filter(({ direction }) => direction === "in");
  const dialled = rules.filter(({ direction }) => direction === "out");
  const networks = [...new Set(opened.flatMap(({ ends }) => ends.flatMap(({ sources }) => sources)))];
  const published = opened.map(
    ({ destinationPorts }) => `${formatPorts(destinationPorts)}:${formatPorts(destinationPorts)}/tcp`,
  );
  const told = serverArguments(deployment);
  return asText([
    ...comments(
      heading(plan, options, [
        words.load("docker compose --file FILE up"),
        words.docker.publishes,
        words.docker.sameNumbers,
        words.docker.proxy,
        ...(networks.length > 0 ? [words.noNetworks(networks.join(", "))] : []),
        ...dialled.flatMap((rule) => [
          words.docker.active(formatPorts(rule.sourcePorts)),
          words.docker.outbound(outboundText(rule, words)),
        ]),
      ]),
    ),
    "services:",
    "  twinport:",
    `    image: twinport # ${words.docker.image}`,
    "    command:",
    ...told.map((word) => `      - ${yamlWord(word)}${word === unknownAddress ? ` # ${words.docker.address}` : ""}`),
    ...(published.length > 0
      ? ["    ports:", ...opened.map((rule, i) => `      - ${JSON.stringify(published[i])} # ${flowText(rule, words)}`)]
      : []),
    ...(needsLowPorts(plan.rules)
      ? ["    sysctls:", `      net.ipv4.ip_unprivileged_port_start: "0" # ${words.docker.privileged}`]
      : []),
    ...comments([
      "",
      words.docker.runWith,
      `docker run ${[...published.map((one) => `--publish ${one}`), ...(needsLowPorts(rules) ? ["--sysctl net.ipv4.ip_unprivileged_port_start=0"] : []), "twinport", ...told.map((word) => shellWord(word.replace(unknownAddress, "ADDRESS")))].join(" ")}`,
    ]).map((line) => line.trimEnd()),
  ]);
};

/** Compose fills in what follows a dollar sign, unless there are two. */
const yamlWord = (word: string): string =>
  JSON.stringify(word === unknownAddress ? word : word.replaceAll("$", () => "$$"));

const shellWord = (word: string): string =>
  /^[\w./:=,@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** What of the deployment the server must be told inside: the same ports, and the address outside. */
function serverArguments({ control, passive, active }: Deployment): string[] {
  const listening = control.flatMap(({ port, tls }) => [
    tls === "implicit" ? "--listen-tls" : "--listen",
    `[::]:${port}`,
  ]);
  const advertised = passive && (passive.advertised.length > 0 ? passive.advertised : [unknownAddress]);
  return [
    ...["serve", "/files", ...listening],
    ...(passive && passive.ports ? ["--passive-ports", formatPorts(passive.ports)] : []),
    ...(advertised ? advertised.flatMap((address) => ["--passive-address", address]) : ["--no-passive"]),
    ...(active
      ? active.sourcePort === "any" || active.sourcePort === 20
        ? ["--active-source-port", String(active.sourcePort)]
        : []
      : ["--no-active"]),
  ];
}

function outboundText(rule: FirewallRule, words: FirewallWords): string {
  return `${flowText(rule, words)} (${formatPorts(rule.sourcePorts)} → ${formatPorts(rule.destinationPorts)})`;
}

function needsLowPorts(rules: readonly FirewallRule[]): boolean {
  return rules.some(
    ({ direction, sourcePorts, destinationPorts }) => (direction === "in" ? destinationPorts : sourcePorts).from < 1024,
  );
}
