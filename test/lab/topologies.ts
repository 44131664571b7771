import { forwardedAddress } from "./plan.ts";
import {
  RANGE,
  active,
  activeV6,
  alike,
  chain,
  clientFirewall,
  clientNat,
  everywhere,
  forward,
  fromInside,
  helper,
  helpingNat,
  inIpv4,
  masquerade,
  nat,
  onHost,
  only21,
  only21ForHost,
  passive,
  passiveV6,
  portForwarding,
} from "./rules.ts";
import type { Topology } from "./topology.ts";

/** The hosts and what stands between them. What is declared of each is true for every client that dials and admits the control peer only. */
export const topologies: readonly Topology[] = [
  {
    name: "open",
    story: "Nothing stands in between.",
    client: "public",
    server: "public",
    outcomes: everywhere("passes", "passes"),
  },
  {
    name: "client firewall",
    story: "The client's box lets nothing in that was not asked for.",
    client: "public",
    server: "public",
    rules: { "client-box": clientFirewall },
    outcomes: everywhere("passes", "nobody-came"),
  },
  {
    name: "client's own firewall",
    story: "The client's host itself lets nothing in that was not asked for.",
    client: "public",
    server: "public",
    rules: { client: onHost() },
    outcomes: everywhere("passes", "nobody-came"),
  },
  {
    name: "client NAT",
    story: "The client has a private address behind a NAT; the server refuses to dial it.",
    client: "private",
    server: "public",
    rules: { "client-box": clientNat },
    outcomes: inIpv4("passes", "command-refused"),
  },
  {
    name: "double NAT",
    story: "The client's NAT is behind that of its carrier.",
    client: "carrier",
    server: "public",
    rules: { "client-box": clientNat, "carrier-box": clientNat },
    outcomes: inIpv4("passes", "command-refused"),
  },
  {
    name: "server admits 21, drops the rest",
    story: "The server's box drops what is not for port 21.",
    client: "public",
    server: "public",
    rules: { "server-box": only21 },
    outcomes: everywhere("dial-silent", "passes"),
  },
  {
    name: "server admits 21, resets the rest",
    story: "The server's box answers what is not for port 21 with a reset.",
    client: "public",
    server: "public",
    rules: { "server-box": forward(fromInside, "tcp dport 21 accept", "meta l4proto tcp reject with tcp reset") },
    outcomes: everywhere("dial-refused", "passes"),
  },
  {
    name: "server's own firewall prohibits",
    story: "The server's host answers what is not for port 21 with an ICMP message, as firewalld does.",
    client: "public",
    server: "public",
    rules: {
      server: only21ForHost("reject with icmpx admin-prohibited"),
    },
    outcomes: everywhere("dial-unreachable", "passes"),
  },
  {
    name: "server admits 21 and its range",
    story: "The server's box admits port 21 and the passive range; the client's firewall lets nothing in.",
    client: "public",
    server: "public",
    rules: { "client-box": clientFirewall, "server-box": forward(fromInside, `tcp dport { 21, ${RANGE} } accept`) },
    outcomes: everywhere("passes", "nobody-came"),
  },
  {
    name: "forwarded server tells its private address",
    story: "A NAT forwards port 21 and the range; 227 tells the address that the server has behind it.",
    client: "private",
    server: "private",
    rules: { "client-box": clientNat, "server-box": portForwarding(`21, ${RANGE}`) },
    outcomes: inIpv4("passes", "command-refused"),
  },
  {
    name: "forwarded server tells its public address",
    story: "A NAT forwards port 21 and the range; the server has been told the address that the world has of it.",
    client: "private",
    server: "private",
    rules: { "client-box": clientNat, "server-box": portForwarding(`21, ${RANGE}`) },
    daemon: { passiveAddress: forwardedAddress },
    outcomes: inIpv4("passes", "command-refused"),
  },
  {
    name: "forwarded server tells a stale address",
    story: "227 tells a public address that was the server's before its provider gave it another.",
    client: "private",
    server: "private",
    rules: { "client-box": clientNat, "server-box": portForwarding(`21, ${RANGE}`) },
    daemon: { passiveAddress: "203.0.113.77" },
    outcomes: inIpv4("passes", "command-refused"),
  },
  {
    name: "server forwards 21 only",
    story: "A NAT forwards port 21 and forgot the range; the client has a firewall.",
    client: "public",
    server: "private",
    rules: { "client-box": clientFirewall, "server-box": portForwarding("21") },
    outcomes: inIpv4("dial-refused", "nobody-came"),
  },
  {
    name: "server dials from another address",
    story: "The server's NAT forwards one address inwards and uses another outwards.",
    client: "public",
    server: "private",
    rules: {
      "server-box": [
        nat("prerouting", `ip daddr ${forwardedAddress} tcp dport { 21, ${RANGE} } dnat ip to 10.0.0.2`),
        nat("postrouting", 'oifname "outside" snat ip to 203.0.113.3'),
        forward(fromInside, "ct status dnat accept"),
      ].join("\n"),
    },
    moreAddresses: { "server-box": ["203.0.113.3"] },
    outcomes: inIpv4("passes", "stranger-came"),
  },
  {
    name: "one passive port",
    story: "The server has a single passive port; the client's firewall lets nothing in.",
    client: "public",
    server: "public",
    rules: { "client-box": clientFirewall, "server-box": forward(fromInside, "tcp dport { 21, 50000 } accept") },
    daemon: { passivePorts: [50_000, 50_000] },
    oneAtATime: true,
    outcomes: everywhere("passes", "nobody-came"),
  },
  {
    name: "client NAT with FTP helper, server admits 21",
    story:
      "The client's NAT rewrites what it can read and expects the server's connection; the server admits port 21 only.",
    client: "private",
    server: "public",
    rules: { "client-box": helpingNat, "server-box": only21 },
    outcomes: {
      ipv4: {
        off: { ...passive("dial-silent"), ...active("passes") },
        explicit: { ...passive("dial-silent"), ...active("command-refused") },
      },
    },
  },
  {
    name: "client firewall with FTP helper, server admits 21",
    story: "The client's firewall lets in what it reads of on port 21; the server admits port 21 only.",
    client: "public",
    server: "public",
    rules: { "client-box": [helper, clientFirewall].join("\n"), "server-box": only21 },
    outcomes: {
      ipv4: {
        off: { ...passive("dial-silent"), ...active("passes") },
        explicit: { ...passive("dial-silent"), ...active("nobody-came") },
      },
      ipv6: {
        off: { ...passiveV6("dial-silent"), ...activeV6("passes") },
        explicit: { ...passiveV6("dial-silent"), ...activeV6("nobody-came") },
      },
    },
  },
  {
    name: "FTP helper, but port 2121",
    story: "The client's NAT helps on port 21; this server, closed but for one port, is on 2121.",
    client: "private",
    server: "public",
    rules: { "client-box": helpingNat, "server-box": forward(fromInside, "tcp dport 2121 accept") },
    daemon: { port: 2121 },
    outcomes: { ipv4: { off: { ...passive("dial-silent"), ...active("command-refused") } } },
  },
  {
    name: "double NAT, FTP helper on the inner one",
    story:
      "The inner NAT writes an address of the carrier into PORT, which the server refuses; it admits port 21 only.",
    client: "carrier",
    server: "public",
    rules: { "client-box": helpingNat, "carrier-box": clientNat, "server-box": only21 },
    outcomes: inIpv4("dial-silent", "command-refused"),
  },
  {
    name: "server's box with FTP helper",
    story: "The server's box admits port 21 and what it reads of there; the client's firewall lets nothing in.",
    client: "public",
    server: "public",
    rules: { "client-box": clientFirewall, "server-box": [helper, only21].join("\n") },
    outcomes: {
      ipv4: {
        off: { ...passive("passes"), ...active("nobody-came") },
        explicit: { ...passive("dial-silent"), ...active("nobody-came") },
      },
      ipv6: {
        off: { ...passiveV6("passes"), ...activeV6("nobody-came") },
        explicit: { ...passiveV6("dial-silent"), ...activeV6("nobody-came") },
      },
    },
  },
  {
    name: "server's NAT with FTP helper",
    story: "The server's NAT forwards port 21, rewrites 227 and forwards the port that it reads of.",
    client: "private",
    server: "private",
    rules: { "client-box": clientNat, "server-box": [helper, portForwarding("21")].join("\n") },
    outcomes: {
      ipv4: {
        off: { ...passive("passes"), ...active("command-refused") },
        explicit: { ...passive("dial-refused"), ...active("command-refused") },
      },
    },
  },
  {
    name: "both closed",
    story: "The client's firewall lets nothing in and the server's box drops what is not for port 21.",
    client: "public",
    server: "public",
    rules: { "client-box": clientFirewall, "server-box": only21 },
    outcomes: everywhere("dial-silent", "nobody-came"),
  },
  {
    name: "both closed, with words",
    story: "A NAT at the client; the server's box answers what is not for port 21 with a reset.",
    client: "private",
    server: "public",
    rules: {
      "client-box": clientNat,
      "server-box": forward(fromInside, "tcp dport 21 accept", "meta l4proto tcp reject with tcp reset"),
    },
    outcomes: inIpv4("dial-refused", "command-refused"),
  },
  {
    name: "server cannot dial out",
    story: "The server's box drops every connection that the server would begin.",
    client: "public",
    server: "public",
    rules: { "server-box": forward('iifname "outside" accept') },
    outcomes: everywhere("passes", "nobody-came"),
  },
  {
    name: "server takes neither",
    story: "The server refuses PORT and EPRT, and its passive range is closed.",
    client: "public",
    server: "public",
    rules: { "server-box": only21 },
    daemon: { more: ["port_enable=NO"] },
    outcomes: inIpv4("dial-silent", "command-refused"),
  },
  {
    name: "server without passive mode",
    story: "The server refuses PASV and EPSV.",
    client: "public",
    server: "public",
    daemon: { more: ["pasv_enable=NO"] },
    outcomes: everywhere("command-refused", "passes"),
  },
  {
    name: "network that lets 21 out and 20 in",
    story: "The client's network follows the old rule: out to port 21 only, in from port 20.",
    client: "public",
    server: "public",
    rules: {
      "client-box": forward(
        'iifname "inside" tcp dport 21 accept',
        'iifname "outside" tcp sport 20 tcp dport 1024-65535 accept',
      ),
    },
    outcomes: everywhere("dial-silent", "passes"),
  },
  {
    name: "network that lets 21 out, with FTP helper",
    story: "A NAT lets out what is for port 21 and both ways what it reads of there.",
    client: "private",
    server: "public",
    rules: { "client-box": [helper, masquerade, forward('iifname "inside" tcp dport 21 accept')].join("\n") },
    outcomes: {
      ipv4: {
        off: { ...passive("passes"), ...active("passes") },
        explicit: { ...passive("dial-silent"), ...active("command-refused") },
      },
    },
  },
  {
    name: "slow link that loses frames",
    story: "A round trip takes 300 to 400 ms, and every 60th frame is lost.",
    client: "public",
    server: "public",
    wire: { delay: 0.15, jitter: 0.05, lose_every: 60 },
    outcomes: everywhere("passes", "passes"),
  },
  {
    name: "late answer to a data connection",
    story: "What begins a data connection arrives after 2 s; the client's firewall lets nothing in.",
    client: "public",
    server: "public",
    rules: { "client-box": clientFirewall },
    wire: { syn_delay: 2 },
    outcomes: everywhere("passes", "nobody-came"),
  },
  {
    name: "NAT that forgets after 4 s",
    story: "The client's NAT drops a connection that was idle for 4 s, and a transfer takes longer.",
    client: "private",
    server: "public",
    rules: { "client-box": [clientNat, chain("own", "input", "filter", "drop")].join("\n") },
    sysctl: {
      "client-box": {
        "net/netfilter/nf_conntrack_tcp_timeout_established": 4,
        "net/netfilter/nf_conntrack_tcp_loose": 0,
      },
    },
    daemon: { rate: 34_000 },
    outcomes: inIpv4("passes", "command-refused"),
  },
  {
    name: "two ways out",
    story:
      "The client's NAT uses one address for port 21 and another for the rest, which the server takes for a stranger.",
    client: "private",
    server: "public",
    rules: {
      "client-box": [
        clientFirewall,
        nat(
          "postrouting",
          'oifname "outside" tcp dport 21 snat ip to 198.51.100.2',
          'oifname "outside" snat ip to 198.51.100.3',
        ),
      ].join("\n"),
    },
    moreAddresses: { "client-box": ["198.51.100.3"] },
    outcomes: inIpv4("server-cannot-connect", "command-refused"),
  },
  {
    name: "two ways out, lenient server",
    story: "As before, but the server admits whoever is in the client's network.",
    client: "private",
    server: "public",
    rules: {
      "client-box": [
        clientFirewall,
        nat(
          "postrouting",
          'oifname "outside" tcp dport 21 snat ip to 198.51.100.2',
          'oifname "outside" snat ip to 198.51.100.3',
        ),
      ].join("\n"),
    },
    moreAddresses: { "client-box": ["198.51.100.3"] },
    daemon: { program: "twinport", more: ["--data-peer", "/24"] },
    // Ours does not refuse a private address, it dials the control peer instead; the client's NAT knows of no such port.
    outcomes: { ipv4: { off: { ...passive("passes"), ...active("server-cannot-connect") } } },
  },
  {
    name: "box that swallows EPSV",
    story: "The client's NAT drops what says EPSV, and with it the rest of the conversation.",
    client: "private",
    server: "public",
    rules: {
      "client-box": [
        clientNat,
        // "EPSV", as the first bytes behind the TCP header.
        chain("swallow", "forward", "filter - 1", "accept", "tcp dport 21 @ih,0,32 0x45505356 drop"),
      ].join("\n"),
    },
    outcomes: {
      ipv4: {
        off: { epsv: "control-silent", pasv: "passes", ...active("command-refused") },
        explicit: { ...passive("passes"), ...active("command-refused") },
      },
    },
  },
  {
    name: "box that answers for the server",
    story:
      "The server's box takes up every connection itself, as against floods; the server's own firewall admits 21 only.",
    client: "public",
    server: "public",
    rules: {
      "server-box": [
        chain(
          "early",
          "prerouting",
          "raw",
          "accept",
          'iifname "outside" tcp dport != 21 tcp flags & (fin | syn | rst | ack) == syn notrack',
        ),
        chain(
          ...(["through", "forward", "filter", "accept"] as const),
          'iifname "outside" tcp dport != 21 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm',
          "ct state invalid drop",
        ),
      ].join("\n"),
      server: only21ForHost("drop"),
    },
    sysctl: { "server-box": { "net/netfilter/nf_conntrack_tcp_loose": 0 } },
    // Else vsftpd keeps the file locked for the minute in which it waits for the first attempt's data connection.
    daemon: { more: ["lock_upload_files=NO"] },
    outcomes: { ipv4: alike({ ...passive("control-silent"), ...active("passes") }) },
  },
  {
    name: "box that resets EPSV",
    story: "The client's NAT inspects the conversation and resets it at EPSV, of which it has never heard.",
    client: "private",
    server: "public",
    rules: {
      "client-box": [
        clientNat,
        chain(
          ...(["inspect", "forward", "filter - 1", "accept"] as const),
          "tcp dport 21 @ih,0,32 0x45505356 reject with tcp reset",
        ),
      ].join("\n"),
    },
    outcomes: {
      ipv4: {
        off: { epsv: "control-lost", pasv: "passes", ...active("command-refused") },
        explicit: { ...passive("passes"), ...active("command-refused") },
      },
    },
  },
  {
    name: "server limits logins, admits 21",
    story: "The server's box admits port 21 only, and there 6 new connections at once and 12 a minute, as ufw does.",
    client: "public",
    server: "public",
    rules: {
      "server-box": forward(
        "tcp dport 21 ct state new limit rate over 12/minute burst 6 packets drop",
        fromInside,
        "tcp dport 21 accept",
      ),
    },
    outcomes: everywhere("dial-silent", "passes"),
  },
  {
    name: "FTP helpers at both ends",
    story: "The client's NAT and the server's box each let through what they read of on port 21, and nothing else.",
    client: "private",
    server: "public",
    rules: { "client-box": helpingNat, "server-box": [helper, only21].join("\n") },
    outcomes: {
      ipv4: {
        off: { ...passive("passes"), ...active("passes") },
        explicit: { ...passive("dial-silent"), ...active("command-refused") },
      },
    },
  },
  {
    name: "exposed client, server that dials its control peer",
    story:
      "The client's NAT hands it every connection; the server admits 21 only and dials where the conversation comes from.",
    client: "private",
    server: "public",
    rules: {
      "client-box": [
        masquerade,
        nat("prerouting", 'iifname "outside" tcp dport 1024-65535 dnat ip to 192.168.1.2'),
        forward(fromInside, "ct status dnat accept"),
      ].join("\n"),
      "server-box": only21,
    },
    daemon: { program: "twinport" },
    outcomes: { ipv4: { off: { ...passive("dial-silent"), ...active("passes") } } },
  },
  {
    name: "client in the server's network",
    story: "The client dials the public address from within, and the box turns it around.",
    client: "server-network",
    server: "private",
    rules: {
      "server-box": [
        nat("prerouting", `ip daddr ${forwardedAddress} tcp dport { 21, ${RANGE} } dnat ip to 10.0.0.2`),
        nat("postrouting", 'ct status dnat oifname "inside" masquerade'),
      ].join("\n"),
    },
    daemon: { passiveAddress: forwardedAddress },
    outcomes: inIpv4("passes", "command-refused"),
  },
  {
    name: "box that drops large packets",
    story: "A link behind the server's box takes 1,280 bytes at most, and nobody hears that a packet was too large.",
    client: "public",
    server: "public",
    rules: {
      "server-box": chain("through", "forward", "filter", "accept", "meta length > 1280 drop"),
    },
    outcomes: { ipv4: { off: { ...passive("no-bytes"), ...active("no-bytes") } } },
  },
];
