import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { runProgram } from "../testkit/run-program.ts";
import type { Place } from "../testkit/client-matrix.ts";

/** What takes curl another way than its own: it prefers EPSV, and EPRT, and is passive. */
const switches = {
  EPSV: [],
  PASV: ["--disable-epsv"],
  EPRT: ["--ftp-port", "-"],
  PORT: ["--ftp-port", "-", "--disable-eprt"],
} as const;

function curl(place: Place, name: string, ...args: string[]) {
  const { address, port, user, password, folder, home, way } = place;
  const host = address === "::1" ? "[::1]" : address;
  const url = `ftp://${host}:${port}${folder}/${encodeURIComponent(name)}`;
  return runProgram("curl", ["-sS", "-u", `${user}:${password}`, ...switches[way.verb], ...args, url], { home });
}

/** Commands as they are; asking for the header of a folder moves no data. */
const quote = (place: Place, ...commands: string[]) =>
  curl(place, "", "--head", ...commands.flatMap((command) => ["--quote", command]));

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
    deeds: {
      put: (place, local, remote) => curl(place, remote, "--upload-file", local),
      get: (place, remote, local) => curl(place, remote, "--output", local),
      resumePut: (place, local, remote) => curl(place, remote, "--continue-at", "-", "--upload-file", local),
      resumeGet: (place, remote, local) => curl(place, remote, "--continue-at", "-", "--output", local),
      list: async (place) => (await curl(place, "", "--list-only")).stdout.trimEnd().split("\n"),
      rename: (place, from, to) => quote(place, `RNFR ${place.folder}/${from}`, `RNTO ${place.folder}/${to}`),
      remove: (place, name) => quote(place, `DELE ${place.folder}/${name}`),
      makeFolder: (place, name) => quote(place, `MKD ${place.folder}/${name}`),
      removeFolder: (place, name) => quote(place, `RMD ${place.folder}/${name}`),
    },
  },
  passiveRange(import.meta.url),
);
