import { bsdFtp } from "../testkit/bsd-ftp.ts";
import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";

clientMatrix(
  {
    name: "tnftp",
    programs: ["tnftp"],
    ways: [
      { mode: "passive", verb: "EPSV", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "PASV", address: "127.0.0.1" },
      { mode: "active", verb: "EPRT", address: "127.0.0.1" },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: {},
    deeds: bsdFtp("tnftp", {
      args: ({ way }) => [way.mode === "passive" ? "-p" : "-A"],
      // On unless told otherwise.
      toggles: ({ way }) => (way.verb.startsWith("E") ? [] : ["epsv4"]),
    }),
  },
  passiveRange(import.meta.url),
);
