# Forces each of the four ways to the data and says what came of it, as JSON.
# prober.py '{"address": …, "port": …, "user": …, "password": …, "tls": …, "file": …, "get": …, "modes": […]}'
# "file" is sent as up-MODE.bin into the folder "put" and fetched as "get"; both must be the same bytes.
# "proxy": "ADDRESS:PORT" of a SOCKS5 proxy; "by_port": modes that are tried until both comings-out are seen.
import concurrent.futures, json, re, select, socket, ssl, sys, time

said = json.loads(sys.argv[1])
BUDGET = said.get("budget", 4)  # seconds for each step that can be waited for in vain
SLOWEST = 12  # seconds that the slowest server takes for the file
with open(said["file"], "rb") as file:
    content = file.read()


class Ended(Exception):
    """A way has ended without moving the bytes: a finding, and what was seen."""


def dial(address, port):
    """A connection to there, through the proxy if there is one."""
    if not said.get("proxy"):
        return socket.create_connection((address, port), BUDGET)
    proxy, at = said["proxy"].rsplit(":", 1)
    one = socket.create_connection((proxy, int(at)), BUDGET)
    one.sendall(b"\x05\x01\x00" + b"\x05\x01\x00\x01" + socket.inet_aton(address) + port.to_bytes(2, "big"))
    answer = b""
    while len(answer) < 12:
        more = one.recv(12 - len(answer))
        if not more:
            raise ConnectionRefusedError("the proxy has closed")
        answer += more
    if answer[3]:
        raise ConnectionRefusedError("the proxy says %d" % answer[3])
    return one


class Control:
    def __init__(self, log):
        self.log = log
        self.lines = b""
        try:
            self.socket = dial(said["address"], said["port"])
        except OSError as error:
            raise Ended("no-control", str(error))
        if said.get("keepalive", True):
            keep_alive(self.socket)
        self.session = None
        self.expect("2")
        if said["tls"]:
            self.tell("AUTH TLS", "2")
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE
            try:
                self.socket = self.context.wrap_socket(self.socket)
            except OSError as error:
                raise Ended("control-silent", "AUTH TLS: " + str(error))
        self.tell("USER " + said["user"], "3")
        self.tell("PASS " + said["password"], "2")
        if said["tls"]:
            self.tell("PBSZ 0", "2")
            self.tell("PROT P", "2")
        self.tell("TYPE I", "2")

    def tell(self, line, wanted):
        self.log.append("C: " + line)
        try:
            self.socket.sendall((line + "\r\n").encode())
        except OSError as error:
            raise Ended("control-lost", str(error))
        return self.expect(wanted)

    def expect(self, wanted, budget=BUDGET):
        """The next whole reply; its first digit must be one of these."""
        limit = time.monotonic() + budget
        while True:
            whole = re.match(rb"(?:\d{3}-.*\r\n(?:.*\r\n)*?)?(\d{3} .*)\r\n", self.lines)
            if whole:
                self.lines = self.lines[whole.end() :]
                line = whole[1].decode()
                self.log.append("S: " + line)
                if line[0] in wanted:
                    return line
                if line[:3] in ("425", "426"):
                    raise Ended("server-cannot-connect", line)
                raise Ended("command-refused", line)
            self.socket.settimeout(max(0.01, limit - time.monotonic()))
            try:
                more = self.socket.recv(4096)
            except (TimeoutError, ssl.SSLWantReadError):
                raise Ended("control-silent", "no reply in %s s" % budget)
            except OSError as error:
                raise Ended("control-lost", str(error))
            if not more:
                raise Ended("control-lost", "the server closed the control connection")
            self.lines += more

    def has_spoken(self):
        pending = self.socket.pending() if said["tls"] else 0
        return self.lines or pending or select.select([self.socket], [], [], 0)[0]


def keep_alive(one):
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 20)):
        one.setsockopt(socket.IPPROTO_TCP, option, value)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


