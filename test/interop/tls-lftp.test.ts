import { lftpDeeds, lftpSessions } from "../testkit/lftp.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { tlsMatrix } from "../testkit/tls-matrix.ts";

tlsMatrix(
  {
    name: "lftp",
    programs: ["lftp"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1" },
      { mode: "passive", verb: "EPSV", address: "127.0.0.1" },
      { mode: "active", verb: "PORT", address: "127.0.0.1" },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: { "EPRT over IPv4": "lftp has it for IPv6 alone" },
    deeds: lftpDeeds,
    sessions: lftpSessions,
  },
  passiveRange(import.meta.url),
);
