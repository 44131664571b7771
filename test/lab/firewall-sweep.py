# Sends one SYN to each of 65,535 ports and says which of them anything answered, as JSON: ranges of ports.
# firewall-sweep.py '{"address": …, "source_port": …}'
# Whatever comes back counts, a reset too: the SYN has passed, though nobody listens there.
import json, select, socket, struct, sys

said = json.loads(sys.argv[1])
ADDRESS, SOURCE_PORT = said["address"], said["source_port"]
SILENCE = 0.4  # seconds without an answer after the last SYN: these hosts are on one machine
BATCH = 500
SYN = 0x02
is_v6 = ":" in ADDRESS
family = socket.AF_INET6 if is_v6 else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as one:
    one.connect((ADDRESS, 9))  # Sends nothing: it tells our own address on that way.
    SOURCE = one.getsockname()[0]

raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP)
raw.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE: as many answers may come at once
raw.bind((SOURCE, 0))
if is_v6:
    raw.setsockopt(socket.IPPROTO_IPV6, 7, 16)  # IPV6_CHECKSUM: the kernel computes it, at this place
raw.setblocking(False)


def segment(port, checksum=0):
    return struct.pack("!HHIIBBHHH", SOURCE_PORT, port, 1, 0, 5 << 4, SYN, 64240, checksum, 0)


pseudo = b"" if is_v6 else socket.inet_aton(SOURCE) + socket.inet_aton(ADDRESS) + struct.pack("!BBH", 0, 6, 20)
base = sum(struct.unpack("!%dH" % ((len(pseudo) + 20) // 2), pseudo + segment(0)))


def checksum(port):
    total = base + port
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


answered = set()


def take(seconds):
    """Reads answers until none has come for so long."""
    while select.select([raw], [], [], seconds)[0]:
        packet, sender = raw.recvfrom(128)
        start = 0 if is_v6 else (packet[0] & 15) * 4
        source, target = struct.unpack_from("!HH", packet, start)
        if sender[0] == ADDRESS and target == SOURCE_PORT:
            answered.add(source)


def send(port):
    packet = segment(port) if is_v6 else segment(port, checksum(port))
    while True:
        try:
            return raw.sendto(packet, (ADDRESS, 0))
        except BlockingIOError:
            select.select([], [raw], [], 1)
        except PermissionError:
            return None  # This host's own rules have dropped it.


def ranges(ports):
    found = []
    for port in sorted(ports):
        if found and found[-1][1] == port - 1:
            found[-1][1] = port
        else:
            found.append([port, port])
    return found


for port in range(1, 65536):
    send(port)
    if port % BATCH == 0:
        take(0)
take(SILENCE)
print(json.dumps(ranges(answered)))
