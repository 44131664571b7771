import { expect, test } from "vitest";
import {
  all,
  comes,
  evidence,
  found,
  nobody,
  passes,
  reset,
  silent,
  tried,
} from "../../../../test/testkit/told-evidence.ts";
import type { Evidence } from "../evidence.ts";

const outSilent = "out-silent undecided 50001 blocks";
const inSilent = "in-silent undecided 40001 blocks";

test.each<[string, Evidence, string[]]>([
  ["the server admits 21 only", evidence(all("public", ...silent, ...comes)), [outSilent]],
  ["the server's box resets", evidence(all("public", ...reset, ...comes)), ["out-refused undecided 50001 blocks"]],
  [
    "a box prohibits, and only so often",
    evidence(all("public", "epsv off dial-unreachable 50001", "pasv off dial-silent 50002", ...comes)),
    ["out-refused undecided 50001 blocks"],
  ],
  [
    "a firewall with a helper at one of the ends, passive",
    evidence(all("public", ...passes, "epsv explicit dial-silent 50003", ...nobody, "port explicit nobody-came 40003")),
    ["helper-blind-under-tls undecided 50003 blocks", inSilent],
  ],
  [
    "the server has no passive mode",
    evidence(
      all(
        "public",
        'epsv off command-refused "550 Permission denied."',
        'pasv off command-refused "550 Permission denied."',
        ...comes,
      ),
    ),
    ["server-refuses-mode server - blocks"],
  ],
  [
    "an old server knows no EPSV",
    evidence(all("public", 'epsv off command-refused "500 What?"', "pasv off moved 50002", ...comes)),
    [],
  ],
  [
    "no port is left",
    evidence(
      all(
        "public",
        'epsv off command-refused "425 No free ports"',
        'pasv off control-lost "500 OOPS: vsf_sysutil_bind"',
        ...comes,
      ),
    ),
    ["range-exhausted server 50001 blocks"],
  ],
  [
    "one port, and two who want it",
    evidence([
      ...all(
        "public",
        'epsv off command-refused "425 all 1 passive ports are taken"',
        "pasv off moved 50001",
        ...comes,
      ),
      tried("public", "epsv off moved 50001", { purpose: "alone" }),
    ]),
    ["range-exhausted server 50001"],
  ],
  [
    "half of the range is open",
    evidence([
      ...all("public", "epsv off dial-silent 50012", "pasv off moved 50003", ...comes),
      ...[50_001, 50_005].map((port) => tried("public", `epsv off moved ${port}`, { purpose: "further-port" })),
      ...[50_017, 50_012].map((port) => tried("public", `epsv off dial-silent ${port}`, { purpose: "further-port" })),
    ]),
    ["range-outside-firewall undecided 50012 blocks"],
  ],
  [
    "half of the range is open, found by further ports only",
    evidence([
      ...all("public", ...passes, ...comes),
      ...[50_017, 50_012].map((port) => tried("public", `epsv off dial-silent ${port}`, { purpose: "further-port" })),
    ]),
    ["range-outside-firewall undecided 50017"],
  ],
  [
    "a port was silent once and passed then",
    evidence([
      ...all("public", ...passes, ...comes),
      tried("public", "epsv off dial-silent 50001", { purpose: "further-port" }),
    ]),
    [],
  ],
  [
    "one port of many was silent for two seconds",
    evidence([
      ...all("public", "epsv off moved 50001", "pasv off moved 50002", ...comes),
      tried("public", "epsv off dial-silent 50003", { purpose: "further-port", dialMs: 2000 }),
    ]),
    [],
  ],
  [
    "what begins a connection takes two seconds, and a further dial was not that patient",
    evidence([
      tried("public", "epsv off moved 50001", { dialMs: 2010 }),
      ...all("public", ...comes),
      tried("public", "epsv off dial-silent 50002", { purpose: "further-port", dialMs: 2500 }),
    ]),
    [],
  ],
  [
    "a reset on the heels of the connection is not of the port",
    evidence([
      ...all("public", "epsv off moved 50001", "pasv off moved 50002", ...comes),
      tried("public", "pasv off dial-unreachable 50003", { purpose: "further-port", facts: { cause: "ECONNRESET" } }),
    ]),
    [],
  ],
  [
    "only what PASV tells is opened",
    evidence([
      ...all("public", "epsv off dial-silent 50012", "pasv off moved 50003", ...comes),
      ...[50_001, 50_005].map((port) => tried("public", `pasv off moved ${port}`, { purpose: "further-port" })),
      tried("public", "epsv off dial-silent 50006", { purpose: "further-port" }),
    ]),
    ["helper-present undecided 50012"],
  ],
  [
    "a box answers for the server",
    evidence([tried("public", "epsv off control-silent 50001", { connected: true }), ...all("public", ...comes)]),
    ["data-stalls undecided 50001 blocks"],
  ],
  [
    "the server says at once that it has no connection, though it stands",
    evidence(
      all("public", ...comes).concat(
        tried("public", 'epsv off server-cannot-connect 50001 "425 Can\'t open data connection."', { connected: true }),
      ),
    ),
    ["server-425 undecided 50001 blocks"],
  ],
  [
    "the server has seen another address than ours",
    evidence(
      all("public", ...comes).concat(
        tried("public", 'epsv off server-cannot-connect 50001 "425 Security: Bad IP connecting."', { connected: true }),
      ),
    ),
    ["server-425 undecided 50001 blocks"],
  ],
  [
    "the same, and a server of ours tells which",
    evidence([
      tried("public", "epsv off control-silent 50001", {
        connected: true,
        seen: { arrival: "stranger", stranger: "192.0.2.3" },
      }),
      ...all("public", ...comes),
    ]),
    ["address-wrong undecided 50001 blocks"],
  ],
])("%s", (_name, told, expected) => {
  expect(found(told)).toEqual(expected);
});
