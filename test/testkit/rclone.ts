import { runProgram } from "./run-program.ts";
import type { Outcome } from "./running-program.ts";
import type { Place } from "./client-matrix.ts";

const obscured = new Map<string, string>();

/** Runs rclone without a configuration; a word may be a place below the folder on the server. */
export async function rclone(
  place: Place,
  ...words: readonly (string | { readonly remote: string })[]
): Promise<Outcome> {
  const { way, address, port, user, password, folder, home } = place;
  const run = (...args: string[]) => runProgram("rclone", ["--config", "/dev/null", ...args], { home });
  let pass = obscured.get(password);
  if (pass === undefined) {
    pass = (await run("obscure", password)).stdout.trim();
    obscured.set(password, pass);
  }
  const host = address === "::1" ? "[::1]" : address;
  const remote = `:ftp,host="${host}",port=${port},user=${user},pass=${pass},disable_epsv=${way.verb === "PASV"}:${folder}`;
  const args = words.map((word) => (typeof word === "string" ? word : `${remote}/${word.remote}`));
  return run("--retries", "1", "--low-level-retries", "1", ...args);
}
