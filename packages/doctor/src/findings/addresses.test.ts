import { expect, test } from "vitest";
import {
  all,
  comes,
  evidence,
  found,
  illegal,
  nobody,
  places,
  tells,
  tried,
} from "../../../../test/testkit/told-evidence.ts";
import type { Evidence } from "../evidence.ts";

const inSilent = "in-silent undecided 40001 blocks";
const hidden = "address-private client 40001 blocks";

test.each<[string, Evidence, string[]]>([
  [
    "a NAT forwards 21 only, and 227 tells what is behind it",
    evidence([
      tried("forwarded", "epsv off dial-refused 50001"),
      tells("forwarded", "pasv off dial-refused 50002", "10.0.0.2"),
      ...all("forwarded", ...nobody),
    ]),
    ["out-refused undecided 50001 blocks", inSilent, "address-private server 50002"],
  ],
  [
    "227 tells a private address, and data moves by the right one",
    evidence([...all("public", "epsv off moved 50001", ...comes), tells("public", "pasv off moved 50002", "10.0.0.2")]),
    ["address-private server 50002"],
  ],
  [
    "227 tells 0.0.0.0",
    evidence([...all("public", "epsv off moved 50001", ...comes), tells("public", "pasv off moved 50002", "0.0.0.0")]),
    ["address-wrong server 50002"],
  ],
  [
    "227 tells a stale address",
    evidence([
      ...all("public", "epsv off moved 50001", ...comes),
      tells("public", "pasv off moved 50002", "203.0.113.77"),
    ]),
    ["address-wrong server 50002"],
  ],
  [
    "227 tells a neighbour's private address within one network",
    evidence([...all("near", ...comes), tells("near", "pasv off moved 50002", "10.0.0.2")]),
    [],
  ],
  [
    "behind a proxy the other end is not the server",
    evidence([tells("public", "pasv off moved 50002", "203.0.113.77")], { proxy: "socks5 192.0.2.1:1080" }),
    [],
  ],
  [
    "what the server says that it told is not what came",
    evidence(
      [...all("public", "epsv off moved 50001", ...comes), tells("public", "pasv off moved 50002", places.public.peer)],
      {
        answered: {
          told: "227 Entering Passive Mode (10,0,0,2,1,1).",
          heard: "227 Entering Passive Mode (192,0,2,66,1,1).",
        },
      },
    ),
    ["address-rewritten server 50002"],
  ],
  [
    "a NAT with a helper at the server rewrites 227",
    evidence([
      ...all("hidden", "epsv off moved 50001", ...illegal, "epsv explicit dial-refused 50003"),
      tells("hidden", "pasv off moved 50002", places.hidden.peer),
      tells("hidden", "pasv explicit dial-refused 50004", "10.0.0.2"),
    ]),
    ["helper-blind-under-tls server 50003 blocks", hidden, "address-rewritten server 50004"],
  ],
])("%s", (_name, told, expected) => {
  expect(found(told)).toEqual(expected);
});
