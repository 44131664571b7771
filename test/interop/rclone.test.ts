import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { rcloneDeeds } from "../testkit/rclone.ts";

clientMatrix(
  {
    name: "rclone",
    programs: ["rclone"],
    ways: [
      { mode: "passive", verb: "EPSV", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "::1" },
    ],
    lacks: { "active mode": "rclone has none" },
    deeds: rcloneDeeds,
  },
  passiveRange(import.meta.url),
);
