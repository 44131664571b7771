import { copyFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { runProgram } from "../testkit/run-program.ts";
import type { Place } from "../testkit/client-matrix.ts";

const switches = ({ way, port, user, password }: Place): string[] => [
  ...["-u", user, "-p", password, "-P", String(port)],
  // Once each: it dials again by itself, and a failure should be seen.
  ...["-r", "1", way.mode === "passive" ? "-F" : "-E"],
];

const put = (place: Place, local: string, remote: string) =>
  runProgram("ncftpput", [...switches(place), "-V", "-C", place.address, local, `${place.folder}/${remote}`], place);

/**
 * It resumes only where it chooses the remote name itself, and the remote file is not the older one. With sendfile(),
 * its default, NcFTP 3.2.6 sends the file from its first byte behind a REST that says otherwise: hence -s.
 */
async function resumePut(place: Place, local: string, remote: string) {
  const named = join(place.home, remote);
  await copyFile(local, named);
  await utimes(named, 1_000_000_000, 1_000_000_000);
  return runProgram("ncftpput", [...switches(place), "-V", "-s", "-z", place.address, place.folder, named], place);
}

const get = (place: Place, remote: string, local: string, resume: "-z" | "-Z") =>
  runProgram(
    "ncftpget",
    [...switches(place), "-V", resume, "-C", place.address, `${place.folder}/${remote}`, local],
    place,
  );

const word = (text: string): string => text.replaceAll(/[\s"'\\]/g, String.raw`\$&`);

/** The interactive client with a script on its standard input; it ends with 0 whatever the server said. */
const script = ({ way, user, password, port, address, folder, home }: Place, command: string) =>
  runProgram("ncftp", ["-u", user, "-p", password, "-P", String(port), address], {
    home,
    stdin: [`set passive ${way.mode === "passive" ? "on" : "off"}`, `cd ${folder}`, command, "bye", ""].join("\n"),
  });

clientMatrix(
  {
    name: "ncftp",
    programs: ["ncftp", "ncftpput", "ncftpget", "ncftpls"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
    ],
    lacks: {
      EPSV: "LibNcFTP 3.2.6 knows PASV alone",
      EPRT: "LibNcFTP 3.2.6 knows PORT alone",
      IPv6: "LibNcFTP 3.2.6 takes ::1 for the name of an unknown host",
    },
    deeds: {
      put,
      get: (place, remote, local) => get(place, remote, local, "-Z"),
      resumePut,
      resumeGet: (place, remote, local) => get(place, remote, local, "-z"),
      list: async (place) => {
        const listed = await runProgram(
          "ncftpls",
          [...switches(place), "-1", `ftp://${place.address}${place.folder}/`],
          place,
        );
        return listed.stdout.trimEnd().split("\n");
      },
      rename: (place, from, to) => script(place, `rename ${word(from)} ${word(to)}`),
      remove: (place, name) => script(place, `rm ${word(name)}`),
      makeFolder: (place, name) => script(place, `mkdir ${word(name)}`),
      removeFolder: (place, name) => script(place, `rmdir ${word(name)}`),
    },
  },
  passiveRange(import.meta.url),
);
