import { runProgram } from "./run-program.ts";
import type { Outcome } from "./running-program.ts";
import type { Place } from "./client-matrix.ts";

/** The lines with which lftp opens its session: one way to the data, and no second try that would hide a failure. */
export function lftpLogin({ way, address, port, user, password }: Omit<Place, "folder" | "home">): string[] {
  const host = address === "::1" ? "[::1]" : address;
  return [
    `set ftp:passive-mode ${way.mode === "passive"}`,
    `set ftp:prefer-epsv ${way.verb === "EPSV"}`,
    "set ftp:ssl-allow no",
    // What is compressed has other sizes on its way; test/interop/mode-z.test.ts turns it on.
    "set ftp:use-mode-z no",
    "set net:max-retries 1",
    "set net:reconnect-interval-base 1",
    "set cmd:move-background no",
    `open -u ${user},${password} ftp://${host}:${port}`,
  ];
}

/** Runs lftp with these commands; the first that fails ends it. */
export function lftp(place: Place, ...commands: string[]): Promise<Outcome> {
  const script = ["set cmd:fail-exit yes", ...lftpLogin(place), ...commands];
  return runProgram("lftp", ["--norc", "-c", script.join("; ")], { home: place.home, within: 110 });
}
