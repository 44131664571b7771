import { firewallEn } from "../messages/firewall-en.ts";
import { asText, comments, heading, outerAddressLines } from "./dialect.ts";
import { flowText } from "./flow-text.ts";
import { anywhere, asNetwork, familyOf } from "./rule-lines.ts";
import type { Ports } from "../flows.ts";
import type { Dialect, DialectOptions } from "./dialect.ts";
import type { FirewallPlan, FirewallRule } from "./firewall-plan.ts";

/** The rules of a security group and of a network ACL: a template for CloudFormation, or commands for those that are there. */
export const aws: Dialect = (plan, options) => {
  const { words, rulesOnly } = options;
  const top = [
    words.load(rulesOnly ? "sh FILE" : "aws cloudformation deploy --stack-name twinport --template-file FILE"),
    rulesOnly ? words.aws.shell : words.shut,
    ...outerAddressLines(plan, words),
    words.noSourcePort,
    words.aws.stateful,
    words.aws.stateless,
    words.aws.acl,
    words.aws.quota,
  ];
  return asText([
    ...comments(heading(plan, options, top)),
    ...(rulesOnly ? commands(plan, options) : template(plan, options)),
  ]);
};

/** One line of either: to which ports packets go, from or to which network. */
interface Entry {
  readonly egress: boolean;
  readonly network: string;
  readonly ports: Ports;
  readonly texts: readonly string[];
  /** For the descriptions, in which AWS takes letters of English only. */
  readonly english: string;
}

/** What begins a connection: the entries of a security group. */
function openings({ rules }: FirewallPlan, options: DialectOptions): Entry[] {
  return merged(rules.flatMap((rule) => entries(rule, options, false)));
}

/** Both directions of all connections: the entries of a network ACL, where one may be that of several lines. */
function bothWays({ rules }: FirewallPlan, options: DialectOptions): Entry[] {
  return merged(rules.flatMap((rule) => [...entries(rule, options, false), ...entries(rule, options, true)]));
}

function entries(rule: FirewallRule, { words }: DialectOptions, answers: boolean): Entry[] {
  const { direction, ends, sourcePorts, destinationPorts } = rule;
  const opensOut = direction === "out";
  return ends.flatMap((one) => {
    const others = opensOut ? one.destinations : one.sources;
    return (others.length > 0 ? others.map(asNetwork) : [anywhere[one.family]]).map((network) => ({
      egress: opensOut !== answers,
      network,
      ports: answers ? sourcePorts : destinationPorts,
      texts: [flowText(rule, words, answers)],
      english: flowText(rule, firewallEn, answers),
    }));
  });
}

function merged(all: readonly Entry[]): Entry[] {
  const found = new Map<string, Entry>();
  for (const entry of all) {
    const key = JSON.stringify([entry.egress, entry.network, entry.ports]);
    const before = found.get(key);
    found.set(key, before ? { ...before, texts: [...new Set([...before.texts, ...entry.texts])] } : entry);
  }
  return [...found.values()].toSorted((one, other) => Number(one.egress) - Number(other.egress));
}

const cidr = (network: string): string => (familyOf(network) === 4 ? "CidrIp" : "CidrIpv6");

