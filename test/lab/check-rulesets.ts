/** Rules of a host, in the words of a program; what they mean is left to the kernel and to the evaluator. */
export interface HostRules {
  readonly name: string;
  readonly nft?: string;
  /** For iptables-nft-restore, ip6tables-nft-restore and iptables-legacy-restore. */
  readonly iptables?: string;
  readonly ip6tables?: string;
  readonly legacy?: string;
}

/**
 * Rulesets in which each thing that the evaluator reads is met at least once. ICMPv6 ends no connection between two hosts
 * of one machine before its SYN is repeated, so over IPv6 a rejection is a reset here.
 */
export const hostRules: readonly HostRules[] = [
  { name: "no rules at all" },
  {
    name: "a policy of drop, answers, and ports by a set with a range",
    nft: `table inet one {
      chain in { type filter hook input priority filter; policy drop;
        iifname lo accept
        ct state established,related accept
        ct state invalid drop
        meta l4proto { icmp, ipv6-icmp } accept
        tcp dport { 21, 30000-30099 } accept
        tcp dport 990 reject with tcp reset
        meta nfproto ipv4 tcp dport >= 65000 reject
      }
    }`,
  },
  {
    name: "verdict maps, jumps, gotos and returns",
    nft: `table inet one {
      map doors { type inet_service : verdict; elements = { 22 : goto shut, 80 : accept, 443 : jump half } }
      chain shut {
        counter drop
      }
      chain half {
        ip saddr 192.0.2.0/24 return
        ip saddr 198.51.100.0/24 accept
        drop
      }
      chain services {
        tcp dport vmap @doors
        tcp dport 21 accept
        tcp dport 8080 return
        tcp dport 443 reject with tcp reset
      }
      chain in { type filter hook input priority filter; policy drop;
        ct state vmap { established : accept, related : accept, invalid : drop }
        meta nfproto vmap { ipv4 : jump services, ipv6 : accept }
        tcp dport { 22, 8080 } accept
      }
    }`,
  },
  {
    name: "two chains at a place: what one accepts the other may drop",
    nft: `table inet late {
      chain in { type filter hook input priority 10; policy accept;
        tcp dport { 22, 80 } drop
      }
    }
    table inet early {
      chain in { type filter hook input priority -10; policy drop;
        meta l4proto ipv6-icmp accept
        ct state established accept
        tcp dport 21-80 accept
      }
    }`,
  },
  {
    name: "networks, named sets, and addresses with ports together",
    nft: `table ip one {
      set friends { type ipv4_addr; flags interval; elements = { 192.0.2.0/28, 203.0.113.1-203.0.113.9 } }
      set pairs { type ipv4_addr . inet_service; flags interval; elements = { 198.51.100.0/24 . 30000-30050 } }
      chain in { type filter hook input priority filter; policy drop;
        ct state established accept
        ip saddr @friends tcp dport 21 accept
        ip saddr . tcp dport @pairs accept
        ip saddr != 192.0.2.0/24 tcp dport 80 accept
        ip saddr 192.0.2.7 ip daddr 10.0.0.1 tcp dport 443 accept
        ip saddr . ip daddr { 192.0.2.7 . 10.0.0.1 } tcp dport != { 1-1024 } reject with icmp type admin-prohibited
      }
    }`,
  },
  {
    name: "marks, flags and limits",
    nft: `table inet one {
      chain first { type filter hook prerouting priority mangle; policy accept;
        tcp dport 21 meta mark set 0x10
        tcp dport 22 meta mark set meta mark | 0x3
        tcp flags & (fin | syn | rst | ack) != syn ct state new drop
      }
      chain in { type filter hook input priority filter; policy drop;
        ct state established accept
        meta mark 0x10 accept
        meta mark & 0x2 == 0x2 reject with tcp reset
        tcp flags syn tcp dport 80 limit rate 100/second accept
        tcp dport 443 limit rate over 100/second drop
        tcp dport 443 ct count over 50 reject
        tcp dport 443 counter log prefix "in " accept
        tcp flags syn / fin,syn,rst,ack tcp dport 990 accept
        tcp flags ack tcp dport 8080 accept
      }
    }`,
  },
  {
    name: "translations of nftables: to another port, to another host, by a map",
    nft: `table ip one {
      chain first { type nat hook prerouting priority dstnat;
        tcp dport 2121 redirect to :21
        tcp dport 8080 dnat to 10.0.1.2:80
        tcp dport 30000-30099 dnat to 10.0.1.2
        dnat to tcp dport map { 443 : 10.0.1.2 }
      }
      chain in { type filter hook input priority filter; policy drop;
        ct state established accept
        tcp dport 21 ct status dnat accept
        fib daddr type local tcp dport 22 accept
      }
      chain through { type filter hook forward priority filter; policy drop;
        ct state established,related accept
        iifname "out" oifname "in*" tcp dport { 80, 30000-30050 } accept
        ct status dnat tcp dport 443 reject with tcp reset
      }
    }`,
  },
  {
    name: "what goes out, and who comes from port 20",
    nft: `table inet one {
      chain in { type filter hook input priority filter; policy drop;
        ct state established accept
        meta l4proto { icmp, ipv6-icmp } accept
        tcp sport 20 tcp dport 1024-65535 accept
      }
      chain out { type filter hook output priority filter; policy drop;
        meta l4proto { icmp, ipv6-icmp } accept
        ct state established accept
        tcp sport 20 accept
        tcp dport 21 accept
        oifname "out" tcp dport { 80, 443 } reject
      }
    }`,
  },
  {
    name: "iptables, by most of its matches",
    iptables: `*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 8080 -j MARK --set-xmark 0x4/0xf
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:friends - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j DROP
-A INPUT -p tcp -m multiport --dports 21,30000:30050 -m comment --comment "-j DROP it is \\"FTP\\"" -j ACCEPT
-A INPUT -p tcp -m iprange --src-range 192.0.2.1-192.0.2.9 -j friends
-A INPUT -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 990 -j REJECT --reject-with tcp-reset
-A INPUT -m mark --mark 0x4/0x4 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 443 -m limit --limit 50/sec -j ACCEPT
-A INPUT ! -s 192.0.2.0/24 -p tcp -m tcp --dport 1023:1024 -j ACCEPT
-A friends -p tcp -m tcp --dport 80 -j RETURN
-A friends -p tcp -m tcp --dport 22 -j ACCEPT
-A friends -p udp -j ACCEPT
COMMIT
`,
    ip6tables: `*filter
:INPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 30000:30099 -j REJECT --reject-with tcp-reset
-A INPUT -s 2001:db8:2::/64 -p tcp -m tcp --dport 21 -j DROP
COMMIT
`,
  },
  {
    name: "a container's published ports beside a host's own filter",
    iptables: `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 10.0.1.0/24 ! -o in0 -j MASQUERADE
-A DOCKER -i in0 -j RETURN
-A DOCKER ! -i in0 -p tcp -m tcp --dport 2121 -j DNAT --to-destination 10.0.1.2:21
-A DOCKER ! -i in0 -p tcp -m tcp --dport 30000:30050 -j DNAT --to-destination 10.0.1.2:30000-30050
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -j DOCKER-USER
-A FORWARD -o in0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o in0 -j DOCKER
-A FORWARD -i in0 ! -o in0 -j ACCEPT
-A DOCKER -d 10.0.1.2/32 ! -i in0 -o in0 -p tcp -m tcp --dport 21 -j ACCEPT
-A DOCKER -d 10.0.1.2/32 ! -i in0 -o in0 -p tcp -m tcp --dport 30000:30050 -j ACCEPT
-A DOCKER-USER -s 192.0.2.0/24 -j DROP
-A DOCKER-USER -j RETURN
COMMIT
`,
  },
  {
    name: "iptables of both kinds, and nftables",
    nft: `table inet one {
      chain in { type filter hook input priority 5;
        tcp dport 22 drop
      }
    }`,
    iptables: `*filter
:INPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 80 -j DROP
COMMIT
`,
    legacy: `*filter
:INPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 443 -j REJECT --reject-with tcp-reset
COMMIT
`,
  },
];

/** Commands of a program that makes rules itself. */
export const ufwCommands: readonly string[] = [
  "ufw allow 21/tcp",
  "ufw allow proto tcp from 192.0.2.0/24 to any port 30000:30099",
  "ufw limit 22/tcp",
  "ufw reject 990/tcp",
  // Last: what is told before only goes into files.
  "ufw --force enable",
];
