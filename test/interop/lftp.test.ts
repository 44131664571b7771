import { clientMatrix } from "../testkit/client-matrix.ts";
import { lftpDeeds } from "../testkit/lftp.ts";
import { passiveRange } from "../testkit/passive-range.ts";

clientMatrix(
  {
    name: "lftp",
    programs: ["lftp"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "127.0.0.1" },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: { "EPRT over IPv4": "lftp has it for IPv6 alone" },
    deeds: lftpDeeds,
  },
  passiveRange(import.meta.url),
);
