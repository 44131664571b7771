import { bsdFtp } from "../testkit/bsd-ftp.ts";
import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";

clientMatrix(
  {
    name: "inetutils-ftp",
    programs: ["inetutils-ftp"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "127.0.0.1" },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
      { mode: "active", verb: "EPRT", address: "127.0.0.1" },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: {},
    deeds: bsdFtp("inetutils-ftp", {
      args: ({ way }) => [way.mode === "passive" ? "--passive" : "--active"],
      // Off unless told so; over IPv6 there is nothing else.
      toggles: ({ way }) => (way.verb.startsWith("E") && way.address === "127.0.0.1" ? ["epsv4"] : []),
    }),
  },
  passiveRange(import.meta.url),
);
