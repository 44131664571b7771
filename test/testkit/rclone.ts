import { runProgram } from "./run-program.ts";
import type { Outcome } from "./running-program.ts";
import type { ClientDeeds, Place, Sessions } from "./client-matrix.ts";

const obscured = new Map<string, string>();

/** Runs rclone without a configuration; a word may be a place below the folder on the server. */
export async function rclone(
  place: Place,
  ...words: readonly (string | { readonly remote: string })[]
): Promise<Outcome> {
  const { way, address, port, user, password, folder, home, tls } = place;
  // Go reads the authorities from there.
  const env = tls && { SSL_CERT_FILE: tls.ca };
  const run = (...args: string[]) =>
    runProgram("rclone", ["--config", "/dev/null", ...args], { home, ...(env && { env }) });
  let pass = obscured.get(password);
  if (pass === undefined) {
    pass = (await run("obscure", password)).stdout.trim();
    obscured.set(password, pass);
  }
  const host = address === "::1" ? "[::1]" : address;
  const secured = tls ? `,${tls.begins === "implicit" ? "tls" : "explicit_tls"}=true` : "";
  const options = `port=${port},user=${user},pass=${pass},disable_epsv=${way.verb === "PASV"}${secured}`;
  const remote = `:ftp,host="${host}",${options}:${folder}`;
  const args = words.map((word) => (typeof word === "string" ? word : `${remote}/${word.remote}`));
  return run("--retries", "1", "--low-level-retries", "1", ...args);
}

/** What rclone does. */
export const rcloneDeeds: ClientDeeds = {
  put: (place, local, remote) => rclone(place, "copyto", local, { remote }),
  get: (place, remote, local) => rclone(place, "copyto", { remote }, local),
  resumePut: { cannot: "rclone begins anew" },
  resumeGet: { cannot: "rclone begins anew" },
  list: async (place) => (await rclone(place, "lsf", { remote: "" })).stdout.trimEnd().split("\n"),
  rename: (place, from, to) => rclone(place, "moveto", { remote: from }, { remote: to }),
  remove: (place, name) => rclone(place, "deletefile", { remote: name }),
  makeFolder: (place, name) => rclone(place, "mkdir", { remote: name }),
  removeFolder: (place, name) => rclone(place, "rmdir", { remote: name }),
};

// So it has one session; of several, each would show the other ones' tickets.
const oneByOne = ["--transfers", "1", "--checkers", "1"];

/** What rclone does in one session. */
export const rcloneSessions: Sessions = {
  putAll: (place, from) => rclone(place, "copy", ...oneByOne, from, { remote: "" }),
  getAll: (place, _names, into) => rclone(place, "copy", ...oneByOne, { remote: "" }, into),
};
