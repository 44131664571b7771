import { asText, comments, heading } from "./dialect.ts";
import { flowText } from "./flow-text.ts";
import { formatPorts, pairsOf } from "./rule-lines.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Dialect } from "./dialect.ts";
import type { FirewallPlan, FirewallRule, Translation } from "./firewall-plan.ts";

const familyNames = { 4: "ipv4", 6: "ipv6" } as const;

/** What a zone or a policy is told is one more option of the command. */
const command = (...options: readonly string[]): string =>
  ["firewall-cmd --permanent", ...options].filter((word) => word !== "").join(" ");

/** Where the rules of a direction go: a zone for what comes in, policies for what goes out or through. */
interface Places {
  readonly in: string;
  readonly out: string;
  /** What makes them. */
  readonly made: readonly string[];
}

/** Commands of firewall-cmd. Answers and loopback it lets through by itself. */
export const firewalld: Dialect = (plan, options) => {
  const { words, rulesOnly } = options;
  const isBox = plan.role.startsWith("gateway-");
  const places = isBox ? boxPlaces(plan.role === "gateway-server", rulesOnly) : hostPlaces(plan, rulesOnly);
  const top = [
    words.load("sh FILE"),
    rulesOnly ? words.addToYours : isBox ? words.shutThrough : words.shut,
    words.firewalld.oneEnd,
    ...(isBox ? [words.firewalld.zones] : rulesOnly ? [] : [words.firewalld.defaultZone]),
  ];
  return asText([
    ...comments(heading(plan, options, top)),
    ...places.made,
    ...helperCommands(plan),
    // The helper's own connections are related ones, which firewalld lets through.
    ...plan.rules
      .filter(({ helped }) => !helped)
      .flatMap((rule) => ruleCommands(rule, places[rule.direction], plan.readAlong.includes(rule), words)),
    ...plan.translations.flatMap((one) => translationCommands(one, words)),
    "firewall-cmd --reload",
    ...(isBox || rulesOnly ? [] : ["firewall-cmd --set-default-zone=twinport"]),
  ]);
};

/** IPv6 is not at home without these. */
const neighbours = ["neighbour-solicitation", "neighbour-advertisement", "router-advertisement"];

function hostPlaces({ rules }: FirewallPlan, rulesOnly: boolean): Places {
  const zone = rulesOnly ? "" : "--zone=twinport";
  const icmp = (place: string, names: readonly string[]): string[] =>
    names.map((name) => command(place, `--add-rich-rule='rule family=ipv6 icmp-type name=${name} accept'`));
  const makesPolicy = !rulesOnly || rules.some(({ direction }) => direction === "out");
  const policy = "--policy=twinport-out";
  return {
    in: zone,
    out: policy,
    made: [
      ...(rulesOnly
        ? []
        : [command("--new-zone=twinport"), command(zone, "--set-target=DROP"), ...icmp(zone, neighbours)]),
      ...(makesPolicy
        ? [
            command("--new-policy=twinport-out"),
            command(policy, "--add-ingress-zone=HOST"),
            command(policy, "--add-egress-zone=ANY"),
            ...(rulesOnly
              ? []
              : [
                  command(policy, "--set-target=DROP"),
                  ...icmp(policy, [...neighbours.slice(0, 2), "router-solicitation"]),
                ]),
          ]
        : []),
    ],
  };
}

function boxPlaces(guardsServer: boolean, rulesOnly: boolean): Places {
  const policy = (name: string, from: string, to: string): string[] => [
    command(`--new-policy=${name}`),
    command(`--policy=${name}`, `--add-ingress-zone=${from}`),
    command(`--policy=${name}`, `--add-egress-zone=${to}`),
    ...(rulesOnly ? [] : [command(`--policy=${name}`, "--set-target=DROP")]),
  ];
  const side = guardsServer ? "server" : "clients";
  return {
    in: `--policy=to-${side}`,
    out: `--policy=from-${side}`,
    made: [...policy(`to-${side}`, "external", "internal"), ...policy(`from-${side}`, "internal", "external")],
  };
}

const serviceOf = ({ destinationPorts }: FirewallRule): string => `twinport-${formatPorts(destinationPorts)}`;

/** A service that gives its port to the helper; the one that comes with firewalld knows port 21 only. */
function helperCommands({ readAlong }: FirewallPlan): string[] {
  return readAlong.flatMap((rule) => [
    command(`--new-service=${serviceOf(rule)}`),
    command(`--service=${serviceOf(rule)}`, `--add-port=${formatPorts(rule.destinationPorts)}/tcp`),
    command(`--service=${serviceOf(rule)}`, "--add-helper=ftp"),
  ]);
}

function ruleCommands(rule: FirewallRule, place: string, isReadAlong: boolean, words: FirewallWords): string[] {
  return [
    ...comments([flowText(rule, words)]),
    ...pairsOf(rule.ends).map(({ family, source, destination }) => {
      const parts = [
        "rule",
        ...(family === undefined ? [] : [`family=${familyNames[family]}`]),
        ...(source === undefined ? [] : [`source address=${source}`]),
        ...(destination === undefined ? [] : [`destination address=${destination}`]),
        isReadAlong ? `service name=${serviceOf(rule)}` : narrowest(rule),
        "accept",
      ];
      return command(place, `--add-rich-rule='${parts.join(" ")}'`);
    }),
  ];
}

/** A rich rule has one element only: the port of either end, and the one that says more. */
function narrowest({ sourcePorts, destinationPorts }: FirewallRule): string {
  const isFromFew = sourcePorts.to - sourcePorts.from < destinationPorts.to - destinationPorts.from;
  const [element, ports] = isFromFew ? ["source-port", sourcePorts] : ["port", destinationPorts];
  return `${element} port=${formatPorts(ports)} protocol=tcp`;
}

/** What a zone forwards it also lets through, so who may come stands in the forward itself. */
function translationCommands({ rule, kind, sources, to }: Translation, words: FirewallWords): string[] {
  const ports = formatPorts(rule.destinationPorts);
  const forward = `port=${ports} protocol=tcp to-port=${ports} to-addr=${to}`;
  const does =
    kind === "source"
      ? ["--add-masquerade"]
      : (sources.length > 0 ? sources : [undefined]).map((source) => {
          const from = source === undefined ? "" : ` source address=${source}`;
          return `--add-rich-rule='rule family=ipv4${from} forward-port ${forward}'`;
        });
  return [...comments([flowText(rule, words)]), ...does.map((one) => command("--zone=external", one))];
}
