# Something that is no FTP server: it says the same line to whoever comes, and then nothing.
# banner.py PORT LINE
import socket, sys, threading

listener = socket.create_server(("0.0.0.0", int(sys.argv[1])))


def greet(client):
    with client:
        client.sendall(sys.argv[2].encode() + b"\r\n")
        while client.recv(4096):
            pass


while True:
    threading.Thread(target=greet, args=(listener.accept()[0],), daemon=True).start()
