import { forwardedAddress } from "./plan.ts";
import type { Finding, Mode, TlsUse, Topology } from "./topology.ts";

// Rules, as nftables reads them: each statement on a line of its own. A box knows its interfaces as `inside`, towards
// its own hosts, and `outside`, towards the internet.

export const chain = (
  name: string,
  hook: string,
  priority: string,
  policy: "accept" | "drop",
  ...rules: string[]
): string =>
  [`chain ${name} {`, `type filter hook ${hook} priority ${priority}; policy ${policy};`, ...rules, "}"].join("\n");

export const nat = (hook: "prerouting" | "postrouting", ...rules: string[]): string =>
  [
    `chain nat-${hook} {`,
    `type nat hook ${hook} priority ${hook === "prerouting" ? "dstnat" : "srcnat"}; policy accept;`,
    ...rules,
    "}",
  ].join("\n");

/** What a stateful box lets through: what belongs to a connection it let through before, and these. */
export const forward = (...rules: string[]): string =>
  chain(
    "through",
    "forward",
    "filter",
    "drop",
    "ct state established,related accept",
    "ct state invalid drop",
    ...rules,
  );

export const fromInside = 'iifname "inside" accept';
export const masquerade = nat("postrouting", 'oifname "outside" masquerade');

/** The kernel's FTP helper reads and, behind a NAT, rewrites what is said on port 21. */
export const helper = [
  ...["ct helper ftp {", 'type "ftp" protocol tcp', "l3proto inet", "}"],
  chain("helped", "prerouting", "filter", "accept", 'tcp dport 21 ct helper set "ftp"'),
].join("\n");

export const clientFirewall = forward(fromInside);
export const clientNat = [clientFirewall, masquerade].join("\n");
export const helpingNat = [helper, clientNat].join("\n");

/** A host that guards itself: it admits what it asked for and these. */
export const onHost = (...rules: string[]): string =>
  chain(
    ...(["in", "input", "filter", "drop"] as const),
    'iifname "lo" accept',
    "ct state established,related accept",
    "meta l4proto icmpv6 accept",
    ...rules,
  );
export const only21ForHost = (rest: string): string => onHost("tcp dport 21 accept", rest);

export const only21 = forward(fromInside, "tcp dport 21 accept");
export const RANGE = "50000-50009";
export const portForwarding = (ports: string): string =>
  [
    nat("prerouting", `ip daddr ${forwardedAddress} tcp dport { ${ports} } dnat ip to 10.0.0.2`),
    masquerade,
    forward(fromInside, "ct status dnat accept"),
  ].join("\n");

export const passive = (finding: Finding) => ({ epsv: finding, pasv: finding });
export const active = (finding: Finding) => ({ eprt: finding, port: finding });
export const passiveV6 = (finding: Finding) => ({ epsv: finding });
export const activeV6 = (finding: Finding) => ({ eprt: finding });

type Outcomes = Readonly<Partial<Record<Mode, Finding>>>;

/** TLS changes nothing: no box reads along. */
export const alike = (outcomes: Outcomes): Record<TlsUse, Outcomes> => ({ off: outcomes, explicit: outcomes });

/** The same of each way, for both families. */
export const everywhere = (passively: Finding, actively: Finding): Topology["outcomes"] => ({
  ipv4: alike({ ...passive(passively), ...active(actively) }),
  ipv6: alike({ ...passiveV6(passively), ...activeV6(actively) }),
});

/** The same of each way, in IPv4: a NAT is nothing of IPv6. */
export const inIpv4 = (passively: Finding, actively: Finding): Topology["outcomes"] => ({
  ipv4: alike({ ...passive(passively), ...active(actively) }),
});
