import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { wgetDeeds } from "../testkit/wget.ts";

clientMatrix(
  {
    name: "wget",
    programs: ["wget"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: { "EPSV and EPRT over IPv4": "wget has them for IPv6 alone" },
    deeds: wgetDeeds,
  },
  passiveRange(import.meta.url),
);
