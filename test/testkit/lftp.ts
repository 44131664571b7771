import { runProgram } from "./run-program.ts";
import type { Outcome } from "./running-program.ts";
import type { Deeds, Place, Sessions } from "./client-matrix.ts";

/** The lines with which lftp opens its session: one way to the data, and no second try that would hide a failure. */
export function lftpLogin({ way, address, port, user, password, tls }: Omit<Place, "folder" | "home">): string[] {
  const host = address === "::1" ? "[::1]" : address;
  const scheme = tls?.begins === "implicit" ? "ftps" : "ftp";
  return [
    `set ftp:passive-mode ${way.mode === "passive"}`,
    `set ftp:prefer-epsv ${way.verb === "EPSV"}`,
    ...(tls
      ? ["set ftp:ssl-force yes", "set ftp:ssl-protect-data yes", `set ssl:ca-file ${tls.ca}`]
      : ["set ftp:ssl-allow no"]),
    // What is compressed has other sizes on its way; test/interop/mode-z.test.ts turns it on.
    "set ftp:use-mode-z no",
    "set net:max-retries 1",
    "set net:reconnect-interval-base 1",
    "set cmd:move-background no",
    `open -u ${user},${password} ${scheme}://${host}:${port}`,
  ];
}

/** Runs lftp with these commands; the first that fails ends it. */
export function lftp(place: Place, ...commands: string[]): Promise<Outcome> {
  const script = ["set cmd:fail-exit yes", ...lftpLogin(place), ...commands];
  return runProgram("lftp", ["--norc", "-c", script.join("; ")], { home: place.home, within: 110 });
}

/** A word of a command. */
const word = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

const run = (place: Place, ...commands: string[]) => lftp(place, `cd ${place.folder}`, ...commands);

const putting = (local: string, remote: string): string => `put ${word(local)} -o ${word(remote)}`;
const getting = (remote: string, local: string): string => `get -- ${word(remote)} -o ${word(local)}`;

/** What lftp does. */
export const lftpDeeds: Deeds = {
  put: (place, local, remote) => run(place, putting(local, remote)),
  get: (place, remote, local) => run(place, getting(remote, local)),
  resumePut: (place, local, remote) => run(place, `put -c ${word(local)} -o ${word(remote)}`),
  resumeGet: (place, remote, local) => run(place, `get -c ${word(remote)} -o ${word(local)}`),
  list: async (place) => (await run(place, "cls -1")).stdout.trimEnd().split("\n"),
  rename: (place, from, to) => run(place, `mv ${word(from)} ${word(to)}`),
  remove: (place, name) => run(place, `rm ${word(name)}`),
  makeFolder: (place, name) => run(place, `mkdir ${word(name)}`),
  removeFolder: (place, name) => run(place, `rmdir ${word(name)}`),
};

/** What lftp does in one session. */
export const lftpSessions: Sessions = {
  putAll: (place, from, names) => run(place, ...names.map((name) => putting(`${from}/${name}`, name))),
  getAll: (place, names, into) => run(place, ...names.map((name) => getting(name, `${into}/${name}`))),
};
