import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";
import type { ClientDeeds, Place, Sessions } from "./client-matrix.ts";

function wget(place: Place, name: string, ...args: string[]) {
  const { address, port, user, password, folder, home, way, tls } = place;
  const host = address === "::1" ? "[::1]" : address;
  const login = ["--user", user, "--password", password, "--no-config", "--tries", "1", "--no-verbose"];
  const mode = way.mode === "passive" ? "--passive-ftp" : "--no-passive-ftp";
  const secured = tls ? ["--ca-certificate", tls.ca, ...(tls.begins === "implicit" ? ["--ftps-implicit"] : [])] : [];
  const url = `${tls ? "ftps" : "ftp"}://${host}:${port}${folder}/${encodeURIComponent(name)}`;
  return runProgram("wget", [...login, mode, ...secured, ...args, url], { home });
}

const cannot = "wget only downloads";

/** What wget does. */
export const wgetDeeds: ClientDeeds = {
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
};

/** What wget does in one session: only a whole folder. */
export const wgetSessions: Sessions = {
  putAll: { cannot },
  getAll: (place, _names, into) => wget(place, "", "--recursive", "--no-directories", "--directory-prefix", into),
};
