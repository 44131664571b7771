import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { runProgram } from "../testkit/run-program.ts";
import type { Place } from "../testkit/client-matrix.ts";

function wget(place: Place, name: string, ...args: string[]) {
  const { address, port, user, password, folder, home, way } = place;
  const host = address === "::1" ? "[::1]" : address;
  const login = ["--user", user, "--password", password, "--no-config", "--tries", "1", "--no-verbose"];
  const mode = way.mode === "passive" ? "--passive-ftp" : "--no-passive-ftp";
  return runProgram("wget", [...login, mode, ...args, `ftp://${host}:${port}${folder}/${encodeURIComponent(name)}`], {
    home,
  });
}

const cannot = "wget only downloads";

clientMatrix(
  {
    name: "wget",
    programs: ["wget"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: { "EPSV and EPRT over IPv4": "wget has them for IPv6 alone" },
    deeds: {
      put: { cannot },
      get: (place, remote, local) => wget(place, remote, "--output-document", local),
      resumePut: { cannot },
      resumeGet: (place, remote, local) => wget(place, remote, "--continue", "--output-document", local),
      list: async (place) => {
        await wget(place, "", "--no-remove-listing", "--output-document", "index.html");
        const lines = (await readFile(join(place.home, ".listing"), "utf8")).trimEnd().split(/\r?\n/);
        // The name is what follows eight columns and one space. wget says LIST -a, and leaves these two out itself.
        const names = lines.map((line) => line.replace(/^(?:\S+ +){7}\S+ /, ""));
        return names.filter((name) => name !== "." && name !== "..");
      },
      rename: { cannot },
      remove: { cannot },
      makeFolder: { cannot },
      removeFolder: { cannot },
    },
  },
  passiveRange(import.meta.url),
);
