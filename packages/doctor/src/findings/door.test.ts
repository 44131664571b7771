import { expect, test } from "vitest";
import { all, comes, evidence, found, illegal, nobody, passes, tried } from "../../../../test/testkit/told-evidence.ts";
import type { Evidence } from "../evidence.ts";

const inSilent = "in-silent undecided 40001 blocks";
const hidden = "address-private client 40001 blocks";

test.each<[string, Evidence, string[]]>([
  [
    "a box swallows EPSV",
    evidence([
      tried("hidden", "epsv off control-silent", { modeReply: undefined! }),
      ...all("hidden", "pasv off moved 50002", ...illegal),
    ]),
    [hidden, "control-cut undecided 50001"],
  ],
  [
    "a box cuts at EPSV and at PASV",
    evidence([
      tried("public", "epsv off control-lost", { modeReply: undefined!, told: undefined! }),
      tried("public", "pasv off control-lost", { modeReply: undefined!, told: undefined! }),
      ...all("public", ...comes),
    ]),
    ["control-cut undecided - blocks"],
  ],
  [
    "the server ends its session at EPSV, under TLS",
    evidence([tried("public", "epsv explicit control-lost", { modeReply: undefined!, told: undefined! })]),
    ["control-cut server - blocks"],
  ],
  [
    "something moved, and the end of it never came",
    evidence([
      tried("public", "epsv off control-silent 50001", { connected: true, bytes: 66, ms: 4100 }),
      tried("public", "pasv off control-silent 50002", { connected: true, bytes: 66, ms: 4100 }),
    ]),
    ["data-stalls undecided 50001 blocks"],
  ],
  [
    "without the TLS session a stranger is refused as he is with it",
    evidence(all("public", "epsv explicit moved 50001"), {
      tls: [
        {
          family: 4,
          withoutReuse: "server-cannot-connect",
          lastReply: { code: 425, text: "Security: Bad IP connecting." },
        },
      ],
    }),
    [],
  ],
  [
    "without the TLS session ProFTPD does not permit what it permits with it",
    evidence(all("public", "epsv explicit moved 50001"), {
      tls: [
        {
          family: 4,
          withoutReuse: "server-cannot-connect",
          lastReply: { code: 425, text: "Unable to build data connection: Operation not permitted" },
        },
      ],
    }),
    ["tls-reuse-required server 50001"],
  ],
  [
    "the server ends the session as soon as data is asked for",
    evidence([
      tried("public", "epsv off control-lost 50001", { connected: true, ms: 9 }),
      tried("public", "port off control-lost 40001", { ms: 12 }),
    ]),
    ["control-cut undecided 50001 blocks", "control-cut undecided 40001 blocks"],
  ],
  [
    "the server ends one session behind its data",
    evidence([
      ...all("public", "epsv off moved 50001", ...comes),
      tried("public", "pasv off control-lost 50002", { connected: true, bytes: 53, ms: 5 }),
    ]),
    [],
  ],
  [
    "lists come and files do not",
    evidence([...all("public", ...passes, ...comes), tried("public", "epsv off no-bytes 50003", { purpose: "bulk" })]),
    ["data-stalls undecided 50003 blocks"],
  ],
  [
    "files do not come in one mode, and in the other one they do",
    evidence([
      ...all("public", ...passes, ...comes),
      tried("public", "epsv off no-bytes 50003", { purpose: "bulk" }),
      tried("public", "port off moved 40003", { purpose: "bulk", bytes: 65_536 }),
    ]),
    ["data-stalls undecided 50003 blocks"],
  ],
  [
    "a data connection is cut once it has carried something",
    evidence([
      ...all("public", ...passes, ...nobody),
      tried("public", "epsv off data-broken 50003", {
        purpose: "bulk",
        bytes: 14_480,
        facts: { cause: "the data connection was reset" },
      }),
    ]),
    [inSilent, "data-stalls undecided 50003 blocks"],
  ],
  [
    "a login that a data connection has spoilt is silent at the next command",
    evidence([
      ...all("public", "epsv off moved 50001"),
      tried("public", "pasv off control-silent", { modeReply: undefined!, told: undefined! }),
      ...all("public", ...comes),
    ]),
    [],
  ],
  [
    "a large file comes slowly",
    evidence([
      ...all("public", ...passes, ...comes),
      tried("public", "epsv off stopped 50003", { purpose: "bulk", bytes: 90_000, connected: true }),
    ]),
    [],
  ],
  [
    "the folder is not for us",
    evidence(
      all(
        "public",
        'epsv off refused 50001 "550 No such directory."',
        "pasv off stopped",
        "port off cannot-listen",
        "eprt off refused",
      ),
    ),
    [],
  ],
  [
    "data must take up the TLS session",
    evidence(all("public", "epsv explicit moved 50001", "port explicit moved 40001"), {
      tls: [
        {
          family: 4,
          withoutReuse: "tls-failed",
          lastReply: { code: 522, text: "SSL connection failed: session reuse required" },
        },
      ],
    }),
    ["tls-reuse-required server 50001"],
  ],
  [
    "data must take up the TLS session, and ours is not taken",
    evidence(all("public", 'epsv explicit tls-failed 50001 "522 SSL connection failed: session reuse required"')),
    ["tls-reuse-required server 50001 blocks"],
  ],
  [
    "TLS breaks on the data connection",
    evidence(all("public", ...passes, "epsv explicit tls-failed 50001")),
    ["tls-failed undecided 50001 blocks"],
  ],
  [
    "the transfer outlives the command connection",
    evidence([
      ...all("public", ...passes),
      tried("public", "epsv off control-silent 50003", {
        purpose: "bulk",
        bytes: 200_000,
        connected: true,
        ms: 12_000,
      }),
    ]),
    ["control-idle-cut undecided 21"],
  ],
])("%s", (_name, told, expected) => {
  expect(found(told)).toEqual(expected);
});
