"""Listens, or connects, for check.test.ts.

listen: takes a JSON list of ports, listens at each on all addresses, says "ready" and stays until its input ends.
ask: takes lines of JSON, each {port, to, from, fromPort}, asked all at once, and says what each met, in their order.
"""

import errno
import json
import select
import socket
import struct
import sys
import time

PATIENCE = 0.35


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listen(ports):
    held = []
    for port in ports:
        one = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        one.bind(("::", port))
        one.listen(64)
        held.append(one)
    print("ready", flush=True)
    sys.stdin.read()


def ask(question):
    one = socket.socket(family_of(question["to"]), socket.SOCK_STREAM)
    one.setblocking(False)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Gone without a trace, so that the next one may come from the same port.
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.bind((question["from"], question.get("fromPort", 0)))
    return one, one.connect_ex((question["to"], question["port"]))


def main():
    if sys.argv[1] == "listen":
        return listen(json.loads(sys.stdin.readline()))
    questions = [json.loads(line) for line in sys.stdin if line.strip()]
    met = ["dropped"] * len(questions)
    waiting = {}
    poll = select.poll()
    for i, question in enumerate(questions):
        one, code = ask(question)
        if code == errno.EINPROGRESS:
            waiting[one.fileno()] = (i, one)
            poll.register(one, select.POLLOUT)
        else:
            met[i] = "passes" if code == 0 else "rejected"
    until = time.monotonic() + PATIENCE
    while waiting and (left := until - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(left * 1000):
            i, one = waiting.pop(descriptor)
            poll.unregister(descriptor)
            met[i] = "passes" if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 else "rejected"
            one.close()
    print(json.dumps(met))


main()
