import { clientMatrix } from "../testkit/client-matrix.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { pythonFtp } from "../testkit/python-ftp.ts";

const store = (how: string) => `
with open(said["local"], "rb") as file:
    file.seek(said["have"])
    ftp.storbinary("STOR " + said["remote"], file, ${how})
`;

const retrieve = (mode: string, how: string) => `
with open(said["local"], "${mode}") as file:
    ftp.retrbinary("RETR " + said["remote"], file.write, ${how})
`;

clientMatrix(
  {
    name: "Python ftplib",
    programs: ["python3"],
    ways: [
      { mode: "passive", verb: "PASV", address: "127.0.0.1", large: true },
      { mode: "active", verb: "PORT", address: "127.0.0.1", large: true },
      { mode: "passive", verb: "EPSV", address: "::1" },
      { mode: "active", verb: "EPRT", address: "::1" },
    ],
    lacks: { "EPSV and EPRT over IPv4": "ftplib has them for IPv6 alone" },
    deeds: {
      put: (place, local, remote) => pythonFtp(place, store("blocksize=65536"), { local, remote, have: 0 }),
      get: (place, remote, local) => pythonFtp(place, retrieve("wb", "blocksize=65536"), { remote, local }),
      resumePut: (place, local, remote, have) => pythonFtp(place, store('rest=said["have"]'), { local, remote, have }),
      resumeGet: (place, remote, local, have) =>
        pythonFtp(place, retrieve("ab", 'rest=said["have"]'), { remote, local, have }),
      list: async (place) => {
        const script = "print(json.dumps([name for name, facts in ftp.mlsd() if facts['type'] == 'file']))";
        return JSON.parse((await pythonFtp(place, script)).stdout) as string[];
      },
      rename: (place, from, to) => pythonFtp(place, 'ftp.rename(said["from"], said["to"])', { from, to }),
      remove: (place, name) => pythonFtp(place, 'ftp.delete(said["name"])', { name }),
      makeFolder: (place, name) => pythonFtp(place, 'ftp.mkd(said["name"])', { name }),
      removeFolder: (place, name) => pythonFtp(place, 'ftp.rmd(said["name"])', { name }),
    },
  },
  passiveRange(import.meta.url),
);
