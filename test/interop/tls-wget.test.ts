import { passiveRange } from "../testkit/passive-range.ts";
import { tlsMatrix } from "../testkit/tls-matrix.ts";
import { wgetDeeds, wgetSessions } from "../testkit/wget.ts";

tlsMatrix(
  {
    name: "wget",
    programs: ["wget"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1" },
      { mode: "active", verb: "PORT", address: "127.0.0.1" },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: { "EPSV and EPRT over IPv4": "wget has them for IPv6 alone" },
    deeds: wgetDeeds,
    sessions: wgetSessions,
  },
  passiveRange(import.meta.url),
);
