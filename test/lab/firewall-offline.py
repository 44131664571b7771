# Runs a script of firewall-cmd commands by firewall-offline-cmd, which writes files instead of rules; and in one
# process, since each start of it takes half a second.
# firewall-offline.py PEER FOLDER <SCRIPT: where firewalld is unpacked, and where its configuration goes
import runpy, shlex, sys

peer, folder = sys.argv[1:]
sys.path.insert(0, peer + "/usr/lib/python3/dist-packages")
program = peer + "/usr/bin/firewall-offline-cmd"
places = ["--system-config", folder, "--default-config", peer + "/usr/lib/firewalld"]

for line in sys.stdin:
    words = shlex.split(line, comments=True)
    if not words or words == ["firewall-cmd", "--reload"]:
        continue
    if words[0] != "firewall-cmd":
        sys.exit("no command of firewalld: " + line)
    sys.argv = [program, *places, *[word for word in words[1:] if word != "--permanent"]]
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        if end.code:
            sys.exit("%s ended with %s" % (line, end.code))
