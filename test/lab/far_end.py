# Asks a Twinport server what it sees: far_end.py ADDRESS, FTP lines behind it; {PORT} is the port that EPSV has given.
# `try` begins a connection to that port and does not wait for it; a line with `=` at its end is said until it gives another
# answer than nothing, for 5 s at the most; behind one with `!` the next is said at once, and the last one is not waited for.
# Prints the replies, a line each.
import re
import socket
import sys
import time

control = socket.create_connection((sys.argv[1], 2121), timeout=10)
replies = control.makefile("r", encoding="latin1", newline="\r\n")
port = 0
held = []
early = 0


def ask(line):
    control.sendall((line + "\r\n").encode())
    return replies.readline().strip()


replies.readline()
for line in ["USER ann", "PASS secret", *sys.argv[2:]]:
    if line == "try":
        family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
        data = socket.socket(family)
        data.setblocking(False)
        data.connect_ex((sys.argv[1], port))
        held.append(data)
        continue
    if line.endswith("!"):
        control.sendall((line[:-1] + "\r\n").encode())
        early += 1
        time.sleep(0.5)
        continue
    said = line.rstrip("=").replace("{PORT}", str(port))
    answer = ask(said)
    while early > 0:
        print(answer)
        answer = replies.readline().strip()
        early -= 1
    end = time.monotonic() + 5
    while line.endswith("=") and answer.endswith("nothing") and time.monotonic() < end:
        time.sleep(0.05)
        answer = ask(said)
    offered = re.search(r"\|\|\|(\d+)\|", answer)
    if offered:
        port = int(offered.group(1))
    print(answer.replace(str(port), "{PORT}") if port else answer)
