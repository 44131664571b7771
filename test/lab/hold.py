# Holds ports, so that nobody else has them: hold.py PORT…; says "ready" when it has them.
import signal, socket, sys

held = [socket.create_server(("0.0.0.0", int(port))) for port in sys.argv[1:]]
print("ready", flush=True)
signal.pause()
