# What Python's ftplib does in the soak, with TLS or without.
# ftplib-deeds.py '{"deed": …, "tls": {"begins": …, "ca": …}, "reuse": …, "address": …, "port": …, …}'
import ftplib, json, socket, ssl, struct, sys

said = json.loads(sys.argv[1])
secured = said.get("tls")


class Secured(ftplib.FTP_TLS):
    def connect(self, *place, **more):
        if secured["begins"] == "explicit":
            return super().connect(*place, **more)
        # ftplib knows AUTH only: the first bytes are of TLS here.
        raw = socket.create_connection((said["address"], said["port"]), 30)
        self.af = raw.family
        self.host = said["address"]
        self.sock = self.context.wrap_socket(raw, server_hostname=self.host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def ntransfercmd(self, cmd, rest=None):
        data, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        session = self.sock.session if said["reuse"] else None
        return self.context.wrap_socket(data, server_hostname=self.host, session=session), size


def connected():
    if secured:
        ftp = Secured(context=ssl.create_default_context(cafile=secured["ca"]), timeout=30)
    else:
        ftp = ftplib.FTP(timeout=30)
    ftp.connect(said["address"], said["port"])
    ftp.login(said["user"], said["password"])
    if secured:
        ftp.prot_p()
    ftp.set_pasv(said["passive"])
    return ftp


def put(ftp):
    with open(said["local"], "rb") as file:
        ftp.storbinary("STOR " + said["remote"], file)


def get(ftp):
    with open(said["local"], "wb") as file:
        ftp.retrbinary("RETR " + said["remote"], file.write)


def work(ftp):
    """What is no transfer of a file."""
    listed = set(ftp.nlst())
    assert listed.issuperset(said["names"]), listed
    assert {name for name, _ in ftp.mlsd()}.issuperset(said["names"])
    lines = []
    ftp.dir(lines.append)
    assert len(lines) >= len(said["names"]), lines
    ftp.mkd(said["folder"])
    ftp.cwd(said["folder"])
    assert ftp.nlst() == []
    ftp.cwd("/")
    ftp.rename(said["folder"], said["folder"] + "-new")
    ftp.rmd(said["folder"] + "-new")
    ftp.voidcmd("TYPE I")
    assert ftp.size(said["names"][0]) is not None


def data_silent(ftp):
    """Somebody comes to the data port, and begins no handshake."""
    host, port = ftp.makepasv()
    with socket.create_connection((host, port), 30) as data:
        ftp.putcmd("RETR " + said["remote"])
        first = ftp.getresp() if said["patient"] else "-"
        data.sendall(said["bytes"].encode("latin-1"))
    print(first, ftp.getmultiline()[:3] if said["patient"] else "-")


def data_reset(ftp):
    """An upload whose data connection is reset in the middle, without the end of TLS."""
    ftp.voidcmd("TYPE I")
    data = ftp.transfercmd("STOR " + said["remote"])
    with open(said["local"], "rb") as file:
        data.sendall(file.read(said["most"]))
    data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    data.close()
    print(ftp.getmultiline()[:3])


def data_truncated(ftp):
    """An upload whose data connection ends in order for TCP, and not for TLS."""
    ftp.voidcmd("TYPE I")
    data = ftp.transfercmd("STOR " + said["remote"])
    with open(said["local"], "rb") as file:
        data.sendall(file.read(said["most"]))
    data.shutdown(socket.SHUT_WR)
    data.close()
    print(ftp.getmultiline()[:3])


def vanish(ftp):
    """Leaves in the middle of a download, without the end of TLS."""
    data = ftp.transfercmd("RETR " + said["remote"])
    data.recv(1000)
    ftp.sock.close()
    data.close()
    sys.exit()


ftp = connected()
globals()[said["deed"]](ftp)
try:
    ftp.quit()
except (OSError, EOFError, ftplib.Error):
    if said["deed"] in ("put", "get", "work"):
        raise
