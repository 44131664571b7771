import { expect, test } from "vitest";
import {
  all,
  comes,
  evidence,
  found,
  illegal,
  nobody,
  passes,
  silent,
  tells,
  tried,
} from "../../../../test/testkit/told-evidence.ts";
import type { Evidence } from "../evidence.ts";

const outSilent = "out-silent undecided 50001 blocks";
const inSilent = "in-silent undecided 40001 blocks";
const hidden = "address-private client 40001 blocks";

test.each<[string, Evidence, string[]]>([
  ["the client's firewall lets nothing in", evidence(all("public", ...passes, ...nobody)), [inSilent]],
  [
    "the client is behind a NAT, and the server refuses its address",
    evidence(all("hidden", ...passes, ...illegal)),
    [hidden],
  ],
  ["the client is behind a NAT, and the server dials in vain", evidence(all("hidden", ...passes, ...nobody)), [hidden]],
  [
    "the client is behind a NAT, and the server says 425",
    evidence(all("hidden", ...passes, 'eprt off server-cannot-connect 40001 "425 no"')),
    [hidden],
  ],
  [
    "the client tells the address of its NAT, which forwards the ports",
    evidence([...all("hidden", ...passes), tells("hidden", "port off moved 40001", "198.51.100.2")]),
    [],
  ],
  [
    "the client tells the address of its NAT, which forwards nothing",
    evidence([
      ...all("hidden", ...passes),
      tells("hidden", 'port off server-cannot-connect 40001 "425 no"', "198.51.100.2"),
    ]),
    ["server-425 undecided 40001 blocks"],
  ],
  [
    "the client is behind a NAT, and the server has no active mode",
    evidence(all("hidden", ...passes, 'port off command-refused 40001 "550 Permission denied."')),
    ["server-refuses-mode server 40001 blocks"],
  ],
  [
    "the server dials from another address",
    evidence([
      ...all("public", ...passes),
      tried("public", "port off nobody-came 40001", { strangers: [{ address: "203.0.113.3", port: 20 }] }),
    ]),
    ["address-wrong server 40001 blocks"],
  ],
  [
    "a stranger knocks, and the server comes all the same",
    evidence([
      ...all("public", ...passes),
      tried("public", "port off moved 40001", { strangers: [{ address: "203.0.113.3", port: 50 }] }),
    ]),
    [],
  ],
  [
    "a NAT with a helper, in clear only",
    evidence(all("hidden", ...silent, ...comes)),
    [outSilent, "helper-present client 40001"],
  ],
  [
    "a NAT with a helper, and TLS beside",
    evidence(
      all(
        "hidden",
        ...passes,
        ...comes,
        "epsv explicit moved 50003",
        'port explicit command-refused 40003 "500 Illegal PORT command."',
      ),
    ),
    ["helper-blind-under-tls client 40003 blocks"],
  ],
  [
    "a client that is exposed, and a server of ours that dials its control peer",
    evidence(all("hidden", ...passes, ...comes), {
      heard: { told: "PORT 192,168,1,2,1,1", heard: "PORT 192,168,1,2,1,1" },
    }),
    [],
  ],
  [
    "a helper mends what the server hears",
    evidence(all("hidden", ...passes, ...comes), {
      heard: { told: "PORT 192,168,1,2,1,1", heard: "PORT 198,51,100,2,1,1" },
      observed: { address: "198.51.100.2", port: 5 },
    }),
    ["helper-present client 40001"],
  ],
  [
    "a helper on the inner one of two NATs mends it to an address of the carrier",
    evidence(all("hidden", ...passes, ...illegal), {
      heard: { told: "EPRT |1|192.168.1.2|257|", heard: "EPRT |1|100.64.0.2|257|" },
      observed: { address: "198.51.100.2", port: 5 },
    }),
    [hidden],
  ],
  [
    "the server says which address it will dial",
    evidence([
      ...all("hidden", ...passes),
      tried("hidden", "port off moved 40001", {
        modeReply: { code: 200, text: "Will connect to 198.51.100.2 port 40001." },
      }),
    ]),
    [],
  ],
  [
    "the same, found by PORT 0,0,0,0,…",
    evidence([
      ...all("hidden", ...passes, "port off moved 40001"),
      tried("hidden", "port off moved 40002", { purpose: "decide", told: { address: "0.0.0.0", port: 40_002 } }),
    ]),
    [],
  ],
  [
    "the same, found by TLS that works too",
    evidence(all("hidden", ...passes, ...comes, "epsv explicit moved 50003", "port explicit moved 40003")),
    [],
  ],
  [
    "a firewall with a helper at one of the ends, active",
    evidence(all("public", ...passes, ...comes, "epsv explicit moved 50003", "port explicit nobody-came 40003")),
    ["helper-blind-under-tls undecided 40003 blocks"],
  ],
  [
    "the server refuses active mode",
    evidence(
      all(
        "public",
        ...passes,
        'eprt off command-refused 40001 "550 Permission denied."',
        'port off command-refused 40002 "550 Permission denied."',
      ),
    ),
    ["server-refuses-mode server 40001 blocks"],
  ],
  [
    "the server refuses our public address: a NAT of ours, or a balancer of its own",
    evidence(all("public", ...passes, ...illegal)),
    ["server-refuses-mode undecided 40001 blocks"],
  ],
  [
    "the same, and the server stands behind a box",
    evidence([...all("forwarded", ...illegal), tells("forwarded", "pasv off moved 50002", "10.0.0.2")]),
    ["server-refuses-mode server 40001 blocks", "address-private server 50002"],
  ],
  [
    "the server tells which address it sees: one of a box of its own",
    evidence(
      all(
        "public",
        ...passes,
        'port off command-refused 40001 "501 I won\'t open a connection to 192.0.2.2 (only to 10.0.0.1)"',
      ),
    ),
    ["address-wrong server 40001 blocks"],
  ],
  [
    "the server sees the address of a balancer, and dials that",
    evidence(all("public", ...passes, ...nobody), { observed: { address: "10.0.0.1", port: 50 } }),
    ["address-wrong server 40001 blocks"],
  ],
  [
    "the server sees another public address",
    evidence(all("public", ...passes, ...nobody), { observed: { address: "198.51.100.9", port: 50 } }),
    ["address-wrong undecided 40001 blocks"],
  ],
  [
    "… and no EPRT",
    evidence(all("public", ...passes, 'eprt off command-refused 40001 "500 What?"', "port off moved 40002")),
    [],
  ],
  [
    "somebody refuses the server's connection",
    evidence(all("public", ...passes, 'eprt off server-cannot-connect 40001 "425 Failed to establish connection."')),
    ["server-425 undecided 40001 blocks"],
  ],
  [
    "the server gives up after a while: nobody refused it",
    evidence([
      ...all("public", ...passes),
      tried("public", 'eprt off server-cannot-connect 40001 "425 Failed"', { ms: 5900 }),
    ]),
    [inSilent],
  ],
])("%s", (_name, told, expected) => {
  expect(found(told)).toEqual(expected);
});
