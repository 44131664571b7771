import { ourDeeds, ourSessions } from "../testkit/our-client.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { tlsMatrix } from "../testkit/tls-matrix.ts";

tlsMatrix(
  {
    name: "our client",
    programs: [],
    ways: [
      { mode: "passive", verb: "EPSV", address: "127.0.0.1" },
      { mode: "passive", verb: "PASV", address: "127.0.0.1" },
      { mode: "active", verb: "PORT", address: "127.0.0.1" },
      { mode: "active", verb: "EPRT", address: "127.0.0.1" },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: {},
    deeds: ourDeeds,
    sessions: ourSessions,
  },
  passiveRange(import.meta.url),
);
