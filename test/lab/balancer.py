# A TCP balancer with one server: whoever connects is connected, from this host's own address, to the same port there.
# balancer.py SERVER PORT [FIRST-LAST]; says "ready" when it listens.
import selectors, socket, sys, threading

server, *told = sys.argv[1:]
ports = [port for one in told for port in range(int(one.split("-")[0]), int(one.split("-")[-1]) + 1)]


def carry(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        sink.close()


def connect(client, port):
    try:
        other = socket.create_connection((server, port), 5)
        other.settimeout(None)
    except OSError:
        client.close()
        return
    threading.Thread(target=carry, args=(client, other), daemon=True).start()
    carry(other, client)


listeners = selectors.DefaultSelector()
for port in ports:
    listeners.register(socket.create_server(("0.0.0.0", port)), selectors.EVENT_READ, port)
print("ready", flush=True)
while True:
    for key, _ in listeners.select():
        client, _ = key.fileobj.accept()
        threading.Thread(target=connect, args=(client, key.data), daemon=True).start()
