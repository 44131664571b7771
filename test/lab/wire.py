# A wire between two interfaces of this namespace, as slow and lossy as it is told; not every kernel has netem.
# wire.py '{"delay": 0.15, "jitter": 0.05, "lose_every": 50, "syn_delay": 2, "syn_reset": 1}'; says "ready" when frames pass.
import heapq, json, random, select, socket, struct, sys, time

SOL_PACKET, PACKET_VNET_HDR, PACKET_OUTGOING, ETH_P_ALL = 263, 15, 4, 3
HEADER = 10  # of virtio: it carries large frames and unfinished checksums across as they are

said = json.loads(sys.argv[1])
delay, jitter = said.get("delay", 0), said.get("jitter", 0)
lose_every, syn_delay, syn_reset = said.get("lose_every", 0), said.get("syn_delay", 0), said.get("syn_reset", 0)


def is_data_syn(frame):
    """A first SYN to any port but 21."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and frame[23] == 6:
        tcp = frame[14 + (frame[14] & 15) * 4 :]
    elif kind == b"\x86\xdd" and frame[20] == 6:
        tcp = frame[54:]
    else:
        return False
    return len(tcp) > 13 and tcp[13] & 0x12 == 2 and tcp[2:4] != b"\x00\x15"


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def reset_of(frame):
    """The frame that answers a SYN of IPv4 with a reset, as if its destination had sent it."""
    source, destination, tcp = frame[26:30], frame[30:34], frame[14 + (frame[14] & 15) * 4 :]
    acknowledged = (struct.unpack("!I", tcp[4:8])[0] + 1) & 0xFFFFFFFF
    answer = bytearray(tcp[2:4] + tcp[:2] + struct.pack("!IIBBHHH", 0, acknowledged, 5 << 4, 0x14, 0, 0, 0))
    pseudo = destination + source + struct.pack("!HH", 6, len(answer))
    answer[16:18] = struct.pack("!H", checksum(pseudo + bytes(answer)))
    packet = bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0) + destination + source)
    packet[10:12] = struct.pack("!H", checksum(bytes(packet)))
    return bytes(HEADER) + frame[6:12] + frame[:6] + frame[12:14] + bytes(packet + answer)


def end(name):
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    tap.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    tap.bind((name, 0))
    return tap


west, east = end("west"), end("east")
other = {west: east, east: west}
dice = random.Random(1)
count = {west: 0, east: 0}
latest = {west: 0.0, east: 0.0}
waiting, serial = [], 0
print("ready", flush=True)

while True:
    budget = max(0, waiting[0][0] - time.monotonic()) if waiting else None
    for tap in select.select([west, east], [], [], budget)[0]:
        frame, sender = tap.recvfrom(1 << 17)
        if sender[2] == PACKET_OUTGOING:
            continue
        count[tap] += 1
        if lose_every and count[tap] % lose_every == 0:
            continue
        if syn_reset and is_data_syn(frame[HEADER:]):
            serial += 1
            heapq.heappush(waiting, (time.monotonic() + syn_reset, serial, tap, reset_of(frame[HEADER:])))
            continue
        if syn_delay and is_data_syn(frame[HEADER:]):
            due = time.monotonic() + syn_delay
        else:
            # Jitter does not let frames overtake each other.
            due = latest[tap] = max(latest[tap], time.monotonic() + delay + dice.uniform(0, jitter))
        serial += 1
        heapq.heappush(waiting, (due, serial, other[tap], frame))
    while waiting and waiting[0][0] <= time.monotonic():
        _, _, tap, frame = heapq.heappop(waiting)
        try:
            tap.send(frame)
        except OSError:
            pass  # The interface is going down; a lost frame is a lost frame.