class Passive:
    """Asks for a port and dials it, at the address of the control peer whatever the reply says."""

    def __init__(self, control, mode):
        reply = control.tell(mode.upper(), "2")
        peer = said["address"]
        if mode == "epsv":
            port = int(re.search(r"\(\|\|\|(\d+)\|\)", reply)[1])
        else:
            *told, high, low = re.search(r"(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)", reply).groups()
            port = int(high) * 256 + int(low)
            if ".".join(told) != peer:
                control.log.append("told %s, dialled %s" % (".".join(told), peer))
        control.log.append("dials %s port %d" % (peer, port))
        try:
            self.data = dial(peer, port)
        except ConnectionRefusedError as error:
            raise Ended("dial-refused", str(error))
        except TimeoutError as error:
            raise Ended("dial-silent", str(error))
        except OSError as error:
            raise Ended("dial-unreachable", str(error))
        control.log.append("data connection stands")

    def connection(self, control):
        return self.data

    def close(self):
        self.data.close()


class Active:
    """Offers a port of this end and lets the control peer in, nobody else."""

    def __init__(self, control, mode):
        one = control.socket
        own = one.getsockname()[0]
        self.listener = socket.create_server((own, 0), family=one.family)
        port = self.listener.getsockname()[1]
        if mode == "eprt":
            line = "EPRT |%d|%s|%d|" % (2 if ":" in own else 1, own, port)
        else:
            line = "PORT %s,%d,%d" % (own.replace(".", ","), port >> 8, port & 255)
        control.tell(line, "2")

    def connection(self, control):
        limit = time.monotonic() + BUDGET
        while time.monotonic() < limit:
            if control.has_spoken():
                control.expect("1")  # 425 ends here; a 150 that comes first is all right
                control.was_150 = True
            if not select.select([self.listener], [], [], 0.05)[0]:
                continue
            data, sender = self.listener.accept()
            if sender[0] != control.socket.getpeername()[0]:
                data.close()
                raise Ended("stranger-came", "%s came" % sender[0])
            control.log.append("%s port %d came" % sender[:2])
            return data
        raise Ended("nobody-came", "nobody came in %s s" % BUDGET)

    def close(self):
        self.listener.close()


def transfer(control, mode, command, move):
    control.was_150 = False
    way = (Passive if mode in ("epsv", "pasv") else Active)(control, mode)
    try:
        control.log.append("C: " + command)
        control.socket.sendall((command + "\r\n").encode())
        data = way.connection(control)
        if not control.was_150:
            control.expect("1")
        data.settimeout(BUDGET)
        try:
            if said["tls"]:
                data = control.context.wrap_socket(data, session=control.socket.session)
            move(data)
        except TimeoutError as error:
            raise Ended("no-bytes", "stalled for %s s" % BUDGET)
        except OSError as error:
            raise Ended("data-lost", str(error))
        data.close()
        # What was sent may still be on its way, in buffers of both ends, when the server is slow.
        control.expect("2", BUDGET + SLOWEST if command.startswith("STOR") else BUDGET)
    finally:
        way.close()


def fetch(data):
    got = b""
    while more := data.recv(65536):
        got += more
    if got != content:
        raise Ended("wrong-bytes", "%d bytes of %d came" % (len(got), len(content)))


def send(data):
    data.sendall(content)
    if said["tls"]:
        try:
            data.unwrap()
        except OSError:
            pass  # Some servers just close.


def probe(mode, both_ways=True):
    began, log = time.monotonic(), []
    try:
        control = Control(log)
        with control.socket:
            transfer(control, mode, "RETR " + said["get"], fetch)
            if both_ways:
                transfer(control, mode, "STOR %s/up-%s.bin" % (said["put"], mode), send)
            control.tell("QUIT", "2")
        finding, detail = "passes", ""
    except Ended as end:
        finding, detail = end.args
    return {"finding": finding, "detail": detail, "log": log, "seconds": round(time.monotonic() - began, 2)}


def probe_ports(mode):
    """Asks for ports until one has passed and another has not."""
    seen = {}
    while len(seen) < 2 and sum(map(len, seen.values())) < 20:
        result = probe(mode, both_ways=False)
        seen.setdefault(result["finding"] == "passes", []).append(result)
    last = seen.get(False, seen.get(True))[-1]
    return {**last, "finding": "by-port" if len(seen) == 2 else last["finding"]}


def ask(mode):
    return (probe_ports if mode in said.get("by_port", []) else probe)(mode)


together = 1 if said.get("one_at_a_time") else len(said["modes"])
with concurrent.futures.ThreadPoolExecutor(together) as pool:
    print(json.dumps(dict(zip(said["modes"], pool.map(ask, said["modes"])))))
