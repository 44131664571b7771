import { runProgram } from "./run-program.ts";
import type { Outcome } from "./running-program.ts";
import type { Place } from "./client-matrix.ts";

const prelude = `
import ftplib, json, sys
said = json.loads(sys.argv[1])
ftp = ftplib.FTP(timeout=30)
ftp.connect(said["address"], said["port"])
ftp.login(said["user"], said["password"])
ftp.set_pasv(said["passive"])
ftp.cwd(said["folder"])
`;

/** Runs a Python script behind a login by ftplib: `ftp` is the session, `said` holds the words. */
export function pythonFtp(
  place: Place,
  script: string,
  words: Readonly<Record<string, unknown>> = {},
): Promise<Outcome> {
  const { way, address, port, user, password, folder, home } = place;
  const said = { ...words, address, port, user, password, folder, passive: way.mode === "passive" };
  return runProgram("python3", ["-", JSON.stringify(said)], { home, stdin: `${prelude}\n${script}\nftp.quit()\n` });
}
