import { passiveRange } from "../testkit/passive-range.ts";
import { rcloneDeeds, rcloneSessions } from "../testkit/rclone.ts";
import { tlsMatrix } from "../testkit/tls-matrix.ts";

tlsMatrix(
  {
    name: "rclone",
    programs: ["rclone"],
    ways: [
      { mode: "passive", verb: "EPSV", address: "127.0.0.1" },
      { mode: "passive", verb: "PASV", address: "127.0.0.1" },
      { mode: "passive", verb: "EPSV", address: "::1" },
    ],
    lacks: { "active mode": "rclone has none" },
    deeds: rcloneDeeds,
    sessions: rcloneSessions,
  },
  passiveRange(import.meta.url),
);
