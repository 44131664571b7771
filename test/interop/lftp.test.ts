import { clientMatrix } from "../testkit/client-matrix.ts";
import { lftp } from "../testkit/lftp.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import type { Place } from "../testkit/client-matrix.ts";

/** A word of a command. */
const word = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

const run = (place: Place, command: string) => lftp(place, `cd ${place.folder}`, command);

clientMatrix(
  {
    name: "lftp",
    programs: ["lftp"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "127.0.0.1" },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: { "EPRT over IPv4": "lftp has it for IPv6 alone" },
    deeds: {
      put: (place, local, remote) => run(place, `put ${word(local)} -o ${word(remote)}`),
      get: (place, remote, local) => run(place, `get -- ${word(remote)} -o ${word(local)}`),
      resumePut: (place, local, remote) => run(place, `put -c ${word(local)} -o ${word(remote)}`),
      resumeGet: (place, remote, local) => run(place, `get -c ${word(remote)} -o ${word(local)}`),
      list: async (place) => (await run(place, "cls -1")).stdout.trimEnd().split("\n"),
      rename: (place, from, to) => run(place, `mv ${word(from)} ${word(to)}`),
      remove: (place, name) => run(place, `rm ${word(name)}`),
      makeFolder: (place, name) => run(place, `mkdir ${word(name)}`),
      removeFolder: (place, name) => run(place, `rmdir ${word(name)}`),
    },
  },
  passiveRange(import.meta.url),
);
