# A SOCKS5 proxy (RFC 1928) that connects to addresses, and if it is told ports, to these only.
# socks.py LISTENS [PORT…]; says "ready" when it listens.
import socket, struct, sys, threading

NOT_ALLOWED, REFUSED, NO_COMMAND = 2, 5, 7
own, *allowed = map(int, sys.argv[1:])


def exactly(client, count):
    data = b""
    while len(data) < count:
        more = client.recv(count - len(data))
        if not more:
            raise OSError("cut short")
        data += more
    return data


def carry(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        sink.close()


def answer(client, code):
    client.sendall(struct.pack("!BBBB4sH", 5, code, 0, 1, bytes(4), 0))


def serve(client):
    try:
        _, methods = exactly(client, 2)
        exactly(client, methods)
        client.sendall(b"\x05\x00")
        _, command, _, kind = exactly(client, 4)
        if kind == 3:
            host = exactly(client, exactly(client, 1)[0]).decode()
        else:
            host = socket.inet_ntop(*((socket.AF_INET, exactly(client, 4)) if kind == 1 else (socket.AF_INET6, exactly(client, 16))))
        (port,) = struct.unpack("!H", exactly(client, 2))
        if command != 1:
            return answer(client, NO_COMMAND)
        if allowed and port not in allowed:
            return answer(client, NOT_ALLOWED)
        try:
            other = socket.create_connection((host, port), 10)
            other.settimeout(None)
        except OSError:
            return answer(client, REFUSED)
        answer(client, 0)
        threading.Thread(target=carry, args=(client, other), daemon=True).start()
        carry(other, client)
    except OSError:
        client.close()


listener = socket.create_server(("0.0.0.0", own))
print("ready", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
