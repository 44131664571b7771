/** What `twinport firewall` says, in English. */
export const firewallEn = {
  firewall:
    "write the firewall rules that a server needs, or check those that are there; nothing is applied (without --listen: for a server at port 21)",
  for: "what to write: rules in a dialect, or a table for people",
  client: "for a client's host, not the server's",
  gateway: "for the NAT or firewall box in front of the client or the server",
  to: "the server's address; behind --gateway server, its own one inside; once for each family",
  from: "the clients' network, as 192.0.2.0/24 (default: any); repeatable",
  clientPorts: "the ports that clients offer in active mode (default 1024-65535)",
  helper: "with the kernel's FTP helper in place of an open range; it is blind where TLS is used",
  rulesOnly: "only the lines to add to rules that are there; by default all else is shut",
  check: "check this machine's rules (nftables, iptables) against what is needed",
  rules: "check these rules instead: output of nft -j list ruleset, iptables-save or ip6tables-save; repeatable",
  known: "a port, or a range, that is open on purpose, as 22 or 8000-8010; repeatable",
  json: "what was found as JSON",
  nothingAsked: "firewall needs --for DIALECT, or --check",
  checkAndFor: "--check and --for are two commands",
  clientAndGateway: "--client and --gateway are two places",
  needsTo: "--gateway server needs the server's own address inside: --to ADDRESS",
  notAnAddress: (value: string) => `--to needs an IP address, not "${value}"`,
  twoOfAFamily: (value: string) => `--to takes one address of each family: "${value}" is one more`,
  notANetwork: (value: string) => `--from needs a network, as 192.0.2.0/24 or 2001:db8::/32, not "${value}"`,
  notARange: (option: string, value: string) => `${option} needs ports, as 30000-30099, not "${value}"`,
  notForThere: (dialect: string, place: string) => `${dialect} has no rules for ${place}: use another --for`,
  onlyWithCheck: (option: string) => `${option} is for --check`,
  places: {
    server: "the server's host",
    client: "a client's host",
    "gateway-server": "the box in front of a server",
    "gateway-client": "the box in front of clients",
  },
  notRules: (file: string) => `${file} is no output of nft -j list ruleset, iptables-save or ip6tables-save`,
  unread: (program: string, said: string) => `${program} could not tell its rules: ${said}`,
};

/** The sentences of `twinport firewall`. */
export type FirewallMessages = typeof firewallEn;