function template(plan: FirewallPlan, options: DialectOptions): string[] {
  const { words } = options;
  const rule = ({ network, ports, texts, english }: Entry): string[] => [
    ...texts.map((text) => `        # ${text}`),
    `        - { IpProtocol: tcp, FromPort: ${ports.from}, ToPort: ${ports.to}, ${cidr(network)}: ${JSON.stringify(network)}, Description: ${JSON.stringify(english)} }`,
  ];
  const opened = openings(plan, options);
  const [ingress, egress] = [opened.filter((one) => !one.egress), opened.filter((one) => one.egress)];
  const nothingOut = `        - { IpProtocol: tcp, FromPort: 9, ToPort: 9, CidrIp: "127.0.0.1/32", Description: "nothing" }`;
  return [
    ...['AWSTemplateFormatVersion: "2010-09-09"', "Parameters:", "  Vpc: { Type: AWS::EC2::VPC::Id }", "Resources:"],
    ...["  TwinportGroup:", "    Type: AWS::EC2::SecurityGroup", "    Properties:"],
    ...["      GroupDescription: FTP by Twinport", "      VpcId: { Ref: Vpc }"],
    ...(ingress.length > 0 ? ["      SecurityGroupIngress:", ...ingress.flatMap(rule)] : []),
    "      SecurityGroupEgress:",
    ...(egress.length > 0 ? egress.flatMap(rule) : [`        # ${words.aws.noEgress}`, nothingOut]),
    ...["  TwinportAcl:", "    Type: AWS::EC2::NetworkAcl", "    Properties: { VpcId: { Ref: Vpc } }"],
    ...aclEntries(plan, options).flatMap(({ number, egress: isEgress, network, what, texts }) => [
      ...texts.map((text) => `  # ${text}`),
      `  TwinportAcl${isEgress ? "Out" : "In"}${number}:`,
      "    Type: AWS::EC2::NetworkAclEntry",
      `    Properties: { NetworkAclId: { Ref: TwinportAcl }, RuleNumber: ${number}, Egress: ${isEgress}, RuleAction: allow, ${familyOf(network) === 4 ? "CidrBlock" : "Ipv6CidrBlock"}: ${JSON.stringify(network)}, ${what.template} }`,
    ]),
  ];
}

interface AclEntry {
  readonly number: number;
  readonly egress: boolean;
  readonly network: string;
  readonly texts: readonly string[];
  readonly what: { readonly template: string; readonly command: string };
}

/** By number within each direction; last the ICMP without which large packets are lost. */
function aclEntries(plan: FirewallPlan, options: DialectOptions): AclEntry[] {
  const numbers = new Map<boolean, number>();
  const next = (egress: boolean): number => {
    const number = (numbers.get(egress) ?? 0) + 100;
    numbers.set(egress, number);
    return number;
  };
  const tcp = bothWays(plan, options).map(({ egress, network, ports: { from, to }, texts }) => ({
    ...{ number: next(egress), egress, network, texts },
    what: {
      template: `Protocol: 6, PortRange: { From: ${from}, To: ${to} }`,
      command: `--protocol tcp --port-range From=${from},To=${to}`,
    },
  }));
  const tooLarge = { 4: [1, 3, 4], 6: [58, 2, 0] } as const;
  const icmp = plan.families.map((family) => {
    const [protocol, type, code] = tooLarge[family];
    return {
      ...{ number: next(false), egress: false, network: anywhere[family], texts: [options.words.aws.pathMtu] },
      what: {
        template: `Protocol: ${protocol}, Icmp: { Type: ${type}, Code: ${code} }`,
        command: `--protocol ${protocol} --icmp-type-code Type=${type},Code=${code}`,
      },
    };
  });
  return [...tcp, ...icmp];
}

function commands(plan: FirewallPlan, options: DialectOptions): string[] {
  const group = openings(plan, options).flatMap(({ egress, network, ports, texts, english }) => {
    const range = { [cidr(network)]: network, Description: english };
    const permission = {
      ...{ IpProtocol: "tcp", FromPort: ports.from, ToPort: ports.to },
      ...(familyOf(network) === 4 ? { IpRanges: [range] } : { Ipv6Ranges: [range] }),
    };
    return [
      ...comments(texts),
      `aws ec2 authorize-security-group-${egress ? "egress" : "ingress"} --group-id "$GROUP" --ip-permissions '${JSON.stringify([permission])}'`,
    ];
  });
  const acl = aclEntries(plan, options).flatMap(({ number, egress, network, what, texts }) => [
    ...comments(texts),
    `aws ec2 create-network-acl-entry --network-acl-id "$ACL" --rule-number ${number} ${egress ? "--egress" : "--ingress"} --rule-action allow ${familyOf(network) === 4 ? "--cidr-block" : "--ipv6-cidr-block"} ${network} ${what.command}`,
  ]);
  return [...group, ...acl];
}
