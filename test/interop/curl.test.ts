import { clientMatrix } from "../testkit/client-matrix.ts";
import { curlDeeds } from "../testkit/curl.ts";
import { passiveRange } from "../testkit/passive-range.ts";

clientMatrix(
  {
    name: "curl",
    programs: ["curl"],
    ways: [
      { mode: "passive", verb: "EPSV", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "PASV", address: "127.0.0.1" },
      { mode: "active", verb: "EPRT", address: "127.0.0.1", large: true },
      { mode: "active", verb: "PORT", address: "127.0.0.1" },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: {},
    deeds: curlDeeds,
  },
  passiveRange(import.meta.url),
);
