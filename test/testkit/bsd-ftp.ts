import { runProgram } from "./run-program.ts";
import type { Deeds, Place } from "./client-matrix.ts";

/** How a client of the BSD family is started for a way, and what it is told before it logs in. */
export interface BsdSwitches {
  readonly args: (place: Place) => readonly string[];
  readonly toggles: (place: Place) => readonly string[];
}

/** A word of a script: the one quoting that all of this family read alike. */
const word = (text: string): string => text.replaceAll(/[\s"'\\$!]/g, String.raw`\$&`);

/** The lines that open a session of a client of the BSD family; it reads them from its standard input. */
export function bsdLogin({ address, port, user, password }: Place, toggles: readonly string[]): string {
  return [`open ${address} ${port}`, `user ${user} ${password}`, ...toggles, "binary", ""].join("\n");
}

/** The deeds of the clients that go back to the ftp of 4.2BSD. They end with 0 whatever the server said. */
export function bsdFtp(program: string, { args, toggles }: BsdSwitches): Deeds {
  const run = (place: Place, ...lines: string[]) => {
    const script = [`cd ${place.folder}`, ...lines, "quit", ""].join("\n");
    return runProgram(program, ["-n", "-i", "-v", ...args(place)], {
      home: place.home,
      stdin: bsdLogin(place, toggles(place)) + script,
    });
  };
  return {
    put: (place, local, remote) => run(place, `put ${word(local)} ${word(remote)}`),
    get: (place, remote, local) => run(place, `get ${word(remote)} ${word(local)}`),
    resumePut: (place, local, remote, have) => run(place, `restart ${have}`, `put ${word(local)} ${word(remote)}`),
    resumeGet: (place, remote, local) => run(place, `reget ${word(remote)} ${word(local)}`),
    list: async (place) => {
      const outcome = await run(place, "nlist");
      // Names stand between the replies of the transfer.
      const printed = outcome.stdout.split("\n");
      return printed.slice(
        printed.findLastIndex((line) => line.startsWith("150 ")) + 1,
        printed.findLastIndex((line) => line.startsWith("226 ")),
      );
    },
    rename: (place, from, to) => run(place, `rename ${word(from)} ${word(to)}`),
    remove: (place, name) => run(place, `delete ${word(name)}`),
    makeFolder: (place, name) => run(place, `mkdir ${word(name)}`),
    removeFolder: (place, name) => run(place, `rmdir ${word(name)}`),
  };
}
