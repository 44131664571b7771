import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { pythonDeeds } from "../testkit/python-ftp.ts";

clientMatrix(
  {
    name: "Python ftplib",
    programs: ["python3"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: { "EPSV and EPRT over IPv4": "ftplib has them for IPv6 alone" },
    deeds: pythonDeeds,
  },
  passiveRange(import.meta.url),
);
