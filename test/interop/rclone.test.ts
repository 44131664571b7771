import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { rclone } from "../testkit/rclone.ts";

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
    deeds: {
      put: (place, local, remote) => rclone(place, "copyto", local, { remote }),
      get: (place, remote, local) => rclone(place, "copyto", { remote }, local),
      resumePut: { cannot: "rclone begins anew" },
      resumeGet: { cannot: "rclone begins anew" },
      list: async (place) => (await rclone(place, "lsf", { remote: "" })).stdout.trimEnd().split("\n"),
      rename: (place, from, to) => rclone(place, "moveto", { remote: from }, { remote: to }),
      remove: (place, name) => rclone(place, "deletefile", { remote: name }),
      makeFolder: (place, name) => rclone(place, "mkdir", { remote: name }),
      removeFolder: (place, name) => rclone(place, "rmdir", { remote: name }),
    },
  },
  passiveRange(import.meta.url),
);
