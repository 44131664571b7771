import { runProgram } from "./run-program.ts";
import type { Deeds, Place, Sessions } from "./client-matrix.ts";

/** What takes curl another way than its own: it prefers EPSV, and EPRT, and is passive. */
const switches = {
  EPSV: [],
  PASV: ["--disable-epsv"],
  EPRT: ["--ftp-port", "-"],
  PORT: ["--ftp-port", "-", "--disable-eprt"],
} as const;

function url({ address, port, folder, tls }: Place, name: string): string {
  const scheme = tls?.begins === "implicit" ? "ftps" : "ftp";
  const host = address === "::1" ? "[::1]" : address;
  return `${scheme}://${host}:${port}${folder}/${encodeURIComponent(name)}`;
}

/** Runs curl with these words behind a login. */
function curlWith({ user, password, way, tls, home }: Place, ...words: string[]) {
  const secured = tls ? ["--ssl-reqd", "--cacert", tls.ca] : [];
  const login = ["-sS", "--fail-early", "-u", `${user}:${password}`];
  return runProgram("curl", [...login, ...secured, ...switches[way.verb], ...words], { home, within: 110 });
}

const curl = (place: Place, name: string, ...args: string[]) => curlWith(place, ...args, url(place, name));

/** Commands as they are; asking for the header of a folder moves no data. */
const quote = (place: Place, ...commands: string[]) =>
  curl(place, "", "--head", ...commands.flatMap((command) => ["--quote", command]));

/** What curl does. */
export const curlDeeds: Deeds = {
  put: (place, local, remote) => curl(place, remote, "--upload-file", local),
  get: (place, remote, local) => curl(place, remote, "--output", local),
  resumePut: (place, local, remote) => curl(place, remote, "--continue-at", "-", "--upload-file", local),
  resumeGet: (place, remote, local) => curl(place, remote, "--continue-at", "-", "--output", local),
  list: async (place) => (await curl(place, "", "--list-only")).stdout.trimEnd().split("\n"),
  rename: (place, from, to) => quote(place, `RNFR ${place.folder}/${from}`, `RNTO ${place.folder}/${to}`),
  remove: (place, name) => quote(place, `DELE ${place.folder}/${name}`),
  makeFolder: (place, name) => quote(place, `MKD ${place.folder}/${name}`),
  removeFolder: (place, name) => quote(place, `RMD ${place.folder}/${name}`),
};

/** What curl does in one session. */
export const curlSessions: Sessions = {
  putAll: (place, from, names) =>
    curlWith(place, ...names.flatMap((name) => ["--upload-file", `${from}/${name}`, url(place, name)])),
  getAll: (place, names, into) =>
    curlWith(place, ...names.flatMap((name) => ["--output", `${into}/${name}`, url(place, name)])),
};
