import { runProgram } from "./run-program.ts";
import type { Outcome } from "./running-program.ts";
import type { Deeds, Place, Sessions } from "./client-matrix.ts";

/**
 * ftplib takes up no session, and has no implicit TLS; this is how its users help themselves. It is one of their
 * recipes that is known to work, and none of ours.
 */
const prelude = `
import ftplib, json, socket, ssl, sys

class Resuming(ftplib.FTP_TLS):
    def ntransfercmd(self, cmd, rest=None):
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:
            conn = self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session)
        return conn, size

def login(said):
    tls = said.get("tls")
    if tls is None:
        ftp = ftplib.FTP(timeout=30)
    else:
        kind = Resuming if said.get("resumes", True) else ftplib.FTP_TLS
        ftp = kind(timeout=30, context=ssl.create_default_context(cafile=tls["ca"]))
    where = (said["address"], said["port"])
    if tls is not None and tls["begins"] == "implicit":
        ftp.host = said["address"]
        ftp.sock = ftp.context.wrap_socket(socket.create_connection(where, 30), server_hostname=ftp.host)
        ftp.af = ftp.sock.family
        ftp.file = ftp.sock.makefile("r", encoding=ftp.encoding)
        ftp.getresp()
    else:
        ftp.connect(*where)
    ftp.login(said["user"], said["password"])
    if tls is not None:
        ftp.prot_p()
    ftp.set_pasv(said["passive"])
    ftp.cwd(said["folder"])
    return ftp

said = json.loads(sys.argv[1])
ftp = login(said)
`;

/** The words of {@link pythonFtp}, and where it goes, as its script reads them. */
export function saidTo(place: Place, words: Readonly<Record<string, unknown>> = {}): string {
  const { way, address, port, user, password, folder, tls } = place;
  return JSON.stringify({ ...words, address, port, user, password, folder, tls, passive: way.mode === "passive" });
}

/** What a script is behind the login by ftplib: `ftp` is the session, `said` holds the words. */
export const behindLogin = (script: string): string => `${prelude}\n${script}\nftp.quit()\n`;

/** Runs a Python script behind a login by ftplib. Over TLS each data connection takes up the session, unless `resumes` is false. */
export function pythonFtp(
  place: Place,
  script: string,
  words: Readonly<Record<string, unknown>> = {},
): Promise<Outcome> {
  return runProgram("python3", ["-", saidTo(place, words)], { home: place.home, stdin: behindLogin(script) });
}

const store = (how: string) => `
with open(said["local"], "rb") as file:
    file.seek(said["have"])
    ftp.storbinary("STOR " + said["remote"], file, ${how})
`;

const retrieve = (mode: string, how: string) => `
with open(said["local"], "${mode}") as file:
    ftp.retrbinary("RETR " + said["remote"], file.write, ${how})
`;

/** What ftplib does. */
export const pythonDeeds: Deeds = {
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
};

const loop = (body: string) => `
for name in said["names"]:
    ${body}
`;

/** What ftplib does in one session. */
export const pythonSessions: Sessions = {
  putAll: (place, from, names) =>
    pythonFtp(place, loop('ftp.storbinary("STOR " + name, open(said["from"] + "/" + name, "rb"))'), { from, names }),
  getAll: (place, names, into) =>
    pythonFtp(place, loop('ftp.retrbinary("RETR " + name, open(said["into"] + "/" + name, "wb").write)'), {
      names,
      into,
    }),
};
